#include "detect/split.h"

#include <math.h>
#include <stdint.h>
#include <string.h>

#include "detect/draws.h"
#include "detect/score.h"
#include "detect/stats.h"
#include "detect/tail.h"

/* The shortest stretch for resampling, arcs, windows; shares of alpha; levels. Section 1 of the specification. */
enum { SHORTEST = 5, RESAMPLE_MIN = 8, TABLE_MAX = 11, ARC_MIN = 20, WINDOWS_MIN = 40, WINDOW_MIN = 20, WINDOW_LAYERS = 3 };
enum { SPREAD_SIDE_MIN = 8, LONG = 16384 };
static const double ARC_SHARE = 0.15, WINDOW_SHARE = 0.10, EXACT_LEVEL = 0.02, SPREAD_LIMIT = 12;

/* Table S, section 1.7: the largest quantile of T over eight noise families, 400,000 series each. */
enum { TABLE_COLUMNS = 7 };
static const double table_p[TABLE_COLUMNS] = {.1, .05, .02, .01, .005, .002, .001};
static const double table_t[TABLE_MAX - SHORTEST + 1][TABLE_COLUMNS] = {
    {19.19, 34.73, 85.79, 149.5, 251.2, 493.7, 810.4}, {20.17, 31.02, 67.9, 111.4, 170.6, 288.4, 429.3},
    {20.46, 29.88, 55.25, 87.75, 129.2, 198.9, 268.0}, {20.53, 29.1, 43.86, 71.52, 104.7, 159.4, 212.6},
    {20.7, 28.89, 41.77, 58.34, 85.69, 131.0, 172.5},  {20.75, 28.71, 40.7, 51.52, 72.82, 113.6, 148.3},
    {20.75, 28.38, 39.89, 49.91, 61.26, 96.23, 127.8},
};

/* One stretch under test: values, scores, and what the resampling loops reuse. */
struct trial {
    const double *x; /* scores, perhaps rescaled */
    size_t n;
    double alpha;
    size_t resamples, enough;
    bool arcs;
    double first_share; /* share of alpha that the split test has */
    bool exact;         /* permute the scores themselves, not the residuals of the best fit */
    struct arc_lengths lengths;
    struct rho_pair rho;
    struct shuffles *shuffles;
    double *room; /* of the draws */
    struct arena *scratch;
};

struct best {
    double t;
    size_t from, to;
};

/* ---- statistics ---- */

/* The largest squared studentised difference of means over all splits. */
static struct best best_split(const double *x, size_t n, const struct split_weights *weights)
{
    double total = 0, squares = 0, left = 0, largest = -1, gain = 0;
    struct best best = {0, 0, n};
    for (size_t i = 0; i < n; i++) {
        total += x[i];
        squares += x[i] * x[i];
    }
    for (size_t k = 1; k + SCORE_SEGMENT_MIN <= n; k++) {
        left += x[k - 1];
        if (k < SCORE_SEGMENT_MIN)
            continue;
        double d = left * weights->sum[k] - total * weights->rest[k];
        double t = d * d * weights->weight[k];
        if (t > largest) {
            largest = t;
            best.from = k;
            gain = d * d * weights->share[k];
        }
    }
    double rest = squares - total * total / (double)n - gain;
    best.t = (double)(n - 2) * largest / fmax(rest, 1e-12 * squares + 1e-300);
    return best;
}

/* The largest scale-penalised studentised interior arc. sums: room for n+1. */
static struct best best_arc(const double *x, size_t n, const struct arc_lengths *lengths, const struct arc_weights *w,
                            double *sums)
{
    double squares = 0;
    sums[0] = 0;
    for (size_t i = 0; i < n; i++) {
        sums[i + 1] = sums[i] + x[i];
        squares += x[i] * x[i];
    }
    double count = (double)n, mean = sums[n] / count;
    double sd = sqrt(fmax(1e-300, (squares - count * mean * mean) / (count - 1)));
    struct best best = {-1e9, 0, 0};
    for (size_t j = 0; j < lengths->n; j++) {
        size_t len = lengths->v[j], at = 1;
        double shift = (double)len * mean, largest = 0;
        for (size_t i = 1; i + len < n; i++) {
            double v = fabs(sums[i + len] - sums[i] - shift);
            if (v > largest) {
                largest = v;
                at = i;
            }
        }
        double t = largest * w->factor[j] / sd - w->penalty[j];
        if (t > best.t)
            best = (struct best){t, at, at + len};
    }
    return best;
}

/* ---- resampling ---- */

/* What is permuted: innovations of the AR(1) around the fit (or around the mean, when `exact`). */
static double *innovations(const struct trial *trial, size_t from, size_t to, double rho)
{
    size_t n = trial->n;
    double *z = ARENA_ARRAY(trial->scratch, double, n), *e = ARENA_ARRAY(trial->scratch, double, n);
    double inner = 0, outer = 0;
    for (size_t i = 0; i < n; i++)
        *(i >= from && i < to ? &inner : &outer) += trial->x[i];
    inner /= (double)(to - from);
    outer /= (double)(n - (to - from));
    for (size_t i = 0; i < n; i++)
        z[i] = trial->x[i] - (trial->exact ? 0 : i >= from && i < to ? inner : outer);
    double mean = score_mean(z, n);
    e[0] = sqrt(1 - rho * rho) * (z[0] - mean);
    for (size_t i = 1; i < n; i++)
        e[i] = (z[i] - mean) - rho * (z[i - 1] - mean);
    mean = score_mean(e, n);
    for (size_t i = 0; i < n; i++)
        e[i] -= mean;
    return e;
}

/* p from h exceedances among b draws: stops early once p is clearly above the level. */
struct tally {
    size_t hits, draws, enough;
};

static struct tally tally_open(const struct trial *trial, double share)
{
    size_t clearly = (size_t)(1.25 * trial->alpha * share * (double)(trial->resamples + 1)) + 2;
    return (struct tally){.enough = trial->enough ? trial->enough : clearly};
}

/* The next draws; one bit of `hits` each. False: it is enough. */
static bool tally_add(struct tally *tally, unsigned hits, const struct trial *trial)
{
    for (size_t lane = 0; lane < SHUFFLE_LANES; lane++) {
        tally->draws++;
        tally->hits += hits >> lane & 1;
        if (tally->hits == tally->enough || tally->draws == trial->resamples)
            return false;
    }
    return true;
}

static double tally_p(const struct tally *tally)
{
    if (tally->hits >= tally->enough)
        return (double)tally->hits / (double)tally->draws;
    return ((double)tally->hits + 1) / ((double)tally->draws + 1);
}

static double split_p(const struct trial *trial, struct best *found)
{
    struct split_weights weights = split_weights(trial->n, trial->rho.split, trial->scratch);
    *found = best_split(trial->x, trial->n, &weights);
    struct draws draws = {trial->n, innovations(trial, found->from, trial->n, trial->rho.split), trial->rho.split, trial->room};
    struct tally tally = tally_open(trial, trial->first_share);
    struct shuffle_loop loop = shuffle_open(trial->shuffles, trial->n);
    double least = found->t * (1 - 1e-9), first[TAIL_DRAWS], later[SHUFFLE_LANES];
    for (bool more = true; more;) {
        double *t = tally.draws < TAIL_DRAWS ? first + tally.draws : later;
        unsigned hits = 0;
        draws_split(&draws, shuffle_next(&loop, trial->scratch), &weights, t);
        for (unsigned lane = 0; lane < SHUFFLE_LANES; lane++)
            hits |= (unsigned)(t[lane] >= least) << lane;
        more = tally_add(&tally, hits, trial);
        if (tally.draws == TAIL_DRAWS && !tally.hits &&
            tail_is_sure(first, found->t, trial->n, found->from, trial->rho.split, trial->resamples))
            return 1 / ((double)trial->resamples + 1);
    }
    return tally_p(&tally);
}

static double arc_p(const struct trial *trial, struct best *found)
{
    struct arc_weights weights = arc_weights(&trial->lengths, trial->n, trial->rho.arc);
    *found = best_arc(trial->x, trial->n, &trial->lengths, &weights, ARENA_ARRAY(trial->scratch, double, trial->n + 1));
    struct draws draws = {trial->n, innovations(trial, found->from, found->to, trial->rho.arc), trial->rho.arc, trial->room};
    struct tally tally = tally_open(trial, ARC_SHARE);
    struct shuffle_loop loop = shuffle_open(trial->shuffles, trial->n);
    double t = found->t - 1e-9;
    while (tally_add(&tally, draws_arc(&draws, shuffle_next(&loop, trial->scratch), &trial->lengths, &weights, t), trial))
        ;
    return tally_p(&tally);
}

static struct split test_scores(const struct trial *trial)
{
    struct best split = {0}, arc = {0};
    double p1 = split_p(trial, &split) / trial->first_share;
    double p2_least = 1 / ((double)trial->resamples + 1) / ARC_SHARE; /* a sure split needs no look at arcs */
    if (trial->arcs && p1 > p2_least) {
        double p2 = arc_p(trial, &arc) / ARC_SHARE;
        if (p2 < p1)
            return (struct split){fmin(1, p2), true, arc.from, arc.to};
    }
    return (struct split){fmin(1, p1), false, split.from, trial->n};
}

/* 1.3: a change of spread looks like a change of level; divides each regime by its spread. False: nothing to do. */
static bool even_spread(const double *x, size_t n, double *out, struct arena *scratch)
{
    if (n < 2 * SPREAD_SIDE_MIN + 2)
        return false;
    size_t at = score_best_split(x, n, SCORE_SEGMENT_MIN).at;
    if (at == 0) /* values so far apart that their sums are none */
        return false;
    double *room = ARENA_ARRAY(scratch, double, n), *a = ARENA_ARRAY(scratch, double, n);
    memcpy(room, x, n * sizeof(*x));
    double first = stats_median(room, at), second = stats_median(room + at, n - at), sum = 0, squares = 0;
    for (size_t i = 0; i < n; i++) {
        a[i] = fabs(x[i] - (i < at ? first : second));
        sum += a[i];
        squares += a[i] * a[i];
    }
    struct score_split spread = score_best_split(a, n, SPREAD_SIDE_MIN);
    double rest = squares - sum * sum / (double)n - spread.gain;
    if (rest <= 0 || (double)(n - 2) * spread.gain / rest < SPREAD_LIMIT)
        return false;
    double s1 = score_mean(a, spread.at), s2 = score_mean(a + spread.at, n - spread.at);
    if (s1 <= 0 || s2 <= 0)
        return false;
    for (size_t i = 0; i < n; i++)
        out[i] = x[i] / (i < spread.at ? s1 : s2);
    return true;
}

static size_t count_equal(const double *x, size_t n, struct arena *scratch)
{
    double *room = ARENA_ARRAY(scratch, double, n);
    memcpy(room, x, n * sizeof(*x));
    double median = stats_median(room, n);
    size_t equal = 0;
    for (size_t i = 0; i < n; i++)
        equal += x[i] == median;
    return equal;
}

/* One view: the autocorrelation belongs to the scores that are tested. */
static struct split test_view(struct trial *trial, const double *x, double declared, size_t equal)
{
    trial->x = x;
    if (equal * 2 > trial->n) /* mostly one value: an exact permutation test */
        trial->rho = (struct rho_pair){0, 0};
    else if (!isnan(declared))
        trial->rho = (struct rho_pair){declared, declared};
    else
        trial->rho = rho_estimate(x, trial->n, &trial->lengths, trial->alpha, trial->scratch);
    return test_scores(trial);
}

/* 1.6: n >= 8. With arcs, the arcs and the windows have their shares of alpha. */
static struct split test_interval(const double *values, size_t n, const struct split_options *options,
                                  struct arena *scratch)
{
    size_t equal = count_equal(values, n, scratch);
    struct trial trial = {.n = n, .alpha = options->alpha, .resamples = options->resamples,
                          .enough = options->enough,
                          .arcs = options->arcs && n >= ARC_MIN, .first_share = 1, .scratch = scratch,
                          .shuffles = options->shuffles, .room = draws_room(n, scratch)};
    trial.exact = trial.alpha < EXACT_LEVEL || equal * 4 > n;
    if (trial.arcs) {
        trial.lengths = arc_lengths(n);
        trial.first_share -= ARC_SHARE;
    }
    if (options->arcs && n >= WINDOWS_MIN)
        trial.first_share -= WINDOW_SHARE;
    double *x = ARENA_ARRAY(scratch, double, n), *even = ARENA_ARRAY(scratch, double, n);
    score_clip(values, n, x, even);
    struct split first = test_view(&trial, x, options->rho, equal);
    if (first.p > options->alpha || !even_spread(x, n, even, scratch))
        return first;
    struct split second = test_view(&trial, even, options->rho, equal);
    return second.p > first.p ? second : first;
}

/* ---- short stretches ---- */

static double table_lookup(double t, const double *row)
{
    if (t <= row[0])
        return 1;
    size_t j = 0;
    while (j + 2 < TABLE_COLUMNS && t > row[j + 1])
        j++;
    double f = (log(t) - log(row[j])) / (log(row[j + 1]) - log(row[j]));
    if (t > row[j + 1]) /* beyond the table: the last segment goes on, for a while */
        f = 1 + fmin((log(t) - log(row[j + 1])) / (log(row[j + 1]) - log(row[j])), 20);
    double p = exp(log(table_p[j]) + f * (log(table_p[j + 1]) - log(table_p[j])));
    return t > row[j + 1] ? fmax(1e-4, p) : p;
}

/* 1.7: 5 to 11 values, by the worst-case table, with the rounding of the values as a floor of the noise. */
static struct split test_short(const double *values, size_t n, struct arena *scratch)
{
    struct split_weights weights = split_weights(n, 0, scratch);
    double *x = ARENA_ARRAY(scratch, double, n), mean = score_mean(values, n), squares = 0;
    for (size_t i = 0; i < n; i++) {
        x[i] = values[i] - mean;
        squares += x[i] * x[i];
    }
    struct best best = best_split(x, n, &weights);
    double gain = score_best_split(x, n, SCORE_SEGMENT_MIN).gain, rest = squares - gain;
    double q = score_resolution(values, n), least = (double)n * q * q / 12;
    if (rest < least)
        best.t = rest > 1e-12 * gain ? best.t * rest / least : (double)(n - 2) * gain / least;
    return (struct split){table_lookup(best.t, table_t[n - SHORTEST]), false, best.from, n};
}

static struct split test_medium(const double *values, size_t n, const struct split_options *options,
                                struct arena *scratch)
{
    struct split_options most = *options;
    most.alpha *= 0.8;
    struct split a = test_interval(values, n, &most, scratch), b = test_short(values, n, scratch);
    a.p /= 0.8;
    b.p /= 0.2;
    struct split best = b.p < a.p ? b : a;
    best.p = fmin(1, best.p);
    return best;
}

/* ---- windows ---- */

static bool constant(const double *x, size_t n)
{
    for (size_t i = 1; i < n; i++) {
        if (x[i] != x[0])
            return false;
    }
    return true;
}

/* 1.8: windows of n/2, n/4, n/8; p is corrected for everything. p = 1: nothing found. */
static struct split test_windows(const double *x, size_t n, const struct split_options *options, struct arena *scratch)
{
    double layer_share = WINDOW_SHARE / 2;
    size_t width = n / 2;
    for (size_t layer = 1; layer <= WINDOW_LAYERS && width >= WINDOW_MIN; layer++, width /= 2, layer_share /= 2) {
        size_t count = ((size_t)2 << layer) - 1;
        double share = layer_share / (double)count, level = options->alpha * share;
        struct split_options strict = {.alpha = level / 1.25, .resamples = (size_t)ceil(2 / level) - 1, .rho = options->rho,
                                       .enough = 2, .shuffles = options->shuffles};
        double surest = 1.5 / ((double)strict.resamples + 1); /* no window is surer: the first one counts */
        struct split best = {.p = 2};
        for (size_t i = 0; i < count && best.p > surest; i++) {
            size_t start = (size_t)((double)i * (double)(n - width) / ((double)count - 1));
            if (constant(x + start, width))
                continue;
            struct split found = test_interval(x + start, width, &strict, scratch);
            if (found.p <= level && found.p < best.p)
                best = (struct split){found.p, false, start + found.from, n};
        }
        if (best.p <= 1) {
            best.p = fmin(1, best.p / share);
            return best;
        }
    }
    return (struct split){.p = 1, .to = n};
}

/* A long stretch is looked at as the means of neighbouring values: a level is one of them as well, and what lasts is seen all the
 * better. Where a change began is then found among the values themselves (refit in detect/levels.c). */
static struct split test_long(const double *x, size_t n, const struct split_options *options, struct arena *scratch)
{
    size_t each = (n + LONG - 1) / LONG, bins = n / each;
    double *means = ARENA_ARRAY(scratch, double, bins);
    for (size_t i = 0; i < bins; i++) {
        size_t from = i * n / bins, to = (i + 1) * n / bins;
        means[i] = score_mean(x + from, to - from);
    }
    struct split found = split_test(means, bins, options, scratch);
    found.to = found.to == bins ? n : found.to * n / bins;
    found.from = found.from * n / bins;
    return found;
}

struct split split_test(const double *x, size_t n, const struct split_options *options, struct arena *scratch)
{
    if (n > LONG)
        return test_long(x, n, options, scratch);
    if (n < SHORTEST || constant(x, n))
        return (struct split){.p = 1, .to = n};
    if (n < RESAMPLE_MIN)
        return test_short(x, n, scratch);
    if (n <= TABLE_MAX)
        return test_medium(x, n, options, scratch);
    struct split found = test_interval(x, n, options, scratch);
    if (found.p <= options->alpha || !options->arcs || n < WINDOWS_MIN)
        return found;
    struct split window = test_windows(x, n, options, scratch);
    return window.from > 0 ? window : found;
}
