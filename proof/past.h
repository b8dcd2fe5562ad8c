/* proof/past.h — a history as the CI went through it: one invocation after the other.
 *
 * What one invocation brought is what has the same comparison-key values and `run_id`: all its label sets, and their repetitions. Payloads
 * without a `run_id` go together by their day (UTC); a second payload of one label set on one day is another invocation. An invocation is
 * as old as its first payload; its history is what invocations before it brought.
 */
#ifndef PROOF_PAST_H
#define PROOF_PAST_H
#include "regress/analysis.h"

struct past_run {
    size_t at, n; /* its payloads: records[at, at + n); its history is records[0, at) */
    int64_t start_us;
    const char *version, *run_id; /* as in struct run_point; without a run_id its day: "2025-03-03" */
};

struct past {
    struct record *records; /* by invocation, then start, then id */
    size_t *label_set;      /* of each record, counted from 0 in order of appearance: the same number where labels that are compared are equal */
    size_t n, label_sets_n;
    struct past_run *runs;  /* oldest first */
    size_t runs_n;
};

/* Records in any order; they are copied (not what they point to). Lives in `arena`. */
struct past past_of(struct arena *arena, const struct analysis_options *options, const struct record *records, size_t n);

/* For each label set what tells it apart from the others: "model=llama gpu=8"; "" when there is only one. */
const char *const *past_names(struct arena *arena, const struct analysis_options *options, const struct past *past);

#endif
