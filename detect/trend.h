/* detect/trend.h — does a series creep? Mann–Kendall's test, the slope of Theil & Sen with its interval, Spearman's
 * correlation.
 *
 * All by order only: outliers and the noise's shape do not matter. Autocorrelation does, and is allowed for by widening
 * the variance of Kendall's S as that of a straight line's slope is widened under an AR(1) (exactly, for n and rho; n
 * large: (1 + rho)/(1 - rho)). Sources: Mann 1945, Kendall 1975, Sen 1968, Hamed & Rao 1998 (the idea of widening).
 */
#ifndef DETECT_TREND_H
#define DETECT_TREND_H
#include <stdbool.h>
#include <stddef.h>

#include "base/arena.h"

enum { TREND_MAX = 1000 }; /* newest values that are looked at: the pairs are what costs */

struct trend {
    double s;       /* pairs that rise less pairs that fall */
    double tau;     /* s per pair that differs in time, -1 … 1 */
    double rising;  /* p of "it does not rise" */
    double falling; /* p of "it does not fall" */
    bool exact;     /* by counting: no ties, independent runs, up to 60 values; else by the normal distribution */
    double rho;     /* autocorrelation that was allowed for */
    double slope, low, high; /* per unit of `at`; the interval holds the true one at `confidence`; -INFINITY … INFINITY:
                                too few values */
};

struct trend_options {
    const double *at; /* when each value was measured, ascending (equal ones allowed): 0, 1, 2.5, …; NULL: 0, 1, 2, … */
    double rho;       /* declared autocorrelation, 0 for independent runs; NAN: estimated, on the safe side */
    double confidence; /* of the slope's interval: .95 */
};

/* x: finite values in order. Fewer than 3: p are 1, the slope is NAN. */
struct trend trend_test(const double *x, size_t n, const struct trend_options *options);

/* By how much an AR(1) widens the variance of a slope over n equally spaced values: 1 for rho 0. */
double trend_widening(size_t n, double rho);

/* Spearman's rank correlation of x and y, -1 … 1 (NAN when one is constant), and p of "no positive one": by all orders
 * up to 8 values, then by Student's t. */
struct trend_rank_correlation {
    double r, positive, negative;
};
struct trend_rank_correlation trend_spearman(const double *x, const double *y, size_t n);

#endif
