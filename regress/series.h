/* regress/series.h — one KPI of one entry and its history: the values, which of them count, and what size of a change does. What is asked
 * of them: regress/answers.h. */
#ifndef REGRESS_SERIES_H
#define REGRESS_SERIES_H
#include "regress/analysis.h"
#include "detect/baseline.h"
#include "regress/select.h"
#include "regress/within.h"

enum {
    SERIES_MAX = 200,   /* newest run points that are looked at: more would not make a verdict surer, only later */
    SERIES_WINDOW = 30  /* run points before the level of now in which the best earlier one is looked for, where nothing else is asked for */
};

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

/* How much worse b is than a, in the KPI's unit; negative: better. And whether it is worse by the thresholds, where a is the level. */
double series_worse_by(const struct series *series, double a, double b);
bool series_worse_and_passes(const struct series *series, double level, double value);
/* The relative threshold in the KPI's unit at a level, and whether a change passes it and the absolute one. */
double series_relative_threshold(const struct kpi_rule *rule, double level);
bool series_passes(const struct kpi_rule *rule, double change, double level);

#endif
