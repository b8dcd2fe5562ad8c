/* regress/acks/acks.h — what people know and said about changes: acknowledged ones, accepted levels, hand-made borders, runs to leave out.
 *
 * Read from a file of the user's repository (regress/acks/acks_file.h, docs/acknowledgements.md). Here: what a line speaks of — KPIs,
 * labels, runs. What follows from it for a series is regress/known.h.
 */
#ifndef REGRESS_ACKS_ACKS_H
#define REGRESS_ACKS_ACKS_H
#include <stdint.h>

#include "base/arena.h"
#include "history/record.h"
#include "regress/rule.h"

/* A run, as people name it: a version (in the order of versions: regress/order.h), a run id, a payload's id, or a time. A day is all of
 * it. */
struct ack_run {
    const char *text;      /* NULL: none is named */
    int64_t from_us, to_us; /* when it can be read as a time: [from, to); else both 0 */
};
/* The run that a text names. */
struct ack_run ack_run_of(const char *text);

/* What every line has. */
struct ack_line {
    const char *const *kpis; /* names, in which * and ? stand for any characters; NULL-ended; NULL: all KPIs */
    struct label_matches labels;
    const char *reason, *author, *date; /* NULL: not said */
    const char *place;                  /* "acks.yaml:12" */
};

struct ack { /* a known change for the worse */
    struct ack_line line;
    struct ack_run since;   /* the first bad run */
    struct ack_run until;   /* the last run that it is said of: what begins and ends up to there is acknowledged too */
    const char *change;     /* its identity (regress/known.h): "mb-3f2a91c0d7e8"; NULL */
    const char *expires;    /* as written; NULL: never */
    int64_t expires_us;     /* from then on it gates again */
    bool until_it_returns;  /* once it was gone it is acknowledged no more, also before `until` */
    double limit_relative, limit_absolute; /* gates when it is worse than this (of the level before, in the KPI's unit); NAN: no limit */
};

struct ack_level { /* a level that is the new reference */
    struct ack_line line;
    struct ack_run since;
};

struct ack_border { /* a change, marked by hand; `reason` is its note */
    struct ack_line line;
    struct ack_run at;
    enum ack_direction { ACK_NONE, ACK_WORSE, ACK_BETTER } direction;
};

struct ack_exclusion { /* runs that are in no history, and not analysed */
    struct ack_line line;
    const struct ack_run *runs;
    size_t runs_n;
};

struct acks {
    const char *file;
    const char *text; /* of the file, as it was read: for whoever makes the same analysis elsewhere (proof/bundle.h) */
    size_t text_len;
    const struct ack *acknowledged;
    const struct ack_level *accepted;
    const struct ack_border *changes;
    const struct ack_exclusion *excluded;
    size_t acknowledged_n, accepted_n, changes_n, excluded_n;
};

/* Whether the line speaks of that KPI, and of a payload with these labels (in the form of today's workload). */
bool ack_line_names(const struct ack_line *line, const char *kpi);
bool ack_line_fits(const struct ack_line *line, const struct record *record);
/* "train_*" and the like; * is any number of characters, ? one. */
bool ack_glob(const char *pattern, const char *text);

/* Runs in order, as a line's runs are looked for in them. */
struct ack_point {
    const struct record *record; /* of its first repetition */
    const char *run_id;
    int64_t start_us;
};

/* The place of a run among n ordered points. first: the first point that is this run, or the first after it; end: the first after all of
 * it. FOUND: it is one of them; BEFORE, AFTER: by version or time it stands before the first, after the last; BETWEEN: between two.
 * NOWHERE: nothing is known. */
struct ack_span {
    enum ack_where { ACK_NOWHERE, ACK_FOUND, ACK_BETWEEN, ACK_BEFORE, ACK_AFTER } where;
    size_t first, end;
};
struct ack_span ack_run_find(const struct ack_run *run, const char *const *comparison_keys, const struct ack_point *points, size_t n);
/* Whether the record belongs to that run: by id, run id, any comparison key's value, or time. */
bool ack_run_is(const struct ack_run *run, const char *const *comparison_keys, const struct record *record);

#endif
