#include "base/pool.h"

#include <assert.h>
#include <pthread.h>
#include <sched.h>
#include <stdlib.h>

#include "base/arena.h"

/* Invariants, under `lock`: delivered <= begun <= delivered + window; done[i % window] tells whether piece i, with
 * delivered <= i < begun, is finished. */
struct pool {
    const struct pool_job *job;
    pthread_mutex_t lock;
    pthread_cond_t room, finished;
    size_t begun, delivered;
    bool *done;
    bool stop;
};

struct worker {
    struct pool *pool;
    unsigned number;
};

/* The next piece for a worker, or count when there is none left. */
static size_t take_piece(struct pool *pool)
{
    const struct pool_job *job = pool->job;
    pthread_mutex_lock(&pool->lock);
    while (!pool->stop && pool->begun < job->count && pool->begun >= pool->delivered + job->window)
        pthread_cond_wait(&pool->room, &pool->lock);
    size_t piece = pool->stop || pool->begun >= job->count ? job->count : pool->begun++;
    pthread_mutex_unlock(&pool->lock);
    return piece;
}

static void *run_worker(void *argument)
{
    struct worker *worker = argument;
    struct pool *pool = worker->pool;
    const struct pool_job *job = pool->job;
    for (size_t piece; (piece = take_piece(pool)) < job->count;) {
        job->work(job->context, piece, worker->number);
        pthread_mutex_lock(&pool->lock);
        pool->done[piece % job->window] = true;
        if (piece == pool->delivered) /* which is waited for */
            pthread_cond_signal(&pool->finished);
        pthread_mutex_unlock(&pool->lock);
    }
    return NULL;
}

static void wait_for(struct pool *pool, size_t piece)
{
    pthread_mutex_lock(&pool->lock);
    while (!pool->done[piece % pool->job->window])
        pthread_cond_wait(&pool->finished, &pool->lock);
    pthread_mutex_unlock(&pool->lock);
}

static void free_slot(struct pool *pool, size_t piece, bool stop)
{
    pthread_mutex_lock(&pool->lock);
    pool->done[piece % pool->job->window] = false;
    pool->delivered = piece + 1;
    pool->stop = stop;
    pthread_cond_broadcast(&pool->room);
    pthread_mutex_unlock(&pool->lock);
}

static bool deliver_all(struct pool *pool)
{
    for (size_t piece = 0; piece < pool->job->count; piece++) {
        wait_for(pool, piece);
        bool go_on = pool->job->deliver(pool->job->context, piece);
        free_slot(pool, piece, !go_on);
        if (!go_on)
            return false;
    }
    return true;
}

static bool run_alone(const struct pool_job *job)
{
    for (size_t piece = 0; piece < job->count; piece++) {
        job->work(job->context, piece, 0);
        if (!job->deliver(job->context, piece))
            return false;
    }
    return true;
}

bool pool_run(const struct pool_job *job)
{
    assert(job->window >= job->workers && job->workers >= 1);
    if (job->workers == 1)
        return run_alone(job);
    struct pool pool = {.job = job, .lock = PTHREAD_MUTEX_INITIALIZER, .room = PTHREAD_COND_INITIALIZER,
                        .finished = PTHREAD_COND_INITIALIZER};
    pool.done = memory_need(calloc(job->window, sizeof(bool)));
    pthread_t *threads = memory_need(calloc(job->workers, sizeof(*threads)));
    struct worker *workers = memory_need(calloc(job->workers, sizeof(*workers)));
    unsigned started = 0;
    while (started < job->workers) {
        workers[started] = (struct worker){&pool, started};
        if (pthread_create(&threads[started], NULL, run_worker, &workers[started]) != 0)
            break; /* fewer threads than wished for: go on with those */
        started++;
    }
    bool all = started > 0 ? deliver_all(&pool) : run_alone(job);
    for (unsigned i = 0; i < started; i++)
        pthread_join(threads[i], NULL);
    free(workers);
    free(threads);
    free(pool.done);
    return all;
}

unsigned pool_processors(void)
{
    cpu_set_t set;
    if (sched_getaffinity(0, sizeof(set), &set) != 0)
        return 1;
    int n = CPU_COUNT(&set);
    return n < 1 ? 1 : (unsigned)n;
}
