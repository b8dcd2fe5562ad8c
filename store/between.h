/* store/between.h — what stands between two marks of a text, of one line or of many. */
#ifndef STORE_BETWEEN_H
#define STORE_BETWEEN_H
#include "store/pieces.h"

/* The pieces between `start` and the next `end` (neither empty), without blanks and control characters around them: before "[0m"
 * stands an escape character. A piece in which `start` stands again, or that has no end, was cut off when its program was
 * stopped: it is left out, with a finding. */
json_t *between_parse(struct parsing *parsing, const struct pieces_source *source, const char *start, const char *end, struct error *err);

#endif
