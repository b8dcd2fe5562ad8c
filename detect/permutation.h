/* detect/permutation.h — exact null distributions: what a sum would be, had chance alone chosen or signed its terms.
 *
 * Rank tests ask for sums of whole numbers, whose distribution is counted (ties change nothing); tests of the values
 * themselves go through all choices, or, where those are too many, through 9,999 drawn ones (always the same).
 */
#ifndef DETECT_PERMUTATION_H
#define DETECT_PERMUTATION_H
#include <stddef.h>

#include "base/arena.h"

/* P(sum = from + step·i) = share[i]. n is 0 when counting would take too long (some 20 million additions). */
struct permutation_law {
    double *share;
    size_t n, from, step;
};

/* Of the sum of k of the n values, each choice as likely as another. */
struct permutation_law permutation_choices(const size_t *values, size_t n, size_t k, struct arena *arena);
/* Of the sum of those of the n values that a coin picks, each by itself. */
struct permutation_law permutation_coins(const size_t *values, size_t n, struct arena *arena);

double permutation_lower(const struct permutation_law *law, size_t sum); /* P(<= sum) */
double permutation_upper(const struct permutation_law *law, size_t sum); /* P(>= sum) */

/* P(the mean of nx values, chosen from all nx + ny, is at least that of x). Sums that differ by less than 1e-12 of the
 * values' size count as equal. Exact up to 50,000 choices, else (1 + hits)/10,000 of drawn ones. */
double permutation_mean(const double *x, size_t nx, const double *y, size_t ny);
/* P(the sum of the differences is at least theirs, had each had its sign by chance). Exact up to 15 differences. */
double permutation_signs(const double *differences, size_t n);

#endif
