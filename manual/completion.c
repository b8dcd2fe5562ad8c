#include "manual/completion.h"

#include <ctype.h>
#include <string.h>

#include "history/history.h"

static char *joined(struct arena *arena, const char *so_far, const char *more)
{
    return *so_far ? arena_printf(arena, "%s %s", so_far, more) : arena_strdup(arena, more);
}

static struct completion_value value_named(struct arena *arena, const char *name)
{
    if (strchr(name, '|')) {
        char *words = arena_strdup(arena, name);
        for (char *bar = words; (bar = strchr(bar, '|'));)
            *bar = ' ';
        return (struct completion_value){COMPLETION_WORDS, words};
    }
    static const struct {
        const char *part;
        enum completion_kind kind;
    } kinds[] = {{"WORKLOAD", COMPLETION_WORKLOAD}, {"DIR", COMPLETION_DIR}, {"FILE", COMPLETION_FILE}, {"URI", COMPLETION_URI}};
    for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++)
        if (strstr(name, kinds[i].part))
            return (struct completion_value){.kind = kinds[i].kind};
    return (struct completion_value){.kind = COMPLETION_FREE};
}

struct completion_value completion_of_option(struct arena *arena, const struct option *option)
{
    if (option->kind == OPTION_BOOL)
        return (struct completion_value){COMPLETION_WORDS, "true false"};
    if (strcmp(option->name, "workload") == 0)
        return (struct completion_value){.kind = COMPLETION_WORKLOAD};
    return value_named(arena, option->value_name ? option->value_name : "");
}

static struct completion_argument *argument_at(struct arena *arena, struct completion_arguments *all, size_t position, const char *after)
{
    for (size_t i = 0; i < all->n; i++)
        if (all->v[i].position == position && !all->v[i].after && !after)
            return &all->v[i];
    struct completion_argument *new = LIST_ADD(arena, all);
    *new = (struct completion_argument){.position = position, .after = after, .name = "argument"};
    return new;
}

/* One word of the usage line: a word to type, or the name of a value. */
static void add_argument(struct arena *arena, struct completion_arguments *all, size_t position, const char **verb, const char *word)
{
    bool literal = islower((unsigned char)*word);
    struct completion_argument *argument = argument_at(arena, all, position, *verb);
    if (literal) {
        const char *words = argument->value.words;
        argument->value = (struct completion_value){COMPLETION_WORDS, joined(arena, words ? words : "", word)};
        if (position == 1)
            *verb = word;
    } else if (!argument->value.words) {
        argument->name = word;
        argument->value = value_named(arena, word);
    }
}

struct completion_arguments completion_of_arguments(struct arena *arena, const struct command *command)
{
    struct completion_arguments all = {0};
    const char *verb = NULL, *blanks = " []().";
    size_t position = 0;
    for (const char *rest = command->arguments ? command->arguments : ""; *(rest += strspn(rest, blanks));) {
        size_t n = strcspn(rest, blanks);
        const char *word = arena_strndup(arena, rest, n);
        rest += n;
        if (strcmp(word, "|") == 0) {
            position = 0;
            verb = NULL;
        } else if (isalpha((unsigned char)*word)) {
            add_argument(arena, &all, ++position, &verb, word);
        }
    }
    return all;
}

const char *completion_schemes(struct arena *arena)
{
    const char *all = "";
    for (size_t i = 0; history_scheme(i); i++)
        all = joined(arena, all, arena_printf(arena, "%s:", history_scheme(i)));
    return all;
}

const char *completion_commands(struct arena *arena, const struct command *const *commands)
{
    const char *all = "";
    for (; *commands; commands++)
        all = joined(arena, all, (*commands)->name);
    return all;
}
