/* Invariant: only who holds the lock on a file may rename or remove the temporary name while it stands for that file. So a file
 * that was locked first and found under its name then is nobody else's. */
#include "base/replace.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/temporary.h"
#include "base/write.h"

static int unlink_name(int folder, const char *name)
{
    return unlinkat(folder, name, 0) == 0 || errno == ENOENT ? 0 : errno;
}

int replace_clean(int folder, const char *temporary)
{
    int fd = openat(folder, temporary, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
    if (fd < 0)
        return errno == ENOENT ? 0 : errno == ELOOP ? unlink_name(folder, temporary) /* a link is not ours */ : errno;
    int reason = 0;
    if (flock(fd, LOCK_EX | LOCK_NB) != 0)
        reason = errno == EWOULDBLOCK ? EBUSY : errno;
    else if (temporary_is_named(folder, temporary, fd))
        reason = unlink_name(folder, temporary);
    close(fd);
    return reason;
}

static int make(int folder, const char *temporary)
{
    return openat(folder, temporary, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0666);
}

/* The new temporary file, locked, or -1 with errno. */
static int open_temporary(int folder, const char *temporary)
{
    int fd = make(folder, temporary);
    if (fd < 0 && errno == EEXIST) {
        int reason = replace_clean(folder, temporary);
        if (reason) {
            errno = reason;
            return -1;
        }
        fd = make(folder, temporary);
    }
    if (fd < 0)
        return -1;
    int reason = flock(fd, LOCK_EX | LOCK_NB) == 0 || errno == EWOULDBLOCK ? EBUSY : errno;
    if (reason == EBUSY && temporary_is_named(folder, temporary, fd) && flock(fd, LOCK_EX | LOCK_NB) == 0)
        return fd;
    if (reason != EBUSY) /* a file system without locks */
        (void)unlinkat(folder, temporary, 0);
    close(fd);
    errno = reason;
    return -1;
}

int replace_file(int folder, const char *name, const char *temporary, const void *bytes, size_t len)
{
    int fd = open_temporary(folder, temporary);
    if (fd < 0)
        return errno;
    int reason = write_all(fd, bytes, len);
    if (!reason && renameat(folder, temporary, folder, name) != 0)
        reason = errno;
    if (reason)
        (void)unlinkat(folder, temporary, 0);
    close(fd);
    return reason;
}
