/* detect/draws.h — what a resampling loop asks: how many of the permuted series look at least as changed as the real one?
 *
 * Eight permutations at a time (a tile of detect/shuffle.h), one to a lane of plain arrays that the compiler turns into vectors; every
 * lane does what the detector reference says in 1.5 and 1.6, so that the answers are those of one after another. Nothing is looked
 * for that cannot matter: lengths of arcs whose largest possible sum stays below the real one's are passed over.
 */
#ifndef DETECT_DRAWS_H
#define DETECT_DRAWS_H
#include <stddef.h>

#include "base/arena.h"
#include "detect/rho.h"
#include "detect/shuffle.h"

/* Per k: the difference of the means of x[0..k) and of the rest is left·sum[k] - total·rest[k]; weight: 1/its variance, by 1.5;
 * share: k(n-k)/n, by which its square is the gain. */
struct split_weights {
    double *sum, *rest, *weight, *share;
};
struct split_weights split_weights(size_t n, double rho, struct arena *arena);

struct arc_weights {
    double factor[ARC_LENGTHS_MAX], penalty[ARC_LENGTHS_MAX];
};
struct arc_weights arc_weights(const struct arc_lengths *lengths, size_t n, double rho);

/* A resampling loop over innovations e[0..n), put together again as an AR(1) with `rho`. */
struct draws {
    size_t n;
    const double *e;
    double rho;
    double *room; /* draws_room */
};
double *draws_room(size_t n, struct arena *arena);

/* t[lane]: the largest studentised split of that permutation of the tile. */
void draws_split(const struct draws *draws, const uint16_t *tile, const struct split_weights *weights, double *t);

/* One bit for each permutation of the tile whose largest penalised interior arc is at least `t`. */
unsigned draws_arc(const struct draws *draws, const uint16_t *tile, const struct arc_lengths *lengths,
                   const struct arc_weights *weights, double t);

#endif
