#include "detect/distribution.h"

#include <math.h>

#include "base/quantile.h"

/* In the order of enum distribution_part. A quantile is worth testing when some values lie beyond it. */
static const struct {
    const char *name;
    double quantile; /* < 0: the mean */
    size_t count_min;
} parts[DISTRIBUTION_PARTS] = {
    [DISTRIBUTION_MEAN] = {"mean", -1, 1},  [DISTRIBUTION_P50] = {"p50", 0.5, 1},
    [DISTRIBUTION_P90] = {"p90", 0.9, 5},   [DISTRIBUTION_P95] = {"p95", 0.95, 10},
    [DISTRIBUTION_P99] = {"p99", 0.99, 50},
};

const char *distribution_part_name(enum distribution_part part)
{
    return parts[part].name;
}

/* Of n values, dividing first: the sum of large ones does not overflow. */
static double mean_of(const double *values, size_t n)
{
    double mean = 0;
    for (size_t i = 0; i < n; i++)
        mean += (values[i] - mean) / (double)(i + 1);
    return mean;
}

struct distribution distribution_of(const double *values, size_t n, double *room)
{
    struct distribution run = {.count = 0};
    for (size_t i = 0; i < n; i++) {
        if (isfinite(values[i]))
            room[run.count++] = values[i];
    }
    for (size_t i = 0; i < DISTRIBUTION_PARTS; i++) {
        run.part[i] = NAN;
        if (run.count < parts[i].count_min)
            continue;
        double v = parts[i].quantile < 0 ? mean_of(room, run.count) : quantile_at(room, run.count, parts[i].quantile);
        run.part[i] = isfinite(v) ? v : NAN;
    }
    return run;
}
