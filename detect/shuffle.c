#include "detect/shuffle.h"

#include <assert.h>
#include <string.h>

#include "detect/lanes.h"
#include "detect/score.h"

enum { SIZES = 1024, AHEAD = 256 };
static const size_t BYTES_EACH = (size_t)2 << 20, BYTES_ALL = (size_t)12 << 20;

struct shuffle {
    struct shuffle *other; /* of the same hash */
    size_t n, kept_max;
    LIST_OF(uint16_t *) kept;
    uint16_t *order; /* the permutation after the kept tiles */
    uint64_t random;
};

void shuffles_close(struct shuffles *shuffles)
{
    arena_close(&shuffles->arena);
    *shuffles = (struct shuffles){0};
}

static size_t tile_bytes(size_t n)
{
    return n * SHUFFLE_LANES * sizeof(uint16_t);
}

static struct shuffle *shuffle_of(struct shuffles *shuffles, size_t n)
{
    if (!shuffles->by_size)
        shuffles->by_size = ARENA_ARRAY(&shuffles->arena, struct shuffle *, SIZES);
    struct shuffle **place = &shuffles->by_size[n % SIZES];
    while (*place && (*place)->n != n)
        place = &(*place)->other;
    if (*place)
        return *place;
    struct shuffle *made = *place = ARENA_NEW(&shuffles->arena, struct shuffle);
    *made = (struct shuffle){.n = n, .kept_max = BYTES_EACH / tile_bytes(n), .random = SCORE_SEED};
    made->order = ARENA_ARRAY(&shuffles->arena, uint16_t, n);
    for (size_t i = 0; i < n; i++)
        made->order[i] = (uint16_t)i;
    shuffles->bytes += sizeof(*made) + n * sizeof(uint16_t);
    return made;
}

struct shuffle_loop shuffle_open(struct shuffles *shuffles, size_t n)
{
    assert(n >= 1 && n <= SHUFFLE_MAX);
    if (shuffles->bytes > BYTES_ALL)
        shuffles_close(shuffles);
    return (struct shuffle_loop){.shuffle = shuffle_of(shuffles, n), .shuffles = shuffles};
}

/* places[k]: one of 0 … i, by chance, for i = last - k. */
static VECTORISED void draw_places(uint64_t random, size_t last, size_t n, uint32_t *places)
{
    for (size_t k = 0; k < n; k++) {
        uint64_t state = random + k * SCORE_RANDOM_STEP;
        places[k] = (uint32_t)(((score_random(&state) >> 32) * (uint32_t)(last - k + 1)) >> 32);
    }
}

/* Fisher and Yates, on and on: a tile's next permutation is a shuffle of the one before. */
static void fill_tile(uint16_t *tile, uint16_t *order, size_t n, uint64_t *random)
{
    uint32_t places[AHEAD];
    for (size_t lane = 0; lane < SHUFFLE_LANES; lane++, tile++) {
        for (size_t left = n - 1; left > 0;) {
            size_t now = left < AHEAD ? left : AHEAD;
            draw_places(*random, left, now, places);
            *random += now * SCORE_RANDOM_STEP;
            for (size_t k = 0; k < now; k++, left--) {
                uint16_t here = order[places[k]];
                order[places[k]] = order[left];
                tile[left * SHUFFLE_LANES] = order[left] = here;
            }
        }
        tile[0] = order[0];
    }
}

const uint16_t *shuffle_next(struct shuffle_loop *loop, struct arena *scratch)
{
    struct shuffle *s = loop->shuffle;
    if (loop->next < s->kept.n)
        return s->kept.v[loop->next++];
    if (s->kept.n < s->kept_max) {
        uint16_t *tile = ARENA_ARRAY(&loop->shuffles->arena, uint16_t, s->n * SHUFFLE_LANES);
        loop->shuffles->bytes += tile_bytes(s->n);
        fill_tile(tile, s->order, s->n, &s->random);
        *LIST_ADD(&loop->shuffles->arena, &s->kept) = tile;
        loop->next++;
        return tile;
    }
    if (!loop->order) {
        loop->order = arena_copy(scratch, s->order, s->n * sizeof(*s->order));
        loop->random = s->random;
        loop->tile = ARENA_ARRAY(scratch, uint16_t, s->n * SHUFFLE_LANES);
    }
    fill_tile(loop->tile, loop->order, s->n, &loop->random);
    return loop->tile;
}
