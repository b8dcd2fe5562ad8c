/* store/lines.h — the lines of a text that match a pattern, each as a value. */
#ifndef STORE_LINES_H
#define STORE_LINES_H
#include "store/parsing.h"

enum lines_as { LINES_TEXT, LINES_JSON, LINES_PYTHON, LINES_NUMBER };
extern const char *const lines_as_words[]; /* in the order of enum lines_as */

enum lines_keep { LINES_ALL, LINES_FIRST, LINES_LAST, LINES_COUNT };
extern const char *const lines_keep_words[];

/* Looks at each line of `bytes` (ended by \n, \r\n or \r, as Python reads texts; numbers in messages count \n); what the first group matched (without groups: the whole match) is read as `as` says. NULL with
 * err unset: no line matched and one was wanted. A value that cannot be read is an error with file:line; with LINES_LAST
 * only the last one is read. */
json_t *lines_parse(struct parsing *parsing, const char *path, const char *bytes, size_t len, const struct regex *pattern,
                    enum lines_as as, enum lines_keep keep, struct error *err);

#endif
