/* regress/sentence.h — the two sentences of a verdict: what decided, and what would flip it. */
#ifndef REGRESS_SENTENCE_H
#define REGRESS_SENTENCE_H
#include "regress/verdict.h"

/* What a run is called in them: its version, without one its run id. */
const char *sentence_run(const struct run_point *run);
/* "v2.4.0…v2.8.0", "v2.8.0"; "history" when neither has a version. */
const char *sentence_runs(const struct run_point *first, const struct run_point *last, struct arena *arena);
/* "12.4 % below the level of v2.4.0…v2.8.0 (8 run points, 5,151 ± 48 tokens/s); p = 0.0003 after correction for 24
 * tests, level 0.05". result->verdict and the numbers of its evidence are set. */
const char *sentence_reason(const struct hypothesis *h, const struct invocation *invocation, struct arena *arena);
/* "would be ok above 4,983 tokens/s". `ok`: the value from which it would be ok; `worse`: the value beyond which it
 * would be a regression. */
const char *sentence_flip(const struct hypothesis *h, const struct invocation *invocation, double ok, double worse,
                          struct arena *arena);

#endif
