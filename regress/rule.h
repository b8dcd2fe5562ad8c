/* regress/rule.h — what a workload says about judging a KPI: its direction, what a change has to pass, what is known of its noise, and
 * which checks it gets beyond the change of its level.
 */
#ifndef REGRESS_RULE_H
#define REGRESS_RULE_H
#include <stdbool.h>
#include <stddef.h>

#include "detect/side.h"

struct method;
struct method_options;

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
struct budget {
    double relative, absolute; /* share of the reference level; in the KPI's unit; the larger one counts; both 0: no budget */
    const char *since;         /* value of the first comparison key whose runs are the reference: "4.18"; NULL: the oldest runs */
};

/* What a KPI is divided by before it is judged, so that what moves both is no change. */
struct control {
    const char *kpi;             /* a KPI of the same run; NULL: the KPI itself, of runs with `labels` */
    struct label_matches labels; /* of the pinned runs, the nearest in time; used only without `kpi` */
};

/* A KPI as the analysis needs it. */
struct kpi_rule {
    const char *name, *help, *unit;
    enum direction better;
    bool ignored;           /* ignored for regression */
    double min_relative;    /* a change smaller than this share of the current level never gates: 0.05; 0: none */
    double min_absolute;    /* the same in the KPI's unit; both must be passed */
    const struct threshold *thresholds; /* the first whose labels an entry has stands in their place */
    size_t thresholds_n;
    bool has_idle;
    double idle;            /* the value by which its formula says that there is nothing to analyse: as if there were none */
    /* What is known of its noise. */
    bool independent;       /* runs do not depend on each other: no autocorrelation is assumed */
    bool normal_tails;      /* no heavier tails than the normal law: Student's t alone decides */
    bool exact;             /* no noise at all (instructions, bytes): any difference that passes the thresholds is a change */
    /* What is checked. */
    struct bound low, high; /* fixed bounds (SLO), in the KPI's unit: outside is a regression, whatever history says */
    struct budget budget;
    struct control control; /* kpi NULL and no labels: none */
    const struct method *method; /* NULL: auto, ours */
    const struct method_options *method_options;
    /* How values are shown (regress/value.h); all may be left zero. */
    const char *format;       /* "{:.2f}" or "%.2f"; NULL: four significant digits */
    double divisor;           /* shown is value/divisor in divisor_unit; 0: none */
    const char *divisor_unit; /* NULL: unit */
};

#endif
