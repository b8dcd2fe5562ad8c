/* report/verdict_html.h — regression_report.html: the verdicts with all that they rest on, as one page of tables (report/page.h).
 *
 * First the verdict in a sentence, what was not gated; incidents, what is missing and what changed; then the configurations, the history and the results of all
 * entries; then each entry with its settings, labels and notes, and each of its KPIs with verdict, a picture
 * of its runs, what people know of its change and what else changed there, its checks, evidence and the runs that it was compared with. What is as it should be is folded away.
 */
#ifndef REPORT_VERDICT_HTML_H
#define REPORT_VERDICT_HTML_H
#include "base/arena.h"
#include "base/output.h"
#include "base/text.h"
#include "regress/analysis.h"
#include "regress/gate.h"

/* gate: what it makes of the verdicts is said; NULL: nothing. With a sink `out` is only the buffer (page_open). ERR_OUTPUT when the sink failed or the text is full. The same analysis gives
 * the same bytes. */
bool verdict_html_render(struct text *out, struct output *sink, const struct analysis *analysis, const struct gate *gate, struct error *err);

/* The fragment by which the page is linked to: "entry-1" (from 1, in the order of the analysis), "entry-1-train_runtime". */
const char *verdict_html_fragment(size_t entry, const char *kpi, struct arena *arena);

#endif
