/* base/regex.h — regular expressions: PCRE2, bounded. The only user of that library.
 *
 * Patterns and subjects are UTF-8; bytes of a subject that are not UTF-8 match nothing. Every search is limited in
 * steps, depth and memory: what passes a limit is an error, never a hang. A compiled regex may be shared between
 * threads; the memory that a search needs is a `struct regex_scratch`, one for each thread.
 *
 * PCRE2 counts steps anew for each byte where a match may start, and does not count all that it does. So a search first
 * runs at full speed (JIT) with a small limit; a subject that is too long for that, or a search that passes the limit,
 * runs again in a counted way: the interpreter tells of every item of the pattern that it tries, and where.
 */
#ifndef BASE_REGEX_H
#define BASE_REGEX_H
#include <stdbool.h>
#include <stddef.h>

#include "base/error.h"

enum {
    REGEX_PATTERN_MAX = 64 * 1024,      /* bytes */
    REGEX_STEPS_MAX = 20 * 1000 * 1000, /* of one search: items tried and bytes moved; about a second */
    REGEX_HEAP_MAX = 20 * 1024          /* KiB */
};

struct regex_options {
    /* As in JSON Schema: `$` only at the very end, \d \w \s are ASCII, \uXXXX. Otherwise as Python's re: `$` also
     * before a last line feed, \d \w \s are Unicode's. */
    bool ecma;
    bool counted; /* count every search: for callers with a budget over many searches of short texts */
};

/* Bytes [start, end) of the subject; both are REGEX_NONE for a group that took no part in the match. */
struct regex_span {
    size_t start, end;
};
#define REGEX_NONE ((size_t)-1)

struct regex;
struct regex_scratch;

/* `at` is where the pattern starts; it names the place in an error, which also says at which byte of the pattern.
 * NULL: ERR_USAGE is set. */
struct regex *regex_compile(const char *pattern, size_t len, const struct regex_options *options, struct pos at,
                            struct error *err);
void regex_close(struct regex *regex);
/* The number of capturing groups, without the whole match. */
size_t regex_groups(const struct regex *regex);
/* The number of the group called `name`, or 0. */
size_t regex_group(const struct regex *regex, const char *name);
/* The name of a group, as long as the regex lives; NULL: it has none, or there is no such group. */
const char *regex_group_name(const struct regex *regex, size_t group);

/* Serves every regex, also those compiled later; belongs to one thread at a time. */
struct regex_scratch *regex_scratch_open(void);
void regex_scratch_close(struct regex_scratch *scratch);

/* Looks for the first match at or after byte `from` of the subject. *found says whether there is one; then spans[0] is
 * the whole match and spans[i] group i, up to `n` of them (further ones up to n are REGEX_NONE).
 * Fails (ERR_USAGE, "pattern needs too many steps") only when a limit was passed. */
bool regex_find(const struct regex *regex, struct regex_scratch *scratch, const char *subject, size_t len, size_t from,
                struct regex_span *spans, size_t n, bool *found, struct error *err);
/* How many steps the last search took, if it was counted; else 0. */
size_t regex_steps(const struct regex_scratch *scratch);

#endif
