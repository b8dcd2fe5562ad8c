/* report/changes_report.h — what `changepoints` found in the series of a file: as text for people, as JSON for programs.
 *
 * The text answers "was the newest run worse?" first, in words that need no statistics; then a picture, then the changes. Runs are counted
 * from 1 there. The JSON (docs/changepoints.schema.json) counts rows from 0: {"change_points": [{"index": 20, …}], …}, with several
 * series {"series": {"latency": {"change_points": […]}, …}}.
 */
#ifndef REPORT_CHANGES_REPORT_H
#define REPORT_CHANGES_REPORT_H
#include "base/text.h"
#include "columns/changes.h"
#include "columns/columns.h"
#include "columns/newest.h"

enum { CHANGES_FORMAT = 1 };

struct changes_report {
    const char *file;
    const struct columns *columns;
    const struct changes *found; /* of each column */
    enum changes_method method;
    const struct method *judge;     /* of another tool, by which the newest run was judged; NULL: ours */
    enum direction better;          /* NONE: not said */
    const struct analysis *newest;  /* by `better`; without it as if higher were better */
    const struct analysis *newest_up; /* without `better`: as if lower were better; else NULL */
};

/* The verdict on the newest run of a column: without `better`, of the side on which it stands out more. NULL: not asked for. */
const struct kpi_result *changes_newest(const struct changes_report *report, size_t column);

void changes_text_render(struct text *out, const struct changes_report *report, struct arena *arena);
/* One column's object, without a line end; `several`: it is a member of "series". */
void changes_json_render_column(struct text *out, const struct changes_report *report, size_t column, bool several);
/* What stands before the first column's object and behind the last one, and before each of several. */
void changes_json_open(struct text *out, const struct changes_report *report);
void changes_json_name(struct text *out, const struct changes_report *report, size_t column);
void changes_json_close(struct text *out, const struct changes_report *report);

#endif
