/* report/chart.h — the runs of one KPI as a small picture on a page: inline SVG, without scripts, in the page's colours.
 *
 * Drawn: a dot for each run point, oldest first, and a large one for the run under analysis; a line for each level; the band in which one
 * more run is expected; dashed lines for fixed bounds; an upright line where the change began. Values and versions stand beside it as text. */
#ifndef REPORT_CHART_H
#define REPORT_CHART_H
#include "regress/analysis.h"
#include "report/page.h"

/* Of at most `most` points, the newest; nothing where fewer than two values are finite. */
void chart_render(struct page *page, const struct entry_result *entry, const struct kpi_result *kpi, size_t most);

#endif
