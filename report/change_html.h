/* report/change_html.h — on the regression report: incidents, what is missing; of a KPI what people know of its change, what else changed
 * there, and its checks. Each is nothing where there is nothing to say. */
#ifndef REPORT_CHANGE_HTML_H
#define REPORT_CHANGE_HTML_H
#include "regress/analysis.h"
#include "report/page.h"

/* With a heading each, "incidents" and "absences". */
void change_html_incidents(struct page *page, const struct analysis *analysis);
void change_html_absences(struct page *page, const struct analysis *analysis);

/* behind_reason: below the verdict and its reason, which may say who acknowledged it. */
void change_html_story(struct page *page, const struct kpi_result *kpi, bool behind_reason);
void change_html_checks(struct page *page, const struct kpi_result *kpi);

#endif
