/* One function per command with its _arguments; manual/shell/matbench.zsh follows. */
#include <string.h>

#include "manual/completion.h"

/* Text in single quotes within a specification, where [ ] and : are marks. */
static void add_quoted(struct text *out, const char *text)
{
    for (; *text; text++) {
        if (*text == '\'')
            text_add(out, "'\\''");
        else if (strchr("[]:\\", *text))
            text_printf(out, "\\%c", *text);
        else
            text_addc(out, *text);
    }
}

/* "DIR:_files -/" */
static void add_action(struct text *out, const char *name, struct completion_value value, bool list)
{
    static const char *const actions[] = {[COMPLETION_FREE] = " ",          [COMPLETION_FILE] = "_files",
                                          [COMPLETION_DIR] = "_files -/",   [COMPLETION_WORKLOAD] = "__matbench_workloads",
                                          [COMPLETION_URI] = "__matbench_uri", [COMPLETION_WORDS] = NULL};
    add_quoted(out, name);
    text_addc(out, ':');
    if (value.kind != COMPLETION_WORDS)
        text_add(out, actions[value.kind]);
    else if (list)
        text_printf(out, "_sequence compadd - %s", value.words);
    else
        text_printf(out, "(%s)", value.words);
}

static void add_option(struct text *out, struct arena *arena, const struct option *option)
{
    bool flag = option->kind == OPTION_BOOL, list = option->kind == OPTION_LIST;
    struct completion_value value = completion_of_option(arena, option);
    const char *name = value.kind == COMPLETION_WORDS || !option->value_name ? "value" : option->value_name;
    text_printf(out, " \\\n        '%s--%s=%s[", list ? "*" : "", option->name, flag ? "-" : "");
    add_quoted(out, option->help);
    text_add(out, flag ? "]::" : "]:");
    add_action(out, name, value, list);
    text_addc(out, '\'');
    if (flag)
        text_printf(out, " \\\n        '(--%s)--no%s[not --%s]'", option->name, option->name, option->name);
}

static void add_argument(struct text *out, const struct completion_argument *argument)
{
    struct text action = text_open(1 << 16);
    add_action(&action, argument->name, argument->value, false);
    if (!argument->after) {
        text_printf(out, " \\\n        '%zu:%s'", argument->position, action.s);
    } else if (argument->value.kind != COMPLETION_FREE) { /* only after its word: line[1] is the first argument */
        const char *colon = strchr(action.s, ':');
        text_printf(out, " \\\n        '%zu:%.*s:{ [[ $line[1] == %s ]] && %s }'", argument->position, (int)(colon - action.s), action.s,
                    argument->after, colon + 1);
    }
    text_close(&action);
}

void completion_zsh(struct text *out, struct arena *arena, const struct command *const *commands)
{
    text_add(out, "#compdef matbench\n# zsh completion of matbench; its tables are made from the program's own\n\n");
    text_printf(out, "__matbench_schemes=(%s)\n__matbench_places=(", completion_schemes(arena));
    for (const char *const *place = command_workload_places; *place; place++)
        text_printf(out, "%s%s", place == command_workload_places ? "" : " ", *place);
    text_add(out, ")\n__matbench_commands=(");
    for (const struct command *const *command = commands; *command; command++) {
        text_printf(out, "\n    '%s:", (*command)->name);
        add_quoted(out, (*command)->summary);
        text_addc(out, '\'');
    }
    text_add(out, "\n)\n");
    for (const struct command *const *command = commands; *command; command++) {
        text_printf(out, "\n_matbench_%s() {\n    _arguments", (*command)->name);
        for (const struct option *const *table = (*command)->tables; *table; table++)
            for (const struct option *option = *table; option->name; option++)
                add_option(out, arena, option);
        struct completion_arguments arguments = completion_of_arguments(arena, *command);
        for (size_t i = 0; i < arguments.n; i++)
            add_argument(out, &arguments.v[i]);
        text_add(out, " \\\n        '(- *)--help[its options]'\n}\n");
    }
    text_addc(out, '\n');
}
