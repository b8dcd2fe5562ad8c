/* base/pool.h: order, the window, stopping, with one worker and with several. */
#include <pthread.h>
#include <sched.h>
#include <stdlib.h>
#include <time.h>

#include "base/pool.h"
#include "tests/check.h"

struct run {
    size_t count, window, stop_at; /* stop_at: the piece whose delivery says stop; count: none */
    pthread_mutex_t lock;
    size_t begun, ended, delivered, most; /* most: pieces begun and not delivered, at worst */
    bool in_order, on_caller, slot_free, worker_known;
    unsigned workers;
    pthread_t caller;
    size_t *slots; /* slot → piece + 1; 0: free */
};

static void pause_a_little(size_t piece)
{
    struct timespec nap = {.tv_nsec = (long)((piece * 7919 + 13) % 50) * 1000};
    nanosleep(&nap, NULL);
}

static void work(void *context, size_t piece, unsigned worker)
{
    struct run *run = context;
    pthread_mutex_lock(&run->lock);
    run->begun++;
    run->worker_known &= worker < run->workers;
    run->slot_free &= run->slots[piece % run->window] == 0;
    run->slots[piece % run->window] = piece + 1;
    if (run->begun - run->delivered > run->most)
        run->most = run->begun - run->delivered;
    pthread_mutex_unlock(&run->lock);
    if (run->count < 1000)
        pause_a_little(piece);
    pthread_mutex_lock(&run->lock);
    run->ended++;
    pthread_mutex_unlock(&run->lock);
}

static bool deliver(void *context, size_t piece)
{
    struct run *run = context;
    pthread_mutex_lock(&run->lock);
    run->in_order &= piece == run->delivered;
    run->on_caller &= pthread_equal(run->caller, pthread_self()) != 0;
    run->slot_free &= run->slots[piece % run->window] == piece + 1;
    run->slots[piece % run->window] = 0;
    run->delivered++;
    pthread_mutex_unlock(&run->lock);
    if (run->count < 1000 && piece % 10 == 0)
        pause_a_little(piece + 5); /* a slow delivery: workers have to wait for room */
    return piece != run->stop_at;
}

static const struct {
    unsigned workers;
    size_t window, count, stop_at;
} rows[] = {
    {1, 1, 0, 0},        {1, 2, 1, 1},         {1, 2, 100, 100},     {1, 2, 100, 40},  {8, 8, 0, 0},
    {8, 8, 1, 1},        {8, 16, 7, 7},        {8, 16, 300, 300},    {8, 8, 300, 300}, {8, 16, 300, 150},
    {8, 16, 300, 0},     {8, 16, 300, 299},    {2, 2, 20000, 20000}, {8, 9, 20000, 20000},
    {8, 16, 20000, 777}, {3, 100, 300, 300},
};

/* The window is used: while piece i waits for its delivery, all of i … i + window - 1 are begun. */
static bool deliver_when_full(void *context, size_t piece)
{
    struct run *run = context;
    size_t want = piece + run->window < run->count ? piece + run->window : run->count, begun = 0;
    for (int i = 0; i < 1000000 && begun < want; i++) { /* minutes: the machine may be busy */
        pthread_mutex_lock(&run->lock);
        begun = run->begun;
        pthread_mutex_unlock(&run->lock);
        struct timespec nap = {.tv_nsec = 100 * 1000};
        nanosleep(&nap, NULL);
    }
    run->in_order &= begun == want;
    return deliver(context, piece);
}

static void test_full_window(void)
{
    struct run run = {.count = 50, .window = 8, .stop_at = 50, .in_order = true, .on_caller = true, .slot_free = true, .worker_known = true,
                      .workers = 4, .caller = pthread_self(), .slots = calloc(8, sizeof(size_t))};
    pthread_mutex_init(&run.lock, NULL);
    struct pool_job job = {.count = 50, .workers = 4, .window = 8, .context = &run, .work = work, .deliver = deliver_when_full};
    CHECK(pool_run(&job) && run.in_order && run.most == 8, "at most %zu at once", run.most);
    free(run.slots);
    pthread_mutex_destroy(&run.lock);
}

int main(void)
{
    test_full_window();
    for (size_t i = 0; i < ROWS(rows); i++) {
        struct run run = {.count = rows[i].count, .window = rows[i].window, .stop_at = rows[i].stop_at, .in_order = true,
                          .on_caller = true, .slot_free = true, .worker_known = true, .workers = rows[i].workers,
                          .caller = pthread_self()};
        pthread_mutex_init(&run.lock, NULL);
        run.slots = calloc(run.window, sizeof(*run.slots));
        struct pool_job job = {.count = run.count, .workers = rows[i].workers, .window = run.window, .context = &run,
                               .work = work, .deliver = deliver};
        bool all = pool_run(&job), stops = run.stop_at < run.count;
        CHECK(all == !stops, "row %zu: %d", i, all);
        CHECK(run.delivered == (stops ? run.stop_at + 1 : run.count), "row %zu: delivered %zu", i, run.delivered);
        CHECK(run.in_order, "row %zu: the order of deliveries", i);
        CHECK(run.on_caller, "row %zu: deliveries on the calling thread", i);
        CHECK(run.slot_free, "row %zu: a slot was used again too early", i);
        CHECK(run.worker_known, "row %zu: numbers of workers", i);
        CHECK(run.most <= run.window, "row %zu: %zu pieces in a window of %zu", i, run.most, run.window);
        CHECK(run.begun == run.ended, "row %zu: %zu begun, %zu ended", i, run.begun, run.ended);
        CHECK(run.begun <= run.delivered + run.window, "row %zu: begun after the stop", i);
        free(run.slots);
        pthread_mutex_destroy(&run.lock);
    }
    cpu_set_t one;
    CHECK(pool_processors() >= 1, "%u", pool_processors());
    sched_getaffinity(0, sizeof(one), &one);
    for (size_t cpu = 0, seen = 0; cpu < CPU_SETSIZE; cpu++)
        if (CPU_ISSET(cpu, &one) && seen++)
            CPU_CLR(cpu, &one);
    sched_setaffinity(0, sizeof(one), &one);
    CHECK(pool_processors() == 1, "bound to one processor: %u", pool_processors());
    return check_end();
}
