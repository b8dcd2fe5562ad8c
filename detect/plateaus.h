/* detect/plateaus.h — a series that keeps to one of two plateaus for a while, goes to the other one and comes back.
 *
 *     100 101 99 … | 110 111 109 … | 100 99 101 | 110
 *
 * A step that was undone looks like autocorrelation to a test of one split (detect/split.h): what stands on both sides of any split is a
 * mixture. Here the values themselves say which plateau each is on: where their largest gap, at least GAP times the scatter about
 * the two plateaus and more than their rounding, parts them. Then the runs test of Wald & Wolfowitz 1940: if the order of the values were
 * chance, so few stretches of one plateau would come about with probability p, exactly, whatever the noise. Noise that hangs together a
 * little has no such gap; one that flips again and again has more than PLATEAUS_MAX stretches, and is left to its noise.
 */
#ifndef DETECT_PLATEAUS_H
#define DETECT_PLATEAUS_H
#include <stddef.h>

#include "base/arena.h"

enum { PLATEAUS_MAX = 5 };

struct plateaus {
    double p;                        /* of the order being chance; 1: there are no two plateaus */
    size_t starts[PLATEAUS_MAX - 1]; /* where a stretch of at least two values begins, after another one */
    size_t n;
};

/* x: finite values in order. */
struct plateaus plateaus_find(const double *x, size_t n, struct arena *scratch);

/* P(at most `runs` stretches) of a sequence of a and b signs in chance order; a, b >= 1. */
double plateaus_runs_p(size_t runs, size_t a, size_t b);

#endif
