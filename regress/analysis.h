/* regress/analysis.h — the interface of the regression analysis: entries and history in, one verdict model out.
 *
 * An entry is a payload under analysis. Its history are the records whose labels are equal except for the comparison
 * keys, the ignored keys and the bookkeeping keys of LTS. Everything that prints (report/) and the gate read the
 * model; nothing else decides. Deterministic: the same inputs give the same model. Never reads the clock, never prints.
 */
#ifndef REGRESS_ANALYSIS_H
#define REGRESS_ANALYSIS_H
#include "base/arena.h"
#include "history/record.h"

enum direction { DIRECTION_NONE, DIRECTION_HIGHER, DIRECTION_LOWER }; /* which is better; NONE is never gated */

/* A KPI as the analysis needs it, from the workload. */
struct kpi_rule {
    const char *name, *help, *unit;
    enum direction better;
    bool ignored;           /* ignored for regression */
    double min_relative;    /* a change smaller than this share of the current level never gates: 0.05; 0: none */
    double min_absolute;    /* the same in the KPI's unit; both must be passed */
    bool has_idle;
    double idle;            /* the value by which its formula says that there is nothing to analyse: as if there were none */
    /* How values are shown (regress/value.h); all may be left zero. */
    const char *format;       /* "{:.2f}" or "%.2f"; NULL: four significant digits */
    double divisor;           /* shown is value/divisor in divisor_unit; 0: none */
    const char *divisor_unit; /* NULL: unit */
};

enum history_scope { SCOPE_OLDER, SCOPE_ALL };

struct analysis_options {
    const char *const *comparison_keys; /* NULL-ended, most significant first */
    const char *const *ignored_keys;    /* NULL-ended */
    const char *const *sorting_keys;    /* NULL-ended: the order of the entries in every output */
    const struct kpi_rule *kpis;
    size_t kpis_n;
    const char *kpi_filter;  /* only KPIs whose name contains it; NULL: all */
    enum history_scope scope;
    int min_history;         /* run points that a regression needs; 8 */
    int min_history_same;    /* the same where all of them are of the entry's own version, so that nothing changed between
                              * them (contract C5.1: six nights of one version); 0: min_history */
    double false_alarm_rate; /* promised probability of any regression when nothing changed, per invocation; .05 */
    double suspect_level;    /* uncorrected level from which a run is suspect; .05 */
};

enum verdict {
    VERDICT_OK,
    VERDICT_REGRESSION,
    VERDICT_IMPROVEMENT,
    VERDICT_SUSPECT,      /* one more run would tell: evidence.more_runs */
    VERDICT_CANNOT_TELL,  /* needs evidence.more_runs more */
    VERDICT_NO_HISTORY,
    VERDICT_ACKNOWLEDGED, /* regression that somebody acknowledged */
    VERDICT_MISSING,      /* history has the KPI, the entry does not; or history exists and no longer matches */
    VERDICT_NOT_ANALYSED  /* ignored, without direction, a list, or its formula says so */
};
enum { VERDICT_COUNT = VERDICT_NOT_ANALYSED + 1 };
const char *verdict_name(enum verdict verdict); /* "ok", "regression", "cannot tell", … */

struct run_point {
    const char *version; /* comparison-key values for people: "v2.8.2", or "a|b" for several keys */
    const char *run_id;  /* of its first repetition */
    const char *where;
    int64_t start_us;
    double value;        /* mean of its repetitions */
    size_t repetitions;
    size_t level;        /* which of evidence.levels it belongs to, from 1; 0: levels were not looked for */
};

/* Why a verdict is what it is. Numbers are in the KPI's unit unless said otherwise; NAN: not applicable. */
struct evidence {
    size_t points_n;           /* run points of history that were used */
    const struct run_point *points; /* oldest first */
    size_t newer_left_out;     /* points of newer versions */
    size_t level_start;        /* index of the first point of the level that the entry is held against: the current */
    size_t level_n;            /* one, or for a regression that began earlier the best one before it */
    size_t levels;             /* levels found in history */
    double level;              /* centre of that level */
    double sd;                 /* run-to-run, pooled within levels; at least the rounding of the values */
    double df;
    double low, high;          /* prediction interval for one new run at the gate's (uncorrected) level */
    double value;              /* the entry's */
    double change;             /* value - level */
    double relative;           /* change / |level|; NAN when the level is 0 */
    double p;                  /* one-sided in the worse direction for a worse run, else in the better one */
    double p_corrected;        /* Benjamini–Hochberg over the invocation, each direction by itself; a change below the
                                * thresholds enters it as 1 */
    double smallest_seen;      /* smallest change for the worse that would have been seen (as suspect at least) with 80 % power */
    int more_runs;             /* for suspect and cannot tell; -1: no number of runs would settle it; 0: there are enough, or
                                * it is another verdict (cannot tell: the outermost run is what hides a change) */
    double ok_from;            /* the value from which it would be ok (an improvement: up to which it would be) */
    const char *since_version; /* for a regression, suspect or improvement: the first run point of the changed level */
    const char *since_after;   /* the last point before it */
    size_t since_point;        /* its index in points; points_n: the entry itself */
    double relative_threshold, absolute_threshold; /* what a change has to pass, both in the KPI's unit */
    const char *reason;        /* one sentence for people: what decided */
    const char *flip;          /* one sentence: what would flip it */
};

struct kpi_result {
    const struct kpi_rule *rule;
    enum verdict verdict;
    struct evidence evidence;
};

struct near_miss {
    const char *key;  /* label that alone keeps records out: "an ignored key?" */
    size_t records;
    const char *entry_value, *history_value; /* JSON texts; one example */
};

struct entry_result {
    const struct record *entry;
    const char *name;         /* "model_name=… batch_size=…": the labels that vary among the entries; "only entry" */
    const char *version;      /* its comparison-key values, as in run_point */
    const char *run_id;
    struct kpi_result *kpis;  /* one per rule, in the rules' order (kpi_filter applied) */
    size_t kpis_n;
    const struct record *const *history; /* records that matched, before scope */
    size_t history_n;
    size_t newer_left_out;    /* run points of newer versions among them */
    const char *changed_key;  /* history agrees on every shared label, but its keys differ: one such key; else NULL */
    size_t near_misses_n;
    const struct near_miss *near_misses; /* most records first; only when there is no history */
    const char *const *varying;  /* NULL-ended: ignored keys, ci_engine and kpi_settings_version that vary within the
                                  * history and the entry (other bookkeeping keys vary by nature) */
};

struct analysis {
    struct entry_result *entries; /* in sorting_keys order */
    size_t entries_n;
    size_t counts[VERDICT_COUNT]; /* of KPI results */
    size_t history_records;       /* all records that were offered */
    size_t own_records;           /* those of them that are entries themselves, stored before: never compared */
    size_t tests, without_payload; /* set by the caller, to be told: tests of this run, and those of them with nothing to compare */
    size_t tested;                /* hypotheses in the correction */
    const struct analysis_options *options;
};

/* Everything in the result lives in `arena` or is borrowed from the arguments. */
struct analysis *analysis_run(struct arena *arena, const struct analysis_options *options,
                              const struct record *entries, size_t entries_n,
                              const struct record *history, size_t history_n);

#endif
