/* regress/series.h — one KPI of one entry and its history, and every test that is made on it.
 *
 * Three questions are asked about "worse". Newest: is the newest run outside what its history's current level gives?
 * Runs: are most of the newest k runs outside what the history before them gave (a regression that began k runs ago)?
 * Step: did history settle on a level that is worse than the best one before, and the entry stands with it? Each has its share of
 * the level. About "better" only the newest run is asked.
 *
 * Measured: share of invocations with any regression when nothing changed, promised .05; thresholds 0, all KPIs "lower is
 * better" (the long tail of the log-normal is the worse side; sigma .8); 3,000, 2,000, 1,000 invocations a cell for 1, 8, 24
 * KPIs (standard error at .05: .004, .005, .007), with seeds that were not used to choose the constants:
 *
 *     run points      8                   12                  20                  40
 *     KPIs            1     8     24      1     8     24      1     8     24      1     8     24
 *     Gaussian       .006  .005  .003    .017  .003  .000    .017  .002  .001    .024  .002  .000
 *     t, 3 df        .020  .008  .004    .024  .015  .002    .033  .021  .019    .026  .027  .018
 *     log-normal     .038  .027  .037    .047  .039  .031    .037  .040  .032    .025  .033  .028
 *     AR(1), .3      .012  .012  .007    .023  .011  .005    .026  .006  .006    .026  .008  .006
 *
 * The price, on Gaussian noise: a lone newest run that is 8 sd worse in one of 8 KPIs is a regression in 10, 37, 79, 97 % of
 * cases with 8, 12, 20, 40 points (alone: 97 % and more), else suspect; one run later in 83, 95, 100, 100 %.
 */
#ifndef REGRESS_SERIES_H
#define REGRESS_SERIES_H
#include "regress/analysis.h"
#include "regress/baseline.h"
#include "regress/select.h"

enum {
    SERIES_MAX = 200,   /* newest run points that are looked at: more would not make a verdict surer, only later */
    SERIES_WINDOW = 30, /* run points in which the best earlier level is looked for */
    SERIES_TESTED_MIN = 3 /* run points of history below which nothing is tested */
};
/* Shares of the level. The newest run's is smaller below SERIES_FEW points, where the tail of a skewed family shows less
 * than the test assumes; what is then left is not spent. */
enum { SERIES_FEW = 12 };
#define SERIES_NEWEST_SHARE 0.7
#define SERIES_NEWEST_SHARE_FEW 0.5
#define SERIES_RUNS_SHARE 0.2
#define SERIES_STEP_SHARE 0.1

struct series {
    const struct kpi_rule *rule;
    struct run_point *points; /* history, oldest first */
    double *x;                /* their values, and the entry's as x[n] */
    size_t n;
    enum side worse;
};

/* A regression that began at x[start], against an earlier level. */
struct began {
    bool found;
    double p; /* before its share */
    size_t start;
    struct baseline reference;
};

struct findings {
    bool tested;
    struct levels levels;   /* of history */
    struct baseline now;    /* current level of history */
    double p_worse, p_better; /* of the newest run alone */
    struct began runs;      /* most of the newest runs are outside */
    struct began step;      /* history settled on a worse level, and the entry stands with it */
    size_t step_change;     /* the change of `levels` that began it */
};

/* Points that have the KPI; repetitions averaged. False when the entry has no number for it. */
bool series_of(const struct selection *selection, const struct record *entry, const struct kpi_rule *rule,
               struct series *series, struct arena *arena);

double series_newest_share(const struct series *series);

/* The relative threshold in the KPI's unit at a level, and whether a change passes it and the absolute one. */
double series_relative_threshold(const struct kpi_rule *rule, double level);
bool series_passes(const struct kpi_rule *rule, double change, double level);

struct findings series_test(const struct series *series, struct arena *arena);

/* p of "nothing got worse" for the gate: the questions with their shares, only where thresholds are passed; at most 1.
 * *began: which regression it is, NULL for the newest run alone. */
double series_worse(const struct series *series, const struct findings *findings, const struct began **began);

/* Finds the p of the step again, for the level that the correction asks of a single one. */
void series_resolve(const struct series *series, struct findings *findings, double alpha);

#endif
