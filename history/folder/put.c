/* Writes into a folder history: compares, stages what is new or other, and lets it happen at once. */
#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/directory.h"
#include "base/text.h"
#include "history/folder/backend.h"
#include "history/folder/commit.h"
#include "json/read.h"
#include "json/write.h"

struct folder_put {
    struct folder_history *h;
    char *workload;      /* NULL: not known */
    const char *index;   /* once it is chosen */
    struct arena page;    /* of one payload */
    struct folder_commit *commit; /* once something changes */
    struct text out;
    int64_t newest_us; /* start of the newest payload */
    bool started;      /* it has the lock */
    bool made;         /* the folder */
};

static bool in_folder(const struct folder_put *put, const struct error *why, struct error *err)
{
    return error_at(err, why->kind, (struct pos){.file = put->h->path}, "%s", why->text);
}

static bool make_folder(const char *path, struct error *err)
{
    int reason = directory_make(path, NULL);
    return !reason || error_at(err, ERR_STORE, (struct pos){.file = path}, "%s", strerror(reason));
}

/* ---- whether these payloads may go there ---- */

static bool choose_names(struct folder_put *put, struct error *err)
{
    const struct history_origin *origin = &put->h->history.origin;
    const struct folder_anchor *anchor = &put->h->anchor;
    const char *theirs = origin->renew ? NULL : anchor->index;
    put->index = theirs ? theirs : origin->index ? origin->index : anchor->index ? anchor->index : put->workload;
    if (!put->index)
        return error_set(err, ERR_USAGE, "whose payloads these are is not known; --workload_name=NAME (or --opensearch_index=NAME) says it");
    const char *fault = folder_name_fault(put->index);
    return !fault || error_set(err, ERR_USAGE, "the index '%s' cannot be part of a file's name: %s", put->index, fault);
}

static bool check_folder(const struct folder_put *put, struct error *err)
{
    const struct folder_history *h = put->h;
    struct pos at = {.file = h->path};
    if (!h->anchored && h->files.n)
        return error_at(err, ERR_STORE, at, "holds JSON files and no %s, so it is no folder of payloads; name another one", FOLDER_ANCHOR);
    if (h->anchor.workload && put->workload && strcmp(h->anchor.workload, put->workload) != 0 && !h->history.origin.clean)
        return error_at(err, ERR_USAGE, at, "holds payloads of workload '%s'; those of '%s' need a folder of their own",
                        h->anchor.workload, put->workload);
    return true;
}

/* ---- one payload ---- */

static const struct folder_file *find_name(const struct folder_history *h, const char *name)
{
    for (size_t i = 0; i < h->files.n; i++)
        if (strcmp(folder_file_name(h, &h->files.v[i]), name) == 0)
            return &h->files.v[i];
    return NULL;
}

static bool is_same(struct folder_put *put, const struct folder_file *file, const struct history_payload *payload, bool *same, struct error *err)
{
    const char *text;
    size_t len;
    if (!folder_payload(put->h, file, &put->page, &text, &len, err))
        return false;
    *same = len == payload->text_len && memcmp(text, payload->text, len) == 0;
    return true;
}

/* json.dump(payload, file, indent=4) and a newline. */
static bool stage(struct folder_put *put, const char *name, const struct history_payload *payload, struct error *err)
{
    struct json_read_options options = {.file = payload->record.id, .strict = true};
    json_t *document = json_read(payload->text, payload->text_len, &options, err);
    if (!document) {
        err->kind = ERR_INVALID;
        return false;
    }
    text_clear(&put->out);
    json_write(&put->out, document, &(struct json_style){.indent = 4, .ascii = true}, 0);
    text_addc(&put->out, '\n');
    json_decref(document);
    if (put->out.over)
        return error_set(err, ERR_INVALID, "payload '%s' is larger than 256 MB", payload->record.id);
    return (put->commit || (put->commit = folder_commit_open(put->h->fd, err))) &&
           folder_commit_add(put->commit, name, put->out.s, put->out.len, err);
}

/* The file that the payload goes into: the one that it has, else <index>_<id>.json. */
static const char *target_name(struct folder_put *put, const char *id, struct folder_file **file, struct error *err)
{
    const char *name = arena_printf(&put->page, "%s_%s.json", put->index, id), *fault = folder_name_fault(id);
    bool clean = put->h->history.origin.clean;
    if (fault)
        return error_set(err, ERR_INVALID, "payload id '%s' cannot be part of a file's name: %s", id, fault), NULL;
    *file = folder_find(put->h, id);
    if (*file && (!clean || strcmp(folder_file_name(put->h, *file), name) == 0))
        return folder_file_name(put->h, *file);
    *file = NULL;
    bool exists = !clean && faccessat(put->h->fd, name, F_OK, AT_SYMLINK_NOFOLLOW) == 0;
    const struct folder_file *there = exists ? find_name(put->h, name) : NULL;
    if (there && there->kept)
        return error_set(err, ERR_STORE, "%s holds another payload than '%s'", name, id), NULL;
    return name;
}

static bool put_one(struct folder_put *put, const struct history_payload *payload, struct error *err)
{
    struct history_counts *counts = &put->h->history.counts;
    struct folder_file *file;
    bool same = false;
    const char *name = target_name(put, payload->record.id, &file, err);
    if (!name || (file && !is_same(put, file, payload, &same, err)))
        return false;
    if (file)
        file->stays = true;
    if (payload->record.start_us > put->newest_us)
        put->newest_us = payload->record.start_us;
    if (!same && strchr(name, '/'))
        return error_set(err, ERR_STORE, "%s holds other content for this payload, and is in a folder of its own", name);
    ++*(same ? &counts->unchanged : file ? &counts->replaced : &counts->added);
    return same || stage(put, name, payload, err);
}

/* ---- the rest of the folder ---- */

/* The other payload files of the folder itself; those of folders below are not ours. */
static bool clean(struct folder_put *put, struct error *err)
{
    for (size_t i = 0; i < put->h->files.n; i++) {
        const struct folder_file *file = &put->h->files.v[i];
        const char *name = folder_file_name(put->h, file);
        if (strchr(name, '/') || file->stays || (put->commit && folder_commit_has(put->commit, name)))
            continue;
        if (!put->commit && !(put->commit = folder_commit_open(put->h->fd, err)))
            return false;
        folder_commit_delete(put->commit, name);
    }
    return true;
}

static bool put_anchor(struct folder_put *put, struct error *err)
{
    const struct history_origin *origin = &put->h->history.origin;
    struct folder_anchor anchor = {put->index, put->workload};
    if (put->h->anchored && !origin->renew)
        return true;
    text_clear(&put->out);
    return folder_anchor_render(&put->out, origin->date_us ? origin->date_us : put->newest_us == INT64_MIN ? 0 : put->newest_us,
                                origin->filters, &anchor, err) &&
           (put->commit || (put->commit = folder_commit_open(put->h->fd, err))) &&
           folder_commit_add(put->commit, FOLDER_ANCHOR, put->out.s, put->out.len, err);
}

/* ---- the transaction ---- */

/* Under the lock. */
static bool look(struct folder_put *put, struct error *err)
{
    const struct history_selection all = {.bare = true};
    struct error why = {0};
    if (!folder_commit_recover(put->h->fd, &why))
        return in_folder(put, &why, err);
    return folder_scan(put->h, &all, NULL, NULL, err) && check_folder(put, err) && (choose_names(put, &why) || in_folder(put, &why, err));
}

/* Only the first payload makes the folder and takes its lock. */
static bool start(struct folder_put *put, struct error *err)
{
    struct folder_history *h = put->h;
    put->made = !h->root;
    if ((put->made && !make_folder(h->path, err)) || !folder_open_root(h, err) || !folder_lock(h, true, err))
        return false;
    put->started = true;
    return look(put, err);
}

bool folder_history_begin(struct history *history, const char *workload, struct error *err)
{
    struct folder_history *h = (struct folder_history *)history;
    (void)err;
    h->put = memory_need(calloc(1, sizeof(*h->put)));
    *h->put = (struct folder_put){.h = h, .workload = workload ? memory_need(strdup(workload)) : NULL,
                                  .out = text_open(FOLDER_PAYLOAD_MAX), .newest_us = INT64_MIN};
    return true;
}

bool folder_history_add(struct history *history, const struct history_payload *payload, struct error *err)
{
    struct folder_put *put = ((struct folder_history *)history)->put;
    struct error why = {0};
    if (!put->started && !start(put, err))
        return false;
    bool ok = put_one(put, payload, &why) || in_folder(put, &why, err);
    arena_clear(&put->page);
    return ok;
}

static bool finish(struct folder_put *put, struct error *err)
{
    struct error why = {0};
    if (!put->started && !put->h->history.origin.renew)
        return true;
    if (!put->started && !start(put, err))
        return false;
    bool ok = (!put->h->history.origin.clean || clean(put, &why)) && put_anchor(put, &why);
    if (ok && put->commit) {
        ok = folder_commit_finish(put->commit, &why);
        put->commit = NULL;
    }
    return ok || in_folder(put, &why, err);
}

/* The folder was made for nothing. */
static void unmake(struct folder_history *h)
{
    if (rmdir(h->path) != 0) /* another one has put something into it */
        return;
    root_close(h->root);
    if (h->fd >= 0)
        close(h->fd);
    h->root = NULL;
    h->fd = -1;
    folder_forget(h);
}

bool folder_history_end(struct history *history, bool keep, struct error *err)
{
    struct folder_history *h = (struct folder_history *)history;
    struct folder_put *put = h->put;
    bool ok = !keep || finish(put, err);
    folder_commit_abort(put->commit);
    h->scanned = false;
    if (keep && ok)
        history->exists |= put->started;
    if (put->made && !(keep && ok))
        unmake(h);
    if (h->fd >= 0 && put->started)
        folder_unlock(h);
    text_close(&put->out);
    arena_close(&put->page);
    free(put->workload);
    free(put);
    h->put = NULL;
    return ok;
}
