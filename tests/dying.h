/* tests/dying.h — a process that dies at its n-th call that changes the disk: SQLite's unix VFS lets its system calls be replaced
 * (sqlite3_vfs.xSetSystemCall). */
#ifndef TESTS_DYING_H
#define TESTS_DYING_H
#include <fcntl.h>
#include <signal.h>
#include <sqlite3.h>
#include <sys/types.h>
#include <unistd.h>

static long changes_left = -1;

static inline void count_change(void)
{
    if (changes_left > 0 && --changes_left == 0)
        kill(getpid(), SIGKILL);
}

static inline ssize_t counted_pwrite(int fd, const void *bytes, size_t size, off_t at)
{
    if (changes_left == 1)
        (void)!pwrite(fd, bytes, size / 2, at); /* torn */
    count_change();
    return pwrite(fd, bytes, size, at);
}

static inline int counted_truncate(int fd, off_t size)
{
    count_change();
    return ftruncate(fd, size);
}

static inline int counted_unlink(const char *path)
{
    count_change();
    return unlink(path);
}

static inline int counted_open(const char *path, int flags, int mode)
{
    if (flags & O_CREAT)
        count_change();
    return open(path, flags, mode);
}

/* From now on; half of a write is done before the process dies. */
static inline void count_changes(long n)
{
    sqlite3_vfs *vfs = sqlite3_vfs_find(NULL);
    changes_left = n;
    int failed = vfs->xSetSystemCall(vfs, "pwrite", (sqlite3_syscall_ptr)counted_pwrite) +
                 vfs->xSetSystemCall(vfs, "pwrite64", (sqlite3_syscall_ptr)counted_pwrite) +
                 vfs->xSetSystemCall(vfs, "ftruncate", (sqlite3_syscall_ptr)counted_truncate) +
                 vfs->xSetSystemCall(vfs, "unlink", (sqlite3_syscall_ptr)counted_unlink) +
                 vfs->xSetSystemCall(vfs, "open", (sqlite3_syscall_ptr)counted_open);
    if (failed)
        _exit(3);
}

#endif
