/* Invariant: kept[0 … n) are complete before n is raised, under the lock, and never change afterwards; not even the reference
 * counts of their values, which are frozen. */
#include "store/documents.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "store/frozen.h"

enum { KEPT_MAX = 16, SIZE_MIN = 1024, SIZE_MAX_KEPT = 1 << 20, DUMP_MAX = 256 << 20, ONCE_MAX = 1024 };

struct kept {
    uint64_t hash;
    const char *bytes;
    size_t len;
    struct arena arena;
    struct document document;
    struct frozen frozen;
};

struct documents {
    pthread_mutex_t lock;
    struct kept *kept[KEPT_MAX];
    size_t n;
    uint64_t once[ONCE_MAX]; /* hashes that came once, each in its place */
};

struct documents *documents_open(void)
{
    struct documents *documents = memory_need(calloc(1, sizeof(*documents)));
    pthread_mutex_init(&documents->lock, NULL);
    return documents;
}

void document_close(struct document *document)
{
    json_decref(document->json);
    json_decref(document->dump);
}

static void close_kept(struct kept *kept)
{
    frozen_thaw(&kept->frozen);
    document_close(&kept->document);
    arena_close(&kept->arena);
    free(kept);
}

void documents_close(struct documents *documents)
{
    if (!documents)
        return;
    for (size_t i = 0; i < documents->n; i++)
        close_kept(documents->kept[i]);
    pthread_mutex_destroy(&documents->lock);
    free(documents);
}

/* Only finds candidates: equal bytes are compared. */
static uint64_t hash_of(const char *bytes, size_t len)
{
    uint64_t hash = len, word;
    for (; len >= sizeof(word); bytes += sizeof(word), len -= sizeof(word)) {
        memcpy(&word, bytes, sizeof(word));
        hash = (hash ^ word) * 0x9E3779B97F4A7C15u;
        hash ^= hash >> 32;
    }
    return hash;
}

static struct document *find(struct documents *documents, uint64_t hash, const char *bytes, size_t len)
{
    pthread_mutex_lock(&documents->lock);
    size_t n = documents->n;
    pthread_mutex_unlock(&documents->lock);
    for (size_t i = 0; i < n; i++) {
        struct kept *kept = documents->kept[i];
        if (kept->hash == hash && kept->len == len && memcmp(kept->bytes, bytes, len) == 0)
            return &kept->document;
    }
    return NULL;
}

static bool read_into(struct document *document, struct arena *arena, const char *bytes, size_t len, const char *file,
                      struct error *err)
{
    document->node = yaml_parse_artifact(arena, bytes, len, file, &document->findings, err);
    if (document->node)
        document->json = node_json(document->node, &document->non_finite);
    return document->node != NULL;
}

/* NULL when there is no room, or the bytes are no YAML (the caller's own reading then says why). */
static struct document *keep(struct documents *documents, uint64_t hash, const char *bytes, size_t len)
{
    struct kept *kept = memory_need(calloc(1, sizeof(*kept)));
    struct error ignored = {0};
    kept->hash = hash;
    kept->len = len;
    kept->bytes = arena_copy(&kept->arena, bytes, len);
    bool ok = read_into(&kept->document, &kept->arena, kept->bytes, len, "", &ignored);
    if (ok) {
        document_dump(&kept->document);
        frozen_add(&kept->arena, &kept->frozen, kept->document.json);
        frozen_add(&kept->arena, &kept->frozen, kept->document.dump);
    }
    pthread_mutex_lock(&documents->lock);
    ok = ok && documents->n < KEPT_MAX;
    if (ok)
        documents->kept[documents->n++] = kept;
    pthread_mutex_unlock(&documents->lock);
    if (ok)
        return &kept->document;
    close_kept(kept);
    return NULL;
}

static struct document *shared_document(struct documents *documents, const char *bytes, size_t len)
{
    uint64_t hash = hash_of(bytes, len);
    struct document *found = find(documents, hash, bytes, len);
    if (found)
        return found;
    uint64_t *once = &documents->once[hash % ONCE_MAX];
    pthread_mutex_lock(&documents->lock);
    bool again = *once == hash && documents->n < KEPT_MAX;
    *once = hash;
    pthread_mutex_unlock(&documents->lock);
    return again ? keep(documents, hash, bytes, len) : NULL;
}

struct document *documents_read(struct documents *documents, struct arena *arena, const char *bytes, size_t len,
                                const char *file, bool *shared, struct error *err)
{
    struct document *document = NULL;
    if (documents && len >= SIZE_MIN && len <= SIZE_MAX_KEPT)
        document = shared_document(documents, bytes, len);
    *shared = document != NULL;
    if (document)
        return document;
    document = ARENA_NEW(arena, struct document);
    return read_into(document, arena, bytes, len, file, err) ? document : NULL;
}

struct document *documents_read_all(struct arena *arena, const char *bytes, size_t len, const char *file, struct error *err)
{
    struct document *document = ARENA_NEW(arena, struct document);
    document->node = yaml_parse_artifacts(arena, bytes, len, file, &document->findings, err);
    if (document->node)
        document->json = node_json(document->node, &document->non_finite);
    return document->node ? document : NULL;
}

const json_t *document_dump(struct document *document)
{
    if (!document->dump) {
        struct text out = text_open(DUMP_MAX);
        yaml_dump(&out, document->node);
        document->dump = json_stringn(out.s, out.len);
        text_close(&out);
    }
    return document->dump;
}
