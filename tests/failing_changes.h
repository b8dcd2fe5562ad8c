/* tests/failing_changes.h — the n-th change that a program makes to its files kills it, or fails as on a full disk.
 *
 * The calls are wrapped (-Wl,--wrap=write and so on in CMakeLists.txt). A write is torn: half of it is done before the kill. Standard
 * streams are left alone. */
#ifndef TESTS_FAILING_CHANGES_H
#define TESTS_FAILING_CHANGES_H
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdarg.h>
#include <stdbool.h>
#include <sys/types.h>
#include <unistd.h>

static long changes_left; /* 0: all are let through */
static bool fails;        /* the n-th fails instead of killing, and those after it, but for removing */
static int failure = ENOSPC;

static bool change_fails(void)
{
    if (changes_left == 0 || --changes_left > 0)
        return false;
    if (!fails)
        kill(getpid(), SIGKILL);
    changes_left = 1;
    errno = failure;
    return true;
}

ssize_t __real_write(int fd, const void *bytes, size_t size);
ssize_t __wrap_write(int fd, const void *bytes, size_t size);
ssize_t __wrap_write(int fd, const void *bytes, size_t size)
{
    if (fd > 2 && changes_left == 1 && !fails)
        (void)!__real_write(fd, bytes, size / 2); /* torn */
    return fd > 2 && change_fails() ? -1 : __real_write(fd, bytes, size);
}

int __real_openat(int dir, const char *name, int flags, ...);
int __wrap_openat(int dir, const char *name, int flags, ...);
int __wrap_openat(int dir, const char *name, int flags, ...)
{
    va_list args;
    va_start(args, flags);
    mode_t mode = flags & O_CREAT ? va_arg(args, mode_t) : 0;
    va_end(args);
    return flags & O_CREAT && change_fails() ? -1 : __real_openat(dir, name, flags, mode);
}

int __real_renameat(int from, const char *old, int to, const char *new);
int __wrap_renameat(int from, const char *old, int to, const char *new);
int __wrap_renameat(int from, const char *old, int to, const char *new)
{
    return change_fails() ? -1 : __real_renameat(from, old, to, new);
}

int __real_unlinkat(int dir, const char *name, int flags);
int __wrap_unlinkat(int dir, const char *name, int flags);
int __wrap_unlinkat(int dir, const char *name, int flags)
{
    return !fails && change_fails() ? -1 : __real_unlinkat(dir, name, flags);
}

#endif
