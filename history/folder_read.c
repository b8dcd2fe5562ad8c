/* Reads a folder history: walking, listing, fetching. Each file is read, its record taken, its text dropped. */
#include <stdlib.h>
#include <string.h>

#include "base/pool.h"
#include "base/text.h"
#include "history/folder_history.h"
#include "json/path.h"
#include "json/read.h"
#include "json/write.h"

/* What a record is made of; the rest of a payload (its configuration, its results) is only validated. */
static const char *const record_paths[] = {"$.metadata.test_uuid", "$.metadata.start", "$.metadata.status",
                                           "$.metadata.settings", "$.kpis.*.value"};
enum { PATHS = sizeof(record_paths) / sizeof(record_paths[0]), PIECE = 8, WORKERS_MAX = 8 };

struct taken {
    struct record record;
    size_t file; /* in h->files */
};

/* Files that a worker reads in one go, until their records are taken. */
struct slot {
    struct arena page; /* of one file's text */
    json_t *payloads[PIECE];
    struct error why[PIECE]; /* where there is none */
};

struct scan {
    struct folder_history *h;
    struct arena *arena; /* of the records */
    struct arena page;   /* of two files that are compared */
    struct slot *slots;
    size_t window;
    const struct json_path *paths[PATHS];
    LIST_OF(struct taken) taken;
    size_t invalid; /* payloads whose status is not Valid */
};

static bool read_text(const struct folder_history *h, const struct folder_file *file, struct arena *arena,
                      const char **text, size_t *len, struct error *err)
{
    struct error why = {0};
    enum root_found found = root_read(h->root, file->path, FOLDER_PAYLOAD_MAX, arena, text, len, &why);
    if (found == ROOT_ABSENT)
        return error_set(err, ERR_STORE, "%s: is gone", file->name);
    return found == ROOT_FOUND || error_set(err, ERR_STORE, "%s", why.text);
}

/* "lts/x.json"; a file's name need not be UTF-8. */
static const char *place(struct arena *arena, const struct folder_history *h, const struct folder_file *file)
{
    struct text clean = text_open(1 << 16);
    const char *slash = h->path[strlen(h->path) - 1] == '/' ? "" : "/";
    text_add_utf8(&clean, h->path, strlen(h->path));
    text_add(&clean, slash);
    text_add_utf8(&clean, file->name, strlen(file->name));
    const char *where = arena_strdup(arena, clean.s);
    text_close(&clean);
    return where;
}

/* Whether the payload is history; when it is not and *err is not set, its status says so. */
static bool take_payload(struct scan *scan, struct folder_file *file, const json_t *payload, struct record *record, struct error *err)
{
    const json_t *metadata = json_object_get(payload, "metadata"), *status = json_object_get(metadata, "status");
    struct pos at = {.file = file->name};
    if (!json_is_object(metadata) || !json_is_object(json_object_get(metadata, "settings")))
        return error_at(err, ERR_STORE, at, "found no metadata.settings, expected a payload {metadata, results, kpis}");
    if (!record_from_payload(scan->arena, payload, file->name, record, err))
        return false;
    record->where = place(scan->arena, scan->h, file);
    const char *fault = record_fault(record);
    if (fault)
        return error_at(err, ERR_STORE, at, "%s", fault);
    file->id = arena_strdup(&scan->h->arena, record->id);
    bool valid = !status || json_is_null(status) || (json_is_string(status) && strcmp(json_string_value(status), "Valid") == 0);
    scan->invalid += !valid;
    return valid;
}

static int by_id(const void *left, const void *right)
{
    const struct taken *a = left, *b = right;
    int order = strcmp(a->record.id, b->record.id);
    return order ? order : a->file < b->file ? -1 : a->file > b->file;
}

/* The second of two files with one id must be the first's copy. */
static bool drop_copy(struct scan *scan, const struct taken *first, const struct taken *second, struct error *err)
{
    const struct folder_file *a = &scan->h->files.v[first->file], *b = &scan->h->files.v[second->file];
    const char *texts[2];
    size_t lens[2];
    bool ok = folder_payload(scan->h, a, &scan->page, &texts[0], &lens[0], err) &&
              folder_payload(scan->h, b, &scan->page, &texts[1], &lens[1], err);
    if (ok && (lens[0] != lens[1] || memcmp(texts[0], texts[1], lens[0]) != 0))
        return error_at(err, ERR_STORE, (struct pos){.file = scan->h->path},
                        "payload id '%s' stands for two different payloads: %s and %s; remove one of them", first->record.id,
                        a->name, b->name);
    arena_clear(&scan->page);
    return ok;
}

static bool keep_records(struct scan *scan, struct record **records, size_t *n, struct error *err)
{
    struct folder_history *h = scan->h;
    *records = ARENA_ARRAY(scan->arena, struct record, scan->taken.n + 1);
    *n = 0;
    if (scan->taken.n)
        qsort(scan->taken.v, scan->taken.n, sizeof(*scan->taken.v), by_id);
    for (size_t i = 0, first = 0; i < scan->taken.n; i++) {
        const struct taken *taken = &scan->taken.v[i];
        if (i && strcmp(scan->taken.v[first].record.id, taken->record.id) == 0) {
            if (!drop_copy(scan, &scan->taken.v[first], taken, err))
                return false;
            continue;
        }
        first = i;
        h->files.v[taken->file].kept = true;
        (*records)[(*n)++] = taken->record;
    }
    return true;
}

static int files_by_id(const void *left, const void *right)
{
    const struct folder_file *a = left, *b = right;
    int order = strcmp(a->id ? a->id : "", b->id ? b->id : "");
    return order ? order : (int)b->kept - (int)a->kept;
}

/* ---- reading all files, on several processors ---- */

/* On a worker: what is kept of each file of the piece. */
static void read_piece(void *context, size_t piece, unsigned worker)
{
    struct scan *scan = context;
    struct slot *slot = &scan->slots[piece % scan->window];
    const struct folder_history *h = scan->h;
    (void)worker;
    for (size_t i = 0; i < PIECE && piece * PIECE + i < h->files.n; i++) {
        const struct folder_file *file = &h->files.v[piece * PIECE + i];
        struct json_read_options options = {.file = file->name, .keep = scan->paths, .keep_n = PATHS};
        const char *text;
        size_t len;
        slot->why[i] = (struct error){0};
        bool is_read = read_text(h, file, &slot->page, &text, &len, &slot->why[i]);
        slot->payloads[i] = is_read ? json_read(text, len, &options, &slot->why[i]) : NULL;
        arena_clear(&slot->page);
    }
}

/* In the order of the files, on the calling thread. */
static bool take_piece(void *context, size_t piece)
{
    struct scan *scan = context;
    struct slot *slot = &scan->slots[piece % scan->window];
    struct folder_history *h = scan->h;
    for (size_t i = 0; i < PIECE && piece * PIECE + i < h->files.n; i++) {
        size_t file = piece * PIECE + i;
        struct error *why = &slot->why[i];
        struct record record;
        if (slot->payloads[i] && take_payload(scan, &h->files.v[file], slot->payloads[i], &record, why))
            *LIST_ADD(&h->arena, &scan->taken) = (struct taken){record, file};
        else if (why->kind)
            history_add_finding(&h->history, "%s; the file is left out", why->text);
        json_decref(slot->payloads[i]);
    }
    return true;
}

static void read_files(struct scan *scan)
{
    struct folder_history *h = scan->h;
    struct error never = {0}; /* the paths are ours */
    size_t pieces = (h->files.n + PIECE - 1) / PIECE;
    unsigned workers = pool_processors() < WORKERS_MAX ? pool_processors() : WORKERS_MAX;
    workers = pieces < workers ? (pieces ? (unsigned)pieces : 1) : workers;
    for (size_t i = 0; i < PATHS; i++)
        scan->paths[i] = json_path_parse(&h->arena, record_paths[i], (struct pos){0}, &never);
    scan->window = 4 * (size_t)workers;
    scan->slots = memory_need(calloc(scan->window, sizeof(*scan->slots)));
    struct pool_job job = {.count = pieces, .workers = workers, .window = scan->window, .context = scan, .work = read_piece,
                           .deliver = take_piece};
    pool_run(&job);
    for (size_t i = 0; i < scan->window; i++)
        arena_close(&scan->slots[i].page);
    free(scan->slots);
    if (scan->invalid)
        history_add_finding(&h->history, "payloads whose status is not Valid, which are left out: %zu", scan->invalid);
}

bool folder_scan(struct folder_history *h, struct arena *arena, struct record **records, size_t *n, struct error *err)
{
    struct scan scan = {.h = h, .arena = arena};
    bool ok = folder_list(h, err);
    if (ok) {
        read_files(&scan);
        ok = keep_records(&scan, records, n, err);
    }
    if (ok && h->files.n)
        qsort(h->files.v, h->files.n, sizeof(*h->files.v), files_by_id);
    h->scanned = ok;
    arena_close(&scan.page);
    return ok;
}

const struct folder_file *folder_find(const struct folder_history *h, const char *id)
{
    size_t low = 0, high = h->files.n;
    while (low < high) { /* the first with that id: the one that is kept */
        size_t mid = low + (high - low) / 2;
        if (strcmp(h->files.v[mid].id ? h->files.v[mid].id : "", id) < 0)
            low = mid + 1;
        else
            high = mid;
    }
    const struct folder_file *file = low < h->files.n ? &h->files.v[low] : NULL;
    return file && file->kept && strcmp(file->id, id) == 0 ? file : NULL;
}

bool folder_payload(const struct folder_history *h, const struct folder_file *file, struct arena *arena,
                    const char **text, size_t *len, struct error *err)
{
    struct arena page = {0};
    const char *bytes;
    size_t bytes_len;
    json_t *payload = read_text(h, file, &page, &bytes, &bytes_len, err)
                          ? json_read(bytes, bytes_len, &(struct json_read_options){.file = file->name}, err)
                          : NULL;
    struct text out = text_open(FOLDER_PAYLOAD_MAX);
    if (payload)
        json_write(&out, payload, &(struct json_style){.indent = -1}, 0);
    *text = arena_strndup(arena, out.s, out.len);
    *len = out.len;
    bool ok = payload && (!out.over || error_set(err, ERR_STORE, "%s: is larger than 256 MB", file->name));
    err->kind = err->kind ? ERR_STORE : ERR_NONE;
    text_close(&out);
    json_decref(payload);
    arena_close(&page);
    return ok;
}

/* Under the lock, which others may then take while records are looked at. */
static bool scan_locked(struct folder_history *h, struct arena *arena, struct record **records, size_t *n, struct error *err)
{
    if (!folder_lock(h, false, err))
        return false;
    bool ok = folder_scan(h, arena, records, n, err);
    folder_unlock(h);
    return ok;
}

static int by_start(const void *left, const void *right)
{
    const struct record *a = left, *b = right;
    if (a->start_us != b->start_us)
        return a->start_us < b->start_us ? -1 : 1;
    return strcmp(a->id, b->id);
}

bool folder_history_walk(struct history *history, const char *workload, struct arena *arena,
                         bool (*visit)(void *context, const struct record *record), void *context, struct error *err)
{
    struct folder_history *h = (struct folder_history *)history;
    struct record *records;
    size_t n;
    (void)workload;
    if (!scan_locked(h, arena, &records, &n, err))
        return false;
    if (n)
        qsort(records, n, sizeof(*records), by_start);
    for (size_t i = 0; i < n && visit(context, &records[i]); i++)
        ;
    return true;
}

/* The last name of the path: what people call a folder without an index. */
static const char *folder_name(struct arena *arena, const char *path)
{
    size_t n = strlen(path);
    while (n > 1 && path[n - 1] == '/')
        n--;
    const char *copy = arena_strndup(arena, path, n), *slash = strrchr(copy, '/');
    return slash && slash[1] ? slash + 1 : copy;
}

bool folder_history_workloads(struct history *history, struct arena *arena, struct history_workload **workloads,
                              size_t *n, struct error *err)
{
    struct folder_history *h = (struct folder_history *)history;
    struct arena scratch = {0};
    struct record *records;
    size_t records_n;
    bool ok = scan_locked(h, &scratch, &records, &records_n, err);
    if (ok && records_n) {
        const struct folder_anchor *anchor = &h->anchor;
        struct history_workload *only = ARENA_NEW(arena, struct history_workload);
        *only = (struct history_workload){.records = records_n, .first_us = INT64_MAX, .last_us = INT64_MIN,
                                          .index = anchor->index ? arena_strdup(arena, anchor->index) : NULL,
                                          .is_index = !anchor->workload};
        only->name = anchor->workload ? arena_strdup(arena, anchor->workload)
                     : anchor->index  ? arena_strdup(arena, anchor->index)
                                      : folder_name(arena, h->path);
        for (size_t i = 0; i < records_n; i++) {
            only->first_us = records[i].start_us < only->first_us ? records[i].start_us : only->first_us;
            only->last_us = records[i].start_us > only->last_us ? records[i].start_us : only->last_us;
        }
        *workloads = only;
        *n = 1;
    }
    arena_close(&scratch);
    return ok;
}

/* A file that was moved or removed since it was listed is looked for once more. */
const char *folder_history_fetch(struct history *history, const char *id, struct arena *arena, size_t *len,
                                 struct error *err)
{
    struct folder_history *h = (struct folder_history *)history;
    const char *text = NULL;
    for (int i = 0; i < 2; i++) {
        struct arena scratch = {0};
        struct record *records;
        size_t n;
        bool ok = h->scanned || scan_locked(h, &scratch, &records, &n, err);
        arena_close(&scratch);
        const struct folder_file *file = ok ? folder_find(h, id) : NULL;
        struct error why = {0};
        if (!file || folder_payload(h, file, arena, &text, len, &why))
            return file ? text : NULL;
        h->scanned = false;
        if (i == 1)
            *err = why;
    }
    return NULL;
}
