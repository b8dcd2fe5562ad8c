/* detect/special.h — the incomplete gamma and beta functions, regularised: both tails and their inverses.
 *
 * What every distribution in detect/law.h stands on. Accuracy: 1e-10 relative for both tails, down to 1e-300, for
 * parameters from 0.25 on (tests/detect_law_test.c; the largest error in its table, up to 5e8, is 1.1e-13). Pure
 * functions of finite numbers; no allocation, no state.
 *
 * The factor before series and fractions is put together from the error of Stirling's formula and from deviances (Loader
 * 2000, "Fast and accurate computation of binomial probabilities"): differences of ln Γ would lose the digits that large
 * parameters need.
 */
#ifndef DETECT_SPECIAL_H
#define DETECT_SPECIAL_H

/* ln Γ(a+1) - ((a + 1/2) ln a - a + ln(2π)/2), a > 0: near 1/(12 a). */
double special_stirling_error(double a);
/* x ln(x/m) + m - x for x, m > 0: how far x is from m, without loss where they are close; 0 where they are equal. */
double special_deviance(double x, double m);

/* Which part of a distribution on (0, ∞). */
enum special_tail { SPECIAL_LOWER, SPECIAL_UPPER };

/* P(a, x) or Q(a, x) = 1 - P: of the gamma distribution with shape a > 0 up to x >= 0, or beyond it. By the series
 * (Abramowitz & Stegun 6.5.29) up to a + 1, then by the continued fraction (6.5.31). */
double special_gamma(double a, double x, enum special_tail tail);
/* The x whose tail is p, 0 < p < 1. */
double special_gamma_inverse(double a, double p, enum special_tail tail);

/* I_x(a, b), or what lies beyond x; a, b > 0. y is 1 - x, given too because it may be too small to be found from x. By
 * the continued fraction (26.5.8). */
double special_beta(double a, double b, double x, double y, enum special_tail tail);
/* The odds x/(1-x) of the x whose tail is p, 0 < p < 1. */
double special_beta_inverse(double a, double b, double p, enum special_tail tail);

#endif
