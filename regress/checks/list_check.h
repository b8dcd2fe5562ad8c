/* regress/checks/list_check.h — a KPI that is a list (latencies of requests): what its distribution does, part by part.
 *
 * The run is the unit of analysis: the thousands of values within one run say what its quantiles are, not how much runs differ. So
 * the mean and each quantile that a record keeps (history/record_list.h) are a series of run points as any KPI's is, and get all its questions:
 * newest run, newest runs, a worse level (regress/answers.h). They share the level of one hypothesis (series.parts): its p is the smallest
 * of the parts', times their number. Thresholds apply to each part.
 *
 * The hypothesis then stands for the part that decided: h->series and h->answers are its; without a change those of the median, or
 * where that scatters too much to be judged those of the part that scatters least.
 *
 * Measured by bench/list_rates.c (1000 20261121: whole invocations of 8 lists of 300 values, runs differ by 2 %, thresholds 0): share of invocations
 * with any regression when nothing changed, promised .05; 8, 12, 20, 40 earlier runs: Gaussian .002 .003 .001 .001, log-normal .012 .005 .006
 * .007, AR(.3) .009 .004 .000 .002 (1,000 invocations; s.e. at .01: .003); with any suspect: .037 .027 .041 .043, .060 .093 .084 .088, .033 .045 .046
 * .048. The parts say nearly the same, so to divide the level by their number is on the safe side.
 */
#ifndef REGRESS_CHECKS_LIST_CHECK_H
#define REGRESS_CHECKS_LIST_CHECK_H
#include "detect/distribution.h"
#include "regress/verdict.h"

/* Whether the KPI is a list: the entry has one, or it has nothing and its history has lists rather than numbers. Then h->list and h->series (the
 * median's) are filled, and h->others: run points in which it is a number, which are never compared. */
bool list_plan(struct hypothesis *h, const struct invocation *invocation, struct arena *arena);
/* Of the parts the one that is farthest outside of bounds (which may be infinite), or the median: its name and value. */
const char *list_outermost(const struct hypothesis *h, double low, double high, double *value);
/* Whether a part of the list of an earlier run was outside. */
bool list_was_outside(const struct hypothesis *h, const struct select_point *point, double low, double high);
/* Of a number: run points in which it is a list. */
size_t list_count_others(const struct hypothesis *h, struct arena *arena);

void list_test(struct hypothesis *h, struct shuffles *shuffles, struct arena *arena);
/* `level`: see answers_resolve. Fills p_worse and p_better. */
void list_resolve(struct hypothesis *h, struct shuffles *shuffles, double level);

/* Tests a copy of h again, after its series got other borders: what other copies know of the parts stays. */
void list_retest(struct hypothesis *h, struct shuffles *shuffles, double level, struct arena *arena);

/* After the correction, before the verdict: takes the part that decides. */
void list_choose(struct hypothesis *h, const struct invocation *invocation);
/* After it: names the part in reason and flip. */
void list_describe(struct hypothesis *h, const struct invocation *invocation, struct arena *arena);
/* Another check decided: says that it speaks of the median. */
void list_name_part(struct hypothesis *h, struct arena *arena);
/* After all checks: a check for each part, the one that decided first, before the others. `level`: the verdict before them. */
void list_add_checks(struct hypothesis *h, enum verdict level, struct arena *arena);

#endif
