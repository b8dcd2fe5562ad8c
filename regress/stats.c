#include "regress/stats.h"

#include <assert.h>
#include <float.h>
#include <math.h>
#include <stdbool.h>
#include <stdlib.h>

static const double LN_SQRT_PI = 0.57236494292470008707;

/* ln(Γ(a+½)/Γ(a)). The difference of two lgamma values loses digits for large a, so from 20 on by the asymptotic
 * series in 1/a, whose next term is below 2e-17 there. */
static double half_gamma_ratio(double a)
{
    if (a < 20) {
        int sign;
        return lgamma_r(a + 0.5, &sign) - lgamma_r(a, &sign);
    }
    static const double terms[] = {-1.0 / 8, 1.0 / 192, -1.0 / 640, 17.0 / 14336, -31.0 / 18432};
    double sum = 0.5 * log(a), power = 1 / a;
    for (size_t i = 0; i < sizeof(terms) / sizeof(terms[0]); i++, power /= a * a)
        sum += terms[i] * power;
    return sum;
}

/* The continued fraction of the incomplete beta function; converges fast for x < (a+1)/(a+b+2). */
static double beta_fraction(double a, double b, double x)
{
    const double tiny = 1e-300;
    double c = 1, d = 1 - (a + b) * x / (a + 1);
    d = 1 / (fabs(d) < tiny ? tiny : d);
    double h = d;
    for (int m = 1; m <= 10000; m++) {
        double even = m * (b - m) * x / ((a + 2 * m - 1) * (a + 2 * m));
        double odd = -(a + m) * (a + b + m) * x / ((a + 2 * m) * (a + 2 * m + 1));
        for (int half = 0; half < 2; half++) {
            double by = half ? odd : even;
            d = 1 + by * d;
            c = 1 + by / c;
            d = 1 / (fabs(d) < tiny ? tiny : d);
            c = fabs(c) < tiny ? tiny : c;
            h *= d * c;
        }
        if (fabs(d * c - 1) < 1e-16)
            break;
    }
    return h;
}

double stats_t_upper(double t, double df)
{
    assert(df > 0 && !isnan(t));
    if (t < 0)
        return 1 - stats_t_upper(-t, df);
    if (t == 0)
        return 0.5;
    if (isinf(t))
        return 0;
    double a = df / 2, ratio = t / df * t;
    double ln_x = -log1p(ratio);       /* x = df/(df+t²) */
    double ln_y = -log1p(1 / ratio);   /* 1 - x */
    double ln_front = a * ln_x + 0.5 * ln_y + half_gamma_ratio(a) - LN_SQRT_PI;
    double x = 1 / (1 + ratio);
    if (x < (a + 1) / (a + 2.5))
        return 0.5 * exp(ln_front) / a * beta_fraction(a, 0.5, x);
    return 0.5 * (1 - exp(ln_front) / 0.5 * beta_fraction(0.5, a, ratio / (1 + ratio)));
}

static double normal_upper(double z)
{
    return 0.5 * erfc(z / sqrt(2.0));
}

static double t_density(double t, double df)
{
    double a = df / 2;
    return exp(half_gamma_ratio(a) - LN_SQRT_PI - 0.5 * log(df) - (a + 0.5) * log1p(t / df * t));
}

static double normal_density(double z)
{
    return exp(-0.5 * z * z) * 0.39894228040143267794;
}

/* df 0 means the normal distribution: one solver for both. */
static double upper(double t, double df)
{
    return df > 0 ? stats_t_upper(t, df) : normal_upper(t);
}

/* Newton on ln P, kept inside a bracket that bisection shrinks: safe for df near 0 and for p near 0. */
static double quantile(double p, double df)
{
    assert(p > 0 && p < 1);
    if (p > 0.5)
        return -quantile(1 - p, df);
    double low = 0, high = 1;
    while (upper(high, df) > p && high < 1e300) {
        low = high;
        high *= 2;
    }
    double t = 0.5 * (low + high);
    for (int i = 0; i < 200; i++) {
        double tail = upper(t, df);
        if (tail > p)
            low = t;
        else
            high = t;
        double density = df > 0 ? t_density(t, df) : normal_density(t);
        double next = t + log(tail / p) * tail / density;
        if (!(next >= low && next <= high))
            next = 0.5 * (low + high);
        if (fabs(next - t) <= 4 * DBL_EPSILON * fabs(next))
            return next;
        t = next;
    }
    return t;
}

double stats_t_quantile(double p, double df)
{
    assert(df > 0);
    return quantile(p, df);
}

double stats_normal_quantile(double p)
{
    return quantile(p, 0);
}

static void swap(double *a, double *b)
{
    double t = *a;
    *a = *b;
    *b = t;
}

/* Hoare's selection: afterwards v[k] is what sorting would put there, nothing before it is larger, nothing after it
 * smaller. The middle of three as pivot: sorted input is no bad case. */
static void select_nth(double *v, size_t n, size_t k)
{
    size_t low = 0, high = n - 1;
    while (low < high) {
        size_t mid = low + (high - low) / 2, i = low, j = high;
        if (v[mid] < v[low])
            swap(&v[mid], &v[low]);
        if (v[high] < v[low])
            swap(&v[high], &v[low]);
        if (v[high] < v[mid])
            swap(&v[high], &v[mid]);
        double pivot = v[mid];
        for (;;) {
            while (v[i] < pivot)
                i++;
            while (pivot < v[j])
                j--;
            if (i >= j)
                break;
            swap(&v[i++], &v[j--]);
        }
        if (k <= j)
            high = j;
        else
            low = j + 1;
    }
}

double stats_median(double *values, size_t n)
{
    assert(n > 0);
    select_nth(values, n, n / 2);
    double upper_middle = values[n / 2], lower_middle = values[0];
    if (n % 2)
        return upper_middle;
    for (size_t i = 1; i < n / 2; i++)
        lower_middle = values[i] > lower_middle ? values[i] : lower_middle;
    return 0.5 * (lower_middle + upper_middle);
}

static int compare_indirect(const void *a, const void *b, void *p)
{
    const double *values = p;
    size_t i = *(const size_t *)a, j = *(const size_t *)b;
    if (values[i] != values[j])
        return values[i] < values[j] ? -1 : 1;
    return (i > j) - (i < j); /* deterministic, whatever the sort does with equals */
}

void stats_adjust(const double *p, size_t n, double *adjusted, size_t *order)
{
    for (size_t i = 0; i < n; i++)
        order[i] = i;
    if (n)
        qsort_r(order, n, sizeof(*order), compare_indirect, (void *)p);
    double smallest = 1;
    for (size_t rank = n; rank > 0; rank--) {
        double scaled = p[order[rank - 1]] * (double)n / (double)rank;
        smallest = fmin(smallest, scaled);
        adjusted[order[rank - 1]] = smallest;
    }
}
