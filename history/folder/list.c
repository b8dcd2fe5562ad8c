/* What is in a folder history: names, packed, since there may be 100,000. */
#include <dirent.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "history/folder/backend.h"
#include "history/folder/commit.h"

enum { ANCHOR_MAX = 1 << 20 };

struct listing {
    struct folder_history *h;
    struct folder_pending pending; /* in the folder itself */
    size_t looked_at;
    size_t loose;  /* payload files of the folder itself */
    bool anchored; /* anywhere */
};

/* One directory. */
struct place {
    const char *below; /* the folder: "." or "a/b" */
    int depth;
    const struct root_names *pending, *deleted;
    struct arena scratch; /* until it is listed */
    LIST_OF(const char *) others; /* that may be directories */
    bool anchored, skipped;
};

const char *folder_file_path(const struct folder_history *h, const struct folder_file *file)
{
    return h->names.s + file->at;
}

const char *folder_file_name(const struct folder_history *h, const struct folder_file *file)
{
    static const char pending[] = FOLDER_COMMIT "/";
    const char *path = folder_file_path(h, file);
    return strncmp(path, pending, sizeof(pending) - 1) == 0 ? path + sizeof(pending) - 1 : path;
}

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

/* ---- files ---- */

static bool add_file(struct folder_history *h, const char *below, const char *name, struct error *err)
{
    if (h->files.n == h->files.room) {
        h->files.room += h->files.room / 4 + 1000;
        h->files.v = memory_need(realloc(h->files.v, h->files.room * sizeof(*h->files.v)));
    }
    h->files.v[h->files.n++] = (struct folder_file){.at = (uint32_t)h->names.len};
    if (strcmp(below, ".") != 0)
        text_printf(&h->names, "%s/", below);
    text_addn(&h->names, name, strlen(name) + 1);
    return !h->names.over || error_at(err, ERR_STORE, (struct pos){.file = h->path}, "the names of its files are longer than 1 GB");
}

static void forget_files(struct folder_history *h, size_t from)
{
    if (from < h->files.n)
        h->names.len = h->files.v[from].at;
    h->files.n = from;
}

struct named {
    const char *name;
    uint32_t at;
};

static int by_name(const void *left, const void *right)
{
    return strcmp(((const struct named *)left)->name, ((const struct named *)right)->name);
}

/* By name, whatever the order in which the file system gives them. */
static void sort_files(struct folder_history *h)
{
    struct named *named = memory_need(malloc((h->files.n + 1) * sizeof(*named)));
    for (size_t i = 0; i < h->files.n; i++)
        named[i] = (struct named){folder_file_name(h, &h->files.v[i]), h->files.v[i].at};
    if (h->files.n)
        qsort(named, h->files.n, sizeof(*named), by_name);
    for (size_t i = 0; i < h->files.n; i++)
        h->files.v[i].at = named[i].at;
    free(named);
}

/* ---- directories ---- */

static bool take_entry(struct listing *listing, struct place *place, const struct dirent *entry, struct error *err)
{
    struct folder_history *h = listing->h;
    const char *name = entry->d_name;
    if (++listing->looked_at > FOLDER_FILES_MAX)
        return error_at(err, ERR_STORE, (struct pos){.file = h->path}, "has more than %d files", FOLDER_FILES_MAX);
    place->anchored |= strcmp(name, FOLDER_ANCHOR) == 0;
    place->skipped |= strcmp(name, "skip") == 0;
    if (folder_is_payload_name(name))
        return folder_names_have(place->pending, name) || folder_names_have(place->deleted, name) || add_file(h, place->below, name, err);
    if (name[0] != '.' && entry->d_type != DT_REG && place->depth < FOLDER_DEPTH_MAX)
        *LIST_ADD(&place->scratch, &place->others) = arena_strdup(&place->scratch, name);
    return true;
}

static bool take_entries(struct listing *listing, struct place *place, struct error *err)
{
    struct folder_history *h = listing->h;
    int fd = root_folder(h->root, place->below);
    DIR *directory = fd < 0 ? NULL : fdopendir(fd);
    if (!directory) {
        error_at(err, ERR_STORE, (struct pos){.file = h->path}, "%s: %s", place->below, strerror(errno));
        if (fd >= 0)
            close(fd);
        return false;
    }
    bool ok = true;
    errno = 0;
    for (struct dirent *entry; ok && (entry = readdir(directory)); errno = 0)
        ok = strcmp(entry->d_name, ".") == 0 || strcmp(entry->d_name, "..") == 0 || take_entry(listing, place, entry, err);
    if (ok && errno)
        ok = error_at(err, ERR_STORE, (struct pos){.file = h->path}, "%s: %s", place->below, strerror(errno));
    closedir(directory);
    return ok;
}

static bool list_directory(struct listing *listing, const char *below, int depth, struct error *err);

static bool list_below(struct listing *listing, struct place *place, struct error *err)
{
    bool ok = true;
    for (size_t i = 0; ok && i < place->others.n; i++) {
        const char *path = arena_join(&place->scratch, place->below, place->others.v[i]);
        ok = root_kind(listing->h->root, path) != S_IFDIR || list_directory(listing, path, place->depth + 1, err);
    }
    return ok;
}

/* Links to directories may form circles, which the depth ends; the kernel's check keeps all below the folder. */
static bool list_directory(struct listing *listing, const char *below, int depth, struct error *err)
{
    struct folder_history *h = listing->h;
    const struct root_names none = {0};
    bool top = depth == 0;
    size_t first = h->files.n;
    struct place place = {.below = below, .depth = depth, .pending = top ? &listing->pending.files : &none,
                          .deleted = top ? &listing->pending.deleted : &none};
    bool ok = take_entries(listing, &place, err);
    place.anchored |= folder_names_have(place.pending, FOLDER_ANCHOR);
    bool counts = (place.anchored || top) && !place.skipped;
    if (!counts)
        forget_files(h, first);
    for (size_t i = 0; ok && i < place.pending->n; i++)
        if (folder_is_payload_name(place.pending->v[i]))
            ok = add_file(h, FOLDER_COMMIT, place.pending->v[i], err);
    listing->anchored |= place.anchored && counts;
    if (top) {
        listing->loose = h->files.n;
        h->anchored = place.anchored;
    }
    ok = ok && list_below(listing, &place, err);
    arena_close(&place.scratch);
    return ok;
}

void folder_forget(struct folder_history *h)
{
    arena_clear(&h->arena);
    free(h->table);
    free(h->files.v);
    text_close(&h->names);
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
    folder_forget(h);
    history_forget_findings(&h->history);
    h->names = text_open((size_t)1 << 30);
    if (!folder_commit_look(h->root, &h->arena, &listing.pending, &why))
        return not_listed(h, &why, err);
    if (!list_directory(&listing, ".", 0, err))
        return false;
    sort_files(h);
    const char *anchor = folder_names_have(&listing.pending.files, FOLDER_ANCHOR) ? FOLDER_COMMIT "/" FOLDER_ANCHOR : FOLDER_ANCHOR;
    if (h->anchored && !read_anchor(h, anchor, err))
        return false;
    h->history.exists = listing.anchored;
    if (!h->anchored && listing.loose)
        history_add_finding(&h->history, "there is no %s: its JSON files are not taken for payloads", FOLDER_ANCHOR);
    return true;
}
