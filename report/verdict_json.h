/* report/verdict_json.h — the whole verdict model as JSON, for programs; described by docs/verdict.schema.json.
 *
 * Members stand in a fixed order; a number that does not apply is null. VERDICT_JSON_FORMAT grows by one when a reader
 * of the older format could go wrong; new members alone do not change it.
 */
#ifndef REPORT_VERDICT_JSON_H
#define REPORT_VERDICT_JSON_H
#include <stdbool.h>

#include "base/text.h"
#include "regress/analysis.h"

/* 2: an acknowledged regression counts as `acknowledged`; what decided may be another check than the level (`decided_by`, `checks`), so
 * that `p_corrected` and `ok_from` of a regression may be null; absences count as `missing`. */
enum { VERDICT_JSON_FORMAT = 2 };

/* Appends the document: ASCII, a line for each KPI, check and point, with a newline at its end. */
void verdict_json_render(struct text *out, const struct analysis *analysis);

/* Where the document goes piece by piece. */
struct verdict_json_sink {
    void (*take)(void *context, const char *bytes, size_t n);
    void *context;
};

/* The same bytes, without room for all of them. False: a single KPI has more than 1 GiB. */
bool verdict_json_stream(const struct analysis *analysis, const struct verdict_json_sink *sink);

#endif
