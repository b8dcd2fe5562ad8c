/* columns/newest.h — was the newest run worse? The gate's own question (regress/analysis.h), asked of bare series.
 *
 * The last value of each series is held against up to SERIES_MAX values before it, as `ci` would hold a KPI against the run points of its
 * history; the p of all series are corrected together.
 */
#ifndef COLUMNS_NEWEST_H
#define COLUMNS_NEWEST_H
#include "columns/columns.h"
#include "detect/method.h"
#include "regress/analysis.h"

struct newest_options {
    enum direction better;
    double false_alarm_rate; /* of any regression when nothing changed */
    double magnitude;        /* a change smaller than this share of the level does not count; 0: any (`threshold`: its own 5 %) */
    const struct method *method; /* of another tool, in place of the gate's own question; NULL: none */
};

/* What the method found, one sentence with numbers; NULL: the gate's own question was asked, or the
 * values are so far out that it has no sentence. */
const char *newest_found(const struct kpi_result *result);

/* The one entry's kpis[i] is the verdict of columns->v[i]; evidence.points[j] is the value with the index newest_index(column, evidence,
 * j). A series without a value is missing. Lives in `arena`. */
const struct analysis *newest_test(const struct columns *columns, const struct newest_options *options, struct arena *arena);

size_t newest_index(const struct column *column, const struct evidence *evidence, size_t point);

#endif
