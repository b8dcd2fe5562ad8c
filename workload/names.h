/* workload/names.h — the names that a piece of Lua looks up, found without running it.
 *
 * "match(job.image, '(.*)')[1] / gpus()" → match, job (job.image), gpus. Texts, comments, keywords, members (what comes after a
 * dot), keys of tables and local names (also parameters) are none. */
#ifndef WORKLOAD_NAMES_H
#define WORKLOAD_NAMES_H
#include <stdbool.h>
#include <stddef.h>

#include "base/arena.h"

struct name_use {
    const char *name;
    const char *member; /* of name.member and name["member"]; NULL */
};

struct name_uses {
    struct name_use *v;
    size_t n, cap;
};

/* In the order of the text, as often as they stand there. Text that is not Lua gives names, too, but what names is not said. */
struct name_uses names_used(struct arena *arena, const char *text);

/* The functions that a Lua file defines for others ("function name("), NULL-ended. */
const char *const *names_functions(struct arena *arena, const char *text);

/* Whether the word stands anywhere in the text, in a constant or comment, too, and not as part of a longer word. */
bool names_mentioned(const char *text, const char *word);

#endif
