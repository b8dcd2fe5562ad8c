/* proof/calibrate_effects.h — the smallest change that the gate sees in 80 % of shuffled histories of a series (struct calibrate_effect).
 *
 * Each replicate's smallest amount is found by steps of 1.3 and halvings, within 4 %; the replicates' quantile is the answer. The series is
 * judged by itself, with the other hypotheses of the invocation counted in the correction as p = 1.
 */
#ifndef PROOF_CALIBRATE_EFFECTS_H
#define PROOF_CALIBRATE_EFFECTS_H
#include <stddef.h>

/* A piece of work for a pool (base/pool.h), whose context is a struct calibrate_work: fills one, several and floor of series `piece`. */
void calibrate_effects_find(void *context, size_t piece, unsigned worker);

#endif
