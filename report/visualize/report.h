/* report/visualize/report.h — one report page while the tests go by: opened, given each test, finished.
 *
 *     struct report *report = report_open(&item, &options, sink);
 *     report_begin(report, titles, n);
 *     report_add(report, &view);           // for each test
 *     bool ok = report_finish(report, &found, &err);
 *     report_close(report);
 */
#ifndef REPORT_VISUALIZE_REPORT_H
#define REPORT_VISUALIZE_REPORT_H
#include "base/output.h"
#include "regress/analysis.h"
#include "report/visualize/report_list.h"
#include "report/visualize/test_view.h"

struct report_options {
    const struct kpi_rule *rules; /* the workload's KPIs */
    size_t rules_n;
    const char *const *sorting_keys; /* NULL-ended, or NULL */
};

struct report;

/* `item` is of a kind that is made; it and the options live as long as the report. What is written goes to `sink`, which the
 * caller commits or aborts. */
struct report *report_open(const struct report_item *item, const struct report_options *options, struct output *sink);
void report_close(struct report *report); /* NULL is fine */
/* Before the first test: the titles of all of them, in order. */
void report_begin(struct report *report, const char *const *titles, size_t n);
void report_add(struct report *report, const struct test_view *view);
/* `found`: what was found while looking for tests. False when the sink failed or the page is too large. */
bool report_finish(struct report *report, const struct findings *found, struct error *err);
/* Something that whoever makes the report should know, or NULL; after report_finish, lives as long as the report. */
const char *report_warning(const struct report *report);

#endif
