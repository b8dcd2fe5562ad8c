#include "store/visits.h"

#include <stdint.h>
#include <stdlib.h>

#include "base/arena.h"

static struct visit *seek(const struct visits *visits, dev_t device, ino_t inode)
{
    size_t at = (size_t)(((uint64_t)inode ^ (uint64_t)device << 32) * UINT64_C(0x9E3779B97F4A7C15) >> 32);
    for (;; at++) {
        struct visit *visit = &visits->v[at & (visits->cap - 1)];
        if (!visit->times || (visit->device == device && visit->inode == inode))
            return visit;
    }
}

static void grow(struct visits *visits)
{
    struct visits wider = {.cap = visits->cap ? visits->cap * 2 : 64, .n = visits->n};
    wider.v = memory_need(calloc(wider.cap, sizeof(*wider.v)));
    for (size_t i = 0; i < visits->cap; i++)
        if (visits->v[i].times)
            *seek(&wider, visits->v[i].device, visits->v[i].inode) = visits->v[i];
    free(visits->v);
    *visits = wider;
}

unsigned visits_add(struct visits *visits, dev_t device, ino_t inode)
{
    if (visits->n * 2 >= visits->cap)
        grow(visits);
    struct visit *visit = seek(visits, device, inode);
    visits->n += !visit->times;
    visit->device = device;
    visit->inode = inode;
    return ++visit->times;
}

void visits_close(struct visits *visits)
{
    free(visits->v);
    *visits = (struct visits){0};
}
