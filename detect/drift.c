#include "detect/drift.h"

#include <math.h>

#include "detect/law.h"
#include "detect/score.h"
#include "detect/trend.h"

/* What a line of the trend's slope leaves, about its own mean. */
static double *residuals_of(const double *x, size_t n, const double *at, double slope, struct arena *scratch)
{
    double *left = ARENA_ARRAY(scratch, double, n), mean = 0;
    for (size_t i = 0; i < n; i++) {
        left[i] = x[i] - slope * (at ? at[i] - at[0] : (double)i);
        mean += left[i] / (double)n;
    }
    for (size_t i = 0; i < n; i++)
        left[i] -= mean;
    return left;
}

/* Variance of the mean of k of n runs with autocorrelation rho and variance 1. */
static double mean_variance(size_t k, double rho)
{
    return score_sum_variance(k, rho) / ((double)k * (double)k);
}

static double block_mean(const double *x, size_t n)
{
    return n ? score_mean(x, n) : NAN;
}

static void find_levels(const double *x, size_t n, const struct drift_options *options, struct drift *drift)
{
    drift->current_n = n / 2 < DRIFT_BLOCK ? n / 2 : DRIFT_BLOCK;
    drift->reference_n = options->pinned_n ? options->pinned_n : drift->current_n;
    drift->current = block_mean(x + n - drift->current_n, drift->current_n);
    drift->reference = block_mean(options->pinned_n ? options->pinned : x, drift->reference_n);
    drift->change = (double)options->worse * (drift->current - drift->reference);
    drift->budget = fmax(options->budget * fabs(drift->reference), options->budget_absolute);
}

static void test_budget(const double *left, size_t n, double alpha, struct drift *drift)
{
    double squares = 0, df = fmax(1, (double)n - 2);
    for (size_t i = 0; i < n; i++)
        squares += left[i] * left[i];
    double error = sqrt(squares / df *
                        (mean_variance(drift->current_n, drift->rho) + mean_variance(drift->reference_n, drift->rho)));
    df = fmax(1, df * (1 - drift->rho) / (1 + drift->rho)); /* autocorrelated runs tell less about the spread, too */
    double excess = drift->change - drift->budget, room = law_t_quantile(alpha, df) * error;
    drift->p_exceeded = !isfinite(error) || !isfinite(excess) ? 1 : error > 0 ? law_t_upper(excess / error, df) : excess > 0 ? 0 : 1;
    drift->change_low = drift->change - room;
    drift->change_high = drift->change + room;
}

static double runs_left(const struct drift *drift)
{
    if (drift->change >= drift->budget)
        return 0;
    return drift->slope > 0 ? (drift->budget - drift->change) / drift->slope : INFINITY;
}

struct drift drift_test(const double *x, size_t n, const struct drift_options *options)
{
    struct drift drift = {.p_exceeded = 1,
                          .p_creep = 1,
                          .slope = NAN,
                          .slope_low = NAN,
                          .slope_high = NAN,
                          .change = NAN,
                          .change_low = NAN,
                          .change_high = NAN,
                          .runs_left = NAN};
    size_t skipped = n > TREND_MAX ? n - TREND_MAX : 0;
    const double *recent = x + skipped, *at = options->at ? options->at + skipped : NULL;
    if (n < DRIFT_MIN)
        return drift;
    struct arena scratch = {0};
    struct trend_options asked = {.at = at, .rho = options->rho, .confidence = 1 - 2 * options->alpha};
    struct trend trend = trend_test(recent, n - skipped, &asked);
    find_levels(x, n, options, &drift);
    if (!isfinite(trend.slope) || !isfinite(drift.change) || !isfinite(drift.budget))
        goto out;
    bool up = options->worse == SIDE_ABOVE;
    drift.tested = true;
    drift.rho = trend.rho;
    drift.p_creep = up ? trend.rising : trend.falling;
    drift.slope = (double)options->worse * trend.slope;
    drift.slope_low = up ? trend.low : -trend.high;
    drift.slope_high = up ? trend.high : -trend.low;
    test_budget(residuals_of(recent, n - skipped, at, trend.slope, &scratch), n - skipped, options->alpha, &drift);
    drift.runs_left = runs_left(&drift);
out:
    arena_close(&scratch);
    return drift;
}
