#include "base/arena.h"

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#ifdef __GLIBC__
#include <malloc.h>
#endif

struct arena_chunk {
    struct arena_chunk *older;
    size_t size;
    max_align_t data[];
};

enum { CHUNK_MIN = 64 * 1024, CHUNK_KEEP = 1024 * 1024 };

void *memory_need(void *allocated)
{
    if (!allocated) {
        static const char message[] = "FATAL | out of memory\n";
        ssize_t ignored = write(STDERR_FILENO, message, sizeof(message) - 1);
        (void)ignored;
        _exit(120);
    }
    return allocated;
}

void memory_give_back(void)
{
#ifdef __GLIBC__
    malloc_trim(0);
#endif
}

static void free_chunks(struct arena_chunk *chunk)
{
    while (chunk) {
        struct arena_chunk *older = chunk->older;
        free(chunk);
        chunk = older;
    }
}

struct arena_deferred {
    struct arena_deferred *older;
    void (*end)(void *);
    void *resource;
};

void arena_defer(struct arena *arena, void (*end)(void *), void *resource)
{
    struct arena_deferred *deferred = ARENA_NEW(arena, struct arena_deferred);
    *deferred = (struct arena_deferred){arena->deferred, end, resource};
    arena->deferred = deferred;
}

static void close_deferred(struct arena *arena)
{
    for (struct arena_deferred *deferred = arena->deferred; deferred; deferred = deferred->older)
        deferred->end(deferred->resource);
    arena->deferred = NULL;
}

void arena_close(struct arena *arena)
{
    close_deferred(arena);
    free_chunks(arena->chunks);
    *arena = (struct arena){0};
}

void arena_wipe(struct arena *arena)
{
    close_deferred(arena);
    for (struct arena_chunk *chunk = arena->chunks; chunk; chunk = chunk->older)
        explicit_bzero(chunk->data, chunk->size);
    arena_close(arena);
}

void arena_clear(struct arena *arena)
{
    close_deferred(arena);
#ifdef MB_ARENA_SEPARATE
    arena_close(arena);
#else
    struct arena_chunk *keep = arena->chunks;
    if (!keep || keep->size > CHUNK_KEEP) {
        arena_close(arena);
        return;
    }
    free_chunks(keep->older);
    keep->older = NULL;
    arena->next = (char *)keep->data;
#endif
}

static void add_chunk(struct arena *arena, size_t size)
{
    struct arena_chunk *chunk = memory_need(malloc(sizeof(*chunk) + size));
    chunk->older = arena->chunks;
    chunk->size = size;
    arena->chunks = chunk;
    arena->next = (char *)chunk->data;
    arena->end = arena->next + size;
}

void *arena_alloc(struct arena *arena, size_t size)
{
    size_t step = _Alignof(max_align_t);
    if (size > SIZE_MAX / 2)
        memory_need(NULL);
#ifdef MB_ARENA_SEPARATE
    (void)step;
    add_chunk(arena, size);
    arena->end = arena->next;
    return memset(arena->chunks->data, 0, size);
#else
    size = (size + step - 1) / step * step;
    if ((size_t)(arena->end - arena->next) < size) {
        size_t last = arena->chunks ? arena->chunks->size : 0;
        size_t want = last * 2 > CHUNK_KEEP ? CHUNK_KEEP : last * 2;
        want = want < CHUNK_MIN ? CHUNK_MIN : want;
        add_chunk(arena, size > want ? size : want);
    }
    void *piece = arena->next;
    arena->next += size;
    return memset(piece, 0, size);
#endif
}

void *arena_copy(struct arena *arena, const void *from, size_t size)
{
    void *to = arena_alloc(arena, size);
    if (size)
        memcpy(to, from, size);
    return to;
}

char *arena_strndup(struct arena *arena, const char *text, size_t len)
{
    char *to = arena_alloc(arena, len + 1);
    if (len)
        memcpy(to, text, len);
    return to;
}

char *arena_strdup(struct arena *arena, const char *text)
{
    return arena_strndup(arena, text, strlen(text));
}

char *arena_vprintf(struct arena *arena, const char *format, va_list args)
{
    va_list again;
    va_copy(again, args);
    int len = vsnprintf(NULL, 0, format, args);
    char *to = arena_alloc(arena, len < 0 ? 1 : (size_t)len + 1);
    if (len >= 0)
        vsnprintf(to, (size_t)len + 1, format, again);
    va_end(again);
    return to;
}

char *arena_printf(struct arena *arena, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    char *to = arena_vprintf(arena, format, args);
    va_end(args);
    return to;
}

const char *arena_join(struct arena *arena, const char *directory, const char *name)
{
    bool here = !directory[0] || strcmp(directory, ".") == 0;
    return here ? name : arena_printf(arena, "%s/%s", directory, name);
}

void *arena_grow(struct arena *arena, void *v, size_t n, size_t *cap, size_t size)
{
    if (n < *cap)
        return v;
    size_t wider = *cap ? *cap * 2 : 8;
    if (wider > SIZE_MAX / 2 / size)
        memory_need(NULL);
    void *to = arena_alloc(arena, wider * size);
    if (n)
        memcpy(to, v, n * size);
    *cap = wider;
    return to;
}
