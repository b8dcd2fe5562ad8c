/* proof/calibrate.h — what this configuration does on this history: how often it raises a false alarm, and which change it would see.
 *
 * Taken is the newest invocation with its history. Each series (a KPI of a label set) is divided into levels (detect/levels.h), and its values
 * are shuffled within them, the newest one with the last level: nothing changed in such a series but what had changed before. A run keeps
 * its KPIs together: all series with the same levels are shuffled alike, so that KPIs that move together still do.
 * What stands out now would be shuffled in as noise, so it is taken out first: a lone newest run that is an alarm is replaced by one of its
 * level; where an earlier change is one, what came before it is moved to the level of now (as if it had been accepted).
 * Runs that depend on their neighbours (autocorrelation above 2/sqrt(n)) are shuffled in blocks of (2ρ/(1-ρ²))^⅔·n^⅓ runs (Carlstein 1986, the
 * best length for AR(1)), which keeps most of the dependence but loses it at the seams. A drift's trend is shuffled away.
 *
 * For exchangeable runs the share of alarms is, over many histories, exactly the true one (a permutation of exchangeable values is
 * distributed as they are); of one history it is that of *its* values, and the interval tells only how far more replicates could move it.
 */
#ifndef PROOF_CALIBRATE_H
#define PROOF_CALIBRATE_H
#include "detect/proportion.h"
#include "proof/past.h"

enum { CALIBRATE_RUNS = 3 }; /* the newest runs that are changed, beside the newest alone */
#define CALIBRATE_POWER 0.8

#define CALIBRATE_AS_MANY SIZE_MAX

struct calibrate_options {
    const struct analysis_options *analysis;
    size_t replicates;       /* for false alarms */
    size_t effect_replicates; /* for detectable changes; 0: they are not looked for; CALIBRATE_AS_MANY: 25 to 100, fewer for many series */
    uint64_t seed;
    unsigned workers;        /* at least 1 */
    bool (*go_on)(void *context, size_t done, size_t all); /* now and then, on the calling thread; false stops */
    bool (*stopped)(void *context); /* often, on any thread: true stops a series that is half done; NULL: nothing does */
    void *context;
};

/* A change for the worse that is a regression in 80 % of replicates, in the KPI's unit. INFINITY: none is; NAN: not looked for. */
struct calibrate_effect {
    double size, low, high; /* and the interval (95 %) of that quantile */
};

struct calibrate_series {
    const struct kpi_rule *rule;
    size_t label_set;
    enum verdict verdict;    /* as it is */
    const char *reason;      /* of that verdict */
    size_t runs;             /* of its history */
    int more_runs;           /* that a regression still needs; 0: there are enough */
    double level, sd;        /* of now; NAN: too little history */
    double repetitions, within_sd; /* repetitions of a run, on the mean; NAN: no run has several */
    double threshold;        /* in the KPI's unit: what a change has to pass */
    size_t levels;
    bool drifts, moved, newest_left_out; /* see above */
    double rho;              /* between neighbouring runs, within levels */
    size_t block;            /* runs that were kept together; 1: each by itself */
    bool shuffled;           /* false: it is not analysed, or has no history */
    size_t regressions, suspects, cannot_tell; /* replicates in which it was */
    struct calibrate_effect one, several; /* of the newest run alone; of the newest CALIBRATE_RUNS */
    struct calibrate_effect floor;        /* what noise alone hides: `one` without thresholds, where those are far above noise, else `one` */
    const char *const *advice;            /* sentences for people, NULL-ended */
};

struct calibrate_kpi {
    const struct kpi_rule *rule;
    size_t series, regressions, suspects; /* replicates in which any series of it was */
    struct proportion false_alarms;
};

struct calibration {
    const struct past *past;
    const struct calibrate_options *options;
    const char *const *names;     /* of label sets */
    const struct past_run *newest;
    size_t effect_replicates;     /* that were made of each series */
    size_t label_sets;            /* of the newest invocation; others are not looked at */
    struct calibrate_series *series; /* by label set, then rule: those that are analysed */
    size_t series_n;
    struct calibrate_kpi *kpis;
    size_t kpis_n;
    size_t tested;                /* hypotheses in the correction of the newest invocation as it is */
    size_t alarms;                /* replicates with any regression */
    struct proportion false_alarms;
    size_t suspects;              /* replicates with any suspect */
};

/* NULL when go_on said to stop. past->runs_n >= 1. */
struct calibration *calibrate_run(struct arena *arena, const struct past *past, const struct calibrate_options *options);

#endif
