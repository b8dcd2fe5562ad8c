/* store/lines.h — the lines of a text that match a pattern, each as a value. */
#ifndef STORE_LINES_H
#define STORE_LINES_H
#include "store/pieces.h"

/* Looks at each line of `bytes` (ended by \n, \r\n or \r, as Python reads texts; numbers in messages count \n); what the first group
 * matched (without groups: the whole match) is a piece. */
json_t *lines_parse(struct parsing *parsing, const char *path, const char *bytes, size_t len, const struct regex *pattern,
                    enum pieces_as as, enum pieces_keep keep, struct error *err);

#endif
