/* proof/quiet.h — series in which nothing new happened, made from the values of a series: shuffled within its levels.
 *
 * What calibrate shuffles, and why, stands in proof/calibrate.h. Deterministic: the same seed gives the same order.
 */
#ifndef PROOF_QUIET_H
#define PROOF_QUIET_H
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "detect/shuffle.h"

struct quiet_series {
    const double *x;   /* finite, oldest first; the newest run last */
    const size_t *run; /* of each: series whose values have the same runs are shuffled alike */
    size_t n;          /* at least 2 */
    size_t since;      /* the first value of a change that is an alarm now; n - 1: the newest run alone is one; n: none */
    bool independent;  /* declared: no blocks */
};

struct quiet {
    double *x;         /* what is shuffled */
    const size_t *run;
    size_t n;
    size_t *start;     /* of each level, and the end of the last one */
    size_t levels;
    double centre, sd; /* of the last level; of all values around their levels */
    double rho;        /* between neighbours, within levels; 0 where it is not above chance */
    size_t block;      /* values that stay together */
    bool drifts, moved, newest_drawn; /* a level that creeps; what is before `since` was moved; the newest value is left out */
};

struct quiet quiet_of(const struct quiet_series *series, struct shuffles *shuffles, struct arena *arena);
/* n values. */
void quiet_draw(const struct quiet *quiet, uint64_t seed, double *out, struct arena *scratch);

#endif
