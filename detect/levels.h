/* detect/levels.h — the levels of a series: where it changed, how sure that is, and which changes are only drift.
 *
 * Recursive: nothing below a stretch is looked at unless the test of the whole stretch (detect/split.h; detect/plateaus.h) rejects, so
 * that the chance of any change in a series without one is at most alpha. Positions are then refitted, and every change
 * is tested again between its neighbours. A lone newest run never makes a change: that is columns/newest.h.
 * Specification: the detector reference, sections 1.9 and 1.10; but for steps that were undone, which it takes for autocorrelation, and
 * for two things that long series need: a change among many is kept at its share of the level with as many draws as that takes (999 draws
 * let none but 50 stay), and stretches of more than 4,096 values that are not one level are halved, too. Cost, measured (one core, ms; 999
 * draws a test):
 *     n                       300    1,000   3,000   10,000   30,000   100,000
 *     no change               0.4      2.4     9.0       27       32        30
 *     four steps of 4 sd      2.7      2.7     9.3       48      184       302
 *     a step every 200 runs   0.6      2.6      18       52      221       789     at most 510 ns times n log2 n from 300 on
 */
#ifndef DETECT_LEVELS_H
#define DETECT_LEVELS_H
#include <stdbool.h>
#include <stddef.h>

#include "base/arena.h"
#include "detect/shuffle.h"

struct level_change {
    size_t at;  /* index of the first value of the new level */
    double p;   /* of this change, between its neighbours; of the series when it is the only one */
    bool drift; /* a slow trend explains it better: it bounds a level, but is no step */
};

struct levels {
    struct level_change *changes; /* by place */
    size_t n;
    double p_series; /* of "no change anywhere" */
    double rho;      /* as it was declared for finding them; NAN: estimated */
};

struct levels_options {
    double alpha; /* .05 */
    double rho;   /* declared autocorrelation, 0 for independent runs; NAN: estimated */
};

/* x: finite values in order. Takes milliseconds for hundreds of values. */
struct levels levels_find(const double *x, size_t n, const struct levels_options *options, struct arena *arena);
/* The same for many series: `shuffles` (detect/shuffle.h) keeps for the next one what does not depend on the values. */
struct levels levels_find_with(struct shuffles *shuffles, const double *x, size_t n, const struct levels_options *options,
                               struct arena *arena);

/* The same where changes are known: each border (ascending, 0 < border < n) is one, whatever the values say, and the stretches between
 * them share the level. Its p is that of the best split between its neighbours; p_series is the least of all. */
struct levels levels_find_between(struct shuffles *shuffles, const double *x, size_t n, const size_t *borders, size_t borders_n,
                                  const struct levels_options *options, struct arena *arena);

/* p of change i between its neighbours, times the number of changes, exact at the strict level `alpha` (.05/m for a
 * correction over m tests): by permuting the values themselves, with as many resamples as that level needs, up to
 * 20,000. The p of levels_find is made for .05 and too sure far below it. */
double levels_resolve(struct shuffles *shuffles, const double *x, size_t n, const struct levels *levels, size_t i, double alpha);

/* First index of level i (0 … levels->n), and the index after the last level for i = levels->n + 1. */
size_t levels_start(const struct levels *levels, size_t i, size_t n);

#endif
