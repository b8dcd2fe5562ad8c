/* regress/stats.h — distributions and corrections that the regression tests stand on.
 *
 * Pure functions of finite numbers; no allocation, no state. Accuracy: 1e-10 relative, in the tails too (tests/stats_test.c).
 */
#ifndef REGRESS_STATS_H
#define REGRESS_STATS_H
#include <stddef.h>

/* P(T >= t) for Student's t with df > 0 degrees of freedom (df need not be whole). Infinite t gives 0 or 1.
 * By the regularised incomplete beta function: P = I_{df/(df+t²)}(df/2, 1/2)/2 for t >= 0 (Abramowitz & Stegun 26.7.1),
 * by its continued fraction (26.5.8, evaluated by Lentz's method). */
double stats_t_upper(double t, double df);
/* The t with P(T >= t) = p, 0 < p < 1: stats_t_quantile(0.05, 10) is 1.812. */
double stats_t_quantile(double p, double df);

/* The z with P(Z >= z) = p of the standard normal distribution: stats_normal_quantile(0.05) is 1.645. */
double stats_normal_quantile(double p);

/* Median; an even count gives the mean of the two middle values. Reorders `values`. n >= 1. */
double stats_median(double *values, size_t n);

/* Benjamini–Hochberg: adjusted[i] = min over j with p[j] >= p[i] of p[j]·n/rank(j), at most 1. Rejecting where
 * adjusted <= q keeps the false discovery rate at q (and, when nothing changed, the chance of any rejection).
 * Source: Benjamini & Hochberg 1995. `order` is room for n indexes. adjusted may be p. */
void stats_adjust(const double *p, size_t n, double *adjusted, size_t *order);

#endif
