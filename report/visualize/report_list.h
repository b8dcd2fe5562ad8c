/* report/visualize/report_list.h — which reports somebody asks for, what they are called, and which of them we can make.
 *
 * Asked for as Python's tool is: "stats=report: Error report&stats=report: LTS Documentation&…", as the query of an address
 * (%20 and + are blanks). A name may be written without "report: ", in any case, and without "stats=".
 *
 * Each known report has a number, from 0, in the order of asking; what is unknown has none. Files are named as Python's:
 * "report_00_report:_error_report.html", "report_03_report: LTS Documentation.html". */
#ifndef REPORT_VISUALIZE_REPORT_LIST_H
#define REPORT_VISUALIZE_REPORT_LIST_H
#include <stdbool.h>
#include <stddef.h>

#include "base/arena.h"
#include "base/error.h"

enum report_kind {
    REPORT_ERROR,
    REPORT_LTS_DOCUMENTATION,
    REPORT_KPIS_BY_SETTINGS,
    REPORT_KPIS_BY_LABELS,
    REPORT_PICTURES, /* known, and not drawn yet */
    REPORT_UNKNOWN,
    REPORT_MADE = REPORT_PICTURES /* the kinds before it are made */
};
enum { REPORT_LIST_MAX = 1000 };

struct report_item {
    enum report_kind kind;
    const char *name;  /* "report: Error report"; of an unknown one as it was written */
    const char *title; /* without "report: " */
    size_t number;
    const char *file;  /* NULL for what is not made */
};

struct report_list {
    struct report_item *v;
    size_t n, cap;
};

/* The names that a query asks for, NULL-ended, each once. *unused: parts other than names ("model=a"), NULL-ended. ERR_USAGE when there
 * are more than REPORT_LIST_MAX. */
bool report_query_parse(struct arena *arena, const char *query, const char *const **names, const char *const **unused,
                        struct error *err);

/* `names`: NULL-ended; none at all: every report that is made. `pictures`: names that the workload knows, NULL-ended. */
struct report_list report_list_of(struct arena *arena, const char *const *names, const char *const *pictures);
bool report_list_has(const struct report_list *list, enum report_kind kind);

/* "report: Error report" of a kind before REPORT_MADE, and what is on it, one sentence. */
const char *report_name(enum report_kind kind);
const char *report_summary(enum report_kind kind);

#endif
