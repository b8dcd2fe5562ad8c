/* detect/distribution.h — what a run's list of values (latencies of requests) leaves: its mean and quantiles.
 *
 * The run is the unit of analysis: the thousands of values within one run say what its quantiles are, not how much runs differ. So each run
 * gives one value per quantile and for the mean, and each of these is a series of runs (regress/checks/list_check.h).
 */
#ifndef DETECT_DISTRIBUTION_H
#define DETECT_DISTRIBUTION_H
#include <stddef.h>

enum distribution_part {
    DISTRIBUTION_MEAN,
    DISTRIBUTION_P50,
    DISTRIBUTION_P90,
    DISTRIBUTION_P95,
    DISTRIBUTION_P99,
    DISTRIBUTION_PARTS
};
const char *distribution_part_name(enum distribution_part part); /* "mean", "p50", … */

/* What a run's list leaves: 48 bytes, whatever its length. */
struct distribution {
    size_t count; /* finite values */
    double part[DISTRIBUTION_PARTS]; /* NAN: there are none, or too few for that quantile: p99 needs 50, p95 10, p90 5 */
};

/* Of a list; values that are no finite numbers are left out. `room` is n doubles. */
struct distribution distribution_of(const double *values, size_t n, double *room);

#endif
