/* regress/analysis.h — the interface of the regression analysis: entries and history in, one verdict model out.
 *
 * An entry is a payload under analysis. Its history are the records whose labels are equal except for the comparison
 * keys, the ignored keys and the bookkeeping keys of LTS. Everything that prints (report/) and the gate read the
 * model; nothing else decides. Deterministic: the same inputs give the same model. Never reads the clock, never prints.
 */
#ifndef REGRESS_ANALYSIS_H
#define REGRESS_ANALYSIS_H
#include "base/arena.h"
#include "detect/stats.h"
#include "history/record.h"
#include "regress/rule.h"

enum history_scope { SCOPE_OLDER, SCOPE_ALL };

/* Runs that come in pairs, a candidate beside a baseline, on one machine at one time. */
struct pairing {
    const char *label;           /* equal in both: "pair_id"; NULL: there are no pairs */
    const char *side;            /* the label that tells them apart */
    const char *baseline_value;  /* its value in the baseline, a JSON text */
};

struct acks;   /* regress/acks/acks.h: what people know and said about changes */
struct expect; /* workload/judging.h: what must be there */
struct selection;    /* regress/select.h: the history of an entry */
struct select_point;

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
    enum correction correction;
    int window;              /* run points before the level of now in which the best earlier one is looked for; 0: 30 */
    struct pairing pairing;
    const struct acks *acks;     /* NULL: none */
    const struct expect *expect; /* NULL: nothing is said */
    bool completeness;           /* this run is also held against what the last runs of history had (regress/missing/expect.h); not where only part
                                  * of a run is analysed */
    const struct record *recent; /* the newest records of history whatever their labels, for that; NULL: the history itself */
    size_t recent_n;
    size_t others;               /* hypotheses of the invocation that are not here, taken as unremarkable: for asking what one KPI alone would be */
    bool verdicts_only;          /* what else changed, what varies and what moved together is not looked for; verdicts do not depend on it */
    unsigned workers;            /* threads that test; 0: one per processor where it pays */
    struct shuffles *shuffles;   /* with one worker: kept from one analysis to the next; NULL: its own */
    int64_t now_us;              /* for what expires and for the age of history; 0: it is not known, nothing expires */
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
    VERDICT_NOT_ANALYSED  /* ignored, without direction, or its formula says so */
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
    const struct select_point *run; /* the records of the run, those without the KPI too; NULL: not kept */
};

/* ---- checks beyond the change of the level ---- */

enum check_kind {
    CHECK_LEVEL,        /* the newest runs against the level before: the evidence itself */
    CHECK_METHOD,       /* another tool's method, by its name */
    CHECK_BOUND,        /* fixed bounds */
    CHECK_DRIFT,        /* slow drift against a budget */
    CHECK_PAIRED,       /* candidate against baseline of the same pairs */
    CHECK_DISTRIBUTION, /* a list: one of its quantiles */
    CHECK_EXACT         /* a KPI without noise */
};
enum { CHECK_KINDS = CHECK_EXACT + 1 };
const char *check_name(enum check_kind kind); /* "level", "method", "bound", "drift", … */

/* What one check found. Numbers in the KPI's unit, but for CHECK_PAIRED, where value is the ratio to 1; NAN: not applicable. */
struct check {
    enum check_kind kind;
    const char *part;         /* of a list: "p99"; of a method: its name; else NULL */
    bool tested;              /* false: it could not be made, `found` says what it needs */
    double value, reference;  /* what was held against what */
    double low, high;         /* of a bound or method: within these it is not out of line; else an interval of value - reference (of the ratio, for pairs) */
    double p_worse, p_better; /* as the correction got them; NAN: decided without probability */
    double corrected_worse, corrected_better;
    enum verdict verdict;     /* of this check alone: ok, regression, improvement, suspect, cannot tell */
    double level;             /* what stands for evidence.level where the check is in its place; NAN: the reference */
    const char *found;        /* one sentence for people, with numbers */
    const char *flip;         /* one sentence: what would flip it */
    bool worth_saying;        /* to be told though it is ok: "the next run crosses 200 ms with probability 0.2" */
    int more_runs;            /* runs (of pairs: pairs) that would tell, as in evidence */
    double smallest_seen;     /* as in evidence; NAN: not applicable */
    double ok_from;           /* the value from which it would be ok; NAN: not applicable */
    size_t since;             /* index in evidence.points of the first run of what it found; 0: not known, or older; points_n: this run */
    const struct run_point *since_older; /* it began before those points: the last run point before it; the next in memory is its first; else NULL */
    size_t since_ago;         /* then: how many runs of history have passed since */
};

/* ---- changes that people know ---- */

enum change_status {
    CHANGE_NONE,         /* the verdict speaks of no change */
    CHANGE_NEW,          /* began with this run */
    CHANGE_KNOWN,        /* began earlier: a run before this one showed it */
    CHANGE_ACKNOWLEDGED, /* somebody said so: the verdict is acknowledged */
    CHANGE_EXPIRED,      /* was acknowledged, until a day that is past */
    CHANGE_FIXED,        /* was acknowledged, and is gone: the acknowledgement may go */
    CHANGE_RETURNED      /* was acknowledged until it returns, was gone, and is back */
};
enum { CHANGE_STATUSES = CHANGE_RETURNED + 1 };
const char *change_status_name(enum change_status status);

struct known_change {
    enum change_status status;
    const char *id; /* survives re-analysis: of the series and the run at which it began; NULL without a change */
    const char *ack_reason, *ack_author, *ack_expires, *ack_place; /* of the acknowledgement: "acks.yaml:12"; NULL: none */
};

/* ---- what else changed where the level changed ---- */

/* A label (or part of one) that differs between the runs before and after. */
struct difference {
    const char *key;            /* "ocp_version", "image" */
    const char *before, *after; /* values, for people, "(none)" where there is none: what most runs of that side have, else what the last
                                 * good and the first bad run have */
    double share;               /* how well it tells the two sides apart: 1 is always one value before and another after */
    size_t elsewhere;           /* how often it changed elsewhere in the history, where the level did not: 0 speaks for it */
    const char *compare;        /* for a git range, last good to first bad: "abc123..def456"; NULL */
    const char *link;           /* where people see that range: "https://github.com/o/r/compare/abc123...def456"; NULL: not known */
};

/* ---- the verdict on a KPI ---- */

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
    double value;              /* the entry's; like the points and the level divided by its control, where it has one, and
                                * scaled to the KPI's unit again; of pairs: the baselines' median (the level) times the ratio */
    double measured;           /* the entry's, as it was measured */
    const char *control;       /* "divided by the control warmup, run-to-run spread 0.8 % instead of 3.1 %"; NULL: without one */
    double change;             /* value - level */
    double relative;           /* change / |level|; NAN when the level is 0 */
    double p;                  /* one-sided in the worse direction for a worse run, else in the better one */
    double p_corrected;        /* over the invocation (options->correction), each direction by itself; a change below the
                                * thresholds enters it as 1 */
    double smallest_seen;      /* smallest change for the worse that would have been seen in four of five cases: suspect at least, or
                                * `cannot tell` for few runs of skewed noise (level_kept false), which the gate takes for one */
    int more_runs;             /* for suspect and cannot tell; -1: no number of runs would settle it; 0: there are enough, or
                                * it is another verdict (cannot tell: the outermost run is what hides a change) */
    double ok_from;            /* the value from which it would be ok (an improvement: up to which it would be) */
    const char *since_version; /* for what is worse (verdict_is_worse) or an improvement: the first run point of the changed level */
    const char *since_after;   /* the last point before it */
    size_t since_point;        /* its index in points; points_n: the entry itself; 0: it is older than they are */
    const struct run_point *since_older; /* as in check */
    size_t since_ago;          /* as in check */
    const char *test;          /* the question about the level whose p this is: "newest run", "newest few runs" (two to four), "newest level",
                                * "step in history"; NULL: the level was not tested, or another check decided */
    size_t after_n;            /* runs since the change, this one among them, or this one alone; 0: no test */
    double after;              /* their centre */
    double size_low, size_high; /* after - level, with 95 % confidence */
    double relative_threshold, absolute_threshold; /* what a change has to pass, both in the KPI's unit */
    size_t repetitions;        /* of the run under test, in this invocation: value is their mean; 0: it has no value */
    double own_sd;             /* between them; NAN: there is one, or they are divided by a control */
    double within_sd;          /* between repetitions of one run; NAN: no run has any */
    bool level_kept;           /* the promised level holds for so many points of such noise; false: cannot tell in place of a regression */
    enum check_kind decided_by; /* whose p, p_corrected, more_runs, ok_from, since, reason and flip these are; the other numbers
                                 * are the level's, or where it was not tested those of what stands in its place */
    const char *reason;        /* one sentence for people: what decided */
    const char *flip;          /* one sentence: what would flip it */
};

struct kpi_result {
    const struct kpi_rule *rule;
    enum verdict verdict;
    struct evidence evidence;
    const struct check *checks; /* beyond CHECK_LEVEL */
    size_t checks_n;
    struct known_change change;
    const char *last_good, *first_bad;          /* of a change: versions, as in run_point; NULL: none */
    const char *last_good_url, *first_bad_url;  /* from their `urls` label; NULL: none */
    const struct difference *differences;       /* most telling first; of a change */
    size_t differences_n;
    const char *cause; /* the answer to "what else changed there?" in one line: "kernel (6.1 → 6.12, nowhere else)", also when nothing
                        * did; NULL: no change */
};

/* A `cannot tell` in place of a regression: few runs of skewed noise, of which the run is farther out than a suspect is. And whether the
 * verdict speaks of something worse: a regression, a suspect, or that. */
bool verdict_in_place(const struct kpi_result *result);
bool verdict_is_worse(const struct kpi_result *result);

struct near_miss {
    const char *key;  /* label that alone keeps records out: "an ignored key?" */
    size_t records;
    const char *entry_value, *history_value; /* JSON texts; one example */
};

/* A label that is not compared, but varies within the history (regress/causes/varying.h). */
struct varying {
    const char *key;
    const char *kpi;   /* the KPI of which it explains most; NULL: of none it could be said */
    double share;      /* of that KPI's variance (ANOVA, beyond what chance would): from VARYING_MUCH on it should be a key; 0 without one */
    double p;          /* corrected for having looked at all KPIs; 1 without one */
    const char *found; /* one sentence for people when it should be a key; else NULL */
};
#define VARYING_MUCH 0.3
#define VARYING_P 0.01

struct entry_result {
    const struct record *entry;
    const char *name;         /* "model_name=… batch_size=…": the labels that vary among the entries (regress/naming.h); "only entry" */
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
    const struct varying *explained; /* beside `varying` */
    const struct selection *selection; /* its run points, before any KPI is asked for */
};

enum incident_kind {
    INCIDENT_WORSE,  /* all for the worse: of the machine, or of what all of them use */
    INCIDENT_BETTER,
    INCIDENT_MIXED   /* some better, some worse: something was traded */
};
enum { INCIDENT_KINDS = INCIDENT_MIXED + 1 };
const char *incident_kind_name(enum incident_kind kind); /* "worse", "better", "mixed" */

/* Many KPIs that shift together: one thing happened, not forty (regress/causes/incidents.h). */
struct incident {
    enum incident_kind kind;
    const struct entry_result *const *entries; /* of its members, beside them */
    const struct kpi_result *const *members;   /* regressions, improvements, suspects; most telling first */
    size_t members_n, judged;                  /* of `judged` KPI results of `scope` that were judged */
    size_t worse, better;                      /* of them moved for the worse, for the better, those too that are ok */
    const char *scope;   /* what the entries have in common that others have not: "gpu=8"; of one entry its name; "" for all of them */
    const char *since_version, *since_run;     /* the first run point of it: version and run */
    bool this_run;       /* that is the run under analysis */
    double p;            /* of so many moving in one direction, and so far together, by chance: approximate; NAN: not what decided (mixed,
                          * or a quarter of all KPIs changed beyond the corrected level) */
    const char *summary; /* one sentence for people */
};

/* Something that should be there and is not. */
struct absence {
    const char *what;  /* "label set", "KPI", "unit", "schema version", "runs", "age": for machines */
    const char *found; /* one sentence for people, which names what it speaks of */
    const struct entry_result *entry; /* NULL: of the whole invocation */
    const char *kpi;   /* NULL: of no single one */
    size_t results;    /* KPI results that are missing and say so themselves; 0: it counts as one of its own */
};

/* What whoever keeps the file of acknowledgements should know, with the place of the line. */
struct ack_note {
    bool warning; /* the line means nothing; else it may go, or the like */
    const char *text;
};

struct analysis {
    struct entry_result *entries; /* in sorting_keys order */
    size_t entries_n;
    size_t counts[VERDICT_COUNT]; /* of KPI results; absences that no result stands for count as missing, too */
    const struct incident *incidents;
    size_t incidents_n;
    const struct absence *absences;
    size_t absences_n;
    size_t statuses[CHANGE_STATUSES]; /* of KPI results */
    const struct ack_note *notes;     /* on the file of acknowledgements */
    size_t notes_n;
    size_t history_records;       /* all records that were offered */
    size_t own_records;           /* those of them that are entries themselves, stored before: none is compared with itself */
    size_t tests, without_payload; /* set by the caller, to be told: tests of this run, and those of them with nothing to compare */
    size_t tested;                /* hypotheses in the correction: levels, and checks that have a p */
    const struct analysis_options *options;
};

/* Everything in the result lives in `arena` or is borrowed from the arguments. */
struct analysis *analysis_run(struct arena *arena, const struct analysis_options *options,
                              const struct record *entries, size_t entries_n,
                              const struct record *history, size_t history_n);

#endif
