/* regress/rule.h — what a workload says about judging a KPI: its direction, what a change has to pass, what is known of its noise, and
 * which checks it gets beyond the change of its level.
 */
#ifndef REGRESS_RULE_H
#define REGRESS_RULE_H
#include <stdbool.h>
#include <stddef.h>

#include "detect/side.h"
#include "workload/judging.h" /* thresholds, bounds, budget, control, method: as the workload says them */

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
    struct drift_budget budget;
    struct control control; /* kpi NULL and no labels: none */
    const struct method *method; /* NULL: auto, ours */
    const struct method_options *method_options;
    /* How values are shown (regress/value.h); all may be left zero. */
    const char *format;       /* "{:.2f}" or "%.2f"; NULL: four significant digits */
    double divisor;           /* shown is value/divisor in divisor_unit; 0: none */
    const char *divisor_unit; /* NULL: unit */
};

#endif
