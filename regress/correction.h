/* regress/correction.h — all p of one invocation under one correction: those of the levels and those of the checks.
 *
 * Each direction by itself. What has no p in a direction (a bound, a budget that can only be exceeded) takes no part there.
 */
#ifndef REGRESS_CORRECTION_H
#define REGRESS_CORRECTION_H
#include "regress/checks/checks.h"

/* How many hypotheses there are: levels that were tested, and checks with a p. */
size_t correction_count(const struct hypothesis *hypotheses, size_t n);
/* Fills corrected_worse and corrected_better of levels and checks. `others`: so many more with p = 1. */
void correction_apply(struct hypothesis *hypotheses, size_t n, enum correction correction, size_t others, struct arena *arena);
/* How many corrected p for the worse are within the level. */
size_t correction_rejected(const struct hypothesis *hypotheses, size_t n, double level);

#endif
