/* regress/series.h — one KPI of one entry and its history, and every test that is made on it.
 *
 * Four questions are asked about "worse". Newest: is the newest run outside what its history's current level gives? Few: are the newest two,
 * three or four runs all outside what the ones before them give, as a group? Recent: are the newest 4 to 12 runs a level of their own
 * (detect/recent.h, all starts at once)? Step: did history settle on a level that is worse than the best one before, and the entry stands
 * with it? Each has its share of the level. About "better" only the newest run is asked.
 *
 * The tables of what this promises and costs, beside the peers, are in docs/statistics.md; bench/gate_tables.c makes them.
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
#define SERIES_NEWEST_SHARE 0.5
#define SERIES_NEWEST_SHARE_FEW 0.3
#define SERIES_FEW_SHARE 0.2
#define SERIES_RECENT_SHARE 0.2
#define SERIES_STEP_SHARE 0.1
enum { SERIES_FEW_MIN = 2, SERIES_FEW_MAX = 4 };
#define SERIES_FEW_TRIES 2

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
    double own_sd;        /* between them, as measured; NAN: it is the only one */
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

/* What tells how sure a step in history is. */
struct stepped {
    struct levels levels; /* up to the best one, and then one change for all that came after it */
    const double *x;      /* the run points of history but those of levels that were twice as bad as the last one, or worse */
    size_t n;
};

struct findings {
    bool tested;
    struct levels levels;   /* of history */
    struct baseline now;    /* current level of history */
    double p_worse, p_better; /* of the newest run alone */
    struct levels before;   /* the first of `levels`, up to the one that the newest runs are held against */
    struct began few;       /* the newest two, three or four runs are all outside */
    struct began recent;    /* the newest runs are a level of their own */
    struct began step;      /* history settled on a worse level, and the entry stands with it */
    struct stepped stepped; /* when step was found */
};

/* The record's value of the KPI; false when it has none, or the one that stands for nothing to analyse. */
bool series_value(const struct record *record, const struct kpi_rule *rule, double *value);
/* The same, of a record that may stand beside the entry: in its unit, and not left out by hand. */
bool series_counts(const struct analysis_options *options, const struct record *record, const struct record *entry, const struct kpi_rule *rule,
                   double *value);

/* The mean over the repetitions of a run point that count, as measured; false: there is none. */
bool series_mean(const struct analysis_options *options, const struct select_point *point, const struct record *entry,
                 const struct kpi_rule *rule, double *mean);

/* All points that have the KPI; repetitions averaged, the entry's in this invocation, too. False when the entry has no number for it. */
bool series_gather(const struct selection *selection, const struct record *entry, const struct kpi_rule *rule,
                   struct series *series, struct arena *arena);
/* Leaves the newest `n` for the tests of the level; without that the newest SERIES_MAX. */
void series_leave(struct series *series, size_t n);
void series_trim(struct series *series);

/* Run points of history, also those that the level is not tested with. */
size_t series_known(const struct series *series);

/* The first point of the window that ends before point `end`; of the one that ends with the history. */
size_t series_window_before(const struct series *series, size_t end);
size_t series_window_start(const struct series *series);

/* Where a run point of the selection stands in the series: it, or the first after it; n: none is. */
size_t series_place(const struct series *series, const struct select_point *point);
/* Gives the series the borders and the floor of another one of the same entry. */
void series_take_borders(struct series *series, const struct series *other, struct arena *arena);

double series_newest_share(const struct series *series);
/* What of a level is left for one question to this series alone: less where several are one hypothesis. */
double series_lone_level(const struct series *series, double level);

/* How much worse b is than a, in the KPI's unit; negative: better. And whether it is worse by the thresholds, where a is the level. */
double series_worse_by(const struct series *series, double a, double b);
bool series_worse_and_passes(const struct series *series, double level, double value);
/* The relative threshold in the KPI's unit at a level, and whether a change passes it and the absolute one. */
double series_relative_threshold(const struct kpi_rule *rule, double level);
bool series_passes(const struct kpi_rule *rule, double change, double level);

/* `shuffles`: see levels_find_with. */
struct findings series_test(const struct series *series, struct shuffles *shuffles, struct arena *arena);

/* p of "nothing got worse" for the gate: the questions with their shares, only where thresholds are passed; at most 1.
 * *began: which regression it is, NULL for the newest run alone. */
double series_worse(const struct series *series, const struct findings *findings, const struct began **began);

/* Whether a regression with this corrected p is one that the promised level holds for: not where few runs of skewed noise cannot show how
 * far out the next one may be. */
bool series_level_kept(const struct series *series, const struct findings *findings, const struct began *began, double corrected, double level);

/* Finds the p of resampling again, for the level that the correction asks of a single series. */
void series_resolve(const struct series *series, struct findings *findings, struct shuffles *shuffles, double alpha);

#endif
