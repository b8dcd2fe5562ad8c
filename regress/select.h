/* regress/select.h — which records of a history an entry is compared with, as run points in order.
 *
 * A run point is (comparison-key values, run_id), without a run_id the payload's id; its repetitions are the payloads
 * of that point. The entry is always last. Never in its history: its own id; its own run point (repetitions of the run
 * under test); with SCOPE_OLDER points whose comparison keys come after its own (counted).
 */
#ifndef REGRESS_SELECT_H
#define REGRESS_SELECT_H
#include "regress/analysis.h"
#include "regress/labels.h"

struct select_point {
    const char *version, *run_id, *where; /* as in struct run_point */
    int64_t start_us;                     /* of the first repetition */
    const struct record **records;        /* repetitions, by start, then id */
    size_t records_n;
};

struct selection {
    const struct analysis_options *options;
    struct select_point *points; /* oldest first: by comparison keys, then start */
    size_t points_n;
    const struct record *const *history; /* records that matched, before scope */
    size_t history_n;
    const struct record *const *own; /* repetitions of the run under test: the entry, and others of the invocation */
    size_t own_n;
    size_t newer_left_out; /* points of newer versions */
    const char *version, *run_id; /* of the entry */
    const char *const *varying;   /* NULL-ended: ignored keys, ci_engine, kpi_settings_version that vary here */
    /* When nothing matched: */
    struct near_miss *near_misses; /* most records first, then by key */
    size_t near_misses_n;
    size_t keys_changed;     /* records that agree on every shared label, but have other keys */
    const char *changed_key; /* one such key */
};

struct select_index; /* the history's fingerprints, made once for all entries */

/* Borrows everything. */
struct select_index *select_open(struct arena *arena, const struct analysis_options *options,
                                 const struct record *history, size_t history_n);
struct selection select_history(const struct select_index *index, const struct record *entry, struct arena *arena);
/* The entry and its repetitions, by start, then id, among the records of an index that holds the entries of an invocation. */
const struct record *const *select_repetitions(const struct select_index *entries, const struct record *entry, size_t *n, struct arena *arena);
/* Whether anything of the history is to be compared with the entry. */
bool select_any(const struct select_index *index, const struct record *entry, struct arena *arena);
const struct label_filter *select_filter(const struct select_index *index);

/* Its values of the comparison keys (NULL: none), as people see them: "4.18|v2.8.1"; "" when none of them has a value. */
const char *select_version(const char *const *comparison_keys, const struct record *record, struct arena *arena);
/* Whether both are of one run point. */
bool select_same_point(const struct analysis_options *options, const struct record *a, const struct record *b);
/* The keys of both lists, NULL-ended. */
const char *const *select_keys(const char *const *a, const char *const *b, struct arena *arena);

#endif
