/* detect/distribution.h — KPIs that are lists (latencies of requests): which part of the distribution moved, and by
 * how much.
 *
 * The run is the unit of analysis: the thousands of values within one run say what its quantiles are, not how much runs
 * differ. So each run gives one value per quantile and for the mean, and each of these series is tested as any KPI's
 * is: the newest run against the current level (detect/baseline.h). The p are corrected over the parts (Holm), so that
 * a list is one hypothesis for the correction of the invocation: its p is the smallest corrected one.
 *
 * Measured (bench/list_rates.c, 1,000 lists of 300 values per run, seed 1): share of lists that got "worse" at .05 when
 * nothing changed, 5, 8, 16, 40 earlier runs: Gaussian .036 .012 .013 .029, t3 .033 .007 .010 .024, log-normal .052 .021 .011
 * .016, AR(.3) .031 .011 .007 .021 (s.e. .006). Seen with 16 runs that differ by 2 %: all values 10 % up .55, 20 % up .98; the
 * slowest tenth 1.5 times as slow 1.00 (named: p95, p90 or p99); the slowest 3 % twice as slow .98 (named p99 in .96).
 */
#ifndef DETECT_DISTRIBUTION_H
#define DETECT_DISTRIBUTION_H
#include <stdbool.h>
#include <stddef.h>

#include "base/arena.h"
#include "detect/baseline.h"

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
/* Of a run point: the mean over its repetitions, part by part, of those that have it. */
struct distribution distribution_mean(const struct distribution *repetitions, size_t n);

struct distribution_options {
    enum side worse;
    double min_relative, min_absolute; /* share of the level, and in the unit: a part that moved less enters the correction as 1 */
    double alpha;     /* of intervals, and of what counts as moved: .05 */
};

/* One part of the newest run against history. */
struct distribution_move {
    bool tested;      /* false: fewer than 3 runs have it, or the newest has not */
    size_t runs;      /* of history that have it */
    double level;     /* centre of its current level */
    double value;     /* the newest run's */
    double change;    /* value - level */
    double relative;  /* change/|level|; NAN when the level is 0 */
    double low, high; /* interval of the change, at 1 - alpha: how far chance may have moved this one run */
    double p_worse, p_better;
    double corrected_worse, corrected_better; /* over the parts */
    double smallest_seen; /* smallest change for the worse that would have been seen in four of five cases, uncorrected */
};

struct distribution_result {
    struct distribution_move move[DISTRIBUTION_PARTS];
    size_t tested;                /* parts */
    double p_worse, p_better;     /* of the list: the smallest corrected ones; 1: nothing tested */
    enum distribution_part worst; /* the part of p_worse; when nothing got worse, of p_better */
    const char *summary; /* "p99 0.42 is 31 % above 0.32 (+0.06 … +0.14), p 0.002; mean, p50, p90, p95 in line" */
};

/* history: run points, oldest first. Lives in `arena`. */
struct distribution_result distribution_test(const struct distribution *history, size_t n,
                                             const struct distribution *newest,
                                             const struct distribution_options *options, struct arena *arena);

#endif
