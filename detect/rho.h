/* detect/rho.h — a conservative lag-1 autocorrelation of a stretch that may hold a change.
 *
 * Corrected for the fit of the best split or arc, with a safety margin, capped by a step-proof estimate from differences.
 * Specification: the detector reference, section 1.4; the constants are the simulated biases given there.
 */
#ifndef DETECT_RHO_H
#define DETECT_RHO_H
#include <stddef.h>

#include "base/arena.h"

/* Lengths of the arcs that are looked at: 2, 3, 4, 6, 8, 12, … up to n/2. */
enum { ARC_LENGTHS_MAX = 128 };
struct arc_lengths {
    size_t v[ARC_LENGTHS_MAX], n;
};
struct arc_lengths arc_lengths(size_t n);

struct rho_pair {
    double split, arc; /* for the test of the best split, of the best arc */
};

/* x: scores of n >= 8 values; lengths->n is 0 when arcs are not looked at (then arc = split).
 * alpha: level of the test: the margin grows below .05. */
struct rho_pair rho_estimate(const double *x, size_t n, const struct arc_lengths *lengths, double alpha,
                             struct arena *scratch);

#endif
