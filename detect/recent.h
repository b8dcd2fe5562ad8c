/* detect/recent.h — did a worse level begin with one of the newest runs? A resampling test of all starts at once.
 *
 * The statistic is the largest one-sided studentised difference of means between the newest k values, RECENT_SHORTEST <= k <= longest, and the ones
 * before them; its null distribution is rebuilt by permuting the values as innovations of an AR(1), as detect/split.h does it, so that the
 * search over k, heavy tails, skewness, ties and autocorrelation are all accounted for: for runs that do not depend on each other it is
 * an exact permutation test. Looking only at the end and one way is what makes it surer than the test of all splits after two or three
 * runs. Deterministic.
 */
#ifndef DETECT_RECENT_H
#define DETECT_RECENT_H
#include <stdbool.h>
#include <stddef.h>

#include "base/arena.h"
#include "detect/shuffle.h"
#include "detect/side.h"

enum { RECENT_MIN = 8, RECENT_SHORTEST = 4, RECENT_LONGEST = 12 }; /* values below which nothing is tested */

struct recent {
    double p;     /* of "no such level"; 1 when it cannot be tested */
    size_t start; /* the most likely first run of it; n: there is none */
};

struct recent_options {
    enum side worse;
    size_t longest;      /* newest values that the level may have */
    const bool *allowed; /* allowed[i]: it may begin at x[i]; NULL: everywhere */
    double alpha;        /* level that the caller compares p with: p is exact enough around it, and below */
    double rho;          /* declared autocorrelation, 0 for independent; NAN: recent_rho */
    struct shuffles *shuffles;
};

/* The autocorrelation of runs that may hold a change: lag 1 about the best split, corrected for its fit as in detect/rho.h, and drawn
 * towards .3 as if that had been seen in 40 runs. An estimate from few runs is mostly noise, and noise in it costs more than being a
 * little off. n >= 1. */
double recent_rho(const double *values, size_t n, struct arena *scratch);

/* x: n finite values, oldest first. scratch: for the call only; the caller clears it. */
struct recent recent_test(const double *x, size_t n, const struct recent_options *options, struct arena *scratch);

#endif
