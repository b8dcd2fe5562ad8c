/* report/visualize/kpi_table.h — the pages "KPI Table Report by settings" and "… by labels": one row a test, one column a KPI.
 *
 *     by settings: the columns before the KPIs are the settings of the tests that vary
 *     by labels:   … the labels of the payloads (metadata.settings without the bookkeeping keys) that vary, and the test's directory
 *
 * Rows stand in the order of the sorting keys, then of the other variable columns. A KPI that is a list has no column: its
 * count, minimum, median and maximum are in a table of their own. Kept are a row of short texts and numbers for each test. */
#ifndef REPORT_VISUALIZE_KPI_TABLE_H
#define REPORT_VISUALIZE_KPI_TABLE_H
#include "regress/analysis.h"
#include "report/page.h"
#include "report/visualize/test_view.h"

struct kpi_table_options {
    bool by_labels;
    const char *const *sorting_keys; /* NULL-ended, or NULL */
    const struct kpi_rule *rules;
    size_t rules_n;
};

struct kpi_table;

struct kpi_table *kpi_table_open(const struct kpi_table_options *options);
void kpi_table_close(struct kpi_table *table); /* NULL is fine */
void kpi_table_add(struct kpi_table *table, const struct test_view *view);

/* How many different combinations of labels (settings) the rows have: fewer than rows means that rows cannot
 * be told apart; 0: there are none at all. */
size_t kpi_table_distinct(const struct kpi_table *table);
size_t kpi_table_rows(const struct kpi_table *table);

/* The page's content, after its main heading. */
void kpi_table_render(const struct kpi_table *table, struct page *page);

#endif
