/* report/pen.h — JSON into a text, member by member: for reports whose size goes with a history's.
 *
 *     pen_open(out, NULL, '{'); pen_size(out, "runs", 3); pen_open(out, "alarms", '['); … pen_close(out, ']'); pen_close(out, '}');
 *
 * A name is NULL for what stands in a list. Commas are written as they are needed. Not finite: null; texts that are no UTF-8: null. All of it
 * is ASCII. Of a text that is taken away in pieces the last PEN_LOOKS_BACK bytes have to stay: they say whether a comma is due.
 */
#ifndef REPORT_PEN_H
#define REPORT_PEN_H
#include <jansson.h>
#include <stdint.h>

#include "base/text.h"

enum { PEN_LOOKS_BACK = 2 };

void pen_open(struct text *out, const char *name, char bracket);
void pen_close(struct text *out, char bracket);
void pen_item(struct text *out); /* opens an object of a list, on a line of its own */
void pen_break(struct text *out); /* the next member begins a line */
void pen_real(struct text *out, const char *name, double value);
void pen_size(struct text *out, const char *name, size_t value);
void pen_bool(struct text *out, const char *name, int value);
void pen_string(struct text *out, const char *name, const char *value);
void pen_strings(struct text *out, const char *name, const char *const *values); /* NULL-ended; NULL: an empty list */
void pen_moment(struct text *out, const char *name, int64_t us); /* "2025-01-06T08:00:00.000000Z" */
void pen_null(struct text *out, const char *name);
void pen_value(struct text *out, const char *name, const json_t *value); /* NULL: null */

#endif
