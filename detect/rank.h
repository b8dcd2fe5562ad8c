/* detect/rank.h — tests of ranks: Mann–Whitney (two samples) and Wilcoxon's signed ranks (one), with Hodges &
 * Lehmann's estimates.
 *
 * They assume no distribution, only that runs are exchangeable (signed ranks: symmetric about the middle). Exact, ties
 * included, as long as counting takes no more than some 20 million additions (two samples of 50, or 3 against 700; 340
 * signed ranks), beyond that by the normal approximation, corrected for ties and for continuity. Sources: Hollander,
 * Wolfe & Chicken 2014, sections 3.1–3.3, 4.1–4.3.
 */
#ifndef DETECT_RANK_H
#define DETECT_RANK_H
#include <stdbool.h>
#include <stddef.h>

#include "base/arena.h"

/* How far apart, in the values' unit: the estimate and the interval that holds the true one at `confidence`. -INFINITY
 * … INFINITY: there are too few values for any. NAN: there are too many (RANK_PAIRS_MAX), or none. */
struct rank_shift {
    double estimate, low, high;
};
enum { RANK_PAIRS_MAX = 1000000 };

/* Twice the rank of each value, from 2 on: equal ones share the mean of theirs. Gives Σ (t³ - t) over groups of t equal
 * ones. */
double rank_doubled(const double *x, size_t n, size_t *doubled, struct arena *arena);

struct mann_whitney {
    double u;     /* pairs with x above y, equal ones counting a half */
    double above; /* p of "x is no higher than y": P(U >= u) */
    double below; /* p of "x is no lower than y" */
    double both;  /* twice the smaller, at most 1 */
    bool exact;
};
/* nx, ny >= 1. */
struct mann_whitney rank_mann_whitney(const double *x, size_t nx, const double *y, size_t ny);
/* The smallest p (one-sided) that nx against ny values without ties can give: 1/C(nx+ny, nx). */
double rank_mann_whitney_least(size_t nx, size_t ny);
/* The median of all differences x - y. The interval assumes a shift between equal shapes. */
struct rank_shift rank_shift(const double *x, size_t nx, const double *y, size_t ny, double confidence);

struct signed_rank {
    double w;     /* sum of the ranks of positive differences; zeros are left out */
    size_t used;  /* differences that are not 0 */
    double above; /* p of "the middle is not above 0" */
    double below, both;
    bool exact;
};
struct signed_rank rank_signed(const double *differences, size_t n);
/* The median of the means of all pairs of differences (each with itself too). */
struct rank_shift rank_signed_shift(const double *differences, size_t n, double confidence);

#endif
