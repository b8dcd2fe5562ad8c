/* report/visualize/lts_documentation.h — the page "LTS Documentation": what each test's payload says, in words; at the end all of it as CSV.
 *
 * Written test by test; kept are a row of labels and KPI values for each, for the CSV. */
#ifndef REPORT_VISUALIZE_LTS_DOCUMENTATION_H
#define REPORT_VISUALIZE_LTS_DOCUMENTATION_H
#include "regress/analysis.h"
#include "report/page.h"
#include "report/visualize/test_view.h"

struct lts_documentation;

struct lts_documentation *lts_documentation_open(const struct kpi_rule *rules, size_t rules_n);
void lts_documentation_close(struct lts_documentation *documentation); /* NULL is fine */
/* Links to the tests' parts, before the first of them: those come one by one, so the links come from the titles. */
void lts_documentation_contents(const struct lts_documentation *documentation, struct page *page, const char *const *titles, size_t n);
/* The test's part of the page. */
void lts_documentation_add(struct lts_documentation *documentation, struct page *page, const struct test_view *view);
/* The CSV (RFC 4180, a header line): test_uuid, the labels, timestamp, one column a KPI, unformatted. Tests without a payload are
 * left out. */
void lts_documentation_csv(const struct lts_documentation *documentation, struct text *out);
/* The end of the page. */
void lts_documentation_finish(const struct lts_documentation *documentation, struct page *page);

#endif
