#include "detect/recent.h"

#include <math.h>
#include <stdint.h>
#include <string.h>

#include "detect/lanes.h"
#include "detect/regime.h"
#include "detect/score.h"
#include "detect/stats.h"
#include "detect/tail.h"

enum { LANES = SHUFFLE_LANES, QUADS = LANES / QUAD, RESAMPLES_MIN = 999, RESAMPLES_MAX = 99999 };
static const double PRIOR = 0.3, PRIOR_RUNS = 40, WORTH_A_SECOND = 0.1;

/* One test: what does not depend on the draw. mean of the newest k less that of the rest is newest[k]·sum - all[k]·total. */
struct scan {
    size_t n, longest;
    double *newest, *all;    /* already divided by the standard deviation of the difference */
    double *share;           /* its square times this is the gain */
};

static struct scan scan_of(size_t n, size_t longest, double rho, enum side worse, struct arena *scratch)
{
    struct scan s = {n, longest, ARENA_ARRAY(scratch, double, longest + 1), ARENA_ARRAY(scratch, double, longest + 1),
                     ARENA_ARRAY(scratch, double, longest + 1)};
    for (size_t k = RECENT_SHORTEST; k <= longest; k++) {
        double a = (double)k, b = (double)(n - k), variance = score_difference_variance(n, k, rho);
        double sd = (double)worse * sqrt(variance);
        s.newest[k] = (1 / a + 1 / b) / sd;
        s.all[k] = 1 / b / sd;
        s.share[k] = a * b / (double)n * variance;
    }
    return s;
}

/* (n-2) d²/(variance·rest) for d towards worse, else 0. */
static double studentised(const struct scan *s, double best, double share, double total, double squares)
{
    double rest = squares - total * total / (double)s->n - best * best * share;
    return (double)(s->n - 2) * best * best / fmax(rest, 1e-12 * squares + 1e-300);
}

static double observed(const struct scan *s, const double *x, const bool *allowed, size_t *start)
{
    double total = 0, squares = 0, sum = 0, best = 0, share = 0;
    for (size_t i = 0; i < s->n; i++) {
        total += x[i];
        squares += x[i] * x[i];
    }
    *start = s->n;
    for (size_t k = 1; k <= s->longest; k++) {
        sum += x[s->n - k];
        double d = k < RECENT_SHORTEST ? 0 : s->newest[k] * sum - s->all[k] * total;
        if (d > best && (!allowed || allowed[s->n - k])) {
            best = d;
            share = s->share[k];
            *start = s->n - k;
        }
    }
    return studentised(s, best, share, total, squares);
}

/* The same of the permutations of a tile, put together as an AR(1). The series runs from its newest value to its oldest: an AR(1)
 * looks the same both ways. */
static VECTORISED void drawn(const struct scan *s, const double *e, double rho, const uint16_t *tile, double *t)
{
    quad y[QUADS] = {0}, total[QUADS] = {0}, squares[QUADS] = {0}, sums[RECENT_LONGEST][QUADS];
    double scale = 1 / sqrt(1 - rho * rho);
    for (size_t i = 0; i < s->n; i++) {
        for (size_t h = 0; h < QUADS; h++, tile += QUAD) {
            quad at = {e[tile[0]], e[tile[1]], e[tile[2]], e[tile[3]]};
            y[h] = rho * y[h] + at * scale;
            total[h] += y[h];
            squares[h] += y[h] * y[h];
        }
        scale = 1;
        if (i < s->longest)
            memcpy(sums[i], total, sizeof(total));
    }
    quad best[QUADS] = {0}, share[QUADS] = {0};
    for (size_t k = RECENT_SHORTEST; k <= s->longest; k++)
        for (size_t h = 0; h < QUADS; h++) {
            quad d = s->newest[k] * sums[k - 1][h] - s->all[k] * total[h], now = (quad){0} + s->share[k];
            share[h] = PICK(d > best[h], now, share[h]);
            best[h] = PICK(d > best[h], d, best[h]);
        }
    for (size_t l = 0; l < LANES; l++)
        t[l] = studentised(s, best[l / QUAD][l % QUAD], share[l / QUAD][l % QUAD], total[l / QUAD][l % QUAD], squares[l / QUAD][l % QUAD]);
}

static double *innovations(const double *x, size_t n, double rho, struct arena *scratch)
{
    double *e = ARENA_ARRAY(scratch, double, n), mean = score_mean(x, n);
    e[0] = sqrt(1 - rho * rho) * (x[0] - mean);
    for (size_t i = 1; i < n; i++)
        e[i] = (x[i] - mean) - rho * (x[i - 1] - mean);
    mean = score_mean(e, n);
    for (size_t i = 0; i < n; i++)
        e[i] -= mean;
    return e;
}

double recent_rho(const double *values, size_t n, struct arena *scratch)
{
    double *x = ARENA_ARRAY(scratch, double, n), *room = arena_copy(scratch, values, n * sizeof(*values)), count = (double)n;
    double median = stats_median(room, n);
    size_t equal = 0;
    for (size_t i = 0; i < n; i++)
        equal += values[i] == median;
    score_clip(values, n, x, room);
    size_t at = score_best_split(x, n, SCORE_SEGMENT_MIN).at;
    if (equal * 2 > n || at == 0)
        return 0;
    double first = score_mean(x, at), second = score_mean(x + at, n - at), weight = count / (count + PRIOR_RUNS);
    for (size_t i = 0; i < n; i++)
        x[i] -= i < at ? first : second;
    double lag = (score_lag1(x, n) + 3.4 / count) / fmax(0.4, 1 - 7 / count);
    return fmin(SCORE_RHO_MAX, fmax(0, weight * lag + (1 - weight) * PRIOR));
}

/* One view of the scores. */
static struct recent test_view(const double *x, size_t n, size_t longest, double rho, const struct recent_options *options, struct arena *scratch)
{
    struct recent recent = {.p = 1, .start = n};
    double first[TAIL_DRAWS], later[LANES];
    struct scan scan = scan_of(n, longest, rho, options->worse, scratch);
    double found = observed(&scan, x, options->allowed, &recent.start) * (1 - 1e-9);
    if (recent.start == n)
        return recent;
    const double *e = innovations(x, n, rho, scratch);
    size_t resamples = (size_t)fmin(RESAMPLES_MAX, fmax(RESAMPLES_MIN, ceil(20 / options->alpha) - 1));
    size_t enough = (size_t)(2 * options->alpha * (double)(resamples + 1)) + 10, hits = 0, draws = 0;
    struct shuffle_loop loop = shuffle_open(options->shuffles, n);
    while (hits < enough && draws < resamples) {
        double *t = draws < TAIL_DRAWS ? first + draws : later;
        drawn(&scan, e, rho, shuffle_next(&loop, scratch), t);
        for (size_t l = 0; l < LANES; l++)
            hits += t[l] >= found;
        draws += LANES;
        if (draws == TAIL_DRAWS && !hits && tail_is_sure(first, found, n, n - recent.start, rho, resamples))
            draws = resamples;
    }
    recent.p = ((double)hits + 1) / ((double)draws + 1);
    return recent;
}

/* Divides each part by its spread, where the newer one scatters more; `start` began a new level. False: it does not. */
static bool even_spread(const double *x, size_t n, size_t start, double *out, struct arena *scratch)
{
    double *room = arena_copy(scratch, x, n * sizeof(*x)), *size = ARENA_ARRAY(scratch, double, n);
    double before = stats_median(room, start), after = stats_median(room + start, n - start);
    for (size_t i = 0; i < n; i++)
        size[i] = fabs(x[i] - (i < start ? before : after));
    size_t regime = regime_start(size, n);
    double s1 = regime ? score_mean(size, regime) : 0, s2 = regime ? score_mean(size + regime, n - regime) : 0;
    for (size_t i = 0; i < n && s1 > 0; i++)
        out[i] = (x[i] - before) / (i < regime ? s1 : s2);
    return s1 > 0;
}

struct recent recent_test(const double *values, size_t n, const struct recent_options *options, struct arena *scratch)
{
    struct recent none = {.p = 1, .start = n};
    size_t longest = options->longest < n - 3 ? options->longest : n - 3;
    longest = longest < RECENT_LONGEST ? longest : RECENT_LONGEST;
    if (n < RECENT_MIN || n > SHUFFLE_MAX || longest < RECENT_SHORTEST)
        return none;
    double *x = ARENA_ARRAY(scratch, double, n), *even = ARENA_ARRAY(scratch, double, n);
    double rho = isnan(options->rho) ? recent_rho(values, n, scratch) : options->rho;
    score_clip(values, n, x, even);
    struct recent first = test_view(x, n, longest, rho, options, scratch);
    if (first.p > WORTH_A_SECOND || !even_spread(x, n, first.start, even, scratch))
        return first;
    struct recent second = test_view(even, n, longest, rho, options, scratch);
    return second.p > first.p ? (struct recent){second.p, first.start} : first;
}
