#include <math.h>

#include "detect/law.h"
#include "detect/proportion.h"
#include "tests/check.h"

/* R 4: binom.test(k, n)$conf.int */
static const struct {
    size_t k, n;
    double low, high;
} intervals[] = {
    {0, 10, 0, 0.30849710781876083},
    {5, 10, 0.187086028447397, 0.812913971552603},
    {10, 10, 0.6915028921812392, 1},
    {1, 1000, 2.531780798e-05, 0.005558924},
    {50, 1000, 0.03733540, 0.06539049},
};

static void test_intervals(void)
{
    for (size_t i = 0; i < ROWS(intervals); i++) {
        struct proportion p = proportion_of(intervals[i].k, intervals[i].n, 0.95);
        CHECK(fabs(p.low - intervals[i].low) < 2e-8 && fabs(p.high - intervals[i].high) < 2e-8, "%zu of %zu: %.9g … %.9g", intervals[i].k,
              intervals[i].n, p.low, p.high);
        CHECK(p.share == (double)intervals[i].k / (double)intervals[i].n, "share of row %zu", i);
    }
    struct proportion none = proportion_of(0, 0, 0.95);
    CHECK(isnan(none.share) && none.low == 0 && none.high == 1, "nothing of nothing");
}

/* P(x_(low) <= quantile < x_(high)) for independent values of a continuous law. */
static void test_ranks(void)
{
    for (size_t n = 5; n <= 300; n += 37) {
        size_t low, high;
        proportion_ranks(n, 0.8, 0.95, &low, &high);
        double covered = law_binomial_lower(high - 1, n, 0.8) - (low ? law_binomial_lower(low - 1, n, 0.8) : 0);
        CHECK(low < high && high <= n + 1 && covered >= 0.95, "n %zu: %zu … %zu cover %g", n, low, high, covered);
    }
}

int main(void)
{
    test_intervals();
    test_ranks();
    return check_end();
}
