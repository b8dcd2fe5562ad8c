/* base/quantile.h — order statistics: the k-th smallest value, medians, quantiles. For numbers without NaN; all reorder
 * `values`.
 */
#ifndef BASE_QUANTILE_H
#define BASE_QUANTILE_H
#include <stddef.h>

/* Puts values[k] where sorting would, none greater before it and none smaller behind it; k < n. In linear time,
 * whatever the order. */
void quantile_select(double *values, size_t n, size_t k);

/* An even count gives the mean of the two middle values (which does not overflow). n >= 1. */
double quantile_median(double *values, size_t n);

/* The value at the place q (n-1) of the sorted values, between two neighbours linearly; 0 <= q <= 1, n >= 1. As numpy's
 * default ("linear", number 7 of Hyndman & Fan 1996): {1, 2, 3, 4} at 0.5 is 2.5. Never outside its two neighbours. */
double quantile_at(double *values, size_t n, double q);

/* Ascending. */
void quantile_sort(double *values, size_t n);

#endif
