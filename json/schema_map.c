#include "json/schema_map.h"

#include <string.h>

static uint64_t hash_of(const void *key, size_t len)
{
    const unsigned char *s = key;
    uint64_t hash = 0xCBF29CE484222325u;
    for (size_t i = 0; i < len; i++)
        hash = (hash ^ s[i]) * 0x100000001B3u;
    return hash ^ hash >> 29;
}

/* The entry of the key, or the free one where it would go; NULL in a map without room. */
static struct schema_map_entry *find(const struct schema_map *map, const void *key, size_t len, uint64_t hash)
{
    for (size_t i = hash & (map->cap - 1); map->cap; i = (i + 1) & (map->cap - 1)) {
        struct schema_map_entry *entry = &map->v[i];
        if (!entry->key || (entry->hash == hash && entry->len == len && memcmp(entry->key, key, len) == 0))
            return entry;
    }
    return NULL;
}

void *schema_map_get(const struct schema_map *map, const void *key, size_t len)
{
    const struct schema_map_entry *entry = find(map, key, len, hash_of(key, len));
    return entry && entry->key ? entry->value : NULL;
}

static void grow(struct arena *arena, struct schema_map *map)
{
    struct schema_map old = *map;
    map->cap = old.cap ? old.cap * 2 : 64;
    map->v = ARENA_ARRAY(arena, struct schema_map_entry, map->cap);
    for (size_t i = 0; i < old.cap; i++)
        if (old.v[i].key)
            *find(map, old.v[i].key, old.v[i].len, old.v[i].hash) = old.v[i];
}

void **schema_map_at(struct arena *arena, struct schema_map *map, const void *key, size_t len)
{
    if (map->n * 2 >= map->cap)
        grow(arena, map);
    uint64_t hash = hash_of(key, len);
    struct schema_map_entry *entry = find(map, key, len, hash);
    if (!entry->key) {
        *entry = (struct schema_map_entry){key, len, hash, NULL};
        map->n++;
    }
    return &entry->value;
}
