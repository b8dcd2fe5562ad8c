#include "history/patience.h"

#include <stdio.h>
#include <time.h>

enum {
    PAUSE_MAX_MS = 24, /* between two tries; it shrinks by PAUSE_LESS_MS for each second of waiting, to 1 */
    PAUSE_LESS_MS = 4,
    TELL_AFTER_S = 2
};

void patience_set(struct patience *patience, const struct history_access *access)
{
    *patience = (struct patience){.wait_s = history_wait_s(access)};
    if (!access)
        return;
    patience->signal = access->signal;
    patience->tell = access->tell;
    patience->tell_context = access->tell_context;
}

static double now(struct timespec *time)
{
    clock_gettime(CLOCK_MONOTONIC, time);
    return (double)time->tv_sec + 1e-9 * (double)time->tv_nsec;
}

void patience_begin(struct patience *patience)
{
    struct timespec time;
    patience->since = now(&time);
}

static void tell(struct patience *patience, const char *path, double waited)
{
    char line[4200];
    if (patience->told || waited < TELL_AFTER_S || !patience->tell)
        return;
    patience->told = true;
    snprintf(line, sizeof(line), "%.4000s: another process has it locked; waiting for up to %g s", path, patience->wait_s);
    patience->tell(patience->tell_context, line);
}

/* Pauses that grow, as SQLite's own do, let those who have just come pass by the one that waits long. These shrink. */
bool patience_wait(struct patience *patience, const char *path)
{
    struct timespec time;
    double waited = now(&time) - patience->since;
    if (waited >= patience->wait_s || (patience->signal && *patience->signal))
        return false;
    tell(patience, path, waited);
    double most_ms = PAUSE_MAX_MS - waited * PAUSE_LESS_MS, share = (double)(time.tv_nsec / 16 % 1024) / 1024;
    struct timespec pause = {.tv_nsec = 1000000L + (long)(share * 1e6 * (most_ms > 1 ? most_ms : 1))};
    nanosleep(&pause, NULL);
    return true;
}

bool patience_error(const struct patience *patience, const char *path, struct error *err)
{
    struct pos at = {.file = path};
    int stopped = patience->signal ? *patience->signal : 0;
    if (stopped)
        return error_at(err, stopped == SIGTERM ? ERR_TERMINATED : ERR_INTERRUPTED, at,
                        "stopped while waiting for another process that has it locked; nothing is stored");
    return error_at(err, ERR_STORE, at, "locked by another process (waited %g s; --history_wait=SECONDS waits longer)", patience->wait_s);
}
