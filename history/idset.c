#include "history/idset.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/digest.h"

struct place {
    uint64_t id, text; /* id 0: an empty place */
};

struct idset {
    struct digest *digest;
    struct place *places;
    size_t n, room; /* room: a power of two */
};

enum { ROOM_FIRST = 1024 };

struct idset *idset_open(void)
{
    struct idset *set = memory_need(calloc(1, sizeof(*set)));
    set->digest = digest_open();
    set->room = ROOM_FIRST;
    set->places = memory_need(calloc(set->room, sizeof(*set->places)));
    return set;
}

void idset_close(struct idset *set)
{
    if (!set)
        return;
    digest_close(set->digest);
    free(set->places);
    free(set);
}

static uint64_t shorten(struct idset *set, const char *bytes, size_t len)
{
    unsigned char whole[DIGEST_SIZE];
    uint64_t key;
    digest_add(set->digest, bytes, len);
    digest_end(set->digest, whole);
    memcpy(&key, whole, sizeof(key));
    return key ? key : 1;
}

/* The id's place, or the empty one where it belongs. */
static struct place *find(struct place *places, size_t room, uint64_t id)
{
    size_t at = (size_t)id & (room - 1);
    while (places[at].id && places[at].id != id)
        at = (at + 1) & (room - 1);
    return &places[at];
}

static void grow(struct idset *set)
{
    size_t room = set->room * 2;
    struct place *places = memory_need(calloc(room, sizeof(*places)));
    for (size_t i = 0; i < set->room; i++)
        if (set->places[i].id)
            *find(places, room, set->places[i].id) = set->places[i];
    free(set->places);
    set->places = places;
    set->room = room;
}

enum idset_found idset_add(struct idset *set, const char *id, const char *text, size_t text_len)
{
    struct place place = {shorten(set, id, strlen(id)), shorten(set, text, text_len)};
    struct place *found = find(set->places, set->room, place.id);
    if (found->id)
        return found->text == place.text ? IDSET_SAME : IDSET_OTHER;
    *found = place;
    if (++set->n > set->room / 4 * 3)
        grow(set);
    return IDSET_NEW;
}
