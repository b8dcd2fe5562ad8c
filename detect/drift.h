/* detect/drift.h — slow drift: many small steps, each too small for any test of the newest run, against a budget ("≤ 5
 * % since 4.18").
 *
 * Two questions. Budget: is the level of the newest runs worse than the reference, the pinned release or the oldest
 * comparable runs, by more than the budget? By Student's t for the difference of the two means beyond the budget, with
 * the spread of what a line leaves, so that the drift itself is not taken for noise, widened for autocorrelation. A step
 * within the series counts as spread: it makes the test more careful, not surer. Creep: does the series get worse at all,
 * and how fast? By Mann–Kendall, the slope by Theil and Sen (detect/trend.h).
 *
 * Measured (bench/drift_rates.c, 2,000 series each, seed 1): share of series without any change in which the budget of 0
 * was exceeded / that crept, at .05, the autocorrelation estimated; 12, 30, 120 runs (s.e. .005):
 *   Gaussian .011/.017 .023/.021 .040/.047, t3 .011/.013 .027/.027 .040/.038, log-normal .008/.013 .020/.023 .046/.044,
 *   AR(.3) .014/.023 .025/.024 .041/.038, AR(.5) .019/.039 .035/.041 .033/.038 (8 runs: .010/.055).
 * Declared independent (rho 0), Gaussian: .043/.044 .056/.057 .041/.037; AR(.3) then .11, AR(.5) .16.
 * Seen of a creep of 2 sd over the series: 12 runs .19/.29, 30 runs .77/.78, 60 runs .96/.99; declared independent .55/.57
 * .90/.91 .98/1. The intervals at .90 held the truth in at least 92 % of the series.
 */
#ifndef DETECT_DRIFT_H
#define DETECT_DRIFT_H
#include <stdbool.h>
#include <stddef.h>

#include "base/arena.h"
#include "detect/baseline.h"

enum { DRIFT_BLOCK = 8, DRIFT_MIN = 8 }; /* newest (and oldest) runs that are averaged; runs that the test needs */

struct drift_options {
    enum side worse;
    double budget;          /* allowed share of the reference level: 0.05; 0: none */
    double budget_absolute; /* the same in the KPI's unit; the larger of both is the budget */
    const double *pinned;   /* runs of the pinned reference; NULL: the oldest runs of the series */
    size_t pinned_n;
    const double *at; /* see trend_options */
    double rho;       /* declared autocorrelation, or NAN */
    double alpha;     /* .05: intervals are at 1 - 2 alpha, so that their near end is the one-sided bound */
};

struct drift {
    bool tested;      /* false: fewer than DRIFT_MIN runs */
    double reference; /* level; mean of the pinned or oldest runs */
    double current;   /* mean of the newest */
    size_t reference_n, current_n;
    double change; /* for the worse: above 0 */
    double change_low, change_high;
    double budget;                       /* in the KPI's unit */
    double p_exceeded;                   /* of "the change is within the budget" */
    double p_creep;                      /* of "it does not get worse" */
    double slope, slope_low, slope_high; /* for the worse, per run or per unit of `at` */
    double rho;
    double runs_left; /* runs (or units of `at`) until the budget is used up, should it go on so; 0: it is; INFINITY: it
                         does not get worse */
};

/* x: finite values, oldest first, the newest last. */
struct drift drift_test(const double *x, size_t n, const struct drift_options *options);

#endif
