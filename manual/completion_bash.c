/* Functions that print the tables; manual/shell/matbench.bash, which follows them, asks them. */
#include "manual/completion.h"

/* "words older all": what _matbench_value and _matbench_argument print. */
static void add_kind(struct text *out, struct completion_value value)
{
    static const char *const names[] = {[COMPLETION_FREE] = "free",         [COMPLETION_WORDS] = "words", [COMPLETION_FILE] = "file",
                                        [COMPLETION_DIR] = "dir",           [COMPLETION_URI] = "uri",
                                        [COMPLETION_WORKLOAD] = "workload"};
    text_printf(out, "'%s%s%s'", names[value.kind], value.words ? " " : "", value.words ? value.words : "");
}

static void add_options(struct text *out, const struct command *command)
{
    text_printf(out, "    %s) echo '", command->name);
    for (const struct option *const *table = command->tables; *table; table++)
        for (const struct option *option = *table; option->name; option++)
            text_printf(out, "--%s%s ", option->name, option->kind == OPTION_BOOL ? "" : "=");
    text_add(out, "--help' ;;\n");
}

static void add_values(struct text *out, struct arena *arena, const struct command *command)
{
    for (const struct option *const *table = command->tables; *table; table++) {
        for (const struct option *option = *table; option->name; option++) {
            text_printf(out, "    %s.%s) echo ", command->name, option->name);
            add_kind(out, completion_of_option(arena, option));
            text_printf(out, "%s ;;\n", option->kind == OPTION_BOOL ? "' bool'" : "");
        }
    }
}

static void add_arguments(struct text *out, struct arena *arena, const struct command *command)
{
    struct completion_arguments arguments = completion_of_arguments(arena, command);
    for (size_t i = 0; i < arguments.n; i++) {
        const struct completion_argument *argument = &arguments.v[i];
        text_printf(out, "    %s.%zu.%s) echo ", command->name, argument->position, argument->after ? argument->after : "*");
        add_kind(out, argument->value);
        text_add(out, " ;;\n");
    }
}

void completion_bash(struct text *out, struct arena *arena, const struct command *const *commands)
{
    text_add(out, "# bash completion of matbench; its tables are made from the program's own\n\n");
    text_printf(out, "_matbench_commands() { echo '%s'; }\n", completion_commands(arena, commands));
    text_printf(out, "_matbench_schemes() { echo '%s'; }\n", completion_schemes(arena));
    text_add(out, "_matbench_places() { echo '");
    for (const char *const *place = command_workload_places; *place; place++)
        text_printf(out, "%s%s", place == command_workload_places ? "" : " ", *place);
    text_add(out, "'; }\n\n# of command $1; one that needs a value ends in =\n_matbench_options() {\n    case $1 in\n");
    for (const struct command *const *command = commands; *command; command++)
        add_options(out, *command);
    text_add(out, "    esac\n}\n\n# what the value of option $2 is\n_matbench_value() {\n    case $1.$2 in\n");
    for (const struct command *const *command = commands; *command; command++)
        add_values(out, arena, *command);
    text_add(out, "    esac\n}\n\n# what argument $2 is, when the first is $3\n_matbench_argument() {\n    case $1.$2.$3 in\n");
    for (const struct command *const *command = commands; *command; command++)
        add_arguments(out, arena, *command);
    text_add(out, "    esac\n}\n\n");
}
