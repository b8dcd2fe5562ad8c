/* report/verdict_summary.h — regression_summary.yaml: Python's keys and wording, with the counts that the words mean.
 *
 *     entries_count: 5                            results directories that were judged
 *     failures: 8                                 regressions that nobody acknowledged
 *     kpis_count: 8
 *     message: 'Performed 40 KPI regression …'
 *     no_history: 0                               entries without history
 *     not_analyzed: 0                             KPI results that could not be judged: missing, cannot tell
 *     significant_performance_decrease: 8         regressions, acknowledged ones too
 *     significant_performance_increase: 0         improvements
 *     total_points: 40                            KPI results, but for those not to be analysed
 *
 * Differs from Python on purpose: there an improvement counts as a failure, and the message gives the number of increases
 * as that of decreases.
 */
#ifndef REPORT_VERDICT_SUMMARY_H
#define REPORT_VERDICT_SUMMARY_H
#include "base/arena.h"
#include "base/text.h"
#include "regress/analysis.h"

struct verdict_summary {
    size_t entries, kpis, total_points, failures, no_history, not_analyzed, decreases, increases;
    const char *message; /* in Python's wording */
};
struct verdict_summary verdict_summary_of(const struct analysis *analysis, struct arena *arena);

/* Appends the YAML document. */
void verdict_summary_render(struct text *out, const struct analysis *analysis);

#endif
