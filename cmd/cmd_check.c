/* matbench check WORKLOAD [TEST_DIR] — is the workload right, and what does each of its lines give for a test? */
#include <string.h>

#include "cmd/command.h"
#include "lts/payload.h"
#include "step/check_step.h"
#include "workload/review.h"

static const struct option options_check_only[] = {
    {"workload_base_dir", OPTION_TEXT, "DIR", NULL, false, "Where a relative workload path starts."},
    {"allow_root", OPTION_LIST, "DIR", NULL, false, "Symbolic links in artifacts may lead into this directory too."},
    {"allow_env", OPTION_LIST, "NAME", NULL, false, "An environment variable that env: may read."},
    {"format", OPTION_TEXT, "text|json", "text", false, "How it is printed; json is one object, for editors."},
    {"times", OPTION_BOOL, NULL, "true", false, "How long each parser took; --notimes leaves it out."},
    {0},
};

static const struct option *const tables[] = {options_check_only, options_common, NULL};

/* Loads it, and looks for what does not fit together, also in what is left of one with errors; NULL when there is no such workload, or
 * tests cannot be tried with it. */
static struct workload *load(struct context *context, const char *folder, struct problems *problems)
{
    struct error err = {0};
    struct workload *workload = workload_load_faulty(context->arena, folder, store_registry(), problems);
    bool loaded = problems->errors == 0, schema = false;
    if (!workload)
        return NULL;
    workload_review(workload, store_registry(), problems);
    if (!problems_doubted(problems, "sections", "models")) { /* with models that were refused there is no schema */
        struct lts *lts = lts_open(context->arena, workload, &err);
        schema = lts != NULL;
        lts_close(lts);
    }
    problems_take(problems, &err);
    problems_sort(problems);
    if (loaded && schema)
        return workload;
    workload_close(workload);
    return NULL;
}

static int run(struct context *context)
{
    struct error err = {0};
    const char *name = options_positional(context->options, 0), *format = options_text(context->options, "format");
    if (!name) {
        log_line(&context->log, LOG_ERROR, "check: expected a workload: matbench check WORKLOAD [TEST_DIR]");
        return ERR_USAGE;
    }
    if (strcmp(format, "text") != 0 && strcmp(format, "json") != 0) {
        log_line(&context->log, LOG_ERROR, "--format=%s: expected text or json", format);
        return ERR_USAGE;
    }
    const char *folder = command_workload_folder(context, name, &err);
    if (!folder)
        return context_fail(context, &err);
    struct problems problems = {0};
    struct workload *workload = load(context, folder, &problems);
    const struct check_step step = {.workload = workload, .problems = &problems, .shown = folder,
                                    .directory = options_positional(context->options, 1),
                                    .allow_root = options_list(context->options, "allow_root"),
                                    .env_allowed = options_list(context->options, "allow_env"),
                                    .json = strcmp(format, "json") == 0, .times = options_bool(context->options, "times")};
    int code = check_step(context, &step);
    workload_close(workload);
    return code;
}

const struct command command_check = {
    "check", "Checks a workload; with a test directory shows what every line of it gives.", "WORKLOAD [TEST_DIR]", 2, tables, run};
