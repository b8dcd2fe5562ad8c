/* main: the program's story. Everything else is in libraries, so that tests link it. */
#include <fcntl.h>
#include <jansson.h>
#include <libgen.h>
#include <limits.h>
#include <malloc.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "base/arena.h"
#include "cmd/program.h"

static volatile sig_atomic_t asked_to_stop;

enum { SAME_WISH_SECONDS = 1 };
static volatile sig_atomic_t asked_before; /* a signal has come, at asked_at */
static struct timespec asked_at;           /* written by the first signal only; both are masked meanwhile */

/* The first one asks to stop; a later one ends the program at once. timeout(1) and some terminals send each twice: what comes
 * within a second is the same wish. */
static void remember(int number)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    if (!asked_before) {
        asked_before = 1;
        asked_at = now;
        asked_to_stop = number;
    } else if (now.tv_sec - asked_at.tv_sec > SAME_WISH_SECONDS) {
        signal(number, SIG_DFL);
        raise(number); /* delivered when this handler returns */
    }
}

static void *allocate(size_t size)
{
    return memory_need(malloc(size));
}

/* A closed standard descriptor would be the number of the next file that is opened: none of ours may become one. */
static void keep_standard_descriptors(void)
{
    for (int fd = 0; fd <= 2; fd++)
        if (fcntl(fd, F_GETFD) < 0)
            (void)!open("/dev/null", fd == 2 ? O_WRONLY : O_RDONLY); /* results that go nowhere are an error, not a success */
}

static void catch_signals(void)
{
    struct sigaction action = {.sa_handler = remember};
    sigaddset(&action.sa_mask, SIGINT);
    sigaddset(&action.sa_mask, SIGTERM);
    sigaction(SIGINT, &action, NULL);
    sigaction(SIGTERM, &action, NULL);
    signal(SIGPIPE, SIG_IGN); /* writing reports it, so that temporary files are cleaned up */
    signal(SIGXFSZ, SIG_IGN); /* the same for `ulimit -f` */
}

/* Tests come and go, each with the same few hundred KB: keep that memory instead of giving it back and asking again. */
static void keep_memory(void)
{
    mallopt(M_MMAP_THRESHOLD, 32 << 20);
    mallopt(M_TRIM_THRESHOLD, 64 << 20);
    mallopt(M_TOP_PAD, 1 << 20);
}

int main(int argc, char **argv)
{
    keep_memory();
    keep_standard_descriptors();
    catch_signals();
    json_set_alloc_funcs(allocate, free);
    json_object_seed(0);
    char path[PATH_MAX];
    ssize_t n = readlink("/proc/self/exe", path, sizeof(path) - 1);
    path[n < 0 ? 0 : n] = '\0';
    struct program program = {
        .out = stdout, .err = stderr, .environment = environ, .signal = &asked_to_stop,
        .folder = n > 0 ? dirname(path) : NULL};
    return program_run(&program, argc - 1, (const char *const *)argv + 1);
}
