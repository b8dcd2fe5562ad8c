#include "detect/law.h"

#include <assert.h>
#include <math.h>

#include "detect/special.h"

static const double SQRT_2 = 1.41421356237309504880, TWO_PI = 6.283185307179586477;

/* ---- normal ---- */

double law_normal_upper(double z)
{
    return 0.5 * erfc(z / SQRT_2);
}

/* z² is chi-squared with 1 degree of freedom. Near the middle by what lies between 0 and z, which is exact there. */
double law_normal_quantile(double p)
{
    assert(p > 0 && p < 1);
    if (p > 0.5)
        return -law_normal_quantile(1 - p);
    if (p == 0.5)
        return 0;
    double half = p < 0.25 ? special_gamma_inverse(0.5, 2 * p, SPECIAL_UPPER)
                           : special_gamma_inverse(0.5, 1 - 2 * p, SPECIAL_LOWER);
    return sqrt(2 * half);
}

/* ---- counting ---- */

double law_ln_choose(double n, double k)
{
    int sign;
    return lgamma_r(n + 1, &sign) - lgamma_r(k + 1, &sign) - lgamma_r(n - k + 1, &sign);
}

/* ---- Student's t ---- */

/* df/(df+t²) underflows where t² overflows; there the first term of the series is all there is: t^-df c, and c is had
 * from where nothing underflows. */
static double t_far(double t, double df)
{
    double near = 1e100 * sqrt(df);
    return law_t_upper(near, df) * exp(df * (log(near) - log(t)));
}

double law_t_upper(double t, double df)
{
    assert(df > 0 && !isnan(t));
    if (t < 0)
        return 1 - law_t_upper(-t, df);
    if (t == 0)
        return 0.5;
    if (isinf(t))
        return 0;
    if (isinf(df))
        return law_normal_upper(t);
    if (t > 1e101 * sqrt(df))
        return t_far(t, df);
    double ratio = t / df * t;
    return 0.5 * special_beta(df / 2, 0.5, 1 / (1 + ratio), 1 / (1 + 1 / ratio), SPECIAL_LOWER);
}

/* t² is F with 1 and df degrees of freedom; df/t² are the odds of the beta law. */
double law_t_quantile(double p, double df)
{
    assert(p > 0 && p < 1 && df > 0);
    if (p > 0.5)
        return -law_t_quantile(1 - p, df);
    if (p == 0.5)
        return 0;
    double odds = p < 0.25 ? special_beta_inverse(df / 2, 0.5, 2 * p, SPECIAL_LOWER)
                           : special_beta_inverse(df / 2, 0.5, 1 - 2 * p, SPECIAL_UPPER);
    return sqrt(df / odds);
}

/* ---- F and chi-squared ---- */

double law_f_upper(double f, double m, double n)
{
    assert(f >= 0 && m > 0 && n > 0);
    double ratio = m * f / n;
    return special_beta(n / 2, m / 2, 1 / (1 + ratio), 1 / (1 + 1 / ratio), SPECIAL_LOWER);
}

double law_f_quantile(double p, double m, double n)
{
    double odds = p < 0.5 ? special_beta_inverse(n / 2, m / 2, p, SPECIAL_LOWER)
                          : special_beta_inverse(n / 2, m / 2, 1 - p, SPECIAL_UPPER);
    return n / m / odds;
}

double law_chi2_upper(double x, double df)
{
    return special_gamma(df / 2, x / 2, SPECIAL_UPPER);
}

double law_chi2_quantile(double p, double df)
{
    return 2 * (p < 0.5 ? special_gamma_inverse(df / 2, p, SPECIAL_UPPER)
                        : special_gamma_inverse(df / 2, 1 - p, SPECIAL_LOWER));
}

/* ---- binomial ---- */

double law_binomial(size_t k, size_t n, double p)
{
    assert(p >= 0 && p <= 1);
    double count = (double)n, hits = (double)k, misses = count - hits;
    if (k > n)
        return 0;
    if (k == 0)
        return p == 1 && n > 0 ? 0 : exp(count * log1p(-p));
    if (k == n)
        return pow(p, count);
    if (p == 0 || p == 1)
        return 0;
    double ln = special_stirling_error(count) - special_stirling_error(hits) - special_stirling_error(misses) -
                special_deviance(hits, count * p) - special_deviance(misses, count * (1 - p));
    return exp(ln) * sqrt(count / (TWO_PI * hits * misses));
}

double law_binomial_lower(size_t k, size_t n, double p)
{
    assert(p >= 0 && p <= 1);
    return k >= n ? 1 : special_beta((double)(n - k), (double)k + 1, 1 - p, p, SPECIAL_LOWER);
}

double law_binomial_upper(size_t k, size_t n, double p)
{
    assert(p >= 0 && p <= 1);
    if (k == 0)
        return 1;
    return k > n ? 0 : special_beta((double)k, (double)(n - k) + 1, p, 1 - p, SPECIAL_LOWER);
}

size_t law_median_rank(size_t n, double confidence)
{
    double left = (1 - confidence) / 2;
    size_t low = 0, high = n / 2 + 1; /* rank low will do, high will not */
    while (high - low > 1) {
        size_t rank = low + (high - low) / 2;
        *(law_binomial_lower(rank - 1, n, 0.5) <= left ? &low : &high) = rank;
    }
    return low;
}
