/* proof/replay.h — a history replayed: each of its invocations judged with what came before it, as the CI would have seen it.
 *
 * Per series (a KPI of a label set) this gives the verdict of each run, and the alarms: a run that is a regression (or an improvement) where
 * the one before it was not. Alarms are held against the changes of the series: those that people noted, else those that can be seen now that
 * all runs are there (detect/levels.h over the whole series).
 * An alarm is right when it goes the way of the newest change that began up to `tolerance` runs after it, and either is the first that does,
 * or says that it began there (± tolerance): a further one is a repeat. All others are wrong. A series flaps where an alarm begins again
 * although nothing changed since it ended.
 */
#ifndef PROOF_REPLAY_H
#define PROOF_REPLAY_H
#include "proof/past.h"
#include "regress/acks/acks.h"

struct replay_options {
    const struct analysis_options *analysis;
    size_t last;      /* only the newest so many invocations are judged; 0: all */
    size_t tolerance; /* runs of a series; 2 */
    unsigned workers; /* at least 1 */
    const struct acks *notes; /* whose `changes` the truth is; NULL: it is found by hindsight */
    bool (*go_on)(void *context, size_t done, size_t all); /* after each invocation, on the calling thread; false stops */
    void *context;
};

#define REPLAY_NOWHERE SIZE_MAX

/* A run of a series. */
struct replay_point {
    size_t run;            /* index in past.runs */
    double value;          /* mean of its repetitions; NAN: it has none */
    bool judged;
    enum verdict verdict;  /* of several repetitions the gravest */
    double relative, p;    /* evidence.relative, evidence.p_corrected */
    size_t since;          /* a change: the point at which it began; REPLAY_NOWHERE: none, or before the series */
    int64_t start_us;
};

struct replay_alarm {
    size_t at, end; /* points [at, end) have this verdict */
    enum verdict verdict; /* VERDICT_REGRESSION or VERDICT_IMPROVEMENT */
    size_t since;   /* what it said at first */
    size_t change;  /* which it is about; REPLAY_NOWHERE: it is wrong */
    bool repeat;    /* not the first about that change */
    bool flap;      /* nothing changed since the alarm before it ended */
};

struct replay_change {
    size_t at;             /* first point of the new level */
    enum verdict kind;     /* VERDICT_REGRESSION or VERDICT_IMPROVEMENT; VERDICT_OK: which is not known */
    double before, after;  /* centres of the levels around it */
    bool judgeable;        /* at least one run from `at` on was judged */
    size_t alarm;          /* its first alarm; REPLAY_NOWHERE: missed */
    size_t delay;          /* runs from `at` to it */
    size_t suspects;       /* of these, runs that were suspect */
    const char *place;     /* of its note */
};

struct replay_series {
    const struct kpi_rule *rule;
    size_t label_set;
    struct replay_point *points;
    size_t n, cap;
    struct replay_alarm *alarms;
    size_t alarms_n;
    struct replay_change *changes;
    size_t changes_n;
};

/* Sums over all series. */
struct replay_sums {
    size_t runs, red;     /* invocations that were judged; with any regression */
    size_t verdicts[VERDICT_COUNT]; /* of all KPI results */
    size_t regressions, improvements; /* alarms */
    size_t right, repeats, wrong, flaps; /* of both kinds */
    size_t suspects_only; /* stretches of suspect runs that no alarm followed */
    size_t changes, found, found_regressions, changes_regressions; /* judgeable ones */
    double delay_median, delay_p90; /* runs; NAN: nothing was found */
    size_t delay_max;
    double precision, recall, f1; /* NAN: nothing to divide by */
};

struct replay {
    const struct past *past;
    const struct replay_options *options;
    const char *const *names; /* of label sets */
    size_t first; /* the first invocation that was judged */
    struct replay_series *series; /* by label set, then in the order of the rules; without those that are never analysed */
    size_t series_n;
    struct replay_sums sums;
    const struct ack_border **unmatched; /* noted changes that are of no run here, NULL-ended */
};

/* NULL when go_on said to stop. */
struct replay *replay_run(struct arena *arena, const struct past *past, const struct replay_options *options);

/* For replay_run, and for tests: alarms, changes and sums from the points. */
void replay_judge(struct arena *arena, struct replay *replay);

#endif
