/* regress/within.h — the error within runs: how much repetitions of one run point differ, beside how much run points differ.
 *
 * A run point's value is the mean of its repetitions, so its variance is between + within/repetitions. What more repetitions can do about the
 * spread of a series, and what only more runs can, follows from that; as does what a run point with fewer repetitions than its history has to
 * be allowed.
 */
#ifndef REGRESS_WITHIN_H
#define REGRESS_WITHIN_H
#include <stdbool.h>
#include <stddef.h>

#include "base/arena.h"

/* Zeroed: of no run point. */
struct within {
    double squares;     /* sum over run points of the squared distances of repetitions from their mean */
    size_t df;          /* repetitions beyond the first, over all run points */
    double parts;       /* sum over run points of 1/repetitions */
    size_t points;
};

/* Repetitions of one run point, as they come: Welford's recurrence, which does not overflow where the values do not lie so far apart. */
struct within_mean {
    size_t n;
    double mean, squares;
};
void within_take(struct within_mean *mean, double value);
/* One more run point, of n >= 1 repetitions. */
void within_add(struct within *within, const struct within_mean *point);
/* Standard deviation between repetitions, pooled over run points; NAN: no run point has any. */
double within_sd(const struct within *within);

/* By what factor the spread of run points of this history is too small for a new one with so many repetitions: >= 1. `sigma`: of its run points. */
double within_widening(const struct within *within, double sigma, size_t repetitions);

/* The spread of the history's run points, of one that was widened. */
double within_narrowed(const struct within *within, double widened, size_t repetitions);

/* What people can do about the spread, from WITHIN_DF degrees of freedom on: "most of the run-to-run spread (0.9 of 1.2 s) comes from within runs:
 * 4 times as many repetitions would make it 0.6 s", "repetitions hardly differ …: more of them do not help, more runs do". "" when it is
 * neither, or is not known. `sigma`: of run points with so many repetitions as the history's. `shown` gives a spread its unit. */
enum { WITHIN_DF = 6 };
const char *within_advice(const struct within *within, double sigma, const char *(*shown)(const void *context, double sd, struct arena *arena),
                          const void *context, struct arena *arena);

#endif
