/* regress/series.h — one KPI of one entry and its history, and every test that is made on it.
 *
 * Three questions are asked about "worse". Newest: is the newest run outside what its history's current level gives?
 * Runs: are most of the newest k runs outside what the history before them gave (a regression that began k runs ago)?
 * Step: did history settle on a level that is worse than the best one before, and the entry stands with it? Each has its share of
 * the level. About "better" only the newest run is asked.
 *
 * Measured with bench/error_rates 2000 20261121: share of invocations with any regression when nothing changed, promised .05;
 * thresholds 0, all KPIs "lower is better" (the long tail of the log-normal is the worse side; sigma .8); 2,000 invocations a cell
 * for 1 and 8 KPIs, 1,000 for 24 (standard error at .05: .005 and .007):
 *
 *     run points      8                   12                  20                  40
 *     KPIs            1     8     24      1     8     24      1     8     24      1     8     24
 *     Gaussian       .015  .001  .003    .017  .002  .002    .018  .003  .001    .021  .003  .003
 *     t, 3 df        .025  .019  .010    .029  .019  .013    .032  .031  .015    .023  .025  .026
 *     log-normal     .051  .067  .058    .055  .049  .054    .041  .051  .048    .027  .040  .028
 *     AR(1), .3      .026  .009  .009    .027  .009  .010    .038  .007  .006    .025  .011  .004
 *
 * With 5 points, which are enough within one version (1,000 and 500 invocations): Gaussian .019 .015 .008, t .040 .022 .024,
 * log-normal .063 .088 .094, AR(1) .023 .022 .024.
 *
 * So the promise is kept but for the log-normal with few points. A tail index of 1.6 would keep it there too
 * (.043) and find a run that is 13 sd worse in one of 8 KPIs with 8 points in 40 % of cases at once instead of 75 %.
 *
 * The price, on Gaussian noise: a lone newest run that is 5, 8, 13 sd worse in one of 8 KPIs is a regression in 4, 27, 75 % of
 * cases with 8 points, 19, 69, 99 % with 12, 37, 89, 100 % with 20, 55, 99, 100 % with 40 (in the only KPI: 85, 99, 100 % with 8);
 * else it is mostly suspect.
 */
#ifndef REGRESS_SERIES_H
#define REGRESS_SERIES_H
#include "regress/analysis.h"
#include "detect/baseline.h"
#include "regress/select.h"
#include "regress/within.h"

enum {
    SERIES_MAX = 200,   /* newest run points that are looked at: more would not make a verdict surer, only later */
    SERIES_WINDOW = 30, /* run points before the level of now in which the best earlier one is looked for, where nothing else is asked for */
    SERIES_TESTED_MIN = 3 /* run points of history below which nothing is tested */
};
/* Shares of the level. The newest run's is smaller below SERIES_FEW points, where the tail of a skewed family shows less
 * than the test assumes; what is then left is not spent. */
enum { SERIES_FEW = 12 };
#define SERIES_NEWEST_SHARE 0.7
#define SERIES_NEWEST_SHARE_FEW 0.5
#define SERIES_RUNS_SHARE 0.2
#define SERIES_STEP_SHARE 0.1

struct control_found; /* regress/checks/control.h */

struct series {
    const struct kpi_rule *rule;
    struct run_point *points; /* history, oldest first */
    const struct select_point **from; /* what each of them was made of */
    double *x;                /* their values, and the entry's as x[n] */
    size_t n;
    size_t older;             /* run points before them that the level is not tested with: points[-1], x[-1] … */
    double measured;          /* the entry's value as it is; NAN: it has none */
    bool has;                 /* x[n] is a number: it is as measured, or divided by its control */
    const struct control_found *control; /* NULL: values are as measured */
    enum side worse;
    struct within within; /* of the repetitions of history's run points, as measured */
    size_t repetitions;   /* of this run, of which x[n] is the mean */
    size_t parts; /* series that are one hypothesis (the parts of a list) and share its level; 0 is 1 */
    size_t window; /* run points before the level of now in which the best earlier one is looked for; 0: SERIES_WINDOW */
    /* What people said (regress/known.h): */
    const size_t *borders; /* changes that are known, by the index of the new level's first point, ascending */
    size_t borders_n;
    size_t floor;          /* a border: no level that begins before it is what the entry is held against; 0: none */
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

/* The record's value of the KPI; false when it has none, or the one that stands for nothing to analyse. */
bool series_value(const struct record *record, const struct kpi_rule *rule, double *value);

/* All points that have the KPI; repetitions averaged, the entry's in this invocation, too. False when the entry has no number for it. */
bool series_gather(const struct selection *selection, const struct record *entry, const struct kpi_rule *rule,
                   struct series *series, struct arena *arena);
/* Leaves the newest SERIES_MAX for the tests of the level. */
void series_trim(struct series *series);
/* Both. */
bool series_of(const struct selection *selection, const struct record *entry, const struct kpi_rule *rule,
               struct series *series, struct arena *arena);

/* The first point of the window that ends before point `end`; of the one that ends with the history. */
size_t series_window_before(const struct series *series, size_t end);
size_t series_window_start(const struct series *series);

/* Where a run point of the selection stands in the series: it, or the first after it; n: none is. */
size_t series_place(const struct series *series, const struct select_point *point);
/* Gives the series the borders and the floor of another one of the same entry. */
void series_take_borders(struct series *series, const struct series *other, struct arena *arena);

double series_newest_share(const struct series *series);

/* The relative threshold in the KPI's unit at a level, and whether a change passes it and the absolute one. */
double series_relative_threshold(const struct kpi_rule *rule, double level);
bool series_passes(const struct kpi_rule *rule, double change, double level);

/* `shuffles`: see levels_find_with. */
struct findings series_test(const struct series *series, struct shuffles *shuffles, struct arena *arena);

/* p of "nothing got worse" for the gate: the questions with their shares, only where thresholds are passed; at most 1.
 * *began: which regression it is, NULL for the newest run alone. */
double series_worse(const struct series *series, const struct findings *findings, const struct began **began);

/* Finds the p of the step again, for the level that the correction asks of a single one. */
void series_resolve(const struct series *series, struct findings *findings, struct shuffles *shuffles, double alpha);

#endif
