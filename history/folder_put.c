/* Writes into a folder history: compares, stages what is new or other, and lets it happen at once. */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/directory.h"
#include "base/text.h"
#include "history/folder_commit.h"
#include "history/folder_history.h"
#include "json/read.h"
#include "json/write.h"

struct put {
    struct folder_history *h;
    const char *workload, *index;
    struct arena scratch; /* until the put ends */
    struct arena page;    /* of one payload */
    struct folder_commit *commit; /* once something changes */
    struct text out;
    LIST_OF(const char *) names; /* of the files that hold the payloads now, for cleaning */
    struct history_counts counts;
};

static bool in_folder(const struct put *put, const struct error *why, struct error *err)
{
    return error_at(err, why->kind, (struct pos){.file = put->h->path}, "%s", why->text);
}

static bool make_folder(const char *path, struct error *err)
{
    int reason = directory_make(path, NULL);
    return !reason || error_at(err, ERR_STORE, (struct pos){.file = path}, "%s", strerror(reason));
}

/* ---- whether these payloads may go there ---- */

static bool choose_names(struct put *put, struct error *err)
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

static bool check_folder(const struct put *put, struct error *err)
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
        if (strcmp(h->files.v[i].name, name) == 0)
            return &h->files.v[i];
    return NULL;
}

static bool is_same(struct put *put, const struct folder_file *file, const struct history_payload *payload, bool *same, struct error *err)
{
    const char *text;
    size_t len;
    if (!folder_payload(put->h, file, &put->page, &text, &len, err))
        return false;
    *same = len == payload->text_len && memcmp(text, payload->text, len) == 0;
    return true;
}

/* json.dump(payload, file, indent=4) and a newline. */
static bool stage(struct put *put, const char *name, const struct history_payload *payload, struct error *err)
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
static const char *target_name(struct put *put, const char *id, const struct folder_file **file, struct error *err)
{
    const char *name = arena_printf(&put->scratch, "%s_%s.json", put->index, id), *fault = folder_name_fault(id);
    bool clean = put->h->history.origin.clean;
    if (fault)
        return error_set(err, ERR_INVALID, "payload id '%s' cannot be part of a file's name: %s", id, fault), NULL;
    *file = folder_find(put->h, id);
    if (*file && (!clean || strcmp((*file)->name, name) == 0))
        return (*file)->name;
    *file = NULL;
    bool exists = !clean && faccessat(put->h->fd, name, F_OK, AT_SYMLINK_NOFOLLOW) == 0;
    const struct folder_file *there = exists ? find_name(put->h, name) : NULL;
    if (there && there->kept)
        return error_set(err, ERR_STORE, "%s holds the payload '%s'; expected '%s'", name, there->id, id), NULL;
    return name;
}

static bool put_one(struct put *put, const struct history_payload *payload, struct error *err)
{
    const struct folder_file *file;
    bool same = false;
    const char *name = target_name(put, payload->record.id, &file, err);
    if (!name || (file && !is_same(put, file, payload, &same, err)))
        return false;
    *LIST_ADD(&put->scratch, &put->names) = name;
    if (!same && strchr(name, '/'))
        return error_set(err, ERR_STORE, "%s holds other content for this payload, and is in a folder of its own", name);
    ++*(same ? &put->counts.unchanged : file ? &put->counts.replaced : &put->counts.added);
    return same || stage(put, name, payload, err);
}

/* One id may be given twice, with the same text. */
static bool was_put(const struct history_payload **sorted, size_t i)
{
    return i && strcmp(sorted[i - 1]->record.id, sorted[i]->record.id) == 0;
}

static int by_id(const void *left, const void *right)
{
    const struct history_payload *const *a = left, *const *b = right;
    return strcmp((*a)->record.id, (*b)->record.id);
}

static bool put_payloads(struct put *put, const struct history_payload *payloads, size_t n, struct error *err)
{
    const struct history_payload **sorted = ARENA_ARRAY(&put->scratch, const struct history_payload *, n + 1);
    for (size_t i = 0; i < n; i++)
        sorted[i] = &payloads[i];
    qsort(sorted, n, sizeof(*sorted), by_id);
    for (size_t i = 0; i < n; i++) {
        bool again = was_put(sorted, i);
        put->counts.unchanged += again;
        if (!again && !put_one(put, sorted[i], err))
            return false;
        arena_clear(&put->page);
    }
    return true;
}

/* ---- the rest of the folder ---- */

static int by_text(const void *a, const void *b)
{
    return strcmp(*(const char *const *)a, *(const char *const *)b);
}

/* The other payload files of the folder itself; those of folders below are not ours. */
static bool clean(struct put *put, struct error *err)
{
    struct root_names kept = {.v = put->names.v, .n = put->names.n};
    if (kept.n)
        qsort(kept.v, kept.n, sizeof(*kept.v), by_text);
    for (size_t i = 0; i < put->h->files.n; i++) {
        const char *name = put->h->files.v[i].name;
        if (strchr(name, '/') || folder_names_have(&kept, name))
            continue;
        if (!put->commit && !(put->commit = folder_commit_open(put->h->fd, err)))
            return false;
        folder_commit_delete(put->commit, name);
    }
    return true;
}

static bool put_anchor(struct put *put, const struct history_payload *payloads, size_t n, struct error *err)
{
    const struct history_origin *origin = &put->h->history.origin;
    struct folder_anchor anchor = {put->index, put->workload};
    int64_t date_us = origin->date_us;
    if (put->h->anchored && !origin->renew)
        return true;
    for (size_t i = 0; i < n && !origin->date_us; i++)
        date_us = !i || payloads[i].record.start_us > date_us ? payloads[i].record.start_us : date_us;
    text_clear(&put->out);
    return folder_anchor_render(&put->out, date_us, origin->filters, &anchor, err) &&
           (put->commit || (put->commit = folder_commit_open(put->h->fd, err))) &&
           folder_commit_add(put->commit, FOLDER_ANCHOR, put->out.s, put->out.len, err);
}

/* Under the lock. */
static bool put_all(struct put *put, const struct history_payload *payloads, size_t n, struct error *err)
{
    struct record *records;
    size_t records_n;
    struct error why = {0};
    if (!folder_commit_recover(put->h->fd, &why))
        return in_folder(put, &why, err);
    if (!folder_scan(put->h, &put->scratch, &records, &records_n, err) || !check_folder(put, err))
        return false;
    bool ok = choose_names(put, &why) && put_payloads(put, payloads, n, &why) && (!put->h->history.origin.clean || clean(put, &why)) &&
              put_anchor(put, payloads, n, &why);
    if (ok && put->commit) {
        ok = folder_commit_finish(put->commit, &why);
        put->commit = NULL;
    }
    return ok || in_folder(put, &why, err);
}

bool folder_history_put(struct history *history, const char *workload, const struct history_payload *payloads, size_t n,
                        struct history_counts *counts, struct error *err)
{
    struct folder_history *h = (struct folder_history *)history;
    struct put put = {.h = h, .workload = workload, .out = text_open(FOLDER_PAYLOAD_MAX)};
    bool made = !h->root;
    if ((made && !make_folder(h->path, err)) || !folder_open_root(h, err) || !folder_lock(h, true, err))
        return false;
    bool ok = put_all(&put, payloads, n, err);
    folder_commit_abort(put.commit);
    h->scanned = false;
    if (ok) {
        *counts = put.counts;
        history->exists = true;
    } else if (made) {
        rmdir(h->path); /* if it is empty */
    }
    folder_unlock(h);
    text_close(&put.out);
    arena_close(&put.page);
    arena_close(&put.scratch);
    return ok;
}
