/* regress/checks/beside.h — records that ran beside an entry: of this invocation or of history, with equal comparable labels but for
 * some keys that tell them apart (the side of a pair, the version of a control).
 */
#ifndef REGRESS_CHECKS_BESIDE_H
#define REGRESS_CHECKS_BESIDE_H
#include "regress/analysis.h"

struct beside_record {
    const struct record *record;
    bool entry; /* of this invocation; a record of history with the same id is not listed beside it */
};

struct beside_options {
    const struct analysis_options *analysis;
    const char *const *left_out; /* NULL-ended: keys that are not compared, beyond those that no comparison looks at */
    bool (*wanted)(const void *context, const struct record *record);
    const void *context;
};

struct beside; /* made once for all entries */
struct beside *beside_open(struct arena *arena, const struct beside_options *options, const struct record *entries,
                           size_t entries_n, const struct record *history, size_t history_n);

struct beside_found {
    const struct beside_record *v;      /* by start, then id */
    const struct beside_record *by_run; /* the same by run_id, those without one first; then as in v */
    size_t n;
};
/* Quick: what stands beside a record was put together when the index was opened. */
struct beside_found beside_find(const struct beside *beside, const struct record *record, struct arena *arena);

/* The record's run_id as a JSON text, "" when it has none. */
const char *beside_run(const struct record *record);

enum { BESIDE_DAYS = 7 }; /* what is farther apart in time is not beside */
/* Microseconds between two starts, whatever they are. */
uint64_t beside_apart(int64_t a_us, int64_t b_us);
bool beside_near(int64_t a_us, int64_t b_us);

#endif
