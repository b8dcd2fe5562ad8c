#include "detect/tail.h"

#include <math.h>

#include "detect/stats.h"

static const double BELIEVED = 0.75, CHANCE = 1e-3;

/* ln of n over k, from below: (n/k)^k. */
static double ln_choices(double n, double k)
{
    return k * log(n / k);
}

bool tail_is_sure(double *t, double found, size_t n, size_t k, double rho, size_t resamples)
{
    double count = (double)n, side = (double)(k < n - k ? k : n - k), scale = (1 + rho) / (1 - rho) / (count - 2);
    double wanted = log((double)resamples / CHANCE);
    if (ln_choices(count, side) < wanted)
        return false;
    for (size_t i = 0; i < TAIL_DRAWS; i++)
        t[i] = log1p(t[i] * scale);
    double median = stats_median(t, TAIL_DRAWS), excess = 0;
    for (size_t i = 0; i < TAIL_DRAWS; i++)
        excess += t[i] > median ? t[i] - median : 0;
    double mean = excess / (TAIL_DRAWS / 2);
    return (log1p(found * scale) - median) * BELIEVED >= mean * (wanted - log(2));
}
