/* regress/sentence.h — the two sentences of a verdict: what decided, and what would flip it. */
#ifndef REGRESS_SENTENCE_H
#define REGRESS_SENTENCE_H
#include "regress/verdict.h"

/* "12.4 % below the level of v2.4.0…v2.8.0 (8 run points, 5,151 ± 48 tokens/s); p = 0.0003 after correction for 24
 * tests, level 0.05". result->verdict and the numbers of its evidence are set. */
const char *sentence_reason(const struct hypothesis *h, const struct invocation *invocation, struct arena *arena);
/* "would be ok above 4,983 tokens/s". `ok`: the value from which it would be ok; `worse`: the value beyond which it
 * would be a regression. */
const char *sentence_flip(const struct hypothesis *h, const struct invocation *invocation, double ok, double worse,
                          struct arena *arena);

#endif
