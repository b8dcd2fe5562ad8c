/* One `complete` per command, option and argument; manual/shell/matbench.fish follows. */
#include <string.h>

#include "manual/completion.h"

static void add_quoted(struct text *out, const char *text)
{
    text_addc(out, '\'');
    for (; *text; text++) {
        if (*text == '\'' || *text == '\\')
            text_addc(out, '\\');
        text_addc(out, *text);
    }
    text_addc(out, '\'');
}

static const char *source_of(enum completion_kind kind)
{
    switch (kind) {
    case COMPLETION_DIR: return "(__fish_complete_directories)";
    case COMPLETION_WORKLOAD: return "(__matbench_workloads)";
    case COMPLETION_URI: return "(__matbench_uris)";
    case COMPLETION_FREE:
    case COMPLETION_WORDS:
    case COMPLETION_FILE: break;
    }
    return NULL;
}

/* -F: files; -a: what the function or list gives, and no files. */
static void add_value(struct text *out, struct completion_value value, bool list)
{
    const char *source = source_of(value.kind);
    if (value.kind == COMPLETION_FILE)
        text_add(out, " -F");
    else if (value.kind == COMPLETION_FREE)
        text_add(out, " -f");
    else if (value.words && list)
        text_printf(out, " -f -a '(__fish_complete_list , \"string split \\\" \\\" -- %s\")'", value.words);
    else if (source || value.words)
        text_printf(out, " -f -a '%s'", source ? source : value.words);
}

static void add_option(struct text *out, struct arena *arena, const struct command *command, const struct option *option)
{
    bool flag = option->kind == OPTION_BOOL;
    text_printf(out, "complete -c matbench -n '__matbench_is %s' -l %s%s -d ", command->name, option->name, flag ? "" : " -r");
    add_quoted(out, option->help);
    if (!flag)
        add_value(out, completion_of_option(arena, option), option->kind == OPTION_LIST);
    text_addc(out, '\n');
    if (flag)
        text_printf(out, "complete -c matbench -n '__matbench_is %s' -l no%s -d 'not --%s'\n", command->name, option->name, option->name);
}

static void add_arguments(struct text *out, struct arena *arena, const struct command *command)
{
    struct completion_arguments arguments = completion_of_arguments(arena, command);
    for (size_t i = 0; i < arguments.n; i++) {
        const struct completion_argument *argument = &arguments.v[i];
        if (argument->value.kind == COMPLETION_FREE)
            continue;
        text_printf(out, "complete -c matbench -n '__matbench_is %s; and __matbench_at %zu %s'", command->name, argument->position,
                    argument->after ? argument->after : "");
        add_value(out, argument->value, false);
        text_addc(out, '\n');
    }
}

/* The flags of all commands that take no value. */
static void add_flags(struct text *out, const struct command *const *commands)
{
    text_add(out, "function __matbench_flags\n    printf '%s\\n' help version");
    for (; *commands; commands++)
        for (const struct option *const *table = (*commands)->tables; *table; table++)
            for (const struct option *option = *table; option->name; option++)
                if (option->kind == OPTION_BOOL)
                    text_printf(out, " %s no%s", option->name, option->name);
    text_add(out, "\nend\n");
}

void completion_fish(struct text *out, struct arena *arena, const struct command *const *commands)
{
    text_add(out, "# fish completion of matbench; its tables are made from the program's own\n\n");
    text_printf(out, "function __matbench_schemes\n    string split ' ' -- '%s'\nend\n", completion_schemes(arena));
    add_flags(out, commands);
    text_add(out, "function __matbench_places\n    printf '%s\\n'");
    for (const char *const *place = command_workload_places; *place; place++)
        text_printf(out, " %s", *place);
    text_add(out, "\nend\n\ncomplete -c matbench -f\n");
    for (const struct command *const *command = commands; *command; command++) {
        text_printf(out, "complete -c matbench -n __matbench_wants_command -a %s -d ", (*command)->name);
        add_quoted(out, (*command)->summary);
        text_printf(out, "\ncomplete -c matbench -n '__matbench_is help; and __matbench_at 1' -a %s\n", (*command)->name);
        for (const struct option *const *table = (*command)->tables; *table; table++)
            for (const struct option *option = *table; option->name; option++)
                add_option(out, arena, *command, option);
        add_arguments(out, arena, *command);
    }
    text_addc(out, '\n');
}
