#include "history/intern.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>

/* A table with open addressing. Texts may be anybody's, so where they go cannot be known beforehand; and no search is longer than
 * PROBES_MAX: a text that finds no place by then is kept once more. */
struct intern {
    struct arena *arena;
    const char **places;
    size_t n, room; /* room: a power of two */
    uint64_t seed;
};

enum { ROOM_FIRST = 4096, PROBES_MAX = 64 };

struct intern *intern_open(struct arena *arena)
{
    struct intern *intern = memory_need(calloc(1, sizeof(*intern)));
    intern->arena = arena;
    intern->room = ROOM_FIRST;
    intern->places = memory_need(calloc(intern->room, sizeof(*intern->places)));
    if (getrandom(&intern->seed, sizeof(intern->seed), GRND_NONBLOCK) != sizeof(intern->seed))
        intern->seed = (uint64_t)(uintptr_t)intern;
    return intern;
}

void intern_close(struct intern *intern)
{
    if (!intern)
        return;
    free(intern->places);
    free(intern);
}

static uint64_t hash(uint64_t seed, const char *text)
{
    uint64_t h = seed;
    for (; *text; text++) {
        h = (h ^ (unsigned char)*text) * 0x9E3779B97F4A7C15u;
        h ^= h >> 29;
    }
    return h ^ h >> 32;
}

/* The text's place, or an empty one; NULL: neither is near. */
static const char **find(const struct intern *intern, const char *text)
{
    uint64_t at = hash(intern->seed, text);
    for (int i = 0; i < PROBES_MAX; i++, at++) {
        const char **place = &intern->places[at & (intern->room - 1)];
        if (!*place || strcmp(*place, text) == 0)
            return place;
    }
    return NULL;
}

static void grow(struct intern *intern)
{
    const char **old = intern->places;
    size_t n = intern->room;
    intern->room *= 2;
    intern->places = memory_need(calloc(intern->room, sizeof(*intern->places)));
    for (size_t i = 0; i < n; i++) {
        const char **place = old[i] ? find(intern, old[i]) : NULL;
        if (place)
            *place = old[i];
    }
    free(old);
}

const char *intern_text(struct intern *intern, const char *text)
{
    const char **place = find(intern, text);
    if (place && *place)
        return *place;
    const char *kept = arena_strdup(intern->arena, text);
    if (place) {
        *place = kept;
        if (++intern->n > intern->room / 2)
            grow(intern);
    }
    return kept;
}
