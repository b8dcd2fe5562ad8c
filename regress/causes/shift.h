/* regress/causes/shift.h — which way the KPIs of one run moved at a place of its history, each by itself and all together: what
 * regress/causes/incidents.h takes for the evidence that one thing moved them.
 *
 * A place is an index in the entry's selection->points, the first run point that is not before the onset; points_n: the entry itself.
 */
#ifndef REGRESS_CAUSES_SHIFT_H
#define REGRESS_CAUSES_SHIFT_H
#include "regress/causes/incidents.h"

/* 1: for the worse, -1: for the better, 0: not at all. The median of the runs since the place against that of those just before it. */
int shift_side(const struct entry_result *entry, const struct kpi_result *kpi, size_t place);

/* Sums over KPIs: how far each run is from its level, in standard deviations, above 0 for the worse; by the age of the run, 0: the entry. */
struct shift {
    double sum[INCIDENT_RUNS_MAX];
    size_t n[INCIDENT_RUNS_MAX];
    size_t since; /* ages below are of the onset and after it */
};

/* Values count less the mean of their level; those since the place less that of the level before it. */
void shift_add(struct shift *shift, const struct entry_result *entry, const struct kpi_result *kpi, size_t place);

/* p of the mean shift of the runs since the place against those of the runs before, by Student's t (INCIDENT_RUNS_MIN of them, else 1).
 * Runs that lack half of the entry's KPIs do not count. */
double shift_p(const struct shift *shift, bool worse);

#endif
