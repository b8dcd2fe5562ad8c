/* regress/checks/control.h — the control of a KPI: what its runs are divided by, so that what moves both is no change
 * (detect/reference.h).
 *
 * A control is another KPI of the same run, or the KPI itself in the runs of a pinned version. Of those the ones of the same
 * run (run_id) count; else the nearest in time before or at the same time, at most BESIDE_DAYS days apart, whose labels are
 * otherwise those of the entry. A run without a control is a gap. The pinned runs themselves are no part of the series, and
 * an entry that is one of them is judged as it is. Divided before everything but fixed bounds.
 */
#ifndef REGRESS_CHECKS_CONTROL_H
#define REGRESS_CHECKS_CONTROL_H
#include "detect/reference.h"
#include "regress/series.h"

struct control_found {
    const char *name;           /* "the control warmup", "the control runs with version=v2.4.0" */
    size_t own;                 /* run points that are the pinned runs themselves */
    struct reference reference; /* of the runs with a value, oldest first, this one last */
};

struct control_index; /* the pinned runs of all KPIs, made once for all entries; NULL: no KPI has pinned runs */
struct control_index *control_open(struct arena *arena, const struct analysis_options *options, const struct record *entries,
                                   size_t entries_n, const struct record *history, size_t history_n);

/* Divides the series, as it was gathered, and the entry by the control of its rule: series->control tells how it went; gaps
 * are taken out; series->has says whether this run has a control. Without a rule for one nothing changes. */
void control_divide(const struct control_index *index, const struct selection *selection, const struct record *entry, struct series *series,
                    struct arena *arena);

/* "divided by the control warmup, run-to-run spread 0.8 % instead of 3.1 %"; NULL: without a control. */
const char *control_text(const struct control_found *found, struct arena *arena);

#endif
