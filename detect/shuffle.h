/* detect/shuffle.h — the permutations of resampling, kept: every resampling loop starts from the same seed and shuffles on and on
 * (the detector reference, 1.6), so that the b-th permutation of n places is the same for every stretch of n values.
 *
 * They come in tiles of SHUFFLE_LANES permutations side by side: tile[i·SHUFFLE_LANES + lane] is the place from which permutation
 * `lane` of the tile takes its i-th value. Kept are the first of them, two megabytes for each n and twelve in all; later ones
 * are made again. Belongs to one thread at a time.
 */
#ifndef DETECT_SHUFFLE_H
#define DETECT_SHUFFLE_H
#include <stdint.h>

#include "base/arena.h"

enum { SHUFFLE_LANES = 8, SHUFFLE_MAX = 65535 }; /* the most places that are permuted */

struct shuffle;
/* Zeroed: an empty one. */
struct shuffles {
    struct arena arena;
    struct shuffle **by_size; /* a hash table, by n */
    size_t bytes;
};
void shuffles_close(struct shuffles *shuffles);

/* A loop over the permutations of n places, from the first one. Only one loop at a time may be under way. */
struct shuffle_loop {
    struct shuffle *shuffle;
    struct shuffles *shuffles;
    size_t next;     /* tile */
    uint16_t *order; /* beyond what is kept: the last permutation, and room for the tile */
    uint16_t *tile;
    uint64_t random;
};
struct shuffle_loop shuffle_open(struct shuffles *shuffles, size_t n); /* 1 <= n <= SHUFFLE_MAX */
const uint16_t *shuffle_next(struct shuffle_loop *loop, struct arena *scratch);

#endif
