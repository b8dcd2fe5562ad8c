#include "detect/trend.h"

#include <assert.h>
#include <math.h>

#include "base/quantile.h"
#include "detect/law.h"
#include "detect/rank.h"
#include "detect/score.h"

enum { COUNTED_MAX = 60, ORDERS_MAX = 8 };

/* ---- Kendall's S ---- */

static double sign_of(double v)
{
    return (double)((v > 0) - (v < 0));
}

static double times_of(const struct trend_options *options, size_t i)
{
    return options->at ? options->at[i] : (double)i;
}

/* share[d] = P(d of the n(n-1)/2 pairs fall), all orders alike. */
static double *falling_pairs(size_t n, struct arena *arena)
{
    size_t pairs = n * (n - 1) / 2;
    double *share = ARENA_ARRAY(arena, double, pairs + 1), *before = ARENA_ARRAY(arena, double, pairs + 1);
    share[0] = 1;
    for (size_t i = 2, reached = 0; i <= n; i++) { /* the i-th value comes before 0 … i-1 smaller ones */
        for (size_t d = 0; d <= reached; d++)
            before[d] = share[d];
        reached += i - 1;
        double window = 0;
        for (size_t d = 0; d <= reached; d++) {
            window += d <= reached - (i - 1) ? before[d] : 0;
            share[d] = window;
            if (d + 1 >= i)
                window -= before[d + 1 - i];
        }
        for (size_t d = 0; d <= reached; d++)
            share[d] /= (double)i;
    }
    return share;
}

/* P(no more than `falling` pairs fall), from the outside in. */
static double counted_tail(const double *share, size_t pairs, double falling)
{
    double p = 0;
    for (size_t d = 0; d <= pairs && (double)d <= falling; d++)
        p += share[d];
    return fmin(1, p);
}

/* Σ t (t-1) (2t+5) over groups of equal values. */
static double tie_term(const double *x, size_t n, struct arena *scratch)
{
    double *sorted = arena_copy(scratch, x, n * sizeof(*x)), sum = 0;
    quantile_sort(sorted, n);
    for (size_t i = 0, end; i < n; i = end) {
        for (end = i + 1; end < n && sorted[end] == sorted[i]; end++) {
        }
        double t = (double)(end - i);
        sum += t * (t - 1) * (2 * t + 5);
    }
    return sum;
}

double trend_widening(size_t n, double rho)
{
    double middle = ((double)n - 1) / 2, squares = 0, products = 0, behind = 0;
    for (size_t i = 0; i < n; i++) {
        double w = (double)i - middle;
        products += w * behind; /* behind: Σ of earlier w, each times rho to its distance */
        squares += w * w;
        behind = rho * (behind + w);
    }
    return squares > 0 ? fmax(1, 1 + 2 * products / squares) : 1;
}

/* A conservative lag-1 autocorrelation of what a straight line leaves of x. */
static double rho_of(const double *residuals, size_t n)
{
    double count = (double)n, r = (score_lag1(residuals, n) + 4 / count) / fmax(0.4, 1 - 8 / count);
    return fmin(SCORE_RHO_MAX, fmax(0, r + 0.5 / sqrt(count)));
}

/* ---- the slope ---- */

/* All slopes between values of different times, sorted; gives how many. */
static size_t sorted_slopes(const double *x, size_t n, const struct trend_options *options, double *slopes)
{
    size_t count = 0;
    for (size_t i = 0; i < n; i++) {
        for (size_t j = i + 1; j < n; j++) {
            double apart = times_of(options, j) - times_of(options, i);
            if (apart > 0)
                slopes[count++] = (x[j] - x[i]) / apart;
        }
    }
    quantile_sort(slopes, count);
    return count;
}

static double estimated_rho(const double *x, size_t n, double slope, const struct trend_options *options,
                            struct arena *scratch)
{
    double *residuals = ARENA_ARRAY(scratch, double, n), mean = 0;
    for (size_t i = 0; i < n; i++) {
        residuals[i] = x[i] - slope * (times_of(options, i) - times_of(options, 0));
        mean += residuals[i] / (double)n;
    }
    for (size_t i = 0; i < n; i++)
        residuals[i] -= mean;
    return rho_of(residuals, n);
}

/* Sen's interval: as many slopes are left out on either side as S may stray by chance. */
static void find_interval(const double *slopes, size_t count, double deviation, double confidence, struct trend *trend)
{
    double out = floor(((double)count - law_normal_quantile((1 - confidence) / 2) * deviation) / 2);
    trend->low = -INFINITY;
    trend->high = INFINITY;
    if (out >= 1) {
        trend->low = slopes[(size_t)out - 1];
        trend->high = slopes[count - (size_t)out];
    }
}

struct trend trend_test(const double *x, size_t n, const struct trend_options *options)
{
    struct trend trend = {.rising = 1, .falling = 1, .rho = 0, .slope = NAN, .low = NAN, .high = NAN};
    struct trend_options used = *options;
    size_t skipped = n > TREND_MAX ? n - TREND_MAX : 0;
    x += skipped;
    n -= skipped;
    used.at = used.at ? used.at + skipped : NULL;
    if (n < 3)
        return trend;
    struct arena scratch = {0};
    size_t pairs = n * (n - 1) / 2;
    double *slopes = ARENA_ARRAY(&scratch, double, pairs), count = (double)n;
    size_t slopes_n = sorted_slopes(x, n, &used, slopes);
    if (slopes_n == 0)
        goto out;
    trend.slope = slopes_n % 2 ? slopes[slopes_n / 2] : 0.5 * slopes[slopes_n / 2 - 1] + 0.5 * slopes[slopes_n / 2];
    trend.rho = isnan(used.rho) ? estimated_rho(x, n, trend.slope, &used, &scratch) : used.rho;
    double ties = tie_term(x, n, &scratch), same_time = used.at ? tie_term(used.at, n, &scratch) : 0;
    for (size_t i = 0; i < slopes_n; i++)
        trend.s += sign_of(slopes[i]);
    trend.tau = trend.s / (double)slopes_n;
    double variance =
        fmax(0, count * (count - 1) * (2 * count + 5) - ties - same_time) / 18 * trend_widening(n, trend.rho);
    trend.exact = ties == 0 && same_time == 0 && trend.rho == 0 && n <= COUNTED_MAX;
    if (trend.exact) {
        const double *share = falling_pairs(n, &scratch);
        trend.rising = counted_tail(share, pairs, ((double)pairs - trend.s) / 2);
        trend.falling = counted_tail(share, pairs, ((double)pairs + trend.s) / 2);
    } else if (variance > 0) {
        trend.rising = law_normal_upper((trend.s - 1) / sqrt(variance));
        trend.falling = law_normal_upper((-trend.s - 1) / sqrt(variance));
    }
    find_interval(slopes, slopes_n, sqrt(variance), used.confidence, &trend);
out:
    arena_close(&scratch);
    return trend;
}

/* ---- Spearman ---- */

/* The correlation of ranks is their product sum, shifted and scaled. */
static double product_sum(const size_t *a, const size_t *b, const size_t *order, size_t n)
{
    double sum = 0;
    for (size_t i = 0; i < n; i++)
        sum += (double)(a[i] * b[order[i]]);
    return sum;
}

/* Heap's algorithm (1963), without recursion: all orders of b against a, and how many give at least (at most) their own
 * sum. */
static void all_orders(const size_t *a, const size_t *b, size_t n, double *at_least, double *at_most)
{
    size_t order[ORDERS_MAX], turn[ORDERS_MAX] = {0}, count = 1, high = 1, low = 1;
    for (size_t i = 0; i < n; i++)
        order[i] = i;
    double own = product_sum(a, b, order, n);
    for (size_t i = 1; i < n;) {
        if (turn[i] >= i) {
            turn[i++] = 0;
            continue;
        }
        size_t with = i % 2 ? turn[i] : 0, kept = order[i];
        order[i] = order[with];
        order[with] = kept;
        double sum = product_sum(a, b, order, n);
        high += sum >= own;
        low += sum <= own;
        count++;
        turn[i]++;
        i = 1;
    }
    *at_least = (double)high / (double)count;
    *at_most = (double)low / (double)count;
}

struct trend_rank_correlation trend_spearman(const double *x, const double *y, size_t n)
{
    struct trend_rank_correlation found = {NAN, 1, 1};
    struct arena scratch = {0};
    size_t *a = ARENA_ARRAY(&scratch, size_t, n + 1), *b = ARENA_ARRAY(&scratch, size_t, n + 1);
    double count = (double)n, cubes = count * count * count - count, product = 0;
    double left_a = cubes - rank_doubled(x, n, a, &scratch), left_b = cubes - rank_doubled(y, n, b, &scratch);
    if (n >= 3 && left_a > 0 && left_b > 0) {
        for (size_t i = 0; i < n; i++)
            product += ((double)a[i] - count - 1) * ((double)b[i] - count - 1);
        found.r = fmax(-1, fmin(1, 3 * product / sqrt(left_a) / sqrt(left_b)));
        if (n <= ORDERS_MAX) {
            all_orders(a, b, n, &found.positive, &found.negative);
        } else {
            double t = found.r * sqrt((count - 2) / fmax(1e-300, 1 - found.r * found.r));
            found.positive = law_t_upper(t, count - 2);
            found.negative = law_t_upper(-t, count - 2);
        }
    }
    arena_close(&scratch);
    return found;
}
