/* detect/law.h — probability laws: tails and quantiles of the normal, Student t, F, chi-squared and binomial
 * distribution.
 *
 * law_X_upper(x) is P(X >= x); law_X_quantile(p) is the x whose *upper* tail is p, 0 < p < 1: a test's critical value
 * at level p. Accuracy: 1e-10 relative in the tails too, down to 1e-300, against tables made with mpmath at 50 digits
 * (tests/statistics/laws.py). Degrees of freedom are >= 0.5 and need not be whole. Pure functions; no allocation, no
 * state.
 */
#ifndef DETECT_LAW_H
#define DETECT_LAW_H
#include <stddef.h>

/* ln of the binomial coefficient; whole numbers, 0 <= k <= n. */
double law_ln_choose(double n, double k);

double law_normal_upper(double z);
double law_normal_quantile(double p); /* 0.05 gives 1.645 */

/* Student's t: P = I_{df/(df+t²)}(df/2, 1/2)/2 for t >= 0 (Abramowitz & Stegun 26.7.1). Infinite t gives 0 or 1. */
double law_t_upper(double t, double df);
double law_t_quantile(double p, double df); /* 0.05, 10 gives 1.812 */

/* F with m and n degrees of freedom: I_{n/(n+m f)}(n/2, m/2) (26.6.2). f >= 0. */
double law_f_upper(double f, double m, double n);
double law_f_quantile(double p, double m, double n); /* 0.05, 3, 10 gives 3.708 */

/* Chi-squared: Q(df/2, x/2) (26.4.19). x >= 0. */
double law_chi2_upper(double x, double df);
double law_chi2_quantile(double p, double df); /* 0.05, 3 gives 7.815 */

/* k successes of n, each with probability p in [0, 1]. */
double law_binomial(size_t k, size_t n, double p);       /* P(K = k) */
double law_binomial_lower(size_t k, size_t n, double p); /* P(K <= k) */
double law_binomial_upper(size_t k, size_t n, double p); /* P(K >= k) */

/* The interval of a median that holds whatever the distribution: the r-th smallest and the r-th largest of n values, r
 * from 1. r is the largest for which P(between them) = 1 - 2 P(K <= r-1; n, 1/2) is at least `confidence`; 0: n is too
 * small for any (below 6 for .95). The rule of benchstat. */
size_t law_median_rank(size_t n, double confidence);

#endif
