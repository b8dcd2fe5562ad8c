/* workload/judging.h — what a workload says about judging a KPI beyond its direction and its own thresholds: thresholds for some labels,
 * what is known of its noise, fixed bounds, a budget, what it is divided by, another tool's method; and what an analysis expects.
 *
 * Only what was said, as it was said: regress/rules.c makes of it what the analysis takes.
 */
#ifndef WORKLOAD_JUDGING_H
#define WORKLOAD_JUDGING_H
#include <stdbool.h>
#include <stddef.h>

#include "base/arena.h"
#include "base/error.h"
#include "detect/method.h"
#include "detect/stats.h"

/* A label and the values of which it must have one: JSON texts, as in struct label; "null": absent, too. */
struct label_match {
    const char *key;
    const char *const *values; /* NULL-ended */
};

/* Conditions that must all hold; none: always. */
struct label_matches {
    const struct label_match *v;
    size_t n;
};

/* Thresholds for entries with these labels. */
struct threshold {
    struct label_matches labels;
    double min_relative, min_absolute; /* NAN: the KPI's own */
};

struct bound {
    bool has;
    double value;
};

/* How far a level may creep away from a reference. */
struct drift_budget {
    double relative, absolute; /* share of the reference level; in the KPI's unit; the larger one counts; both 0: no budget */
    const char *since;         /* value of the first comparison key whose runs are the reference: "4.18"; NULL: the oldest runs */
};

/* What a KPI is divided by before it is judged, so that what moves both is no change. */
struct control {
    const char *kpi;             /* a KPI of the same run; NULL: the KPI itself, of runs with `labels` */
    struct label_matches labels; /* of the pinned runs, the nearest in time; used only without `kpi` */
};

/* A method by its name, with its options. */
struct method_choice {
    const struct method *method; /* NULL: nothing was said; &method_auto: ours */
    struct method_options options;
    struct pos at;
};

/* A name that something leads to, to be looked for among the labels of the payload or the KPIs. */
struct placed_name {
    const char *name, *what; /* what: "thresholds: labels" */
    struct pos at;
};
struct placed_names {
    struct placed_name *v;
    size_t n, cap;
};

/* Of one KPI. */
struct judging {
    const struct threshold *thresholds;
    size_t thresholds_n;
    bool independent, normal_tails, exact;
    struct bound low, high;
    struct drift_budget budget;
    struct control control;
    struct method_choice method;
    struct pos budget_at, control_at; /* of the values */
    struct placed_names labels;         /* all labels that these name */
};

/* Runs that come in pairs. */
struct paired_runs {
    const char *label, *side; /* NULL: there are none */
    const char *baseline;     /* the side's value in the baseline, a JSON text */
};

/* What must be there for an analysis to be complete. */
struct expect {
    const struct label_matches *label_sets; /* each needs an entry that it fits */
    size_t label_sets_n;
    size_t runs;      /* repetitions that each of them needs; 0: nothing is said */
    double max_age_s; /* of the newest run of history, in seconds; 0: any */
    const char *const *kpis; /* NULL-ended; NULL: nothing is said */
};

#endif
