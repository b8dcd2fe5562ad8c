#include "detect/rho.h"

#include <math.h>

#include "detect/score.h"
#include "detect/stats.h"

static const double SLOPE = 1.15, MARGIN_N = 4, MARGIN_S = 0.15, KAPPA = 2, LEVEL_REFERENCE = 0.05;

struct arc_lengths arc_lengths(size_t n)
{
    struct arc_lengths lengths = {.n = 0};
    for (size_t a = 2; a <= n / 2; a *= 2) {
        lengths.v[lengths.n++] = a;
        size_t half = a + a / 2;
        if (half > a && half <= n / 2)
            lengths.v[lengths.n++] = half;
    }
    return lengths;
}

/* Mean of squared differences at a lag, each clipped at about three sigma so that steps do not inflate it. */
static double difference_square(const double *x, size_t n, size_t lag, struct arena *scratch)
{
    size_t m = n - lag;
    double *a = ARENA_ARRAY(scratch, double, m), *room = ARENA_ARRAY(scratch, double, m), sum = 0;
    for (size_t i = 0; i < m; i++)
        room[i] = a[i] = fabs(x[i + lag] - x[i]);
    double limit = 4.5 * stats_median(room, m);
    for (size_t i = 0; i < m; i++) {
        double d = limit > 0 && a[i] > limit ? limit : a[i];
        sum += d * d;
    }
    return sum / (double)m;
}

/* For an AR(1) the expected squared difference at lag h is proportional to 1 - rho^h. */
static double rho_of_differences(const double *x, size_t n, struct arena *scratch)
{
    double d1 = difference_square(x, n, 1, scratch), d2 = difference_square(x, n, 2, scratch);
    return d1 > 0 ? d2 / d1 - 1 : 0;
}

/* Lag-1 autocorrelation of what is left when [from, to) and the rest each lose their mean. */
static double rho_around(const double *x, size_t n, size_t from, size_t to, struct arena *scratch)
{
    double inner = 0, outer = 0, *r = ARENA_ARRAY(scratch, double, n);
    for (size_t i = 0; i < n; i++)
        *(i >= from && i < to ? &inner : &outer) += x[i];
    inner /= (double)(to - from);
    outer /= (double)(n - (to - from));
    for (size_t i = 0; i < n; i++)
        r[i] = x[i] - (i >= from && i < to ? inner : outer);
    return score_lag1(r, n);
}

static double rho_of_arc(const double *x, size_t n, const struct arc_lengths *lengths, struct arena *scratch)
{
    double *sums = ARENA_ARRAY(scratch, double, n + 1), best = -1;
    for (size_t i = 0; i < n; i++)
        sums[i + 1] = sums[i] + x[i];
    double mean = sums[n] / (double)n;
    size_t from = 0, to = 0;
    for (size_t j = 0; j < lengths->n; j++) {
        size_t len = lengths->v[j];
        double l = (double)len, factor = 1 / sqrt(l * (1 - l / (double)n));
        for (size_t i = 0; i + len <= n; i++) {
            double v = fabs(sums[i + len] - sums[i] - l * mean) * factor;
            if (v > best) {
                best = v;
                from = i;
                to = i + len;
            }
        }
    }
    return rho_around(x, n, from, to, scratch);
}

static double within(double v, double cap)
{
    return fmin(SCORE_RHO_MAX, fmax(0, fmin(v, cap)));
}

struct rho_pair rho_estimate(const double *x, size_t n, const struct arc_lengths *lengths, double alpha,
                             struct arena *scratch)
{
    double count = (double)n;
    double strict = 1 + 0.5 * log10(fmax(1, LEVEL_REFERENCE / alpha));
    double margin = strict * (MARGIN_N / count + MARGIN_S / sqrt(count));
    double cap = fmax(0, rho_of_differences(x, n, scratch)) + KAPPA / sqrt(count);
    size_t at = score_best_split(x, n, SCORE_SEGMENT_MIN).at;
    double r = rho_around(x, n, 0, at, scratch);
    double split = SLOPE * (r + 3.4 / count) / fmax(0.4, 1 - 7 / count) + margin;
    struct rho_pair rho = {within(split, cap), within(split, cap)};
    if (lengths->n) {
        r = rho_of_arc(x, n, lengths, scratch);
        double arc = SLOPE * (r + (1.45 * log(count) - 0.4) / count) / fmax(0.4, 1 - 10.5 / count) + margin;
        rho.arc = within(arc, cap);
    }
    return rho;
}
