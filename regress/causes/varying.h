/* regress/causes/varying.h — whether a label that is not compared explains the spread of a KPI, so that it should be a key.
 *
 * One-way analysis of variance of the run points' values, each less the mean of its level, by the label's values: within levels, so that
 * a label that changed together with the level is not blamed for the level (regress/causes/causes.h names it). The share is omega squared,
 *
 *     (SSb - (k - 1) MSw) / (SSt + MSw),   MSw = (SSt - SSb) / (n - levels - k + 1)        (Hays 1963)
 *
 * and not eta squared SSb/SSt, which grows with the number k of values by chance alone ((k-1)/(n-1) when nothing is explained): a label
 * with a value of its own in every run would explain all. Omega squared is 0 on average there; negative ones count as 0.
 *
 * p is the larger of the F test's and, when that passes, a permutation test's (values change places within their level, 9,999 times, the
 * same ones each time), which trusts no law: one outlier that has a value of its own is no proof. It is multiplied by the number of KPIs
 * that were looked at. The entry itself is left out: it is under test. A run whose repetitions differ in the label is left out.
 */
#ifndef REGRESS_CAUSES_VARYING_H
#define REGRESS_CAUSES_VARYING_H
#include "regress/analysis.h"

enum {
    VARYING_RUNS_MIN = 6,   /* run points below which nothing is said */
    VARYING_VALUES_MAX = 64, /* a label with so many values among the runs that are looked at explains nothing that one could act on */
    VARYING_KPIS_MAX = 80,   /* more of them do not make the permutation test's p larger: 10,000 draws could not pass otherwise */
    VARYING_DRAWS = 9999
};

/* Fills entry->explained, beside entry->varying, of every entry. */
void varying_find(struct analysis *analysis, struct arena *arena);

/* Omega squared of `n` values in groups codes[i] < groups and levels levels[i] < levels_n; *p: the F test's. 0 and 1 when nothing can be
 * said. Levels are stretches: equal ones stand side by side. */
struct varying_share {
    double share, p;
};
struct varying_share varying_share_of(const double *x, const size_t *codes, const size_t *levels, size_t n, struct arena *scratch);

#endif
