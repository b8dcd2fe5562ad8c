#include "detect/proportion.h"

#include <math.h>

#include "detect/law.h"
#include "detect/special.h"

static double of_odds(double odds)
{
    return isinf(odds) ? 1 : odds / (1 + odds);
}

struct proportion proportion_of(size_t k, size_t n, double confidence)
{
    double tail = (1 - confidence) / 2;
    struct proportion p = {.share = NAN, .low = 0, .high = 1};
    if (n == 0)
        return p;
    p.share = (double)k / (double)n;
    if (k > 0)
        p.low = of_odds(special_beta_inverse((double)k, (double)(n - k) + 1, tail, SPECIAL_LOWER));
    if (k < n)
        p.high = of_odds(special_beta_inverse((double)k + 1, (double)(n - k), tail, SPECIAL_UPPER));
    return p;
}

void proportion_ranks(size_t n, double q, double confidence, size_t *low, size_t *high)
{
    double tail = (1 - confidence) / 2;
    *low = 0;
    while (*low < n && law_binomial_lower(*low, n, q) <= tail)
        ++*low;
    *high = *low;
    while (*high <= n && law_binomial_upper(*high, n, q) > tail)
        ++*high;
}
