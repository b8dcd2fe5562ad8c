#include "base/root.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <fnmatch.h>
#include <limits.h>
#include <linux/openat2.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

enum { LISTING_BUFFER = 32 * 1024 };

struct place {
    int fd;
    char *real; /* absolute, no links, no slash at the end (except "/") */
};

struct root {
    char *path;
    const char *what; /* NULL: the results directory */
    struct place *places; /* [0] is the root itself, the others are allowed as targets of links */
    size_t places_n;
};

/* Where the kernel (or a container's filter) has no openat2: component by component, following no link at all; a link or
 * ".." then counts as leaving, and open_resolved() takes over. */
static int open_by_component(int dirfd, const char *relative, int flags)
{
    int at = fcntl(dirfd, F_DUPFD_CLOEXEC, 0);
    while (at >= 0) {
        size_t n = strcspn(relative, "/");
        bool last = relative[n + strspn(relative + n, "/")] == '\0';
        char name[NAME_MAX + 1];
        if (n > NAME_MAX || (n == 2 && memcmp(relative, "..", 2) == 0)) {
            errno = n > NAME_MAX ? ENAMETOOLONG : EXDEV;
            break;
        }
        memcpy(name, relative, n);
        name[n] = '\0';
        struct stat st;
        if (fstatat(at, n ? name : ".", &st, AT_SYMLINK_NOFOLLOW) != 0)
            break;
        if (S_ISLNK(st.st_mode)) {
            errno = EXDEV;
            break;
        }
        int next = openat(at, n ? name : ".", (last ? flags : O_PATH | O_DIRECTORY) | O_NOFOLLOW | O_CLOEXEC);
        close(at);
        if (next < 0 || last)
            return next;
        at = next;
        relative += n + strspn(relative + n, "/");
    }
    int why = errno;
    if (at >= 0)
        close(at);
    errno = why;
    return -1;
}

static int open_beneath(int dirfd, const char *relative, int flags, unsigned long long resolve)
{
    struct open_how how = {.flags = (unsigned)flags | O_CLOEXEC, .resolve = resolve | RESOLVE_NO_MAGICLINKS};
    long fd;
    do
        fd = syscall(SYS_openat2, dirfd, relative, &how, sizeof(how));
    while (fd < 0 && (errno == EINTR || errno == EAGAIN));
    /* Filters of containers that do not know openat2 answer EPERM, which opening for reading never means otherwise. */
    return fd < 0 && (errno == ENOSYS || errno == EPERM) ? open_by_component(dirfd, relative, flags) : (int)fd;
}

static bool place_open(struct place *place, const char *path)
{
    place->fd = -1;
    place->real = realpath(path, NULL);
    if (place->real)
        place->fd = open(place->real, O_PATH | O_DIRECTORY | O_CLOEXEC);
    return place->fd >= 0;
}

struct root *root_open(const char *path, const char *const *allowed, struct error *err)
{
    size_t n = 1;
    while (allowed && allowed[n - 1])
        n++;
    struct root *root = memory_need(calloc(1, sizeof(*root)));
    root->path = memory_need(strdup(path));
    root->places = memory_need(calloc(n, sizeof(*root->places)));
    root->places_n = n;
    for (size_t i = 0; i < n; i++)
        root->places[i].fd = -1;
    for (size_t i = 0; i < n; i++) {
        const char *which = i == 0 ? path : allowed[i - 1];
        if (!place_open(&root->places[i], which)) {
            error_set(err, ERR_USAGE, "%s%s: %s", i == 0 ? "" : "--allow_root=", which, strerror(errno));
            root_close(root);
            return NULL;
        }
    }
    return root;
}

void root_close(struct root *root)
{
    if (!root)
        return;
    for (size_t i = 0; i < root->places_n; i++) {
        if (root->places[i].fd >= 0)
            close(root->places[i].fd);
        free(root->places[i].real);
    }
    free(root->places);
    free(root->path);
    free(root);
}

void root_describe(struct root *root, const char *what)
{
    root->what = what;
}

const char *root_path(const struct root *root)
{
    return root->path;
}

const char *root_real(const struct root *root)
{
    return root->places[0].real;
}

/* The part of `real` below the place ("." for the place itself), or NULL when it lies elsewhere. */
static const char *below_place(const struct place *place, const char *real)
{
    size_t n = strlen(place->real);
    if (strcmp(place->real, "/") == 0)
        return real[1] ? real + 1 : ".";
    if (strncmp(real, place->real, n) != 0)
        return NULL;
    if (real[n] == '\0')
        return ".";
    return real[n] == '/' ? real + n + 1 : NULL;
}

/* A path that leaves the root textually: resolved once, then opened without following any link, so that the kernel checks it. */
static int open_resolved(const struct root *root, const char *relative, int flags)
{
    char whole[PATH_MAX], real[PATH_MAX];
    size_t n = strlen(root->places[0].real), m = strlen(relative);
    if (n + m + 2 > sizeof(whole)) {
        errno = ENAMETOOLONG;
        return -1;
    }
    memcpy(whole, root->places[0].real, n);
    whole[n] = '/';
    memcpy(whole + n + 1, relative, m + 1);
    if (!realpath(whole, real))
        return -1;
    for (size_t i = 0; i < root->places_n; i++) {
        const char *rest = below_place(&root->places[i], real);
        if (rest)
            return open_beneath(root->places[i].fd, rest, flags, RESOLVE_BENEATH | RESOLVE_NO_SYMLINKS);
    }
    errno = EXDEV;
    return -1;
}

static int open_any(const struct root *root, const char *relative, int flags)
{
    int fd = open_beneath(root->places[0].fd, relative[0] ? relative : ".", flags, RESOLVE_BENEATH);
    return fd < 0 && errno == EXDEV ? open_resolved(root, relative, flags) : fd;
}

/* Tells absent from refused after a failed open; sets *err only for the latter. */
static enum root_found why_not(const struct root *root, const char *relative, struct error *err)
{
    if (errno == ENOENT || errno == ENOTDIR)
        return ROOT_ABSENT;
    struct pos at = {.file = relative};
    if (errno == EXDEV && root->what)
        error_at(err, ERR_ARTIFACT, at, "leads out of %s, %s", root->what, root->path);
    else if (errno == EXDEV)
        error_at(err, ERR_ARTIFACT, at, "leads out of the results directory %s (--allow-root DIR permits it)", root->path);
    else if (errno == ELOOP)
        error_at(err, ERR_ARTIFACT, at, "its symbolic links never end");
    else
        error_at(err, ERR_ARTIFACT, at, "%s", strerror(errno));
    return ROOT_REFUSED;
}

enum root_found root_open_file(const struct root *root, const char *relative, int *fd, struct stat *st,
                               struct error *err)
{
    *fd = open_any(root, relative, O_RDONLY | O_NONBLOCK | O_NOCTTY); /* a FIFO must not make us wait */
    if (*fd < 0)
        return why_not(root, relative, err);
    if (fstat(*fd, st) == 0 && S_ISREG(st->st_mode))
        return ROOT_FOUND;
    close(*fd);
    *fd = -1;
    error_at(err, ERR_ARTIFACT, (struct pos){.file = relative}, "expected a regular file");
    return ROOT_REFUSED;
}

/* Reads until the end of the file: its size may change while it is read. */
static bool read_all(int fd, size_t expected, size_t max, struct arena *arena, const char **bytes, size_t *len)
{
    size_t room = expected + 1, n = 0;
    char *to = arena_alloc(arena, room + 1);
    for (;;) {
        if (n == room) {
            char *wider = arena_alloc(arena, room * 2 + 1);
            memcpy(wider, to, n);
            to = wider;
            room *= 2;
        }
        ssize_t got = read(fd, to + n, room - n);
        if (got < 0 && errno == EINTR)
            continue;
        if (got < 0)
            return false;
        if (got == 0)
            break;
        n += (size_t)got;
        if (n > max) {
            errno = EFBIG;
            return false;
        }
    }
    to[n] = '\0';
    *bytes = to;
    *len = n;
    return true;
}

enum root_found root_read_seen(const struct root *root, const char *relative, size_t max, struct arena *arena,
                               const char **bytes, size_t *len, struct stat *st, struct error *err)
{
    int fd;
    enum root_found found = root_open_file(root, relative, &fd, st, err);
    if (found != ROOT_FOUND)
        return found;
    bool fits = (uintmax_t)st->st_size <= max;
    if (!fits)
        errno = EFBIG;
    if (!fits || !read_all(fd, (size_t)st->st_size, max, arena, bytes, len)) {
        bool mega = max >= 1 << 20;
        if (errno == EFBIG)
            error_at(err, ERR_ARTIFACT, (struct pos){.file = relative}, "larger than the limit of %zu %s",
                     mega ? max >> 20 : max, mega ? "MB" : "bytes");
        else
            error_at(err, ERR_ARTIFACT, (struct pos){.file = relative}, "%s", strerror(errno));
        found = ROOT_REFUSED;
    }
    close(fd);
    return found;
}

enum root_found root_read(const struct root *root, const char *relative, size_t max, struct arena *arena,
                          const char **bytes, size_t *len, struct error *err)
{
    struct stat ignored;
    return root_read_seen(root, relative, max, arena, bytes, len, &ignored, err);
}

static int by_name(const void *a, const void *b)
{
    return strcmp(*(const char *const *)a, *(const char *const *)b);
}

struct member {
    const char *name;
    mode_t kind;
};

struct member_list {
    struct member *v;
    size_t n, cap;
};

static int by_member(const void *a, const void *b)
{
    return strcmp(((const struct member *)a)->name, ((const struct member *)b)->name);
}

/* 0, or an errno. `kinds`: the directory may be searched, so that what it says of its members is what looking at them would. */
static int read_members(int fd, bool kinds, struct arena *arena, struct member_list *list)
{
    _Alignas(struct dirent64) char buffer[LISTING_BUFFER];
    ssize_t n;
    while ((n = getdents64(fd, buffer, sizeof(buffer))) > 0) {
        for (ssize_t at = 0; at < n;) {
            const struct dirent64 *entry = (const void *)(buffer + at);
            at += entry->d_reclen;
            if (strcmp(entry->d_name, ".") == 0 || strcmp(entry->d_name, "..") == 0)
                continue;
            bool sure = kinds && entry->d_type != DT_UNKNOWN && entry->d_type != DT_LNK;
            *LIST_ADD(arena, list) = (struct member){arena_strdup(arena, entry->d_name), sure ? (mode_t)DTTOIF(entry->d_type) : 0};
        }
    }
    return n < 0 ? errno : 0;
}

enum root_found root_list_seen(const struct root *root, const char *relative, struct arena *arena, struct root_names *names,
                               struct stat *st, struct error *err)
{
    *names = (struct root_names){0};
    int fd = open_any(root, relative, O_RDONLY | O_DIRECTORY);
    if (fd < 0)
        return why_not(root, relative, err);
    struct member_list list = {0};
    bool searched = fstatat(fd, ".", st, 0) == 0; /* asks for the permission to search, which fstat does not */
    int why = searched || fstat(fd, st) == 0 ? read_members(fd, searched, arena, &list) : errno;
    close(fd);
    if (why) {
        error_at(err, ERR_ARTIFACT, (struct pos){.file = relative}, "%s", strerror(why));
        return ROOT_REFUSED;
    }
    if (list.n)
        qsort(list.v, list.n, sizeof(*list.v), by_member);
    names->v = ARENA_ARRAY(arena, const char *, list.n);
    names->kinds = ARENA_ARRAY(arena, mode_t, list.n);
    names->n = list.n;
    for (size_t i = 0; i < list.n; i++) {
        names->v[i] = list.v[i].name;
        names->kinds[i] = list.v[i].kind;
    }
    return ROOT_FOUND;
}

enum root_found root_list(const struct root *root, const char *relative, struct arena *arena, struct root_names *names,
                          struct error *err)
{
    struct stat ignored;
    return root_list_seen(root, relative, arena, names, &ignored, err);
}

bool root_stat(const struct root *root, const char *relative, struct stat *st)
{
    int fd = open_any(root, relative, O_PATH);
    if (fd < 0)
        return false;
    bool ok = fstat(fd, st) == 0;
    int why = errno;
    close(fd);
    errno = why;
    return ok;
}

enum root_found root_look(const struct root *root, const char *relative, struct stat *st)
{
    if (root_stat(root, relative, st))
        return ROOT_FOUND;
    struct error ignored = {0};
    return why_not(root, relative, &ignored);
}

int root_folder(const struct root *root, const char *relative)
{
    return open_beneath(root->places[0].fd, relative[0] ? relative : ".", O_RDONLY | O_DIRECTORY, RESOLVE_BENEATH);
}

/* ---- looking at many files ---- */

/* Whether the directory of `relative` is the one that is open now. *found: what is known when it cannot be. */
static bool glance_open(struct root_glance *glance, const char *relative, size_t n, enum root_found *found)
{
    if (glance->fd >= 0 && glance->len == n && memcmp(glance->directory, relative, n) == 0)
        return true;
    root_glance_close(glance);
    char directory[PATH_MAX];
    *found = ROOT_REFUSED;
    if (n >= sizeof(directory))
        return false;
    memcpy(directory, relative, n);
    directory[n] = '\0';
    glance->fd = open_beneath(glance->folder, n ? directory : ".", O_PATH | O_DIRECTORY, RESOLVE_BENEATH);
    glance->directory = relative;
    glance->len = n;
    *found = glance->fd < 0 && (errno == ENOENT || errno == ENOTDIR) ? ROOT_ABSENT : ROOT_REFUSED;
    return glance->fd >= 0;
}

enum root_found root_glance(struct root_glance *glance, const char *relative, struct stat *st)
{
    const char *slash = strrchr(relative, '/'), *name = slash ? slash + 1 : relative;
    enum root_found found = ROOT_REFUSED;
    if (name[0] == '\0' || strcmp(name, ".") == 0 || strcmp(name, "..") == 0 ||
        !glance_open(glance, relative, slash ? (size_t)(slash - relative) : 0, &found))
        return found;
    if (fstatat(glance->fd, name, st, AT_SYMLINK_NOFOLLOW) != 0)
        return errno == ENOENT ? ROOT_ABSENT : ROOT_REFUSED;
    return S_ISLNK(st->st_mode) ? ROOT_REFUSED : ROOT_FOUND;
}

void root_glance_close(struct root_glance *glance)
{
    if (glance->fd >= 0)
        close(glance->fd);
    glance->fd = -1;
}

mode_t root_kind(const struct root *root, const char *relative)
{
    struct stat st;
    return root_stat(root, relative, &st) ? st.st_mode & S_IFMT : 0;
}

struct name_list {
    const char **v;
    size_t n, cap;
};

static const char *join(struct arena *arena, const char *below, const char *name)
{
    return below[0] ? arena_printf(arena, "%s/%s", below, name) : arena_strdup(arena, name);
}

/* Matches one component of the pattern in every directory of `dirs`. */
static struct name_list glob_component(const struct root *root, const char *component, struct name_list dirs, struct arena *arena)
{
    struct name_list found = {0};
    bool literal = strpbrk(component, "*?[\\") == NULL;
    for (size_t d = 0; d < dirs.n && found.n <= ROOT_GLOB_MAX; d++) {
        if (literal) {
            const char *path = join(arena, dirs.v[d], component);
            if (root_kind(root, path))
                *LIST_ADD(arena, &found) = path;
            continue;
        }
        struct root_names names;
        struct error ignored = {0};
        if (root_list(root, dirs.v[d], arena, &names, &ignored) != ROOT_FOUND)
            continue;
        for (size_t i = 0; i < names.n; i++)
            if (fnmatch(component, names.v[i], FNM_PERIOD) == 0)
                *LIST_ADD(arena, &found) = join(arena, dirs.v[d], names.v[i]);
    }
    return found;
}

struct root_names root_glob(const struct root *root, const char *below, const char *pattern, struct arena *arena)
{
    struct name_list paths = {0};
    *LIST_ADD(arena, &paths) = below;
    const char *rest = pattern;
    while (*rest && paths.n) {
        size_t n = strcspn(rest, "/");
        if (n)
            paths = glob_component(root, arena_strndup(arena, rest, n), paths, arena);
        if (paths.n > ROOT_GLOB_MAX)
            return (struct root_names){.over = true};
        rest += n + (rest[n] == '/');
    }
    if (paths.n)
        qsort(paths.v, paths.n, sizeof(*paths.v), by_name);
    return (struct root_names){.v = paths.v, .n = paths.n};
}
