#include "history/spool/folder.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

enum { NUMBER_DIGITS = 12, RANDOM_BYTES = 8, FOLDER_WAIT_S = 60 };

bool spool_trouble(const struct spool *spool, const char *name, int reason, struct error *err)
{
    return error_set(err, ERR_OUTPUT, "the spool %s%s%s: %s", spool->folder, name ? "/" : "", name ? name : "", strerror(reason));
}

/* ---- locks ---- */

static void nap(void)
{
    nanosleep(&(struct timespec){.tv_nsec = 20 * 1000 * 1000}, NULL);
}

static double now_s(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

static bool stopped(const struct spool *spool, struct error *err)
{
    int number = spool->settings.signal ? *spool->settings.signal : 0;
    if (number)
        error_set(err, number == SIGINT ? ERR_INTERRUPTED : ERR_TERMINATED, "stopped by %s while waiting for the spool %s",
                  number == SIGINT ? "SIGINT" : "SIGTERM", spool->folder);
    return number != 0;
}

bool spool_lock_file(const struct spool *spool, const char *name, double wait_s, void (*tell)(void *context), void *context, int *fd,
                     bool *held, struct error *err)
{
    double end = now_s() + wait_s;
    bool told = false;
    *held = false;
    *fd = openat(spool->fd, name, O_RDWR | O_CREAT | O_NOFOLLOW | O_CLOEXEC, 0600);
    if (*fd < 0)
        return spool_trouble(spool, name, errno, err);
    while (flock(*fd, LOCK_EX | LOCK_NB) != 0) {
        if (errno != EWOULDBLOCK && errno != EINTR)
            return true; /* no locks here: as good as it gets */
        *held = now_s() >= end;
        if (*held || stopped(spool, err)) {
            close(*fd);
            *fd = -1;
            return *held;
        }
        if (tell && !told)
            tell(context);
        told = true;
        nap();
    }
    return true;
}

bool spool_lock_folder(const struct spool *spool, int *lock, struct error *err)
{
    bool held;
    if (!spool_lock_file(spool, "lock", FOLDER_WAIT_S, NULL, NULL, lock, &held, err))
        return false;
    return !held || error_set(err, ERR_OUTPUT, "the spool %s: another process has held its lock for %d s", spool->folder, (int)FOLDER_WAIT_S);
}

/* ---- files ---- */

int spool_open_file(int folder, const char *name, const char **why)
{
    struct stat st;
    *why = NULL;
    int fd = openat(folder, name, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
    if (fd < 0) {
        *why = errno == ENOENT ? NULL : errno == ELOOP ? "is a link" : strerror(errno);
        return -1;
    }
    if (fstat(fd, &st) != 0 || !S_ISREG(st.st_mode))
        *why = "is no regular file";
    else if (st.st_uid != geteuid())
        *why = "belongs to another user";
    else if (st.st_mode & (S_IWGRP | S_IWOTH))
        *why = "others may write to it";
    if (!*why)
        return fd;
    close(fd);
    return -1;
}

int spool_subfolder(int folder, const char *name, bool make)
{
    if (make && mkdirat(folder, name, 0700) != 0 && errno != EEXIST)
        return -1;
    return openat(folder, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
}

bool spool_parse_name(const char *name, uint64_t *number)
{
    size_t digits = strspn(name, "0123456789");
    const char *rest = name + digits;
    if (digits < NUMBER_DIGITS || digits > 18 || *rest != '-' || strspn(rest + 1, "0123456789abcdef") != 2 * RANDOM_BYTES ||
        strcmp(rest + 1 + 2 * RANDOM_BYTES, SPOOL_SUFFIX) != 0)
        return false;
    *number = strtoull(name, NULL, 10);
    return true;
}

static void each_name(int folder, void (*visit)(void *context, int folder, const char *name), void *context)
{
    int copy = folder < 0 ? -1 : openat(folder, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    DIR *dir = copy < 0 ? NULL : fdopendir(copy);
    for (struct dirent *entry; dir && (entry = readdir(dir));)
        visit(context, folder, entry->d_name);
    if (dir)
        closedir(dir);
    else if (copy >= 0)
        close(copy);
}

static void take_highest(void *context, int folder, const char *name)
{
    uint64_t *highest = context, number;
    (void)folder;
    if (spool_parse_name(name, &number) && number > *highest)
        *highest = number;
}

bool spool_next_name(const struct spool *spool, char name[SPOOL_NAME_MAX], struct error *err)
{
    uint64_t highest = 0;
    each_name(spool->fd, take_highest, &highest);
    each_name(spool->refused, take_highest, &highest);
    return spool_new_name(spool, highest + 1, name, err);
}

bool spool_new_name(const struct spool *spool, uint64_t number, char name[SPOOL_NAME_MAX], struct error *err)
{
    unsigned char chance[RANDOM_BYTES];
    if (getrandom(chance, sizeof(chance), 0) != sizeof(chance))
        return spool_trouble(spool, NULL, errno, err);
    int n = snprintf(name, SPOOL_NAME_MAX, "%0*llu-", (int)NUMBER_DIGITS, (unsigned long long)number);
    for (size_t i = 0; i < sizeof(chance); i++)
        n += snprintf(name + n, SPOOL_NAME_MAX - (size_t)n, "%02x", chance[i]);
    return true;
}

struct measuring {
    uint64_t bytes;
    bool sweep;
};

static bool ends_with(const char *name, const char *end)
{
    size_t n = strlen(name), m = strlen(end);
    return n > m && strcmp(name + n - m, end) == 0;
}

/* What stood beside an entry that is gone. */
static bool is_orphan(int folder, const char *name)
{
    char entry[SPOOL_NAME_MAX + 10];
    size_t n = strcspn(name, ".");
    return (ends_with(name, SPOOL_SENT) || ends_with(name, SPOOL_WHY)) && n < SPOOL_NAME_MAX &&
           snprintf(entry, sizeof(entry), "%.*s" SPOOL_SUFFIX, (int)n, name) > 0 && faccessat(folder, entry, F_OK, AT_SYMLINK_NOFOLLOW) != 0 &&
           errno == ENOENT;
}

static void measure(void *context, int folder, const char *name)
{
    struct measuring *measuring = context;
    struct stat st;
    if (fstatat(folder, name, &st, AT_SYMLINK_NOFOLLOW) != 0 || !S_ISREG(st.st_mode))
        return;
    if (measuring->sweep && (ends_with(name, ".tmp") || is_orphan(folder, name)) && unlinkat(folder, name, 0) == 0)
        return;
    measuring->bytes += (uint64_t)st.st_size;
}

uint64_t spool_measure(const struct spool *spool, bool sweep)
{
    struct measuring measuring = {.sweep = sweep};
    int damaged = spool->fd < 0 ? -1 : spool_subfolder(spool->fd, SPOOL_DAMAGED, false);
    each_name(spool->fd, measure, &measuring);
    each_name(spool->refused, measure, &measuring);
    measuring.sweep = false;
    each_name(damaged, measure, &measuring);
    if (damaged >= 0)
        close(damaged);
    return measuring.bytes;
}

static bool temporary_name(const char *name, char out[SPOOL_NAME_MAX + 8])
{
    return snprintf(out, SPOOL_NAME_MAX + 8, "%s.tmp", name) < SPOOL_NAME_MAX + 8;
}

int spool_begin_file(const struct spool *spool, int folder, const char *name, struct error *err)
{
    char temporary[SPOOL_NAME_MAX + 8];
    int fd = temporary_name(name, temporary) ? openat(folder, temporary, O_WRONLY | O_CREAT | O_TRUNC | O_NOFOLLOW | O_CLOEXEC, 0600) : -1;
    if (fd < 0)
        spool_trouble(spool, NULL, errno, err);
    return fd;
}

bool spool_commit_file(const struct spool *spool, int folder, const char *name, int file, bool ok, struct error *err)
{
    char temporary[SPOOL_NAME_MAX + 8];
    if (!temporary_name(name, temporary))
        return false;
    if (ok && fsync(file) != 0)
        ok = spool_trouble(spool, NULL, errno, err);
    if (close(file) != 0 && ok) /* a quota may show only now */
        ok = spool_trouble(spool, NULL, errno, err);
    if (ok && renameat(folder, temporary, folder, name) != 0)
        ok = spool_trouble(spool, NULL, errno, err);
    if (!ok)
        unlinkat(folder, temporary, 0);
    else
        (void)fsync(folder); /* not every file system can do that for a directory */
    return ok;
}
