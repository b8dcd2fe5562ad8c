#include "store/sqlite_hold.h"

#include <errno.h>
#include <fcntl.h>
#include <time.h>
#include <unistd.h>

enum { TRIES = 20, WAIT_MS = 50, PENDING = 0x40000000, RESERVED = PENDING + 1, SHARED = PENDING + 2, SHARED_LEN = 510 };

static int set_lock(int fd, int type, off_t start, off_t len)
{
    struct flock lock = {.l_type = (short)type, .l_whence = SEEK_SET, .l_start = start, .l_len = len};
    return fcntl(fd, F_OFD_SETLK, &lock);
}

/* As SQLite's readers: the pending byte for a moment, so that a waiting writer goes first; then the shared ones. A file system
 * without locks has nobody who locks there. */
static bool lock_shared(int fd)
{
    bool pending = set_lock(fd, F_RDLCK, PENDING, 1) != 0 && (errno == EAGAIN || errno == EACCES);
    bool shared = !pending && set_lock(fd, F_RDLCK, SHARED, SHARED_LEN) != 0 && (errno == EAGAIN || errno == EACCES);
    set_lock(fd, F_UNLCK, PENDING, 1);
    return !pending && !shared;
}

static bool is_reserved(int fd)
{
    struct flock lock = {.l_type = F_RDLCK, .l_whence = SEEK_SET, .l_start = RESERVED, .l_len = 1};
    return fcntl(fd, F_OFD_GETLK, &lock) == 0 && lock.l_type != F_UNLCK;
}

bool sqlite_hold_open(struct sqlite_hold *hold, struct arena *arena, const struct root *root, const char *relative, const char *file,
                      struct error *err)
{
    static const struct timespec pause = {.tv_nsec = WAIT_MS * 1000000L};
    bool locked = false;
    *hold = (struct sqlite_hold){.root = root, .relative = relative, .wal = arena_printf(arena, "%s-wal", relative), .fd = -1};
    if (root_open_file(root, relative, &hold->fd, &hold->before, err) != ROOT_FOUND) {
        hold->fd = -1;
        return !err->kind;
    }
    for (int i = 0; i < TRIES && !locked; i++) {
        locked = lock_shared(hold->fd);
        if (!locked)
            nanosleep(&pause, NULL);
    }
    if (!locked)
        return error_at(err, ERR_ARTIFACT, (struct pos){.file = file}, "is locked by another process that writes it (waited 1 s)");
    fstat(hold->fd, &hold->before);
    root_stat(root, hold->wal, &hold->wal_before);
    hold->reserved = is_reserved(hold->fd);
    return true;
}

static bool same(const struct stat *a, const struct stat *b)
{
    return a->st_size == b->st_size && a->st_ino == b->st_ino && a->st_mtim.tv_sec == b->st_mtim.tv_sec &&
           a->st_mtim.tv_nsec == b->st_mtim.tv_nsec;
}

bool sqlite_hold_still(const struct sqlite_hold *hold, const char *file, struct error *err)
{
    struct stat now = {0}, wal = {0};
    if (hold->fd < 0)
        return true;
    root_stat(hold->root, hold->relative, &now);
    root_stat(hold->root, hold->wal, &wal);
    return (same(&now, &hold->before) && same(&wal, &hold->wal_before)) ||
           error_at(err, ERR_ARTIFACT, (struct pos){.file = file}, "changes while it is read: expected a database that nobody writes");
}

void sqlite_hold_close(struct sqlite_hold *hold)
{
    if (hold->fd >= 0)
        close(hold->fd);
    hold->fd = -1;
}
