#include "history/idset.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/digest.h"

struct place {
    uint64_t id, text; /* id 0: an empty place */
};

/* Many small tables, each with open addressing, that grow by a quarter: one that doubles would hold three times its entries while it
 * does so, and leave a hole behind. */
struct table {
    struct place *places;
    size_t n, room;
};

enum { TABLES = 256 };

struct idset {
    struct digest *digest;
    struct table tables[TABLES];
};

struct idset *idset_open(void)
{
    struct idset *set = memory_need(calloc(1, sizeof(*set)));
    set->digest = digest_open();
    return set;
}

void idset_close(struct idset *set)
{
    if (!set)
        return;
    digest_close(set->digest);
    for (size_t i = 0; i < TABLES; i++)
        free(set->tables[i].places);
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

/* The id's place, or the empty one where it belongs: there is always one. */
static struct place *find(const struct table *table, uint64_t id)
{
    size_t at = (size_t)(id / TABLES % table->room);
    while (table->places[at].id && table->places[at].id != id)
        at = at + 1 < table->room ? at + 1 : 0;
    return &table->places[at];
}

static void grow(struct table *table)
{
    struct table larger = {.n = table->n, .room = table->room + table->room / 4 + 16};
    larger.places = memory_need(calloc(larger.room, sizeof(*larger.places)));
    for (size_t i = 0; i < table->room; i++)
        if (table->places[i].id)
            *find(&larger, table->places[i].id) = table->places[i];
    free(table->places);
    *table = larger;
}

enum idset_found idset_add(struct idset *set, const char *id, const char *text, size_t text_len)
{
    struct place place = {shorten(set, id, strlen(id)), shorten(set, text, text_len)};
    struct table *table = &set->tables[place.id % TABLES];
    if (table->n + 1 > table->room / 5 * 4)
        grow(table);
    struct place *found = find(table, place.id);
    if (found->id)
        return found->text == place.text ? IDSET_SAME : IDSET_OTHER;
    *found = place;
    table->n++;
    return IDSET_NEW;
}
