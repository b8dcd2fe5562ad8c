#include "base/output.h"

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
#include "base/temporary.h"
#include "base/write.h"

enum { OUTPUT_BUFFER = 1 << 16, LINKS_MAX = 40 };

struct output {
    char name[512];        /* for errors: the path as the user gave it, cut where very long */
    char target[PATH_MAX]; /* where a symbolic link leads to */
    char temp[PATH_MAX];   /* "" when written directly */
    int fd;
    bool owned;    /* fd is ours to close */
    bool standard; /* it is standard output */
    bool failed;   /* *err was set by an earlier write */
    size_t used;
    char buffer[OUTPUT_BUFFER];
};

static bool output_error(struct output *out, int reason, struct error *err)
{
    out->failed = true;
    struct pos at = {.file = out->name};
    if (reason == EPIPE && out->standard)
        return error_at(err, ERR_PIPE, at, "closed by its reader");
    return error_at(err, ERR_OUTPUT, at, "%s", strerror(reason));
}

/* The descriptor that a name such as "/dev/stdout" or "/dev/fd/3" means, or -1. It is used as it is: opening such a
 * name anew would write a redirected file from its start. */
static int named_descriptor(const char *path)
{
    static const char *const folders[] = {"/dev/fd/", "/proc/self/fd/"};
    if (strcmp(path, "/dev/stdout") == 0)
        return STDOUT_FILENO;
    if (strcmp(path, "/dev/stderr") == 0)
        return STDERR_FILENO;
    for (size_t i = 0; i < sizeof(folders) / sizeof(folders[0]); i++) {
        size_t n = strlen(folders[i]);
        char *end;
        if (strncmp(path, folders[i], n) != 0 || path[n] < '0' || path[n] > '9')
            continue;
        long fd = strtol(path + n, &end, 10);
        if (*end == '\0' && fd <= INT_MAX)
            return (int)fd;
    }
    return -1;
}

/* Replaces the link `path` by what it names; `path` has room for PATH_MAX. 0, or an errno. */
static int follow_link(char *path)
{
    char link[PATH_MAX];
    ssize_t n = readlink(path, link, sizeof(link) - 1);
    if (n < 0)
        return errno;
    link[n] = '\0';
    char *slash = strrchr(path, '/');
    size_t keep = link[0] == '/' || !slash ? 0 : (size_t)(slash - path) + 1;
    if (keep + (size_t)n >= PATH_MAX)
        return ENAMETOOLONG;
    memcpy(path + keep, link, (size_t)n + 1);
    return 0;
}

/* Follows the links of out->target. *fd is set when it turns out to be an open descriptor, else -1. 0, or an errno. */
static int resolve_target(struct output *out, int *fd)
{
    for (int i = 0; i < LINKS_MAX; i++) {
        *fd = named_descriptor(out->target);
        if (*fd >= 0)
            return 0;
        struct stat st;
        if (stat(out->target, &st) == 0 && !S_ISREG(st.st_mode))
            return 0; /* links below /proc do not name what they mean */
        int reason = follow_link(out->target);
        if (reason)
            return reason == EINVAL || reason == ENOENT ? 0 : reason; /* EINVAL: not a link */
    }
    return ELOOP;
}

/* 0, or an errno. */
static int open_temp(struct output *out)
{
    temporary_sweep(out->target);
    out->fd = temporary_open(out->target, out->temp);
    return out->fd < 0 ? errno : 0;
}

/* A replaced file keeps its owner, where that is allowed, and its permissions. */
static void keep_permissions(const struct output *out, const struct stat *old)
{
    struct stat now;
    if (fstat(out->fd, &now) != 0)
        return;
    if ((now.st_uid != old->st_uid || now.st_gid != old->st_gid) && fchown(out->fd, old->st_uid, old->st_gid) != 0)
        return; /* then others own the new file: the old permissions might give them too much */
    (void)fchmod(out->fd, old->st_mode & 0777);
}

static int open_target(struct output *out)
{
    int fd = -1;
    int reason = resolve_target(out, &fd);
    if (reason)
        return reason;
    if (fd >= 0) {
        out->standard = fd == STDOUT_FILENO;
        out->fd = fcntl(fd, F_DUPFD_CLOEXEC, 0);
        return out->fd < 0 ? errno : 0;
    }
    struct stat old;
    bool exists = stat(out->target, &old) == 0;
    if (exists && S_ISDIR(old.st_mode))
        return EISDIR;
    if (exists && !S_ISREG(old.st_mode)) {
        out->fd = open(out->target, O_WRONLY | O_CLOEXEC | O_NOCTTY);
        return out->fd < 0 ? errno : 0;
    }
    reason = open_temp(out);
    if (!reason && exists)
        keep_permissions(out, &old);
    return reason;
}

struct output *output_open(const char *path, int dash_fd, struct error *err)
{
    struct output *out = memory_need(calloc(1, sizeof(*out)));
    snprintf(out->name, sizeof(out->name), "%s", path[0] ? path : "(an empty file name)");
    if (strcmp(path, "-") == 0) {
        out->fd = dash_fd;
        out->standard = dash_fd == STDOUT_FILENO;
        snprintf(out->name, sizeof(out->name), out->standard ? "standard output" : "file descriptor %d", dash_fd);
        return out;
    }
    out->fd = -1;
    out->owned = true;
    int reason = ENAMETOOLONG;
    if (snprintf(out->target, sizeof(out->target), "%s", path) < (int)sizeof(out->target))
        reason = path[0] ? open_target(out) : ENOENT;
    if (reason) {
        output_error(out, reason, err);
        output_abort(out);
        return NULL;
    }
    return out;
}

static bool output_flush(struct output *out, struct error *err)
{
    int reason = write_all(out->fd, out->buffer, out->used);
    out->used = 0;
    return reason ? output_error(out, reason, err) : true;
}

bool output_write(struct output *out, const void *bytes, size_t size, struct error *err)
{
    const char *from = bytes;
    if (!out->failed && size >= OUTPUT_BUFFER) { /* as it is: copying costs more than a call */
        int reason = output_flush(out, err) ? write_all(out->fd, bytes, size) : 0;
        return out->failed ? false : reason ? output_error(out, reason, err) : true;
    }
    while (!out->failed && size > 0) {
        size_t room = OUTPUT_BUFFER - out->used, n = size < room ? size : room;
        memcpy(out->buffer + out->used, from, n);
        out->used += n;
        from += n;
        size -= n;
        if (out->used == OUTPUT_BUFFER && !output_flush(out, err))
            return false;
    }
    return !out->failed || error_set(err, ERR_OUTPUT, "%s: an earlier write did not succeed", out->name);
}

/* The name itself is durable only with its folder. Not every file system can do that, so nobody is told. */
static void sync_folder(const char *path)
{
    char folder[PATH_MAX] = ".";
    const char *slash = strrchr(path, '/');
    if (slash) {
        size_t n = slash == path ? 1 : (size_t)(slash - path);
        memcpy(folder, path, n);
        folder[n] = '\0';
    }
    int fd = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (fd < 0)
        return;
    (void)fsync(fd);
    close(fd);
}

bool output_settle(struct output *out, struct error *err)
{
    if (!output_write(out, "", 0, err) || !output_flush(out, err))
        return false;
    return !out->temp[0] || fsync(out->fd) == 0 || output_error(out, errno, err);
}

/* Closed only after the renaming: with the descriptor goes the lock, and without it another run would sweep the file away. */
static bool output_replace(struct output *out, struct error *err)
{
    if (rename(out->temp, out->target) != 0)
        return output_error(out, errno, err);
    out->temp[0] = '\0';
    sync_folder(out->target);
    return true;
}

bool output_commit(struct output *out, struct error *err)
{
    bool ok = output_settle(out, err);
    if (ok && out->temp[0])
        ok = output_replace(out, err);
    if (ok && out->owned && out->fd >= 0) {
        int fd = out->fd;
        out->fd = -1;
        ok = close(fd) == 0 || output_error(out, errno, err);
    }
    output_abort(out);
    return ok;
}

void output_abort(struct output *out)
{
    if (!out)
        return;
    if (out->owned && out->fd >= 0)
        close(out->fd);
    if (out->temp[0])
        unlink(out->temp);
    free(out);
}

bool output_end(struct output *out, bool written, struct error *err)
{
    if (written)
        return output_commit(out, err);
    output_abort(out);
    return false;
}

bool output_file(const char *path, int dash_fd, const void *bytes, size_t size, struct error *err)
{
    struct output *out = output_open(path, dash_fd, err);
    return out && output_end(out, output_write(out, bytes, size, err), err);
}

bool output_make_folders(const char *file, struct error *err)
{
    char path[PATH_MAX];
    const char *slash = strrchr(file, '/');
    size_t len = slash ? (size_t)(slash - file) : 0, failed;
    if (strlen(file) >= sizeof(path))
        return error_set(err, ERR_OUTPUT, "%.80s…: the name is longer than %zu bytes", file, sizeof(path) - 1);
    memcpy(path, file, len);
    path[len] = '\0';
    int reason = len ? directory_make(path, &failed) : 0;
    if (!reason)
        return true;
    path[failed] = '\0';
    return error_at(err, ERR_OUTPUT, (struct pos){.file = path}, "this folder cannot be made: %s", strerror(reason));
}
