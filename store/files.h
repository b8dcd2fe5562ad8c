/* store/files.h — the files of a test whose names fit a pattern. Inside store/ only.
 *
 *     "${STATE}/logs/pod-?.log" → 003__state/logs/pod-1.log, 003__state/logs/pod-2.log
 *
 * `*`, `?` and `[…]` stand for characters of one part of a path; hidden files only when the pattern begins with a point, too. What
 * matched is recorded for the parse cache. */
#ifndef STORE_FILES_H
#define STORE_FILES_H
#include "store/parsing.h"

enum { FILES_MAX = 50 * 1000 };

struct files {
    const char *const *v; /* relative to the test's directory, sorted by bytes */
    size_t n;
    size_t common;        /* bytes at the start of each that the pattern says as they are: "003__state/logs/" */
};

/* False: *err is set (too many, an unknown ${DIR}, a way out of the test). Nothing matches: n is 0, with a finding when `wanted`. */
bool files_match(struct parsing *parsing, const char *pattern, bool wanted, struct files *files, struct error *err);
/* Runs a parser for each file that its first argument's pattern matches: {name: value}, names without what is common to them; with
 * join: the lists one behind the other, numbers added up, objects member by member. NULL: nothing matched, or *err is set. */
json_t *files_parse(struct parsing *parsing, const struct parser *parser, struct error *err);

/* For the cache: a digest of what a pattern (as recorded) matches now. */
void files_digest(struct parsing *parsing, const char *pattern, struct digest *digest, unsigned char out[DIGEST_SIZE]);

#endif
