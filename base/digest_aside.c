/* Invariant, under the lock: added - taken bytes of the ring, at most RING, are still to be digested. */
#include "base/digest_aside.h"

#include <pthread.h>
#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"

enum { RING = 2 << 20, BATCH = 512 * 1024 }; /* a batch is worth waking a thread for */

struct digest_aside {
    pthread_t thread;
    pthread_mutex_t lock;
    pthread_cond_t more, room;
    uint64_t added, taken;
    bool end;
    unsigned char result[DIGEST_SIZE];
    unsigned char ring[RING];
};

static size_t waiting(const struct digest_aside *aside)
{
    return (size_t)(aside->added - aside->taken);
}

/* Waits for a batch, or for the end; 0: there will be no more bytes. They stand from `taken` on, in one piece. */
static size_t next_piece(struct digest_aside *aside)
{
    pthread_mutex_lock(&aside->lock);
    while (waiting(aside) < BATCH && !aside->end)
        pthread_cond_wait(&aside->more, &aside->lock);
    size_t n = waiting(aside), at = (size_t)(aside->taken % RING);
    pthread_mutex_unlock(&aside->lock);
    return n > RING - at ? RING - at : n;
}

static void *work(void *context)
{
    struct digest_aside *aside = context;
    struct digest *digest = digest_open();
    for (size_t n; (n = next_piece(aside)) > 0;) {
        digest_add(digest, aside->ring + aside->taken % RING, n);
        pthread_mutex_lock(&aside->lock);
        aside->taken += n;
        pthread_cond_signal(&aside->room);
        pthread_mutex_unlock(&aside->lock);
    }
    digest_end(digest, aside->result);
    digest_close(digest);
    return NULL;
}

struct digest_aside *digest_aside_open(void)
{
    struct digest_aside *aside = memory_need(calloc(1, sizeof(*aside)));
    sigset_t all, before;
    pthread_mutex_init(&aside->lock, NULL);
    pthread_cond_init(&aside->more, NULL);
    pthread_cond_init(&aside->room, NULL);
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &before); /* signals are for the threads that were there */
    bool ok = pthread_create(&aside->thread, NULL, work, aside) == 0;
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    if (ok)
        return aside;
    free(aside);
    return NULL;
}

void digest_aside_add(struct digest_aside *aside, const void *bytes, size_t size)
{
    const unsigned char *from = bytes;
    while (size) {
        pthread_mutex_lock(&aside->lock);
        while (waiting(aside) == RING)
            pthread_cond_wait(&aside->room, &aside->lock);
        size_t room = RING - waiting(aside), at = (size_t)(aside->added % RING);
        pthread_mutex_unlock(&aside->lock);
        size_t n = room < RING - at ? room : RING - at;
        n = n < size ? n : size;
        memcpy(aside->ring + at, from, n);
        from += n;
        size -= n;
        pthread_mutex_lock(&aside->lock);
        aside->added += n;
        if (waiting(aside) >= BATCH)
            pthread_cond_signal(&aside->more);
        pthread_mutex_unlock(&aside->lock);
    }
}

void digest_aside_close(struct digest_aside *aside, unsigned char out[DIGEST_SIZE])
{
    pthread_mutex_lock(&aside->lock);
    aside->end = true;
    pthread_cond_signal(&aside->more);
    pthread_mutex_unlock(&aside->lock);
    pthread_join(aside->thread, NULL);
    if (out)
        memcpy(out, aside->result, DIGEST_SIZE);
    pthread_cond_destroy(&aside->room);
    pthread_cond_destroy(&aside->more);
    pthread_mutex_destroy(&aside->lock);
    free(aside);
}
