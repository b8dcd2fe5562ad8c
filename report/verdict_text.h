/* report/verdict_text.h — the verdicts as plain text of at most 100 columns, for a terminal and for logs.
 *
 * First what was not gated, then the counts, then every KPI that changed, is suspect or missing, with since when, by how
 * much, how sure and what would flip it; then notes on the history; then one line for each other KPI.
 */
#ifndef REPORT_VERDICT_TEXT_H
#define REPORT_VERDICT_TEXT_H
#include "base/text.h"
#include "regress/analysis.h"

enum { VERDICT_TEXT_COLUMNS = 100 };

/* Appends; the same analysis gives the same bytes. */
void verdict_text_render(struct text *out, const struct analysis *analysis);

#endif
