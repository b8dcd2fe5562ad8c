#include "net/pages.h"

#include <assert.h>
#include <pthread.h>
#include <stdbool.h>
#include <stdint.h>
#include <string.h>
#include <sys/mman.h>

#include "base/arena.h"

/* Pieces come in powers of two, each with a head that tells its class; free ones of a class are a list. What is larger than the
 * largest class is a mapping of its own. libcurl takes its allocator without a context, hence the one pool of the process. */
enum { LEAST_BITS = 5, MOST_BITS = 19, CLASSES = MOST_BITS - LEAST_BITS + 1, CHUNK = 2 << 20 };

struct piece {
    size_t size;        /* with this head */
    struct piece *next; /* while it is free */
};
static_assert(sizeof(struct piece) % _Alignof(max_align_t) == 0, "what follows the head is aligned for any type");

static struct pool {
    pthread_mutex_t lock;
    struct piece *free[CLASSES];
    char *next, *end; /* the room of the newest chunk */
} pool = {.lock = PTHREAD_MUTEX_INITIALIZER};

/* The kernel's advice may be refused (an old kernel, a small limit): the memory still is. */
static void *map(size_t size)
{
    void *at = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (at == MAP_FAILED)
        memory_need(NULL);
    (void)madvise(at, size, MADV_DONTDUMP);
    (void)madvise(at, size, MADV_WIPEONFORK);
    (void)mlock2(at, size, MLOCK_ONFAULT);
    return at;
}

static int class_of(size_t size)
{
    int class = 0;
    while (((size_t)1 << (class + LEAST_BITS)) < size)
        class++;
    return class;
}

/* A new piece of a class. What is left of the older chunk is not used: at most the size of a piece, once a chunk. */
static struct piece *cut(size_t size)
{
    if ((size_t)(pool.end - pool.next) < size) {
        pool.next = map(CHUNK);
        pool.end = pool.next + CHUNK;
    }
    struct piece *piece = (struct piece *)(void *)pool.next;
    pool.next += size;
    return piece;
}

static struct piece *take_of_class(int class)
{
    size_t size = (size_t)1 << (class + LEAST_BITS);
    pthread_mutex_lock(&pool.lock);
    struct piece *piece = pool.free[class];
    if (piece)
        pool.free[class] = piece->next;
    else
        piece = cut(size);
    pthread_mutex_unlock(&pool.lock);
    piece->size = size;
    return piece;
}

void *pages_take(size_t size)
{
    if (size > SIZE_MAX / 2)
        memory_need(NULL);
    size += sizeof(struct piece);
    struct piece *piece;
    if (size <= (size_t)1 << MOST_BITS) {
        piece = take_of_class(class_of(size));
    } else {
        piece = map(size);
        piece->size = size;
    }
    return piece + 1;
}

void *pages_take_zeroed(size_t n, size_t size)
{
    if (size && n > SIZE_MAX / 2 / size)
        memory_need(NULL);
    void *piece = pages_take(n * size);
    return memset(piece, 0, n * size);
}

void pages_give(void *given)
{
    if (!given)
        return;
    struct piece *piece = (struct piece *)given - 1;
    size_t size = piece->size;
    explicit_bzero(given, size - sizeof(*piece));
    if (size > (size_t)1 << MOST_BITS) {
        munmap(piece, size);
        return;
    }
    int class = class_of(size);
    pthread_mutex_lock(&pool.lock);
    piece->next = pool.free[class];
    pool.free[class] = piece;
    pthread_mutex_unlock(&pool.lock);
}

void *pages_resize(void *given, size_t size)
{
    if (!given)
        return pages_take(size);
    size_t room = ((struct piece *)given - 1)->size - sizeof(struct piece);
    if (size <= room && size >= room / 4)
        return given;
    void *to = pages_take(size);
    memcpy(to, given, size < room ? size : room);
    pages_give(given);
    return to;
}

char *pages_strdup(const char *text)
{
    size_t n = strlen(text) + 1;
    return memcpy(pages_take(n), text, n);
}
