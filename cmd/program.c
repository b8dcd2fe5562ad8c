#include "cmd/program.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cmd/command.h"
#include "cmd/version.h"
#include "step/access.h"

const struct command *const program_commands[] = {
    &command_ci,
    &command_parse,
    &command_schema,
    &command_upload,
    &command_download_lts,
    &command_analyze,
    &command_ack,
    &command_accept,
    &command_visualize,
    &command_download,
    &command_export,
    &command_check,
    &command_new,
    &command_print_schema,
    &command_validate,
    &command_history,
    &command_query,
    &command_spool,
    &command_changepoints,
    &command_verify,
    &command_replay,
    &command_calibrate,
    &command_selftest,
    NULL,
};

static const struct command *find(const char *name)
{
    for (const struct command *const *command = program_commands; *command; command++) {
        const char *a = (*command)->name, *b = name;
        while (*a && (*a == *b || (*a == '_' && *b == '-')))
            a++, b++;
        if (!*a && !*b)
            return *command;
    }
    return NULL;
}

enum { COLUMNS = 100 };

static void show_usage(FILE *out)
{
    fprintf(out, "matbench — the post-test step of a performance CI: test artifacts in, a gate out\n\n"
                 "usage: matbench COMMAND [--option=value …]\n\ncommands:\n");
    for (const struct command *const *command = program_commands; *command; command++)
        fprintf(out, "  %-20s %s\n", (*command)->name, (*command)->summary);
    fprintf(out, "\nmatbench COMMAND --help lists a command's options; each can also be given as the variable\n"
                 "MATBENCH_<OPTION>, or in .env.yaml. matbench --version says what it is built from.\n"
                 "Exit codes: 0 no regression, 1 regression, 2 suspect, 3 missing data, 4 improvement (2 to 4 only\n"
                 "with --fail-on), from 100 on trouble: docs/exit-codes.md.\n");
}

/* The arguments, on lines of their own where they are many; broken before a bar. */
static void add_arguments(struct text *out, const char *arguments, size_t column)
{
    for (const char *part = arguments; *part;) {
        const char *end = strstr(part + 1, " |");
        size_t n = end ? (size_t)(end - part) : strlen(part);
        bool breaks = column + n + 1 > COLUMNS;
        text_printf(out, "%s%.*s", breaks ? "\n      " : part == arguments ? " " : "", (int)n, part);
        column = (breaks ? 6 : column) + n;
        part += n;
    }
}

static void show_help(FILE *out, const struct command *command)
{
    struct text help = text_open(1 << 20);
    for (const struct option *const *table = command->tables; *table; table++)
        options_help(&help, *table);
    struct text usage = text_open(10000);
    text_printf(&usage, "usage: matbench %s [--option=value …]", command->name);
    if (command->arguments)
        add_arguments(&usage, command->arguments, usage.len - 2 /* "…" is three bytes */);
    fprintf(out, "%s\n\n%s\n\noptions:\n%s", usage.s, command->summary, help.s);
    text_close(&usage);
    text_close(&help);
}

static bool is_help_flag(const char *argument)
{
    return strcmp(argument, "--help") == 0 || strcmp(argument, "-h") == 0;
}

static bool asks_for_help(int argc, const char *const *argv)
{
    for (int i = 0; i < argc; i++)
        if (is_help_flag(argv[i]))
            return true;
    return false;
}

static int unknown_command(struct context *context, const char *name)
{
    const char *names[32];
    size_t n = 0;
    for (const struct command *const *command = program_commands; *command; command++)
        names[n++] = (*command)->name;
    names[n] = NULL;
    const char *nearest = option_nearest(name, names);
    if (nearest)
        log_line(&context->log, LOG_ERROR, "'%s': no such command; did you mean '%s'?", name, nearest);
    else
        log_line(&context->log, LOG_ERROR, "'%s': no such command; matbench --help lists them", name);
    return ERR_USAGE;
}

static bool set_log_level(struct context *context)
{
    const char *level = options_text(context->options, "log_level");
    for (size_t i = 0; log_level_names[i]; i++) {
        if (strcasecmp(level, log_level_names[i]) == 0) {
            context->log.least = (enum log_level)i;
            return true;
        }
    }
    log_line(&context->log, LOG_ERROR, "--log_level=%s: expected debug, info, warning, error or fatal", level);
    return false;
}

static bool check_jobs(struct context *context)
{
    double jobs = options_number(context->options, "jobs");
    if (isnan(jobs) || (jobs >= 1 && jobs <= JOBS_MAX && jobs == floor(jobs)))
        return true;
    log_line(&context->log, LOG_ERROR, "--jobs=%g: expected a whole number from 1 to %d", jobs, (int)JOBS_MAX);
    return false;
}

static int run_command(const struct program *program, struct context *context, const struct command *command, int argc, const char *const *argv)
{
    struct envfile_warnings warnings = {0};
    struct error err = {0};
    struct variables variables = envfiles_load(context->arena, ".", context->environment, &warnings);
    envfiles_forget(program->environment);
    context->variables = &variables;
    context->options =
        options_parse(context->arena, command->tables, argc, argv, &variables, command->positional_max, &err);
    if (!context->options)
        return context_fail(context, &err);
    if (!set_log_level(context) || !check_jobs(context))
        return ERR_USAGE;
    for (size_t i = 0; i < warnings.n; i++)
        log_line(&context->log, LOG_WARNING, "%s", warnings.v[i]);
    context->fingerprints = command_fingerprints;
    if (!access_load(context, &err))
        return context_fail(context, &err);
    return command->run(context);
}

/* Results that could not be written are trouble, whatever the command found. */
static int finish(struct context *context, int code)
{
    errno = 0;
    if (fflush(context->out) == 0 && !ferror(context->out))
        return code;
    if (errno == EPIPE || errno == 0)
        return ERR_PIPE;
    log_line(&context->log, LOG_ERROR, "standard output: %s", strerror(errno));
    return ERR_OUTPUT;
}

int program_run(const struct program *program, int argc, const char *const *argv)
{
    struct arena arena = {0};
    struct context context = {.arena = &arena, .out = program->out, .out_fd = fileno(program->out),
                              .log = {.out = program->err, .least = LOG_INFO}, .environment = (const char *const *)program->environment,
                              .signal = program->signal, .program_folder = program->folder};
    bool helps = argc && (strcmp(argv[0], "help") == 0 || is_help_flag(argv[0]));
    const char *name = helps && argc > 1 ? argv[1] : argc ? argv[0] : NULL;
    const struct command *command = name ? find(name) : NULL;
    int code = 0;
    if (!argc) {
        show_usage(program->err);
        code = ERR_USAGE;
    } else if (strcmp(name, "--version") == 0 || strcmp(name, "version") == 0) {
        version_show(program->out);
    } else if (!command && (helps || asks_for_help(argc, argv))) {
        show_usage(program->out);
    } else if (!command) {
        code = unknown_command(&context, name);
    } else if (helps || asks_for_help(argc, argv)) {
        show_help(program->out, command);
    } else {
        code = run_command(program, &context, command, argc - 1, argv + 1);
    }
    code = finish(&context, code);
    arena_close(&arena);
    return code;
}
