/* detect: the mean and quantiles of a run's list. */
#include <math.h>

#include "detect/distribution.h"
#include "tests/check.h"

static void test_parts(void)
{
    double x[101], room[101];
    for (size_t i = 0; i <= 100; i++)
        x[i] = (double)(i * 37 % 101);
    struct distribution run = distribution_of(x, 101, room);
    CHECK(run.count == 101 && run.part[DISTRIBUTION_P50] == 50 && run.part[DISTRIBUTION_P99] == 99 && run.part[DISTRIBUTION_P90] == 90 &&
              fabs(run.part[DISTRIBUTION_MEAN] - 50) < 1e-12, "0 … 100: p50 %g p99 %g mean %g", run.part[1], run.part[4], run.part[0]);
    run = distribution_of(x, 9, room);
    CHECK(isnan(run.part[DISTRIBUTION_P95]) && isnan(run.part[DISTRIBUTION_P99]) && !isnan(run.part[DISTRIBUTION_P90]), "9 values have no p95");
    static const double odd[] = {NAN, INFINITY, -INFINITY, 3};
    run = distribution_of(odd, 4, room);
    CHECK(run.count == 1 && run.part[DISTRIBUTION_P50] == 3 && run.part[DISTRIBUTION_MEAN] == 3, "no numbers are left out");
    run = distribution_of(x, 0, room);
    CHECK(run.count == 0 && isnan(run.part[DISTRIBUTION_MEAN]), "an empty list");
    static const double huge[] = {1.7e308, 1.7e308, -1.7e308};
    run = distribution_of(huge, 2, room);
    CHECK(run.part[DISTRIBUTION_MEAN] == 1.7e308 && run.part[DISTRIBUTION_P50] == 1.7e308, "no overflow: %g", run.part[0]);
}

int main(void)
{
    test_parts();
    return check_end();
}
