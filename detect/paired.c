#include "detect/paired.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "detect/law.h"
#include "detect/rank.h"

/* ---- runs into pairs ---- */

struct placed {
    const struct paired_run *run;
    size_t at;
};

static int by_pair(const void *a, const void *b)
{
    const struct placed *x = a, *y = b;
    int order = strcmp(x->run->pair, y->run->pair);
    return order ? order : (x->at > y->at) - (x->at < y->at);
}

/* A pair, with the place of its first run. */
struct pair {
    size_t at;
    double sum[2];
    size_t n[2];
};

static int by_place(const void *a, const void *b)
{
    size_t x = ((const struct pair *)a)->at, y = ((const struct pair *)b)->at;
    return (x > y) - (x < y);
}

static size_t group(const struct paired_run *runs, size_t n, struct pair *pairs, struct arena *scratch)
{
    struct placed *sorted = ARENA_ARRAY(scratch, struct placed, n + 1);
    size_t found = 0;
    for (size_t i = 0; i < n; i++)
        sorted[i] = (struct placed){&runs[i], i};
    qsort(sorted, n, sizeof(*sorted), by_pair);
    for (size_t i = 0; i < n; i++) {
        if (i == 0 || strcmp(sorted[i].run->pair, sorted[i - 1].run->pair) != 0)
            pairs[found++] = (struct pair){.at = sorted[i].at};
        if (!isfinite(sorted[i].run->value))
            continue;
        pairs[found - 1].sum[sorted[i].run->candidate] += sorted[i].run->value;
        pairs[found - 1].n[sorted[i].run->candidate]++;
    }
    qsort(pairs, found, sizeof(*pairs), by_place);
    return found;
}

struct paired_values paired_match(const struct paired_run *runs, size_t n, struct arena *arena)
{
    struct arena scratch = {0};
    struct pair *pairs = ARENA_ARRAY(&scratch, struct pair, n + 1);
    size_t found = group(runs, n, pairs, &scratch);
    struct paired_values values = {.candidate = ARENA_ARRAY(arena, double, found + 1),
                                   .baseline = ARENA_ARRAY(arena, double, found + 1)};
    for (size_t i = 0; i < found; i++) {
        if (!pairs[i].n[0] || !pairs[i].n[1]) {
            values.alone++;
            continue;
        }
        values.baseline[values.n] = pairs[i].sum[0] / (double)pairs[i].n[0];
        values.candidate[values.n++] = pairs[i].sum[1] / (double)pairs[i].n[1];
    }
    arena_close(&scratch);
    return values;
}

/* ---- the test ---- */

static void test_signs(const double *logs, struct paired *paired)
{
    size_t up = 0, down = 0;
    for (size_t i = 0; i < paired->used; i++) {
        up += logs[i] > 0;
        down += logs[i] < 0;
    }
    paired->by_signs = true;
    paired->higher = law_binomial_upper(up, up + down, 0.5);
    paired->lower = law_binomial_upper(down, up + down, 0.5);
    paired->both = fmin(1, 2 * fmin(paired->higher, paired->lower));
}

static void test_ranks(const double *logs, struct paired *paired)
{
    struct signed_rank ranks = rank_signed(logs, paired->used);
    paired->higher = ranks.above;
    paired->lower = ranks.below;
    paired->both = ranks.both;
}

struct paired paired_test(const double *candidate, const double *baseline, size_t n, double confidence)
{
    struct paired paired = {.ratio = NAN, .low = 0, .high = INFINITY, .higher = 1, .lower = 1, .both = 1, .least = 1};
    struct arena scratch = {0};
    double *logs = ARENA_ARRAY(&scratch, double, n + 1);
    for (size_t i = n > PAIRED_MAX ? n - PAIRED_MAX : 0; i < n; i++) {
        if (candidate[i] > 0 && baseline[i] > 0 && isfinite(candidate[i]) && isfinite(baseline[i]))
            logs[paired.used++] = log(candidate[i]) - log(baseline[i]);
    }
    paired.left_out = n - paired.used;
    if (paired.used == 0)
        goto out;
    struct rank_shift shift = rank_signed_shift(logs, paired.used, confidence);
    paired.ratio = exp(shift.estimate);
    paired.low = exp(shift.low);
    paired.high = exp(shift.high);
    paired.least = exp2(-(double)paired.used);
    (paired.used < PAIRED_FEW ? test_signs : test_ranks)(logs, &paired);
out:
    arena_close(&scratch);
    return paired;
}
