#include "detect/rank.h"

#include <assert.h>
#include <math.h>
#include <stdlib.h>

#include "base/quantile.h"
#include "detect/law.h"
#include "detect/permutation.h"

/* ---- ranks ---- */

struct place {
    double value;
    size_t at;
};

static int compare_places(const void *a, const void *b)
{
    double x = ((const struct place *)a)->value, y = ((const struct place *)b)->value;
    return (x > y) - (x < y);
}

double rank_doubled(const double *x, size_t n, size_t *doubled, struct arena *arena)
{
    struct place *places = ARENA_ARRAY(arena, struct place, n + 1);
    double ties = 0;
    for (size_t i = 0; i < n; i++)
        places[i] = (struct place){x[i], i};
    qsort(places, n, sizeof(*places), compare_places);
    for (size_t i = 0, end; i < n; i = end) {
        for (end = i + 1; end < n && places[end].value == places[i].value; end++) {
        }
        for (size_t j = i; j < end; j++)
            doubled[places[j].at] = i + 1 + end;
        double t = (double)(end - i);
        ties += t * t * t - t;
    }
    return ties;
}

static double both_sides(double above, double below)
{
    return fmin(1, 2 * fmin(above, below));
}

/* A tail of a statistic that goes in steps of 1 (with ties in smaller ones: then this is the cautious side), by the
 * normal distribution. All values equal: nothing to be seen. */
static double normal_tail(double distance, double variance)
{
    return variance > 0 ? law_normal_upper((distance - 0.5) / sqrt(variance)) : 1;
}

/* ---- two samples ---- */

struct mann_whitney rank_mann_whitney(const double *x, size_t nx, const double *y, size_t ny)
{
    assert(nx >= 1 && ny >= 1);
    struct arena scratch = {0};
    struct mann_whitney test = {.exact = true};
    size_t n = nx + ny, k = nx <= ny ? nx : ny, *doubled = ARENA_ARRAY(&scratch, size_t, n), sum = 0;
    double *all = ARENA_ARRAY(&scratch, double, n), a = (double)nx, b = (double)ny, count = a + b;
    for (size_t i = 0; i < n; i++)
        all[i] = i < nx ? x[i] : y[i - nx];
    double ties = rank_doubled(all, n, doubled, &scratch);
    for (size_t i = 0; i < nx; i++)
        sum += doubled[i];
    test.u = (double)sum / 2 - a * (a + 1) / 2;
    struct permutation_law law = permutation_choices(doubled, n, k, &scratch);
    if (law.n) {
        size_t chosen = k == nx ? sum : n * (n + 1) - sum; /* of the smaller sample */
        double up = permutation_upper(&law, chosen), down = permutation_lower(&law, chosen);
        test.above = k == nx ? up : down;
        test.below = k == nx ? down : up;
    } else {
        double variance = a * b / 12 * (count + 1 - ties / (count * (count - 1)));
        test.exact = false;
        test.above = normal_tail(test.u - a * b / 2, variance);
        test.below = normal_tail(a * b / 2 - test.u, variance);
    }
    test.both = both_sides(test.above, test.below);
    arena_close(&scratch);
    return test;
}

double rank_mann_whitney_least(size_t nx, size_t ny)
{
    double p = 1;
    for (size_t i = 1; i <= nx; i++)
        p *= (double)i / (double)(ny + i);
    return p;
}

/* The largest r with P(the statistic < its least + r) <= left: how many of the sorted pairs lie outside the interval on
 * either side. */
static size_t outside(const struct permutation_law *law, double left)
{
    size_t least = 0, r = 0;
    while (least < law->n && law->share[least] == 0)
        least++;
    for (double p = 0; least + r < law->n && (p += law->share[least + r]) <= left; r++) {
    }
    return r;
}

static size_t outside_normal(double mean, double variance, double left)
{
    double r = floor(mean + 0.5 - law_normal_quantile(left) * sqrt(variance));
    return r > 0 ? (size_t)r : 0;
}

/* 0, 1, … : the ranks of values without ties, as far as their sum matters. */
static size_t *plain_ranks(size_t n, size_t first, struct arena *arena)
{
    size_t *ranks = ARENA_ARRAY(arena, size_t, n + 1);
    for (size_t i = 0; i < n; i++)
        ranks[i] = first + i;
    return ranks;
}

/* The interval of the sorted pairs without `out` on either side. Sorts them. */
static struct rank_shift interval_of(double *pairs, size_t n, size_t out)
{
    quantile_sort(pairs, n);
    struct rank_shift shift = {.estimate = n % 2 ? pairs[n / 2] : 0.5 * pairs[n / 2 - 1] + 0.5 * pairs[n / 2]};
    shift.low = out ? pairs[out - 1] : -INFINITY;
    shift.high = out ? pairs[n - out] : INFINITY;
    return shift;
}

struct rank_shift rank_shift(const double *x, size_t nx, const double *y, size_t ny, double confidence)
{
    if (nx == 0 || ny == 0 || nx > RANK_PAIRS_MAX / ny)
        return (struct rank_shift){NAN, NAN, NAN};
    struct arena scratch = {0};
    double *pairs = ARENA_ARRAY(&scratch, double, nx *ny), left = (1 - confidence) / 2, a = (double)nx, b = (double)ny;
    for (size_t i = 0; i < nx * ny; i++)
        pairs[i] = x[i / ny] - y[i % ny];
    struct permutation_law law =
        permutation_choices(plain_ranks(nx + ny, 0, &scratch), nx + ny, nx < ny ? nx : ny, &scratch);
    size_t out = law.n ? outside(&law, left) : outside_normal(a * b / 2, a * b * (a + b + 1) / 12, left);
    struct rank_shift shift = interval_of(pairs, nx * ny, out);
    arena_close(&scratch);
    return shift;
}

/* ---- one sample ---- */

struct signed_rank rank_signed(const double *differences, size_t n)
{
    struct arena scratch = {0};
    struct signed_rank test = {.exact = true, .above = 1, .below = 1, .both = 1};
    double *size = ARENA_ARRAY(&scratch, double, n + 1);
    bool *positive = ARENA_ARRAY(&scratch, bool, n + 1);
    for (size_t i = 0; i < n; i++) {
        if (differences[i] == 0)
            continue;
        size[test.used] = fabs(differences[i]);
        positive[test.used++] = differences[i] > 0;
    }
    size_t *doubled = ARENA_ARRAY(&scratch, size_t, test.used + 1), sum = 0;
    double ties = rank_doubled(size, test.used, doubled, &scratch), m = (double)test.used;
    for (size_t i = 0; i < test.used; i++)
        sum += positive[i] ? doubled[i] : 0;
    test.w = (double)sum / 2;
    struct permutation_law law = permutation_coins(doubled, test.used, &scratch);
    if (law.n) {
        test.above = permutation_upper(&law, sum);
        test.below = permutation_lower(&law, sum);
    } else {
        double mean = m * (m + 1) / 4, variance = m * (m + 1) * (2 * m + 1) / 24 - ties / 48;
        test.exact = false;
        test.above = normal_tail(test.w - mean, variance);
        test.below = normal_tail(mean - test.w, variance);
    }
    test.both = both_sides(test.above, test.below);
    arena_close(&scratch);
    return test;
}

struct rank_shift rank_signed_shift(const double *d, size_t n, double confidence)
{
    if (n == 0 || n * (n + 1) / 2 > RANK_PAIRS_MAX || n > RANK_PAIRS_MAX)
        return (struct rank_shift){NAN, NAN, NAN};
    struct arena scratch = {0};
    double *pairs = ARENA_ARRAY(&scratch, double, n *(n + 1) / 2), m = (double)n, left = (1 - confidence) / 2;
    size_t count = 0;
    for (size_t i = 0; i < n; i++)
        for (size_t j = i; j < n; j++)
            pairs[count++] = 0.5 * d[i] + 0.5 * d[j];
    struct permutation_law law = permutation_coins(plain_ranks(n, 1, &scratch), n, &scratch);
    size_t out = law.n ? outside(&law, left) : outside_normal(m * (m + 1) / 4, m * (m + 1) * (2 * m + 1) / 24, left);
    struct rank_shift shift = interval_of(pairs, count, out);
    arena_close(&scratch);
    return shift;
}
