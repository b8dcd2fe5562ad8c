/* json/schema_map.h — from bytes (a URI, a pointer) to what they stand for. For json/schema_*.c. */
#ifndef JSON_SCHEMA_MAP_H
#define JSON_SCHEMA_MAP_H
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"

struct schema_map_entry {
    const void *key;
    size_t len;
    uint64_t hash;
    void *value;
};

/* Zeroed: empty. Keys are borrowed. */
struct schema_map {
    struct schema_map_entry *v;
    size_t n, cap;
};

void *schema_map_get(const struct schema_map *map, const void *key, size_t len); /* NULL: none */
/* Where the value of the key is: NULL in it when the key is new. Valid until the next call. */
void **schema_map_at(struct arena *arena, struct schema_map *map, const void *key, size_t len);

#endif
