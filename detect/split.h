/* detect/split.h — is this stretch of a series one level? A resampling test of the best split, and of the best arc.
 *
 * The statistic is the largest studentised difference of means over all splits of the clipped scores; its null
 * distribution is rebuilt by permuting the innovations of an AR(1) whose coefficient is estimated conservatively, so
 * that the search, heavy tails, ties and autocorrelation are all accounted for. Specification: the detector reference,
 * sections 1.3 to 1.8. Deterministic: the same values give the same p. Stretches of more than 16,384 values are tested by the means of 2, 3 …
 * neighbouring values, so that the cost per draw is bounded.
 */
#ifndef DETECT_SPLIT_H
#define DETECT_SPLIT_H
#include <stdbool.h>
#include <stddef.h>

#include "base/arena.h"
#include "detect/shuffle.h"

struct split {
    double p;        /* of "no change here"; 1 when it cannot be tested (fewer than 5 values, all equal) */
    bool arc;        /* an interior stretch [from, to) differs from the rest; else [0, from) from [from, n) */
    size_t from, to;
};

struct split_options {
    double alpha;     /* level that the caller compares p with; p is exact enough around it, and below */
    size_t resamples; /* B: p is resolved down to 1/(B+1) */
    size_t enough;    /* draws that look as changed, after which p does not matter; 0: when it is clearly above alpha */
    bool arcs;        /* also look for interior arcs (n >= 20) and, on a miss, at windows (n >= 40) */
    double rho;       /* declared autocorrelation, 0 for independent; NAN: estimated */
    struct shuffles *shuffles;
};

/* scratch: for the call only; the caller clears it. */
struct split split_test(const double *x, size_t n, const struct split_options *options, struct arena *scratch);

#endif
