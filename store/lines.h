/* store/lines.h — the lines of a text that match a pattern, each as a value. */
#ifndef STORE_LINES_H
#define STORE_LINES_H
#include "store/pieces.h"

/* Looks at each line of the text (ended by \n, \r\n or \r, as Python reads texts; numbers in messages count \n); what the first group
 * matched (without groups: the whole match) is a piece. */
json_t *lines_parse(struct parsing *parsing, const struct pieces_source *source, const struct regex *pattern, struct error *err);

#endif
