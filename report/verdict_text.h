/* report/verdict_text.h — the verdicts as plain text of at most 100 columns, for a terminal and for logs.
 *
 * First what was not gated, then the counts; incidents, and what should be there and is not; then every KPI that changed, is suspect or
 * missing, with since when, by how much, how sure, what would flip it, what people know of the change and what else changed there; then one
 * line for each other entry, and notes on the history. Made for one screen: of each verdict about VERDICT_TEXT_ROWS rows, and how many more
 * there are. A KPI of an incident stands only there.
 */
#ifndef REPORT_VERDICT_TEXT_H
#define REPORT_VERDICT_TEXT_H
#include "base/text.h"
#include "regress/analysis.h"

enum { VERDICT_TEXT_COLUMNS = 100, VERDICT_TEXT_ROWS = 40 };

/* Appends; the same analysis gives the same bytes. */
void verdict_text_render(struct text *out, const struct analysis *analysis);

#endif
