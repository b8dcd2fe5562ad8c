/* Invariant: kept[0 … n) and written[0 … written_n) are complete before their number is raised, under the lock, and never
 * change afterwards. */
#include "store/packed.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "store/frozen.h"

enum { KEPT_MAX = 64, SIZE_MIN = 512, SIZE_MAX_KEPT = 1 << 20, ONCE_MAX = 1024 };

struct kept {
    uint64_t hash;
    unsigned char *bytes;
    size_t len;
    json_t *value;
    struct arena arena;
    struct frozen frozen;
};

/* The other way: what a frozen value was packed to. */
struct written {
    const json_t *value;
    struct text bytes;
};

struct packed {
    pthread_mutex_t lock;
    struct kept *kept[KEPT_MAX];
    struct written written[KEPT_MAX];
    size_t n, written_n;
    uint64_t once[ONCE_MAX]; /* hashes that came once, each in its place */
};

struct packed *packed_open(void)
{
    struct packed *packed = memory_need(calloc(1, sizeof(*packed)));
    pthread_mutex_init(&packed->lock, NULL);
    return packed;
}

static void close_kept(struct kept *kept)
{
    frozen_thaw(&kept->frozen);
    json_decref(kept->value);
    arena_close(&kept->arena);
    free(kept->bytes);
    free(kept);
}

void packed_close(struct packed *packed)
{
    if (!packed)
        return;
    for (size_t i = 0; i < packed->n; i++)
        close_kept(packed->kept[i]);
    for (size_t i = 0; i < packed->written_n; i++)
        text_close(&packed->written[i].bytes);
    pthread_mutex_destroy(&packed->lock);
    free(packed);
}

/* Only finds candidates: equal bytes are compared. */
static uint64_t hash_of(const unsigned char *bytes, size_t len)
{
    uint64_t hash = len, word;
    for (; len >= sizeof(word); bytes += sizeof(word), len -= sizeof(word)) {
        memcpy(&word, bytes, sizeof(word));
        hash = (hash ^ word) * UINT64_C(0x9E3779B97F4A7C15);
        hash ^= hash >> 32;
    }
    return hash;
}

static json_t *unpack_whole(const unsigned char *bytes, size_t len)
{
    struct unpack in = {.at = bytes, .end = bytes + len};
    json_t *value = unpack_value(&in);
    if (value && in.at == in.end)
        return value;
    json_decref(value);
    return NULL;
}

static json_t *find(const struct packed *packed, size_t n, uint64_t hash, const unsigned char *bytes, size_t len)
{
    for (size_t i = 0; i < n; i++) {
        const struct kept *kept = packed->kept[i];
        if (kept->hash == hash && kept->len == len && memcmp(kept->bytes, bytes, len) == 0)
            return kept->value;
    }
    return NULL;
}

static json_t *keep(struct packed *packed, uint64_t hash, const unsigned char *bytes, size_t len)
{
    json_t *value = unpack_whole(bytes, len);
    if (!value)
        return NULL;
    struct kept *kept = memory_need(calloc(1, sizeof(*kept)));
    *kept = (struct kept){.hash = hash, .bytes = memory_need(malloc(len)), .len = len, .value = value};
    memcpy(kept->bytes, bytes, len);
    frozen_add(&kept->arena, &kept->frozen, value);
    pthread_mutex_lock(&packed->lock);
    json_t *other = find(packed, packed->n, hash, bytes, len); /* another worker was quicker */
    bool room = !other && packed->n < KEPT_MAX;
    if (room)
        packed->kept[packed->n++] = kept;
    pthread_mutex_unlock(&packed->lock);
    if (room)
        return value;
    frozen_thaw(&kept->frozen);
    *kept = (struct kept){.bytes = kept->bytes, .arena = kept->arena};
    close_kept(kept);
    if (!other)
        return value;
    json_decref(value);
    return other;
}

json_t *packed_value(struct packed *packed, const unsigned char *bytes, size_t len)
{
    if (!packed || len < SIZE_MIN || len > SIZE_MAX_KEPT)
        return unpack_whole(bytes, len);
    uint64_t hash = hash_of(bytes, len);
    pthread_mutex_lock(&packed->lock);
    size_t n = packed->n;
    uint64_t *once = &packed->once[hash % ONCE_MAX];
    bool again = *once == hash;
    *once = hash;
    pthread_mutex_unlock(&packed->lock);
    json_t *known = find(packed, n, hash, bytes, len);
    if (known)
        return known; /* frozen: counts nothing */
    return again && n < KEPT_MAX ? keep(packed, hash, bytes, len) : unpack_whole(bytes, len);
}

static const struct text *find_written(const struct packed *packed, size_t n, const json_t *value)
{
    for (size_t i = 0; i < n; i++)
        if (packed->written[i].value == value)
            return &packed->written[i].bytes;
    return NULL;
}

const struct text *packed_frozen(struct packed *packed, const json_t *value)
{
    if (value->refcount != (size_t)-1 || !(json_is_object(value) || json_is_array(value) || json_is_string(value)))
        return NULL;
    pthread_mutex_lock(&packed->lock);
    const struct text *known = find_written(packed, packed->written_n, value);
    if (!known && packed->written_n < KEPT_MAX) {
        struct text bytes = text_open(SIZE_MAX_KEPT * 4);
        if (pack_value(&bytes, value) && !bytes.over) {
            packed->written[packed->written_n] = (struct written){value, bytes};
            known = &packed->written[packed->written_n++].bytes;
        } else {
            text_close(&bytes);
        }
    }
    pthread_mutex_unlock(&packed->lock);
    return known;
}
