/* manual/completion.h — completion for bash, zsh and fish, from the tables of the commands.
 *
 * What a value is follows from its option: a bool is true or false, "older|all" one of these, DIR and FILE paths, URI a
 * history, and the option `workload` names a workload. Arguments are read from a command's usage ("list | show ID", "[DIR]").
 */
#ifndef MANUAL_COMPLETION_H
#define MANUAL_COMPLETION_H
#include "cmd/command.h"

enum completion_kind {
    COMPLETION_FREE, /* nothing to offer */
    COMPLETION_WORDS,
    COMPLETION_FILE,
    COMPLETION_DIR,
    COMPLETION_WORKLOAD,
    COMPLETION_URI
};

struct completion_value {
    enum completion_kind kind;
    const char *words; /* COMPLETION_WORDS: "older all" */
};

/* What may stand at one place of the command line. */
struct completion_argument {
    size_t position;   /* from 1 */
    const char *after; /* the word at position 1 that it follows ("show"); NULL: any */
    const char *name;  /* "ID" */
    struct completion_value value;
};

struct completion_arguments {
    struct completion_argument *v;
    size_t n, cap;
};

struct completion_value completion_of_option(struct arena *arena, const struct option *option);
/* "list | show ID" → words "list show" at 1, ID at 2 after show. */
struct completion_arguments completion_of_arguments(struct arena *arena, const struct command *command);
/* "sqlite: …": how URIs of histories begin. */
const char *completion_schemes(struct arena *arena);
/* "ci parse …" */
const char *completion_commands(struct arena *arena, const struct command *const *commands);

typedef void completion_write(struct text *out, struct arena *arena, const struct command *const *commands);
completion_write completion_bash, completion_zsh, completion_fish;

#endif
