/* base/regex.h — regular expressions (PCRE2), with limits: the one user of PCRE2. */
#ifndef BASE_REGEX_H
#define BASE_REGEX_H
#include <stdbool.h>
#include <stddef.h>

#include "base/error.h"

struct regex; /* compiled; threads share it */

struct regex_options {
    bool ecma; /* JSON Schema's dialect: `$` only at the very end, \d \w \s are ASCII */
};

enum { REGEX_GROUPS_MAX = 32 };
#define REGEX_UNSET ((size_t)-1)

struct regex_match {
    size_t n;                          /* groups, the whole match included */
    size_t start[REGEX_GROUPS_MAX], end[REGEX_GROUPS_MAX]; /* offsets; REGEX_UNSET: the group took no part */
};

/* NULL with ERR_USAGE: what is wrong and at which character. */
struct regex *regex_compile(const char *pattern, const struct regex_options *options, struct error *err);
void regex_close(struct regex *regex); /* NULL is fine */

/* Searches from `from`. False with err unset: no match. False with err set (ERR_ARTIFACT): it took too many steps. Bytes that
 * are not UTF-8 match nothing. */
bool regex_search(const struct regex *regex, const char *text, size_t len, size_t from, struct regex_match *match,
                  struct error *err);

#endif
