/* report/visualize/error_report.h — the page "Error report": what each test was, and what went wrong with it.
 *
 * At the top the tests with something wrong: an exit code other than 0, artifacts that are missing or broken, violations of the
 * payload's schema. Then one part a test: where it is, its UUID and exit code, what the workload wants to be shown of it
 * (`reports: error:`; without that the parsed values), its settings, all findings.
 *
 * The parts are kept as text until the page is written, because the top comes from all of them: at most ERROR_REPORT_MAX bytes;
 * beyond, a test has its row at the top only. */
#ifndef REPORT_VISUALIZE_ERROR_REPORT_H
#define REPORT_VISUALIZE_ERROR_REPORT_H
#include "report/page.h"
#include "report/visualize/test_view.h"

enum {
    ERROR_REPORT_MAX = 64 << 20,
    ERROR_REPORT_VALUE_MAX = 8 << 10, /* bytes of one value */
    ERROR_REPORT_LINES_MAX = 100      /* lines of a list: findings, violations */
};

struct error_report;

struct error_report *error_report_open(void);
void error_report_close(struct error_report *report); /* NULL is fine */
void error_report_add(struct error_report *report, const struct test_view *view);
/* How many tests have something wrong. */
size_t error_report_wrong(const struct error_report *report);
/* The page's content, after its main heading. `found`: what was found while looking for tests, with paths. */
void error_report_render(const struct error_report *report, struct page *page, const struct findings *found);

#endif
