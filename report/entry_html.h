/* report/entry_html.h — one entry of the regression report: its settings, labels, notes, and each KPI with its evidence. */
#ifndef REPORT_ENTRY_HTML_H
#define REPORT_ENTRY_HTML_H
#include "regress/analysis.h"
#include "report/label_overview.h"
#include "report/page.h"

struct entry_page {
    const struct analysis *analysis;
    const struct label_overview *settings; /* of all entries: which vary */
};

/* `i`: which entry. Uses a scratch arena of its own for each KPI. */
void entry_html_render(struct page *page, const struct entry_page *context, size_t i);
/* "Entry #1 – gpu=8 mode=a" */
const char *entry_html_title(const struct entry_result *entry, size_t i, struct arena *arena);
/* What colour a verdict has; what a KPI has: `cannot tell` in place of a regression that of a suspect. */
enum page_tone entry_html_tone(enum verdict verdict);
enum page_tone entry_html_tone_of(const struct kpi_result *kpi);

#endif
