#include "detect/permutation.h"

#include <assert.h>
#include <math.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>

#include "detect/score.h"

enum { DRAWS = 9999, CHOICES_MAX = 50000, SIGNS_EXACT_MAX = 15 };
static const double ADDITIONS_MAX = 2e7;

/* ---- sums of whole numbers ---- */

static size_t divisor(size_t a, size_t b)
{
    while (b) {
        size_t rest = a % b;
        a = b;
        b = rest;
    }
    return a;
}

static int compare_sizes(const void *a, const void *b)
{
    size_t x = *(const size_t *)a, y = *(const size_t *)b;
    return (x > y) - (x < y);
}

/* (values - least)/step, sorted, so that the tables are as short as can be. */
static size_t *reduced(const size_t *values, size_t n, size_t least, size_t *step, struct arena *arena)
{
    size_t *small = ARENA_ARRAY(arena, size_t, n + 1);
    *step = 0;
    for (size_t i = 0; i < n; i++)
        *step = divisor(*step, values[i] - least);
    *step = *step ? *step : 1;
    for (size_t i = 0; i < n; i++)
        small[i] = (values[i] - least) / *step;
    qsort(small, n, sizeof(*small), compare_sizes);
    return small;
}

/* ways[j · row + s]: choices of j values with sum s, up to k and the sum that the k largest have. reach[j]: the largest
 * sum of j. */
static void count_choices(const size_t *small, size_t n, size_t k, const size_t *reach, double *ways)
{
    size_t row = reach[k] + 1;
    ways[0] = 1;
    for (size_t i = 0; i < n; i++) {
        for (size_t j = i + 1 < k ? i + 1 : k; j >= 1; j--) {
            double *to = ways + j * row + small[i];
            const double *from = ways + (j - 1) * row;
            for (size_t s = 0; s <= reach[j - 1] && s + small[i] < row; s++)
                to[s] += from[s];
        }
    }
}

struct permutation_law permutation_choices(const size_t *values, size_t n, size_t k, struct arena *arena)
{
    assert(k <= n);
    struct permutation_law law = {.n = 0};
    size_t least = n ? values[0] : 0;
    for (size_t i = 1; i < n; i++)
        least = values[i] < least ? values[i] : least;
    struct arena scratch = {0};
    size_t *small = reduced(values, n, least, &law.step, &scratch), *reach = ARENA_ARRAY(&scratch, size_t, k + 1);
    double additions = 0, all = 0;
    for (size_t j = 1; j <= k; j++) {
        reach[j] = reach[j - 1] + small[n - j];
        additions += (double)n * (double)(reach[j - 1] + 1);
    }
    law.from = k * least;
    if (additions > ADDITIONS_MAX)
        goto out;
    double *ways = ARENA_ARRAY(&scratch, double, (k + 1) * (reach[k] + 1));
    count_choices(small, n, k, reach, ways);
    law.n = reach[k] + 1;
    law.share = arena_copy(arena, ways + k * law.n, law.n * sizeof(double));
    for (size_t s = 0; s < law.n; s++)
        all += law.share[s];
    for (size_t s = 0; s < law.n; s++)
        law.share[s] /= all;
out:
    arena_close(&scratch);
    return law;
}

struct permutation_law permutation_coins(const size_t *values, size_t n, struct arena *arena)
{
    struct permutation_law law = {.n = 0};
    struct arena scratch = {0};
    size_t *small = reduced(values, n, 0, &law.step, &scratch), most = 0;
    for (size_t i = 0; i < n; i++)
        most += small[i];
    if ((double)n * (double)(most + 1) <= ADDITIONS_MAX) {
        law.n = most + 1;
        law.share = ARENA_ARRAY(arena, double, law.n);
        law.share[0] = 1;
        size_t reached = 0;
        for (size_t i = 0; i < n; i++) {
            reached += small[i];
            for (size_t s = reached + 1; s-- > 0;)
                law.share[s] = 0.5 * (law.share[s] + (s >= small[i] ? law.share[s - small[i]] : 0));
        }
    }
    arena_close(&scratch);
    return law;
}

/* From the outside in, so that small ones are not lost. */
double permutation_lower(const struct permutation_law *law, size_t sum)
{
    double p = 0;
    for (size_t i = 0; i < law->n && law->from + i * law->step <= sum; i++)
        p += law->share[i];
    return fmin(1, p);
}

double permutation_upper(const struct permutation_law *law, size_t sum)
{
    double p = 0;
    for (size_t i = law->n; i > 0 && law->from + (i - 1) * law->step >= sum; i--)
        p += law->share[i - 1];
    return fmin(1, p);
}

/* ---- sums of values ---- */

/* The next choice of k of n in the order of the alphabet; false after the last. */
static bool next_choice(size_t *chosen, size_t k, size_t n)
{
    for (size_t i = k; i > 0; i--) {
        if (chosen[i - 1] == n - k + i - 1)
            continue;
        chosen[i - 1]++;
        for (size_t j = i; j < k; j++)
            chosen[j] = chosen[j - 1] + 1;
        return true;
    }
    return false;
}

static double exact_choices(const double *all, size_t n, size_t k, double least, struct arena *scratch)
{
    size_t *chosen = ARENA_ARRAY(scratch, size_t, k), hits = 0, choices = 0;
    for (size_t i = 0; i < k; i++)
        chosen[i] = i;
    do {
        double sum = 0;
        for (size_t i = 0; i < k; i++)
            sum += all[chosen[i]];
        hits += sum >= least;
        choices++;
    } while (next_choice(chosen, k, n));
    return (double)hits / (double)choices;
}

static size_t below(uint64_t *random, size_t n)
{
    return (size_t)(((score_random(random) >> 32) * (uint64_t)n) >> 32);
}

static double drawn_choices(double *all, size_t n, size_t k, double least)
{
    uint64_t random = SCORE_SEED;
    size_t hits = 0;
    for (size_t draw = 0; draw < DRAWS; draw++) {
        double sum = 0;
        for (size_t i = 0; i < k; i++) {
            size_t j = i + below(&random, n - i);
            double kept = all[i];
            all[i] = all[j];
            all[j] = kept;
            sum += all[i];
        }
        hits += sum >= least;
    }
    return (double)(hits + 1) / (DRAWS + 1);
}

double permutation_mean(const double *x, size_t nx, const double *y, size_t ny)
{
    struct arena scratch = {0};
    size_t n = nx + ny;
    double *all = ARENA_ARRAY(&scratch, double, n), sum = 0, size = 0, choices = 1, centre = 0;
    for (size_t i = 0; i < n; i++)
        centre += (i < nx ? x[i] : y[i - nx]) / (double)n;
    for (size_t i = 0; i < n; i++) { /* about their mean: the sums stay small, the order of sums the same */
        all[i] = (i < nx ? x[i] : y[i - nx]) - centre;
        size = fmax(size, fabs(i < nx ? x[i] : y[i - nx]));
        sum += i < nx ? all[i] : 0;
    }
    for (size_t i = 0; i < nx && choices <= CHOICES_MAX; i++)
        choices *= (double)(n - i) / (double)(i + 1);
    double least = sum - 1e-12 * size * (double)nx;
    double p = nx == 0 || ny == 0       ? 1
               : choices <= CHOICES_MAX ? exact_choices(all, n, nx, least, &scratch)
                                        : drawn_choices(all, n, nx, least);
    arena_close(&scratch);
    return p;
}

/* Signs as the bits of `bits`. */
static double signed_sum(const double *d, size_t n, uint64_t bits)
{
    double sum = 0;
    for (size_t i = 0; i < n; i++)
        sum += (bits >> i) & 1 ? d[i] : -d[i];
    return sum;
}

double permutation_signs(const double *d, size_t n)
{
    double sum = 0, size = 0;
    for (size_t i = 0; i < n; i++) {
        sum += d[i];
        size += fabs(d[i]);
    }
    double least = sum - 1e-12 * size;
    size_t hits = 0;
    if (n <= SIGNS_EXACT_MAX) {
        for (uint64_t bits = 0; bits < (uint64_t)1 << n; bits++)
            hits += signed_sum(d, n, bits) >= least;
        return ldexp((double)hits, -(int)n);
    }
    uint64_t random = SCORE_SEED;
    for (size_t draw = 0; draw < DRAWS; draw++) {
        double drawn = 0;
        for (size_t i = 0; i < n; i += 64)
            drawn += signed_sum(d + i, n - i < 64 ? n - i : 64, score_random(&random));
        hits += drawn >= least;
    }
    return (double)(hits + 1) / (DRAWS + 1);
}
