#include "history/folder/backend.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>


/* ---- the folder and its lock ---- */

bool folder_open_root(struct folder_history *h, struct error *err)
{
    struct stat st;
    struct pos at = {.file = h->path};
    struct error why = {0};
    if (h->root)
        return true;
    if (stat(h->path, &st) != 0)
        return errno == ENOENT || error_at(err, ERR_STORE, at, "%s", strerror(errno));
    if (!S_ISDIR(st.st_mode))
        return error_at(err, ERR_STORE, at, "is no directory, as a history dir:FOLDER is");
    h->fd = open(h->path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (h->fd < 0)
        return error_at(err, ERR_STORE, at, "%s", strerror(errno));
    h->root = root_open(h->path, NULL, &why);
    if (!h->root)
        return error_set(err, ERR_STORE, "%s", why.text);
    root_describe(h->root, "the history's folder");
    return true;
}

bool folder_lock(struct folder_history *h, bool exclusive, struct error *err)
{
    h->patience.told = false;
    patience_begin(&h->patience);
    do {
        if (flock(h->fd, (exclusive ? LOCK_EX : LOCK_SH) | LOCK_NB) == 0)
            return true;
        if (errno != EWOULDBLOCK && errno != EINTR)
            return error_at(err, ERR_STORE, (struct pos){.file = h->path}, "it cannot be locked: %s", strerror(errno));
    } while (patience_wait(&h->patience, h->path));
    return patience_error(&h->patience, h->path, err);
}

void folder_unlock(struct folder_history *h)
{
    flock(h->fd, LOCK_UN);
}

/* ---- opening ---- */

/* Asked early, so that a run learns it before its work is done: the folder, or what it would be made in. */
static bool check_writable(const struct folder_history *h, struct error *err)
{
    char *place = memory_need(strdup(h->path[0] ? h->path : "."));
    while (access(place, F_OK) != 0 && strrchr(place, '/')) {
        char *slash = strrchr(place, '/');
        slash[slash == place] = '\0';
        if (slash == place)
            break;
    }
    const char *where = access(place, F_OK) == 0 ? place : ".";
    bool ok = access(where, W_OK | X_OK) == 0;
    if (!ok)
        error_at(err, ERR_STORE, (struct pos){.file = h->path}, "is not writable: %s: %s", where, strerror(errno));
    free(place);
    return ok;
}

static void folder_close(struct history *history)
{
    struct folder_history *h = (struct folder_history *)history;
    root_close(h->root);
    if (h->fd >= 0)
        close(h->fd);
    folder_forget(h);
    arena_close(&h->arena);
    digest_close(h->digest);
    free(h->path);
    free(h);
}

static bool first_look(struct folder_history *h, struct error *err)
{
    if (!h->root)
        return true;
    if (!folder_lock(h, false, err))
        return false;
    bool ok = folder_list(h, err);
    folder_unlock(h);
    return ok;
}

static struct history *folder_open(const char *uri, const char *rest, enum history_mode mode, const struct history_access *access,
                                   struct error *err)
{
    if (!rest[0]) {
        error_set(err, ERR_USAGE, "'%s': expected the folder's name, as in %s", uri, history_folder.example);
        return NULL;
    }
    struct folder_history *h = memory_need(calloc(1, sizeof(*h)));
    h->path = memory_need(strdup(rest));
    h->fd = -1;
    h->digest = digest_open();
    patience_set(&h->patience, access);
    if (folder_open_root(h, err) && first_look(h, err) && (mode == HISTORY_READ || check_writable(h, err)))
        return &h->history;
    arena_close(&h->history.findings_arena);
    folder_close(&h->history);
    return NULL;
}

const struct history_backend history_folder = {
    .scheme = "dir",
    .example = "dir:FOLDER",
    .open = folder_open,
    .close = folder_close,
    .begin = folder_history_begin,
    .add = folder_history_add,
    .end = folder_history_end,
    .walk = folder_history_walk,
    .read = folder_history_read,
    .workloads = folder_history_workloads,
    .fetch = folder_history_fetch,
    .upkeep = &folder_upkeep,
};
