/* history/record.h — one payload as history and the analysis see it: identity, time, labels, KPI values.
 *
 * The whole payload stays in the store (history_fetch); analysing never reads it.
 */
#ifndef HISTORY_RECORD_H
#define HISTORY_RECORD_H
#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/error.h"

/* A label's value is its JSON text with sorted keys and no blanks: "\"v2.8.2\"", "8", "null", "{\"a\":\"b\"}". */
struct label {
    const char *key, *value;
};

struct kpi_value {
    const char *name;
    double value; /* finite, in the KPI's own unit */
};

struct record {
    const char *id;       /* payload id, the test_uuid; unique within a history */
    const char *where;    /* where people find it: a test's directory, or the store and id */
    int64_t start_us;     /* microseconds since 1970 UTC; the run's start */
    struct label *labels; /* sorted by key, unique: the payload's metadata.settings */
    size_t labels_n;
    struct kpi_value *kpis; /* sorted by name; KPIs without a value are absent, lists are there as history/record_list.h has them */
    size_t kpis_n;
    const char *const *units; /* of each KPI, as the payload says it, "" for none; NULL: not known */
    bool whole;               /* its payload was looked at: all lists are there; false: they may be in the payload only */
};

/* The label's value text, or NULL. Binary search. */
const char *record_label(const struct record *record, const char *key);
/* The same for comparing: a label that is absent is equal to one that is null. */
const char *record_label_or_null(const struct record *record, const char *key);
/* The unit of kpis[i]; "" when it has none, or it is not known. */
const char *record_unit(const struct record *record, size_t i);
/* Its place among the KPIs; kpis_n: it has no number. */
size_t record_kpi_index(const struct record *record, const char *name);
/* Whether the KPI has a number, and which. */
bool record_kpi(const struct record *record, const char *name, double *value);

/* Why it is no proper record ("labels are not sorted by key"), or NULL when it is one: an id, all texts UTF-8, labels
 * and KPIs in strict strcmp order, values finite. */
const char *record_fault(const struct record *record);

/* Gives the record these labels, an object, in place of its own. They live in `arena`. */
void record_set_labels(struct arena *arena, json_t *labels, struct record *record);

/* Makes a record whole that is not: gives it what is to be kept of the lists in the payload's text, and units, when it knows none. Its own
 * numbers stay. In `arena`. */
void record_complete(struct arena *arena, const char *text, size_t len, struct record *record);

/* The record of a payload {metadata, results, kpis}: its id is metadata.test_uuid, its labels metadata.settings. Lives in
 * `arena`. Fails (ERR_INVALID) when there is no id or no start. */
bool record_from_payload(struct arena *arena, const json_t *payload, const char *where, struct record *record,
                         struct error *err);

#endif
