/* workload/region.h — the memory of one Lua state, so that the state can be put back to how it was.
 *
 * A state lies in one piece of memory from its first byte on. region_save copies the piece when the state is as every test is to find it,
 * region_restore copies it back: bit for bit the same state, for the price of some ten KB of copying. What does not fit into the piece
 * comes from malloc, and is counted: with such blocks, nothing can be put back.
 */
#ifndef WORKLOAD_REGION_H
#define WORKLOAD_REGION_H
#include <stdbool.h>
#include <stddef.h>

struct region {
    char *bytes, *saved;
    size_t used, saved_n;
    size_t outside; /* blocks that live in malloc's memory */
};

void region_open(struct region *region);
void region_close(struct region *region); /* when nothing is outside */

/* As realloc; size 0 frees. `old`: the block's size. NULL: no memory. */
void *region_resize(struct region *region, void *block, size_t old, size_t size);

void region_save(struct region *region);
/* False: there is nothing that can be put back. */
bool region_restore(struct region *region);

#endif
