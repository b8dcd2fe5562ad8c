/* report/change_table.h — on the regression report: KPIs that changed as rows of a table, on a phone a card each: what to look at, the members of
 * an incident. A row has the verdict, links to the KPI and its entry, the change and the two numbers that it is told of, p, since when.
 */
#ifndef REPORT_CHANGE_TABLE_H
#define REPORT_CHANGE_TABLE_H
#include "regress/analysis.h"
#include "report/page.h"

enum change_table_kind {
    CHANGE_TABLE_CAUSES,  /* each row says what else changed there, too */
    CHANGE_TABLE_MEMBERS, /* the incident says it */
};

/* page_table_end ends it. */
void change_table_begin(struct page *page, enum change_table_kind kind);
void change_table_row(struct page *page, enum change_table_kind kind, const struct analysis *analysis, const struct entry_result *entry,
                      const struct kpi_result *kpi);

#endif
