#include "workload/region.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"

enum { REGION_SIZE = 1 << 20, STEP = 16 };

void region_open(struct region *region)
{
    *region = (struct region){.bytes = memory_need(malloc(REGION_SIZE))};
}

void region_close(struct region *region)
{
    free(region->bytes);
    free(region->saved);
    *region = (struct region){0};
}

static size_t rounded(size_t size)
{
    return (size + STEP - 1) / STEP * STEP;
}

static bool is_inside(const struct region *region, const void *block)
{
    uintptr_t at = (uintptr_t)block, start = (uintptr_t)region->bytes;
    return block && at >= start && at < start + REGION_SIZE;
}

/* What is freed inside comes back only with a restore, the last block aside: a test's evaluations are few. */
static void drop(struct region *region, void *block, size_t size)
{
    if (!is_inside(region, block)) {
        region->outside -= block != NULL;
        free(block);
    } else if ((char *)block + rounded(size) == region->bytes + region->used) {
        region->used = (size_t)((char *)block - region->bytes);
    }
}

static void *take(struct region *region, size_t size)
{
    if (size <= REGION_SIZE - region->used) {
        char *block = region->bytes + region->used;
        region->used += rounded(size);
        return block;
    }
    void *block = malloc(size);
    region->outside += block != NULL;
    return block;
}

void *region_resize(struct region *region, void *block, size_t old, size_t size)
{
    if (size == 0) {
        drop(region, block, old);
        return NULL;
    }
    if (block && !is_inside(region, block))
        return realloc(block, size);
    if (block && size <= rounded(old)) {
        size_t end = (size_t)((char *)block - region->bytes) + rounded(old);
        region->used -= end == region->used ? rounded(old) - rounded(size) : 0;
        return block;
    }
    void *moved = take(region, size);
    if (moved && block)
        memcpy(moved, block, old);
    return moved;
}

void region_save(struct region *region)
{
    free(region->saved);
    region->saved = NULL;
    if (region->outside)
        return;
    region->saved = memory_need(malloc(region->used));
    region->saved_n = region->used;
    memcpy(region->saved, region->bytes, region->used);
}

bool region_restore(struct region *region)
{
    if (!region->saved || region->outside)
        return false;
    memcpy(region->bytes, region->saved, region->saved_n);
    region->used = region->saved_n;
    return true;
}
