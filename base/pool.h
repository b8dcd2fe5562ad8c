/* base/pool.h — workers that do numbered pieces of work; results leave in order.
 *
 * Piece i is worked on by some worker and then delivered by the calling thread, in the order 0, 1, 2 …. At most
 * `window` pieces are worked on or wait for delivery, so that memory does not grow with their number: keep the state of
 * piece i in slot i % window.
 */
#ifndef BASE_POOL_H
#define BASE_POOL_H
#include <stdbool.h>
#include <stddef.h>

struct pool_job {
    size_t count;     /* pieces */
    unsigned workers; /* 1: everything happens on the calling thread */
    size_t window;    /* at least `workers` */
    void *context;
    void (*work)(void *context, size_t piece, unsigned worker); /* on worker 0 … workers-1 */
    bool (*deliver)(void *context, size_t piece);               /* false stops: no further piece is begun */
};

/* True when every piece was delivered. Pieces that were begun are always finished before it returns. */
bool pool_run(const struct pool_job *job);

/* Processors that this process may use, at least 1. */
unsigned pool_processors(void);

#endif
