#include "store/touched.h"

#include <string.h>

static size_t hash_of(const char *path)
{
    uint64_t hash = 14695981039346656037u;
    for (; *path; path++)
        hash = (hash ^ (unsigned char)*path) * 1099511628211u;
    return (size_t)(hash ^ hash >> 32);
}

/* The slot that holds the path, or the free one where it belongs. */
static uint32_t *slot_of(const struct touched *touched, const char *path)
{
    size_t at = hash_of(path) & (touched->slots_n - 1);
    while (touched->slots[at] && strcmp(touched->v[touched->slots[at] - 1], path) != 0)
        at = (at + 1) & (touched->slots_n - 1);
    return &touched->slots[at];
}

size_t touched_find(const struct touched *touched, const char *path)
{
    uint32_t place = touched->n ? *slot_of(touched, path) : 0;
    return place ? place - 1 : TOUCHED_NONE;
}

static void widen(struct arena *arena, struct touched *touched)
{
    touched->slots_n = touched->slots_n ? touched->slots_n * 2 : 16;
    touched->slots = ARENA_ARRAY(arena, uint32_t, touched->slots_n);
    for (size_t i = 0; i < touched->n; i++)
        *slot_of(touched, touched->v[i]) = (uint32_t)i + 1;
}

bool touched_add(struct arena *arena, struct touched *touched, const char *path)
{
    if (touched_find(touched, path) != TOUCHED_NONE)
        return false;
    if (touched->n * 2 >= touched->slots_n)
        widen(arena, touched);
    *LIST_ADD(arena, touched) = path;
    *slot_of(touched, path) = (uint32_t)touched->n;
    return true;
}
