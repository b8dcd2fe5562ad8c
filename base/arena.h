/* base/arena.h — memory that is freed together.
 *
 * Plain data lives in the arena that its maker was given and is never freed singly. main owns the run's arena;
 * each test gets a child of its own, which is cleared once its outputs are out, so that peak memory is a few tests.
 * Out of memory ends the program (exit 120): nothing in an arena returns NULL.
 * An arena belongs to one thread at a time.
 */
#ifndef BASE_ARENA_H
#define BASE_ARENA_H
#include <stdarg.h>
#include <stddef.h>

struct arena {
    struct arena_chunk *chunks; /* newest first */
    char *next, *end;           /* free room of the newest chunk */
    struct arena_deferred *deferred;
};

/* A zeroed `struct arena` is an empty one. */
void arena_close(struct arena *arena); /* frees all; the arena is empty again */
void arena_clear(struct arena *arena); /* as arena_close, but keeps one chunk for the next round */
void arena_wipe(struct arena *arena);  /* as arena_close, and what stood there is overwritten: for what held a secret */

/* Zeroed memory, aligned for any type. With -DMB_ARENA_SEPARATE (the asan preset) each piece is its own malloc,
 * so that the sanitizer sees overruns. */
void *arena_alloc(struct arena *arena, size_t size);
void *arena_copy(struct arena *arena, const void *from, size_t size);
char *arena_strdup(struct arena *arena, const char *text);
char *arena_strndup(struct arena *arena, const char *text, size_t len);
char *arena_printf(struct arena *arena, const char *format, ...) __attribute__((format(printf, 2, 3)));
char *arena_vprintf(struct arena *arena, const char *format, va_list args);
/* The path of `name` in a directory: "a/b", or `name` itself when the directory is "." or "". */
const char *arena_join(struct arena *arena, const char *directory, const char *name);

/* Calls end(resource) when the arena is closed or cleared, the newest first: for a resource that belongs to something
 * in the arena. `end` must not use the arena. */
void arena_defer(struct arena *arena, void (*end)(void *), void *resource);

#define ARENA_NEW(arena, type) ((type *)arena_alloc((arena), sizeof(type)))
#define ARENA_ARRAY(arena, type, n) ((type *)arena_alloc((arena), sizeof(type) * (n)))

/* Growing lists: LIST_OF(struct kpi) kpis; *LIST_ADD(arena, &kpis) = kpi; for (i < kpis.n) kpis.v[i]. */
#define LIST_OF(type) \
    struct {          \
        type *v;      \
        size_t n, cap; \
    }
#define LIST_ADD(arena, list)                                                                      \
    ((list)->v = arena_grow((arena), (list)->v, (list)->n, &(list)->cap, sizeof *(list)->v), \
     &(list)->v[(list)->n++])
void *arena_grow(struct arena *arena, void *v, size_t n, size_t *cap, size_t size);

/* Gives free memory back to the system: between a part of the work that needed much and a long one that needs little. */
void memory_give_back(void);
/* malloc and friends that end the program instead of returning NULL; for what outlives arenas. */
void *memory_need(void *allocated); /* returns `allocated`, or ends the program when it is NULL */

#endif
