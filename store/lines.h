/* store/lines.h — the lines of a text that match a pattern, each as a value. */
#ifndef STORE_LINES_H
#define STORE_LINES_H
#include "store/pieces.h"

/* Looks at each line of the text (ended by \n, \r\n or \r, as Python reads texts; numbers in messages count \n). Without fields,
 * what the first group matched (without groups: the whole match) is a piece; else the groups of the fields are. `at` is where the
 * workload has the pattern, for messages. */
json_t *lines_parse(struct parsing *parsing, const struct pieces_source *source, const struct regex *pattern, struct pos at,
                    struct error *err);

struct lines_arguments {
    const struct argument *match, *types;
};

/* The named groups of the pattern as fields: texts, unless `types` says otherwise (words: typed_words). False (ERR_USAGE): too many
 * groups, or a type for a name that no group has. */
bool lines_fields(struct arena *arena, const struct parser *parser, const struct lines_arguments *given, struct pieces_fields *out,
                  struct error *err);

#endif
