#include "detect/baseline.h"

#include <assert.h>
#include <math.h>
#include <stdlib.h>

#include "base/quantile.h"
#include "detect/law.h"
#include "detect/regime.h"
#include "detect/score.h"
#include "detect/stats.h"

enum { ALONE_MIN = 20, MORE_RUNS_MAX = 100 };
static const double POWER_80 = 0.8416; /* normal quantile of .8 */
static const double MISSED = 0.2;        /* what four of five leaves */

/* Residuals of one level, scaled so that each stands for the deviation of one run; and about its mean, for lag 1. */
static void add_level(struct baseline *base, const double *x, size_t n, double *plain, struct arena *scratch)
{
    double centre = score_centre(x, n, ARENA_ARRAY(scratch, double, 2 * n)), mean = score_mean(x, n);
    double scale = sqrt((double)n / (double)(n - 1));
    for (size_t i = 0; i < n; i++, base->residuals_n++) {
        base->residuals[base->residuals_n] = (x[i] - centre) * scale;
        plain[base->residuals_n] = x[i] - mean;
    }
}

/* Spread of the residuals; the few that lie beyond four robust sigma count as four. */
static double spread(const double *u, size_t n, struct arena *scratch)
{
    double *room = ARENA_ARRAY(scratch, double, n), sum = 0;
    for (size_t i = 0; i < n; i++)
        room[i] = fabs(u[i]);
    double robust = 1.4826 * stats_median(room, n);
    double limit = robust > 0 ? SCORE_CLIP * robust : INFINITY;
    for (size_t i = 0; i < n; i++) {
        double v = fmin(fabs(u[i]), limit);
        sum += v * v;
    }
    return sqrt(sum / (double)n);
}

static double variance_of_difference(const struct baseline *base, size_t runs)
{
    double unit = 1 / (double)runs + 1 / (double)base->n;
    return fmax(unit, score_difference_variance(base->n + runs, base->n, base->rho));
}

struct baseline baseline_of(const double *history, size_t n, const struct levels *levels, size_t level,
                            double resolution, double rho, struct arena *arena)
{
    assert(n >= 2 && level <= levels->n);
    struct arena scratch = {0};
    struct baseline base = {.start = levels_start(levels, level, n), .resolution = resolution};
    base.n = levels_start(levels, level + 1, n) - base.start;
    base.centre = score_centre(history + base.start, base.n, ARENA_ARRAY(&scratch, double, 2 * base.n));
    base.residuals = ARENA_ARRAY(arena, double, base.n >= ALONE_MIN ? base.n : n);
    double *plain = ARENA_ARRAY(&scratch, double, n), used = 0;
    for (size_t i = 0; i <= levels->n; i++) {
        size_t from = levels_start(levels, i, n), len = levels_start(levels, i + 1, n) - from;
        if (len < 2 || (base.n >= ALONE_MIN && i != level))
            continue;
        add_level(&base, history + from, len, plain, &scratch);
        used++;
    }
    double count = (double)base.residuals_n;
    base.sigma = fmax(spread(base.residuals, base.residuals_n, &scratch), resolution / sqrt(12));
    base.df = fmax(1, count - used);
    base.rho = rho;
    if (isnan(rho)) {
        double r = (score_lag1(plain, base.residuals_n) + used / count) / fmax(0.4, 1 - 4 * used / count);
        base.rho = fmin(SCORE_RHO_MAX, fmax(0, r + 0.5 / sqrt(count)));
    }
    base.tail = 2 + fmin(1, fmax(0, (count - 12) / 18));
    base.outermost = 1;
    base.unit = 1 + 1 / (double)base.n;
    base.variance = variance_of_difference(&base, 1);
    quantile_sort(base.residuals, base.residuals_n);
    arena_close(&scratch);
    return base;
}

void baseline_take_regime(struct baseline *base, const double *history, size_t n, const struct levels *levels, double resolution,
                          struct arena *arena)
{
    struct arena scratch = {0};
    double *deviation = ARENA_ARRAY(&scratch, double, n), *size = ARENA_ARRAY(&scratch, double, n);
    for (size_t i = 0; i <= levels->n; i++) {
        size_t from = levels_start(levels, i, n), to = levels_start(levels, i + 1, n), len = to - from;
        double centre = score_centre(history + from, len, ARENA_ARRAY(&scratch, double, 2 * len));
        double scale = len > 1 ? sqrt((double)len / (double)(len - 1)) : 1;
        for (size_t j = from; j < to; j++) {
            deviation[j] = (history[j] - centre) * scale;
            size[j] = fabs(deviation[j]);
        }
    }
    size_t start = regime_start(size, n);
    double sigma = start ? fmax(spread(deviation + start, n - start, &scratch), resolution / sqrt(12)) : 0;
    if (sigma > base->sigma) {
        base->sigma = sigma;
        base->df = fmax(1, (double)(n - start) - 1);
        base->residuals = arena_copy(arena, deviation + start, (n - start) * sizeof(*deviation));
        base->residuals_n = n - start;
        quantile_sort(base->residuals, base->residuals_n);
    }
    arena_close(&scratch);
}

/* The r-th largest residual towards `side`, r from 1. */
static double extreme(const struct baseline *base, size_t r, enum side side)
{
    return side == SIDE_ABOVE ? base->residuals[base->residuals_n - r] : -base->residuals[r - 1];
}

/* How often r new values are all among the outermost r + beyond of all. */
static double ln_share(const struct baseline *base, size_t beyond, size_t runs)
{
    double count = (double)base->residuals_n, r = (double)runs;
    return runs == 1 ? log(((double)beyond + 1) / (count + 1)) : law_ln_choose((double)beyond + r, r) - law_ln_choose(count + r, r);
}

/* The Pareto tail: ln p = share - tail · runs · (ln z - largest). */
struct tail {
    double share, largest;
};

/* The mean of what the outermost residuals give each; those that are on the other side of the centre give nothing. */
static struct tail tail_of(const struct baseline *base, size_t runs, enum side side)
{
    struct tail tail = {ln_share(base, 0, runs), log(fmax(extreme(base, 1, side), 1e-300))};
    for (size_t j = 2; j <= base->outermost && j <= base->residuals_n && extreme(base, j, side) > 0; j++) {
        tail.share += (ln_share(base, j - 1, runs) - tail.share) / (double)j;
        tail.largest += (log(extreme(base, j, side)) - tail.largest) / (double)j;
    }
    return tail;
}

/* p from the ranks of the residuals: what any noise family gives, were runs exchangeable; beyond all of them by the tail. */
static double rank_p(const struct baseline *base, double difference, size_t runs, enum side side)
{
    double z = difference / sqrt(base->variance); /* one run's deviation, in the KPI's unit */
    size_t beyond = 0;
    while (beyond < base->residuals_n && extreme(base, beyond + 1, side) >= z)
        beyond++;
    double share = exp(ln_share(base, beyond, runs));
    if (beyond || !(z > 0))
        return share;
    struct tail tail = tail_of(base, runs, side);
    return fmin(share, exp(tail.share - base->tail * (double)runs * fmax(0, log(z) - tail.largest)));
}

double baseline_p(const struct baseline *base, double value, enum side side)
{
    double difference = (double)side * (value - base->centre);
    if (!(base->sigma > 0))
        return difference > 0 ? 0 : 1;
    double t = difference / (base->sigma * sqrt(base->variance));
    if (isnan(t))
        return 1; /* values at the end of the numbers: nothing can be said */
    double by_law = law_t_upper(t, base->df);
    return base->normal ? by_law : fmax(by_law, rank_p(base, difference, 1, side));
}

double baseline_runs_p(const struct baseline *base, double mean, double least, size_t runs, enum side side)
{
    assert(least > 0 && runs >= 1);
    if (!(base->sigma > 0))
        return 0;
    double t = mean / (base->sigma * sqrt(variance_of_difference(base, runs)));
    if (isnan(t))
        return 1;
    double by_law = law_t_upper(t, base->df);
    return base->normal ? by_law : fmax(by_law, rank_p(base, least, runs, side));
}

double baseline_critical(const struct baseline *base, double alpha, enum side side)
{
    if (!(base->sigma > 0))
        return 0;
    double count = (double)base->residuals_n, by_law = law_t_quantile(fmin(alpha, 0.5), base->df) * base->sigma;
    if (base->normal)
        return by_law * sqrt(base->variance);
    size_t rank = (size_t)floor(alpha * (count + 1));
    struct tail tail = tail_of(base, 1, side);
    double u = rank >= 1 ? extreme(base, rank > base->residuals_n ? base->residuals_n : rank, side)
                         : fmax(extreme(base, 1, side), exp(tail.largest + (tail.share - log(alpha)) / base->tail));
    return fmax(by_law, u) * sqrt(base->variance);
}

double baseline_half_interval(const struct baseline *base, size_t runs)
{
    return law_t_quantile(0.025, base->df) * base->sigma * sqrt(variance_of_difference(base, runs));
}

double baseline_detectable(const struct baseline *base, double alpha, enum side side)
{
    return baseline_critical(base, alpha, side) + POWER_80 * base->sigma * sqrt(base->variance);
}

/* What a fifth of the runs lie beyond, by ranks: a new run is beyond the r-th of N residuals by chance r/(N + 1). */
static double fifth(const struct baseline *base, enum side side)
{
    double place = fmin(fmax(1, MISSED * ((double)base->residuals_n + 1)), (double)base->residuals_n);
    size_t r = (size_t)place;
    double at = extreme(base, r, side), next = r < base->residuals_n ? extreme(base, r + 1, side) : at;
    return at + (place - (double)r) * (next - at);
}

/* How far below its expectation a run is, at most, in four of five cases. */
static double shortfall(const struct baseline *base, enum side side)
{
    double by_law = law_t_quantile(MISSED, base->df) * base->sigma;
    double by_rank = base->normal ? 0 : fifth(base, side == SIDE_ABOVE ? SIDE_BELOW : SIDE_ABOVE);
    return fmax(by_law, by_rank) * sqrt(base->variance);
}

/* Of rounded values only the next multiple counts; what is rounded to it begins half a step before. */
static double rounded_limit(const struct baseline *base, double limit, double alpha, enum side side)
{
    double step = base->resolution, from = (double)side * base->centre;
    if (!(step > 0))
        return limit;
    double value = ceil((from + limit) / step - 1e-9) * step;
    if (baseline_p(base, (double)side * value, side) > alpha)
        value += step;
    return fmax(limit, value - from - step / 2);
}

double baseline_seen(const struct baseline *base, double alpha, double least, enum side side)
{
    double limit = fmax(least, baseline_critical(base, alpha, side));
    return base->sigma > 0 ? rounded_limit(base, limit, alpha, side) + shortfall(base, side) : limit;
}

int baseline_more_runs(const struct baseline *base, double alpha, double target)
{
    if (!(base->sigma > 0))
        return 0;
    double factor = (law_t_quantile(fmin(alpha, 0.5), base->df) + POWER_80) * base->sigma;
    for (int more = 0; more <= MORE_RUNS_MAX; more++) {
        if (factor * sqrt(variance_of_difference(base, 1 + (size_t)more)) <= target)
            return more;
    }
    return -1;
}
