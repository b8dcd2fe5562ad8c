/* json/write.h — the JSON writer: the same bytes as Python's json.dumps.
 *
 * Doubles are the shortest text that reads back as the same double, in Python's repr form (1e-05, 1e+16, 0.1, 5.0).
 * Non-finite numbers never get here: the caller has turned them into a finding (assert).
 */
#ifndef JSON_WRITE_H
#define JSON_WRITE_H
#include <jansson.h>
#include <stdbool.h>

#include "base/text.h"

struct json_style {
    int indent;     /* 4: as json.dumps(indent=4); 0: one line with ", " and ": " as json.dumps(); -1: no blanks at all */
    bool ascii;     /* escape everything above U+007E, as ensure_ascii=True */
    bool sort_keys; /* members in strcmp order of their names, as sort_keys=True */
    /* Asked for the text of each object, array and long string; NULL: it is written as ever. May be NULL. */
    const struct text *(*known)(void *context, const json_t *value, int depth);
    void *context;
};

/* Appends the value. `depth` is how deep the value stands (0 for a document): its own first line is not indented. */
void json_write(struct text *out, const json_t *value, const struct json_style *style, int depth);
/* The pieces, for writers that stream: a string with its quotes, a double, and a line break with indentation. */
void json_write_string(struct text *out, const char *s, size_t len, const struct json_style *style);
void json_write_real(struct text *out, double value);
void json_write_break(struct text *out, const struct json_style *style, int depth);

#endif
