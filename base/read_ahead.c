/* Invariant, under the lock: added - taken bytes of the ring, at most RING, wait to be taken. Only the thread writes the ring, and never
 * what waits; so it may digest what it has added while the other side takes it. */
#include "base/read_ahead.h"

#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/arena.h"

enum { RING = 2 << 20, PIECE = 128 * 1024, BATCH = 512 * 1024 }; /* room that is worth waking the thread for */

struct read_ahead {
    pthread_t thread;
    pthread_mutex_t lock;
    pthread_cond_t more, room;
    uint64_t added, taken;
    bool end, stop; /* nothing more is added; nothing more is wanted */
    int number;     /* of the error that ended it */
    int fd;
    unsigned char result[DIGEST_SIZE];
    unsigned char ring[RING];
};

/* Waits for room; 0: nothing more is wanted. It begins at `added`, in one piece. */
static size_t room_for_piece(struct read_ahead *ahead)
{
    pthread_mutex_lock(&ahead->lock);
    while (ahead->added - ahead->taken == RING && !ahead->stop)
        pthread_cond_wait(&ahead->room, &ahead->lock);
    size_t room = RING - (size_t)(ahead->added - ahead->taken), straight = RING - (size_t)(ahead->added % RING);
    room = ahead->stop ? 0 : room < straight ? room : straight;
    pthread_mutex_unlock(&ahead->lock);
    return room < PIECE ? room : PIECE;
}

static ssize_t read_piece(int fd, unsigned char *to, size_t room)
{
    ssize_t got;
    do
        got = read(fd, to, room);
    while (got < 0 && errno == EINTR);
    return got;
}

static void add(struct read_ahead *ahead, ssize_t got, int number)
{
    pthread_mutex_lock(&ahead->lock);
    ahead->added += got > 0 ? (uint64_t)got : 0;
    ahead->end = got <= 0;
    ahead->number = got < 0 ? number : 0;
    pthread_cond_signal(&ahead->more);
    pthread_mutex_unlock(&ahead->lock);
}

static void *work(void *context)
{
    struct read_ahead *ahead = context;
    struct digest *digest = digest_open();
    ssize_t got = 1;
    for (size_t room; got > 0 && (room = room_for_piece(ahead)) > 0;) {
        unsigned char *at = ahead->ring + ahead->added % RING; /* nobody else changes it */
        got = read_piece(ahead->fd, at, room);
        add(ahead, got, errno);
        if (got > 0)
            digest_add(digest, at, (size_t)got);
    }
    digest_end(digest, ahead->result);
    digest_close(digest);
    return NULL;
}

struct read_ahead *read_ahead_open(int fd)
{
    struct read_ahead *ahead = memory_need(calloc(1, sizeof(*ahead)));
    sigset_t all, before;
    ahead->fd = fd;
    pthread_mutex_init(&ahead->lock, NULL);
    pthread_cond_init(&ahead->more, NULL);
    pthread_cond_init(&ahead->room, NULL);
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &before); /* signals are for the threads that were there */
    bool ok = pthread_create(&ahead->thread, NULL, work, ahead) == 0;
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    if (ok)
        return ahead;
    free(ahead);
    return NULL;
}

bool read_ahead_next(struct read_ahead *ahead, void *to, size_t room, size_t *n, int *number)
{
    pthread_mutex_lock(&ahead->lock);
    while (ahead->added == ahead->taken && !ahead->end)
        pthread_cond_wait(&ahead->more, &ahead->lock);
    size_t at = (size_t)(ahead->taken % RING), waiting = (size_t)(ahead->added - ahead->taken);
    *number = ahead->number;
    pthread_mutex_unlock(&ahead->lock);
    *n = waiting < RING - at ? waiting : RING - at;
    *n = *n < room ? *n : room;
    if (!*n)
        return *number == 0;
    memcpy(to, ahead->ring + at, *n);
    pthread_mutex_lock(&ahead->lock);
    ahead->taken += *n;
    if (RING - (ahead->added - ahead->taken) >= BATCH)
        pthread_cond_signal(&ahead->room);
    pthread_mutex_unlock(&ahead->lock);
    return true;
}

void read_ahead_close(struct read_ahead *ahead, unsigned char out[DIGEST_SIZE])
{
    pthread_mutex_lock(&ahead->lock);
    ahead->stop = true;
    pthread_cond_signal(&ahead->room);
    pthread_mutex_unlock(&ahead->lock);
    pthread_join(ahead->thread, NULL);
    if (out)
        memcpy(out, ahead->result, DIGEST_SIZE);
    pthread_cond_destroy(&ahead->room);
    pthread_cond_destroy(&ahead->more);
    pthread_mutex_destroy(&ahead->lock);
    free(ahead);
}
