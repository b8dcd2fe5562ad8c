/* regress/checks/pair_check.h — pairs: a candidate beside a baseline that ran at the same time on the same machine
 * (detect/paired.h), the label options->pairing.label names the pair, options->pairing.side the side.
 *
 * Both sides have equal comparable labels but for those two. The pairs of one run point, the newest, are one test: its
 * candidates are those with the entry's comparison keys and run_id (without a run_id: those of this invocation), of its side.
 * A candidate's baselines are those of its pair with the same run_id; where there are none, the nearest in time, at most
 * BESIDE_DAYS days apart. The test stands in place of the level in the first candidate of the run point; the others say where
 * they are judged (fixed bounds each keeps by itself), and baselines are not analysed. A pair without its other side is left out, and told.
 * A regression began with the first of the runs up to this one, by their run_ids, whose pairs were all worse and not clearly less so than now.
 * Thresholds count for the ratio: min_relative 0.05 wants 1.05, min_absolute is held against the baselines' median.
 */
#ifndef REGRESS_CHECKS_PAIR_CHECK_H
#define REGRESS_CHECKS_PAIR_CHECK_H
#include "regress/checks/checks.h"

struct pair_index; /* the runs of pairs, made once for all entries */
/* NULL: pairs are not asked for, or there is none. */
struct pair_index *pair_open(struct arena *arena, const struct analysis_options *options, const struct record *entries,
                             size_t entries_n, const struct record *history, size_t history_n);

/* Why an entry is not judged at all: it is the baseline of a pair; NULL: it is none. */
const char *pair_baseline(const struct hypothesis *h, const struct invocation *invocation, struct arena *arena);
/* Why it is judged with another entry: it is not the first candidate of its run; NULL: it is judged here. */
const char *pair_elsewhere(const struct hypothesis *h, const struct invocation *invocation, struct arena *arena);

extern const struct check_type pair_check;

#endif
