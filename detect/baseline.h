/* detect/baseline.h — the level that one new run is held against, and how sure a difference from it is.
 *
 * A prediction test of one value: Student t with the run-to-run spread pooled within levels, and never surer than the
 * history's own residuals allow: beyond the largest of them a Pareto tail with index 2 to 3 is assumed, so that heavy
 * tails keep the level. Specification: the detector reference, section 1.11 with k = 1.
 */
#ifndef DETECT_BASELINE_H
#define DETECT_BASELINE_H
#include <stdbool.h>
#include <stddef.h>

#include "base/arena.h"
#include "detect/levels.h"
#include "detect/side.h"

struct baseline {
    size_t start, n; /* the level: history[start, start + n) */
    double centre;   /* robust centre of the level */
    double sigma;    /* run-to-run standard deviation, at least the rounding of the values */
    double df;
    double rho;      /* conservative autocorrelation of the residuals */
    double unit;     /* variance of (new value - centre) in sigma² without autocorrelation: 1 + 1/n */
    double variance; /* the same with it */
    double tail;     /* index of the Pareto tail beyond the largest residual: 2 for few residuals, 3 from 30 on; the caller
                      * may lower it */
    size_t outermost; /* residuals from which that tail is drawn, by the mean of what each gives: 1; the caller may take more, which
                       * makes p less a matter of the largest one's luck */
    bool normal;     /* the noise is declared to have no heavier tails than the normal law: Student's t alone decides; false, the
                      * caller may set it */
    double *residuals; /* of all values that sigma rests on, scaled to one run; sorted, smallest first */
    size_t residuals_n;
    double resolution; /* to which values are rounded; 0: they are not */
};

/* The baseline of level `level` (levels->n: the last one) of a history of n >= 2 values. `resolution`: see
 * score_resolution, of history and new value together; 0: no rounding. rho: declared, or NAN. */
struct baseline baseline_of(const double *history, size_t n, const struct levels *levels, size_t level,
                            double resolution, double rho, struct arena *arena);

/* Where the newest values scatter more than those before them (detect/regime.h), only their residuals count. The same arguments as
 * above. */
void baseline_take_regime(struct baseline *baseline, const double *history, size_t n, const struct levels *levels, double resolution,
                          struct arena *arena);

/* One-sided p of "the new value belongs to the level". 1 when the value is not on that side of a level without noise. */
double baseline_p(const struct baseline *baseline, double value, enum side side);

/* One-sided p of "the `runs` (2 or more) newest values belong to the level", of which all stand `least` (> 0) or farther from it, and
 * `mean` on average: the larger of Student's t for their mean and of how rarely so many of exchangeable values are the outermost ones,
 * so that it takes more than one outlier. */
double baseline_runs_p(const struct baseline *baseline, double mean, double least, size_t runs, enum side side);

/* The smallest difference whose p is at most alpha (> 0). */
double baseline_critical(const struct baseline *baseline, double alpha, enum side side);

/* Half of the two-sided 95 % interval of how far the mean of so many new runs is from the level (Student's t). */
double baseline_half_interval(const struct baseline *baseline, size_t runs);

/* The smallest true difference that is seen at alpha in four of five cases, were the noise Gaussian and its sd known: whether anything
 * can be told is decided by it. What people are told is baseline_seen. */
double baseline_detectable(const struct baseline *baseline, double alpha, enum side side);

/* The smallest true difference of which a run, in four of five cases, is both beyond what alpha allows and at least `least` out (thresholds).
 * How far a run may fall short of it: by Student's t, since sigma is only as sure as its degrees of freedom, or as the residuals
 * themselves show (two modes, a long tail on the other side). Rounded values have to come to rest on one that counts. */
double baseline_seen(const struct baseline *baseline, double alpha, double least, enum side side);

/* How many more runs, so that a true difference of `target` is seen at alpha in four of five cases: 0 … 100; -1: no
 * number of new runs would do, because the level itself is too uncertain. */
int baseline_more_runs(const struct baseline *baseline, double alpha, double target);

#endif
