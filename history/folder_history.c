#include "history/folder_history.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "history/folder_commit.h"

enum { LOCK_TRIES = 500, LOCK_PAUSE_MS = 10, ANCHOR_MAX = 1 << 20 };

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
    const struct timespec pause = {.tv_nsec = LOCK_PAUSE_MS * 1000000L};
    for (int i = 0; i < LOCK_TRIES; i++) {
        if (flock(h->fd, (exclusive ? LOCK_EX : LOCK_SH) | LOCK_NB) == 0)
            return true;
        if (errno != EWOULDBLOCK && errno != EINTR)
            return error_at(err, ERR_STORE, (struct pos){.file = h->path}, "it cannot be locked: %s", strerror(errno));
        nanosleep(&pause, NULL);
    }
    return error_at(err, ERR_STORE, (struct pos){.file = h->path}, "another process has it locked for 5 s");
}

void folder_unlock(struct folder_history *h)
{
    flock(h->fd, LOCK_UN);
}

/* ---- what is in it ---- */

struct listing {
    struct folder_history *h;
    struct folder_pending pending;
    size_t looked_at;
    size_t loose;  /* payload files of the folder itself */
    bool anchored; /* anywhere */
};

static bool not_listed(const struct folder_history *h, const struct error *why, struct error *err)
{
    return error_at(err, ERR_STORE, (struct pos){.file = h->path}, "%s", why->text);
}

/* A broken source.lts.yaml does not hide the payloads beside it. */
static bool read_anchor(struct folder_history *h, const char *path, struct error *err)
{
    const char *bytes;
    size_t len;
    struct error why = {0};
    enum root_found found = root_read(h->root, path, ANCHOR_MAX, &h->arena, &bytes, &len, &why);
    if (found == ROOT_ABSENT)
        return not_listed(h, &why, err);
    if (found == ROOT_REFUSED || !folder_anchor_parse(&h->arena, bytes, len, &h->anchor, &why))
        history_add_finding(&h->history, "%s", why.text);
    return true;
}

const char *folder_file_name(const struct folder_file *file)
{
    static const char pending[] = FOLDER_COMMIT "/";
    return strncmp(file->path, pending, sizeof(pending) - 1) == 0 ? file->path + sizeof(pending) - 1 : file->path;
}

static void add_file(struct folder_history *h, const char *path)
{
    *LIST_ADD(&h->arena, &h->files) = (struct folder_file){.path = path};
}

/* Links to directories are not followed: they may form circles, and the kernel's check keeps the others in. */
static bool list_directory(struct listing *listing, const char *below, int depth, struct error *err)
{
    struct folder_history *h = listing->h;
    struct root_names names, none = {0};
    struct error why = {0};
    bool top = depth == 0;
    const struct root_names *pending = top ? &listing->pending.files : &none;
    const struct root_names *deleted = top ? &listing->pending.deleted : &none;
    if (root_list(h->root, below, &h->arena, &names, &why) == ROOT_REFUSED)
        return not_listed(h, &why, err);
    bool anchored = folder_names_have(&names, FOLDER_ANCHOR) || folder_names_have(pending, FOLDER_ANCHOR);
    bool counts = (anchored || top) && !folder_names_have(&names, "skip");
    for (size_t i = 0; i < names.n; i++) {
        const char *name = names.v[i];
        if (++listing->looked_at > FOLDER_FILES_MAX)
            return error_at(err, ERR_STORE, (struct pos){.file = h->path}, "has more than %d files", FOLDER_FILES_MAX);
        if (folder_is_payload_name(name)) {
            if (counts && !folder_names_have(pending, name) && !folder_names_have(deleted, name))
                add_file(h, arena_join(&h->arena, below, name));
        } else if (name[0] != '.' && depth < FOLDER_DEPTH_MAX && strcmp(name, FOLDER_ANCHOR) != 0) {
            const char *path = arena_join(&h->arena, below, name);
            if (root_kind(h->root, path) == S_IFDIR && !list_directory(listing, path, depth + 1, err))
                return false;
        }
    }
    for (size_t i = 0; i < pending->n; i++)
        if (folder_is_payload_name(pending->v[i]))
            add_file(h, arena_printf(&h->arena, "%s/%s", FOLDER_COMMIT, pending->v[i]));
    listing->anchored |= anchored && counts;
    if (!top)
        return true;
    listing->loose = h->files.n;
    h->anchored = anchored;
    return !anchored || read_anchor(h, folder_names_have(pending, FOLDER_ANCHOR) ? FOLDER_COMMIT "/" FOLDER_ANCHOR : FOLDER_ANCHOR, err);
}

static void forget(struct folder_history *h)
{
    arena_clear(&h->arena);
    free(h->table);
    h->table = NULL;
    memset(&h->files, 0, sizeof(h->files));
    h->anchor = (struct folder_anchor){0};
    h->anchored = h->scanned = false;
    h->history.exists = false;
}

bool folder_list(struct folder_history *h, struct error *err)
{
    struct listing listing = {.h = h};
    struct error why = {0};
    forget(h);
    history_forget_findings(&h->history);
    if (!folder_commit_look(h->root, &h->arena, &listing.pending, &why))
        return not_listed(h, &why, err);
    if (!list_directory(&listing, ".", 0, err))
        return false;
    h->history.exists = listing.anchored;
    if (!h->anchored && listing.loose)
        history_add_finding(&h->history, "there is no %s: its JSON files are not taken for payloads", FOLDER_ANCHOR);
    return true;
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
    arena_close(&h->arena);
    digest_close(h->digest);
    free(h->table);
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

static struct history *folder_open(const char *uri, const char *rest, enum history_mode mode, const struct history_access *none,
                                   struct error *err)
{
    (void)none;
    if (!rest[0]) {
        error_set(err, ERR_USAGE, "'%s': expected the folder's name, as in %s", uri, history_folder.example);
        return NULL;
    }
    struct folder_history *h = memory_need(calloc(1, sizeof(*h)));
    h->path = memory_need(strdup(rest));
    h->fd = -1;
    h->digest = digest_open();
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
};
