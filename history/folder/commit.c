#include "history/folder/commit.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/text.h"
#include "base/write.h"
#include "history/folder/anchor.h"

#define FRESH ".matbench-new"
#define DELETE "delete"

enum {
    SYNC_EACH_MAX = 64, /* above it one syncfs is quicker than an fsync for each file */
    NAMES_MAX = 5000, /* that are listed at a time */
    DELETE_MAX = 256 << 20
};

struct folder_commit {
    int folder, fresh;
    size_t files;
    struct text deleted;
};

static bool trouble(const char *name, struct error *err)
{
    return error_set(err, ERR_STORE, "%s: %s", name, strerror(errno));
}

bool folder_is_payload_name(const char *name)
{
    size_t n = strlen(name);
    return n > 5 && name[0] != '.' && strcmp(name + n - 5, ".json") == 0;
}

static int open_below(int folder, const char *name)
{
    return openat(folder, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
}

/* Up to NAMES_MAX names of the directory's files, `but` left out. */
static bool list_names(int within, const char *but, struct arena *arena, struct root_names *names, struct error *err)
{
    int copy = openat(within, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    DIR *dir = copy < 0 ? NULL : fdopendir(copy);
    LIST_OF(const char *) list = {0};
    if (!dir) {
        trouble(FOLDER_COMMIT, err);
        if (copy >= 0)
            close(copy);
        return false;
    }
    for (struct dirent *entry; list.n < NAMES_MAX && (entry = readdir(dir));)
        if (strcmp(entry->d_name, ".") != 0 && strcmp(entry->d_name, "..") != 0 && strcmp(entry->d_name, but) != 0)
            *LIST_ADD(arena, &list) = arena_strdup(arena, entry->d_name);
    closedir(dir);
    *names = (struct root_names){.v = list.v, .n = list.n};
    return true;
}

/* Calls act for the name of each file in the directory `within` but one, which act takes away: so some are listed first, and then the
 * next ones. */
static bool each_file(int within, const char *but, bool (*act)(int folder, int within, const char *name, struct error *err), int folder,
                      struct error *err)
{
    struct arena scratch = {0};
    struct root_names names = {0};
    bool ok = true;
    do {
        ok = list_names(within, but, &scratch, &names, err);
        for (size_t i = 0; ok && i < names.n; i++)
            ok = act(folder, within, names.v[i], err);
        arena_clear(&scratch);
    } while (ok && names.n);
    arena_close(&scratch);
    return ok;
}

static bool drop_file(int folder, int within, const char *name, struct error *err)
{
    (void)folder;
    return unlinkat(within, name, 0) == 0 || errno == ENOENT || trouble(name, err);
}

static bool move_payload(int folder, int within, const char *name, struct error *err)
{
    if (!folder_is_payload_name(name))
        return drop_file(folder, within, name, err);
    return renameat(within, name, folder, name) == 0 || trouble(name, err);
}

static bool delete_named(int folder, int within, struct error *err)
{
    int fd = openat(within, DELETE, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
    if (fd < 0)
        return errno == ENOENT || trouble(DELETE, err);
    FILE *in = fdopen(fd, "rb");
    if (!in) {
        close(fd);
        return trouble(DELETE, err);
    }
    char *name = NULL;
    size_t room = 0;
    bool ok = true;
    while (ok && getdelim(&name, &room, '\0', in) > 0)
        if (!strchr(name, '/') && folder_is_payload_name(name)) /* what else should stand there is not ours */
            ok = unlinkat(folder, name, 0) == 0 || errno == ENOENT || trouble(name, err);
    free(name);
    fclose(in);
    return ok && drop_file(folder, within, DELETE, err);
}

/* The change has happened: moves what is not moved yet. */
static bool complete(int folder, struct error *err)
{
    int within = open_below(folder, FOLDER_COMMIT);
    if (within < 0)
        return errno == ENOENT || trouble(FOLDER_COMMIT, err);
    bool ok = delete_named(folder, within, err) && each_file(within, FOLDER_ANCHOR, move_payload, folder, err);
    if (ok && renameat(within, FOLDER_ANCHOR, folder, FOLDER_ANCHOR) != 0 && errno != ENOENT)
        ok = trouble(FOLDER_ANCHOR, err);
    close(within);
    if (ok && unlinkat(folder, FOLDER_COMMIT, AT_REMOVEDIR) != 0)
        ok = trouble(FOLDER_COMMIT, err);
    (void)fsync(folder);
    return ok;
}

static bool drop_fresh(int folder, struct error *err)
{
    int within = open_below(folder, FRESH);
    if (within < 0)
        return errno == ENOENT || trouble(FRESH, err);
    bool ok = each_file(within, "", drop_file, folder, err);
    close(within);
    return ok && (unlinkat(folder, FRESH, AT_REMOVEDIR) == 0 || trouble(FRESH, err));
}

bool folder_commit_recover(int folder, struct error *err)
{
    return complete(folder, err) && drop_fresh(folder, err);
}

struct folder_commit *folder_commit_open(int folder, struct error *err)
{
    struct folder_commit *commit = memory_need(calloc(1, sizeof(*commit)));
    *commit = (struct folder_commit){.folder = folder, .fresh = -1, .deleted = text_open(DELETE_MAX)};
    if (mkdirat(folder, FRESH, 0777) == 0)
        commit->fresh = open_below(folder, FRESH);
    if (commit->fresh >= 0)
        return commit;
    trouble(FRESH, err);
    folder_commit_abort(commit);
    return NULL;
}

bool folder_commit_add(struct folder_commit *commit, const char *name, const char *bytes, size_t len, struct error *err)
{
    int fd = openat(commit->fresh, name, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0666);
    if (fd < 0)
        return trouble(name, err);
    int why = write_all(fd, bytes, len);
    if (!why && ++commit->files <= SYNC_EACH_MAX && fsync(fd) != 0)
        why = errno;
    if (close(fd) != 0 && !why) /* a quota may show only now */
        why = errno;
    errno = why;
    return !why || trouble(name, err);
}

bool folder_commit_has(const struct folder_commit *commit, const char *name)
{
    return faccessat(commit->fresh, name, F_OK, AT_SYMLINK_NOFOLLOW) == 0;
}

void folder_commit_delete(struct folder_commit *commit, const char *name)
{
    text_addn(&commit->deleted, name, strlen(name) + 1);
}

bool folder_commit_finish(struct folder_commit *commit, struct error *err)
{
    bool ok = !commit->deleted.over || error_set(err, ERR_STORE, "too many files to remove");
    if (ok && commit->deleted.len)
        ok = folder_commit_add(commit, DELETE, commit->deleted.s, commit->deleted.len, err);
    if (ok && commit->files > SYNC_EACH_MAX && syncfs(commit->folder) != 0)
        ok = trouble(FRESH, err);
    if (ok)
        (void)fsync(commit->fresh); /* not every file system can do that for a directory */
    if (ok && renameat(commit->folder, FRESH, commit->folder, FOLDER_COMMIT) != 0)
        ok = trouble(FOLDER_COMMIT, err);
    if (ok) {
        (void)fsync(commit->folder);
        close(commit->fresh);
        commit->fresh = -1;
        ok = complete(commit->folder, err);
    }
    folder_commit_abort(commit);
    return ok;
}

void folder_commit_abort(struct folder_commit *commit)
{
    struct error ignored = {0};
    if (!commit)
        return;
    if (commit->fresh >= 0) {
        close(commit->fresh);
        drop_fresh(commit->folder, &ignored);
    }
    text_close(&commit->deleted);
    free(commit);
}

static int by_text(const void *a, const void *b)
{
    return strcmp(*(const char *const *)a, *(const char *const *)b);
}

bool folder_names_have(const struct root_names *names, const char *name)
{
    return names->n && bsearch(&name, names->v, names->n, sizeof(*names->v), by_text) != NULL;
}

bool folder_commit_look(const struct root *root, struct arena *arena, struct folder_pending *pending, struct error *err)
{
    const char *bytes;
    size_t len;
    struct error why = {0};
    *pending = (struct folder_pending){0};
    enum root_found found = root_list(root, FOLDER_COMMIT, arena, &pending->files, &why);
    if (found == ROOT_ABSENT)
        return true;
    if (found == ROOT_FOUND)
        found = root_read(root, FOLDER_COMMIT "/" DELETE, DELETE_MAX, arena, &bytes, &len, &why);
    if (found == ROOT_REFUSED)
        return error_set(err, ERR_STORE, "%s", why.text);
    LIST_OF(const char *) deleted = {0};
    for (size_t at = 0; found == ROOT_FOUND && at < len; at += strlen(bytes + at) + 1)
        *LIST_ADD(arena, &deleted) = bytes + at;
    if (deleted.n)
        qsort(deleted.v, deleted.n, sizeof(*deleted.v), by_text);
    pending->deleted = (struct root_names){.v = deleted.v, .n = deleted.n};
    return true;
}
