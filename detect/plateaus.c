#include "detect/plateaus.h"

#include <math.h>
#include <stdbool.h>
#include <string.h>

#include "base/quantile.h"
#include "detect/law.h"
#include "detect/score.h"

enum { SHORTEST = 12, SIDE_MIN = 4 };
static const double GAP = 3, SD_OF_DEVIATION = 1.4826; /* of Gaussian noise: sd over the median of absolute deviations */

/* ---- the runs test ---- */

/* The ways to cut n things into k parts of at least one, as a logarithm. */
static double log_parts(size_t n, size_t k)
{
    return k >= 1 && k <= n ? law_ln_choose((double)n - 1, (double)k - 1) : -INFINITY;
}

double plateaus_runs_p(size_t runs, size_t a, size_t b)
{
    double all = law_ln_choose((double)(a + b), (double)a), p = 0;
    for (size_t r = 2; r <= runs; r++) {
        size_t k = r / 2;
        if (r % 2 == 0)
            p += 2 * exp(log_parts(a, k) + log_parts(b, k) - all);
        else
            p += exp(log_parts(a, k + 1) + log_parts(b, k) - all) + exp(log_parts(a, k) + log_parts(b, k + 1) - all);
    }
    return fmin(1, p);
}

/* ---- the plateaus ---- */

/* The largest gap of sorted values that leaves SIDE_MIN on each side: below[0 … *low) is under it. */
static double largest_gap(const double *sorted, size_t n, size_t *low)
{
    double largest = 0;
    for (size_t k = SIDE_MIN; k + SIDE_MIN <= n; k++) {
        if (sorted[k] - sorted[k - 1] > largest) {
            largest = sorted[k] - sorted[k - 1];
            *low = k;
        }
    }
    return largest;
}

static double middle(const double *sorted, size_t n)
{
    return sorted[(n - 1) / 2] / 2 + sorted[n / 2] / 2;
}

/* Of the values about the middle of their plateau; few values far out do not count. */
static double scatter(const double *sorted, size_t n, size_t low, double *room)
{
    double below = middle(sorted, low), above = middle(sorted + low, n - low);
    for (size_t i = 0; i < n; i++)
        room[i] = fabs(sorted[i] - (i < low ? below : above));
    return SD_OF_DEVIATION * quantile_median(room, n);
}

/* False: they are more than PLATEAUS_MAX. A stretch of one value is counted, but begins no level. */
static bool cut(const double *x, size_t n, double border, struct plateaus *found, size_t *runs)
{
    for (size_t from = 0, to; from < n; from = to) {
        for (to = from + 1; to < n && (x[to] > border) == (x[from] > border); to++)
            ;
        if (++*runs > PLATEAUS_MAX)
            return false;
        if (from > 0 && to - from >= SCORE_SEGMENT_MIN)
            found->starts[found->n++] = from;
    }
    return true;
}

struct plateaus plateaus_find(const double *x, size_t n, struct arena *scratch)
{
    struct plateaus none = {.p = 1}, found = {.p = 1};
    if (n < SHORTEST)
        return none;
    double *sorted = ARENA_ARRAY(scratch, double, n), *room = ARENA_ARRAY(scratch, double, n);
    memcpy(sorted, x, n * sizeof(*x));
    quantile_sort(sorted, n);
    size_t low = 0, runs = 0;
    double gap = largest_gap(sorted, n, &low);
    if (!(gap > 0) || !(gap > GAP * scatter(sorted, n, low, room)) || !(gap > GAP * score_resolution(x, n)))
        return none;
    if (!cut(x, n, sorted[low - 1], &found, &runs))
        return none;
    found.p = plateaus_runs_p(runs, low, n - low);
    return found;
}
