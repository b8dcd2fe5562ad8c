#include "base/folder.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/directory.h"
#include "base/write.h"

enum { TEMP_TRIES = 1000 };

struct folder {
    const char *path;
    int fd;
};

struct folder_file {
    const struct folder *folder;
    char *relative;
    const char *name; /* its last component */
    int directory, fd;
    char temp[64];
};

static bool fail(const struct folder *folder, const char *relative, const char *why, struct error *err)
{
    bool whole = strcmp(relative, ".") == 0;
    return error_set(err, ERR_OUTPUT, "%s%s%s: %s", folder->path, whole ? "" : "/", whole ? "" : relative, why);
}

struct folder *folder_open(const char *path, struct error *err)
{
    int fd = open(path, O_PATH | O_DIRECTORY | O_CLOEXEC);
    int reason = fd < 0 ? errno : 0;
    if (reason == ENOENT && path[0] && !(reason = directory_make(path, NULL))) {
        fd = open(path, O_PATH | O_DIRECTORY | O_CLOEXEC);
        reason = fd < 0 ? errno : 0;
    }
    if (reason) {
        error_set(err, ERR_OUTPUT, "%s: %s", path[0] ? path : "(an empty directory name)", strerror(reason));
        return NULL;
    }
    struct folder *folder = memory_need(calloc(1, sizeof(*folder)));
    *folder = (struct folder){.path = path, .fd = fd};
    return folder;
}

void folder_close(struct folder *folder)
{
    if (!folder)
        return;
    close(folder->fd);
    free(folder);
}

/* One step down, without following a link. *why is set when -1 is given. */
static int step_into(int at, const char *name, bool make, const char **why)
{
    enum { FLAGS = O_PATH | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC };
    struct stat st;
    if (strcmp(name, "..") == 0) {
        *why = "leads out of the folder";
        return -1;
    }
    int next = openat(at, name, FLAGS);
    if (next < 0 && errno == ENOENT && make && (mkdirat(at, name, 0777) == 0 || errno == EEXIST))
        next = openat(at, name, FLAGS);
    if (next >= 0)
        return next;
    *why = strerror(errno);
    if (errno == ENOTDIR && fstatat(at, name, &st, AT_SYMLINK_NOFOLLOW) == 0 && S_ISLNK(st.st_mode))
        *why = "a symbolic link stands there; nothing is written through links";
    return -1;
}

/* Opens the first `len` bytes of a path as a directory, component by component. */
static int open_directory(const struct folder *folder, const char *relative, size_t len, bool make, const char **why)
{
    int at = fcntl(folder->fd, F_DUPFD_CLOEXEC, 0);
    *why = at < 0 ? strerror(errno) : "";
    for (const char *p = relative, *end = relative + len; at >= 0 && p < end;) {
        char name[NAME_MAX + 1];
        size_t n = strcspn(p, "/");
        if (p + n > end)
            n = (size_t)(end - p);
        int next = -1;
        if (n == 0 || (n == 1 && *p == '.')) {
            p += n + (p + n < end);
            continue;
        }
        if (n > NAME_MAX) {
            *why = strerror(ENAMETOOLONG);
        } else {
            memcpy(name, p, n);
            name[n] = '\0';
            next = step_into(at, name, make, why);
        }
        close(at);
        at = next;
        p += n + (p + n < end);
    }
    return at;
}

bool folder_make(const struct folder *folder, const char *relative, struct error *err)
{
    const char *why;
    int fd = open_directory(folder, relative, strlen(relative), true, &why);
    if (fd < 0)
        return fail(folder, relative, why, err);
    close(fd);
    return true;
}

static size_t parent_length(const char *relative, const char **name)
{
    const char *slash = strrchr(relative, '/');
    *name = slash ? slash + 1 : relative;
    return slash ? (size_t)(slash - relative) : 0;
}

int folder_open_file(const struct folder *folder, const char *relative)
{
    const char *name, *ignored;
    int directory = open_directory(folder, relative, parent_length(relative, &name), false, &ignored);
    if (directory < 0)
        return -1;
    int fd = openat(directory, name, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
    close(directory);
    struct stat st;
    if (fd >= 0 && (fstat(fd, &st) != 0 || !S_ISREG(st.st_mode))) {
        close(fd);
        fd = -1;
    }
    return fd;
}

/* 0, or an errno. */
static int open_temp(struct folder_file *file)
{
    for (int i = 0; i < TEMP_TRIES; i++) {
        snprintf(file->temp, sizeof(file->temp), ".matbench-%ld-%d.tmp", (long)getpid(), i);
        file->fd = openat(file->directory, file->temp, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0666);
        if (file->fd >= 0 || errno != EEXIST)
            break;
    }
    if (file->fd >= 0)
        return 0;
    file->temp[0] = '\0';
    return errno;
}

struct folder_file *folder_begin(const struct folder *folder, const char *relative, struct error *err)
{
    struct folder_file *file = memory_need(calloc(1, sizeof(*file)));
    const char *why;
    file->folder = folder;
    file->relative = memory_need(strdup(relative));
    file->fd = -1;
    file->directory = open_directory(folder, file->relative, parent_length(file->relative, &file->name), true, &why);
    int reason = file->directory >= 0 ? open_temp(file) : 0;
    if (file->directory < 0 || reason) {
        fail(folder, relative, reason ? strerror(reason) : why, err);
        folder_abort(file);
        return NULL;
    }
    return file;
}

bool folder_write(struct folder_file *file, const void *bytes, size_t size, struct error *err)
{
    int reason = write_all(file->fd, bytes, size);
    return !reason || fail(file->folder, file->relative, strerror(reason), err);
}

bool folder_commit(struct folder_file *file, const struct timespec *modified, struct error *err)
{
    const struct timespec times[2] = {{.tv_nsec = UTIME_OMIT}, modified ? *modified : (struct timespec){.tv_nsec = UTIME_NOW}};
    bool ok = futimens(file->fd, times) == 0;
    int reason = ok ? 0 : errno, fd = file->fd;
    file->fd = -1;
    if (close(fd) != 0 && ok) /* file systems of other machines tell only now that they are full */
        reason = errno;
    if (!reason && renameat(file->directory, file->temp, file->directory, file->name) != 0)
        reason = errno;
    if (!reason)
        file->temp[0] = '\0';
    ok = !reason || fail(file->folder, file->relative, strerror(reason), err);
    folder_abort(file);
    return ok;
}

void folder_abort(struct folder_file *file)
{
    if (!file)
        return;
    if (file->fd >= 0)
        close(file->fd);
    if (file->temp[0])
        unlinkat(file->directory, file->temp, 0);
    if (file->directory >= 0)
        close(file->directory);
    free(file->relative);
    free(file);
}
