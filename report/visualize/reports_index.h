/* report/visualize/reports_index.h — the page reports_index.html: links to the reports that were made, and the names of those that were not. */
#ifndef REPORT_VISUALIZE_REPORTS_INDEX_H
#define REPORT_VISUALIZE_REPORTS_INDEX_H
#include "report/page.h"
#include "report/visualize/report_list.h"

#define REPORTS_INDEX_FILE "reports_index.html"

struct reports_index {
    const char *workload, *results_dirname;
    const char *filters; /* NULL or "": none */
    size_t tests, wrong; /* wrong: with something wrong */
    const struct report_list *list;
};

/* A whole page into `out`. */
bool reports_index_render(const struct reports_index *index, struct text *out, struct error *err);

#endif
