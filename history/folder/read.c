/* Reads a folder history: walking, listing, fetching. Each file is read, its record taken, its text dropped. */
#include <stdlib.h>
#include <string.h>

#include "base/pool.h"
#include "base/text.h"
#include "history/folder/backend.h"
#include "json/path.h"
#include "json/read.h"
#include "json/write.h"

/* What a record is made of; the rest of a payload (its configuration, its results) is only validated. */
static const char *const record_paths[] = {"$.metadata.test_uuid", "$.metadata.start", "$.metadata.status",
                                           "$.metadata.settings", "$.kpis.*.value", "$.kpis.*.unit"};
enum { PATHS = sizeof(record_paths) / sizeof(record_paths[0]), PIECE = 8, WORKERS_MAX = 8, MANY = 1000 };

/* Files that a worker reads in one go, until their records are taken. */
struct slot {
    struct arena page; /* of one file's text */
    json_t *payloads[PIECE];
    struct error why[PIECE]; /* where there is none */
};

struct scan {
    struct folder_history *h;
    const struct history_selection *selection;
    bool (*visit)(void *context, const struct record *record);
    void *context;
    bool stopped;      /* visit has enough */
    struct error *err; /* of the scan */
    struct arena page; /* of the record at hand */
    struct slot *slots;
    size_t window;
    const struct json_path *paths[PATHS];
    size_t invalid; /* payloads whose status is not Valid */
};

static bool read_text(const struct folder_history *h, const struct folder_file *file, struct arena *arena,
                      const char **text, size_t *len, struct error *err)
{
    struct error why = {0};
    const char *name = folder_file_name(h, file);
    enum root_found found = root_read(h->root, folder_file_path(h, file), FOLDER_PAYLOAD_MAX, arena, text, len, &why);
    if (found == ROOT_ABSENT && name != folder_file_path(h, file)) /* another writer has finished what a killed one left */
        found = root_read(h->root, name, FOLDER_PAYLOAD_MAX, arena, text, len, &why);
    if (found == ROOT_ABSENT)
        return error_set(err, ERR_STORE, "%s: is gone", name);
    return found == ROOT_FOUND || error_set(err, ERR_STORE, "%s", why.text);
}

/* "lts/x.json"; a file's name need not be UTF-8. */
static const char *place(struct arena *arena, const struct folder_history *h, const struct folder_file *file)
{
    struct text clean = text_open(1 << 16);
    const char *slash = h->path[strlen(h->path) - 1] == '/' ? "" : "/";
    text_add_utf8(&clean, h->path, strlen(h->path));
    text_add(&clean, slash);
    text_add_utf8(&clean, folder_file_name(h, file), strlen(folder_file_name(h, file)));
    const char *where = arena_strdup(arena, clean.s);
    text_close(&clean);
    return where;
}

/* Whether the payload is history; when it is not and *err is not set, its status says so. */
static bool take_payload(struct scan *scan, const struct folder_file *file, const json_t *payload, struct record *record, struct error *err)
{
    const json_t *metadata = json_object_get(payload, "metadata"), *status = json_object_get(metadata, "status");
    const char *name = folder_file_name(scan->h, file);
    struct pos at = {.file = name};
    if (!json_is_object(metadata) || !json_is_object(json_object_get(metadata, "settings")))
        return error_at(err, ERR_STORE, at, "found no metadata.settings, expected a payload {metadata, results, kpis}");
    if (!record_from_payload(&scan->page, payload, name, record, err))
        return false;
    record->where = place(&scan->page, scan->h, file);
    const char *fault = record_fault(record);
    if (fault)
        return error_at(err, ERR_STORE, at, "%s", fault);
    bool valid = !status || json_is_null(status) || (json_is_string(status) && strcmp(json_string_value(status), "Valid") == 0);
    scan->invalid += !valid;
    return valid;
}

/* ---- files by the ids of their payloads ---- */

static void make_key(const struct folder_history *h, const char *id, unsigned char key[FOLDER_KEY])
{
    unsigned char whole[DIGEST_SIZE];
    digest_add(h->digest, id, strlen(id));
    digest_end(h->digest, whole);
    memcpy(key, whole, FOLDER_KEY);
}

static void make_table(struct folder_history *h)
{
    for (h->table_room = 1024; h->table_room < 2 * h->files.n;)
        h->table_room *= 2;
    h->table = memory_need(calloc(h->table_room, sizeof(*h->table)));
}

/* The place of the file with that key, or the empty one where it belongs. */
static uint32_t *find_place(const struct folder_history *h, const unsigned char key[FOLDER_KEY])
{
    size_t at;
    memcpy(&at, key, sizeof(at));
    for (at &= h->table_room - 1; h->table[at]; at = (at + 1) & (h->table_room - 1))
        if (memcmp(h->files.v[h->table[at] - 1].key, key, FOLDER_KEY) == 0)
            break;
    return &h->table[at];
}

struct folder_file *folder_find(const struct folder_history *h, const char *id)
{
    unsigned char key[FOLDER_KEY];
    if (!h->table)
        return NULL;
    make_key(h, id, key);
    uint32_t found = *find_place(h, key);
    return found ? &h->files.v[found - 1] : NULL;
}

/* The second of two files with one id must be the first's copy. */
static bool compare_copies(const struct scan *scan, const struct folder_file *a, const struct folder_file *b, const char *id, struct error *err)
{
    struct arena scratch = {0};
    const char *texts[2];
    size_t lens[2];
    bool ok = folder_payload(scan->h, a, &scratch, &texts[0], &lens[0], err) && folder_payload(scan->h, b, &scratch, &texts[1], &lens[1], err);
    if (ok && (lens[0] != lens[1] || memcmp(texts[0], texts[1], lens[0]) != 0))
        ok = error_at(err, ERR_STORE, (struct pos){.file = scan->h->path},
                      "payload id '%s' stands for two different payloads: %s and %s; remove one of them", id, folder_file_name(scan->h, a),
                      folder_file_name(scan->h, b));
    arena_close(&scratch);
    return ok;
}

static bool keep_file(struct scan *scan, struct folder_file *file, const struct record *record)
{
    struct folder_history *h = scan->h;
    make_key(h, record->id, file->key);
    uint32_t *place = find_place(h, file->key);
    if (*place)
        return compare_copies(scan, &h->files.v[*place - 1], file, record->id, scan->err);
    *place = (uint32_t)(file - h->files.v) + 1;
    file->kept = true;
    file->meant = history_takes(scan->selection, record);
    if (file->meant && !scan->stopped && scan->visit)
        scan->stopped = !scan->visit(scan->context, record);
    return true;
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
        struct json_read_options options = {.file = folder_file_name(h, file), .keep = scan->paths, .keep_n = PATHS};
        const char *text;
        size_t len;
        slot->why[i] = (struct error){0};
        bool is_read = read_text(h, file, &slot->page, &text, &len, &slot->why[i]);
        slot->payloads[i] = is_read ? json_read(text, len, &options, &slot->why[i]) : NULL;
        arena_clear(&slot->page);
    }
}

static bool take_file(struct scan *scan, struct folder_file *file, const json_t *payload, struct error *why)
{
    struct record record;
    bool history = payload && take_payload(scan, file, payload, &record, why);
    if (!history && why->kind)
        history_add_finding(&scan->h->history, "%s; the file is left out", why->text);
    return !history || keep_file(scan, file, &record);
}

/* In the order of the files, on the calling thread. After a failure the files of the window only give back their memory. */
static bool take_piece(void *context, size_t piece)
{
    struct scan *scan = context;
    struct slot *slot = &scan->slots[piece % scan->window];
    struct folder_history *h = scan->h;
    for (size_t i = 0; i < PIECE && piece * PIECE + i < h->files.n; i++) {
        if (!scan->err->kind)
            take_file(scan, &h->files.v[piece * PIECE + i], slot->payloads[i], &slot->why[i]);
        json_decref(slot->payloads[i]);
        arena_clear(&scan->page);
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

bool folder_scan(struct folder_history *h, const struct history_selection *selection,
                 bool (*visit)(void *context, const struct record *record), void *context, struct error *err)
{
    struct scan scan = {.h = h, .selection = selection, .visit = visit, .context = context, .err = err};
    if (folder_list(h, err)) {
        make_table(h);
        read_files(&scan);
    }
    h->scanned = !err->kind;
    arena_close(&scan.page);
    if (h->files.n > MANY)
        memory_give_back();
    return h->scanned;
}

/* The payload, and its text as compact JSON in `arena`; a new reference, or NULL. */
static json_t *load_payload(const struct folder_history *h, const struct folder_file *file, struct arena *arena, const char **text,
                            size_t *len, struct error *err)
{
    struct arena page = {0};
    const char *bytes, *name = folder_file_name(h, file);
    size_t bytes_len;
    json_t *payload = read_text(h, file, &page, &bytes, &bytes_len, err)
                          ? json_read(bytes, bytes_len, &(struct json_read_options){.file = name}, err)
                          : NULL;
    struct text out = text_open(FOLDER_PAYLOAD_MAX);
    if (payload)
        json_write(&out, payload, &(struct json_style){.indent = -1}, 0);
    *text = arena_strndup(arena, out.s, out.len);
    *len = out.len;
    if (payload && out.over) {
        error_set(err, ERR_STORE, "%s: is larger than 256 MB", name);
        json_decref(payload);
        payload = NULL;
    }
    err->kind = err->kind ? ERR_STORE : ERR_NONE;
    text_close(&out);
    arena_close(&page);
    return payload;
}

bool folder_payload(const struct folder_history *h, const struct folder_file *file, struct arena *arena,
                    const char **text, size_t *len, struct error *err)
{
    json_t *payload = load_payload(h, file, arena, text, len, err);
    json_decref(payload);
    return payload != NULL;
}

static bool scan_locked(struct folder_history *h, const struct history_selection *selection,
                        bool (*visit)(void *context, const struct record *record), void *context, struct error *err)
{
    if (!folder_lock(h, false, err))
        return false;
    bool ok = folder_scan(h, selection, visit, context, err);
    folder_unlock(h);
    return ok;
}

bool folder_history_walk(struct history *history, const struct history_selection *selection, struct arena *arena,
                         bool (*visit)(void *context, const struct record *record), void *context, struct error *err)
{
    (void)arena;
    return scan_locked((struct folder_history *)history, selection, visit, context, err);
}

/* A payload that was there when the folder was scanned. */
static bool read_again(const struct folder_history *h, const struct folder_file *file, struct arena *page, struct history_payload *payload,
                       struct error *err)
{
    unsigned char key[FOLDER_KEY] = {0};
    struct error why = {0};
    json_t *json = load_payload(h, file, page, &payload->text, &payload->text_len, err);
    if (!json)
        return false;
    if (record_from_payload(page, json, folder_file_name(h, file), &payload->record, &why))
        make_key(h, payload->record.id, key);
    json_decref(json);
    payload->record.where = place(page, h, file);
    return (memcmp(key, file->key, FOLDER_KEY) == 0 && !record_fault(&payload->record)) ||
           error_at(err, ERR_STORE, (struct pos){.file = folder_file_name(h, file)}, "was changed meanwhile, and is another payload now");
}

/* Which files are meant is found out under the lock; then they are read one by one without it, so that no writer waits for the
 * visitor: a file is always whole. */
bool folder_history_read(struct history *history, const struct history_selection *selection,
                         bool (*visit)(void *context, const struct history_payload *payload), void *context, struct error *err)
{
    struct folder_history *h = (struct folder_history *)history;
    struct arena page = {0};
    bool ok = scan_locked(h, selection, NULL, NULL, err), goes_on = true;
    for (size_t i = 0; ok && goes_on && i < h->files.n; i++) {
        struct history_payload payload = {0};
        if (!h->files.v[i].meant)
            continue;
        struct error why = {0};
        ok = read_again(h, &h->files.v[i], &page, &payload, &why) || error_at(err, ERR_STORE, (struct pos){.file = h->path}, "%s", why.text);
        goes_on = !ok || visit(context, &payload);
        arena_clear(&page);
    }
    arena_close(&page);
    return ok;
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

static bool count_record(void *context, const struct record *record)
{
    struct history_workload *only = context;
    only->first_us = !only->records || record->start_us < only->first_us ? record->start_us : only->first_us;
    only->last_us = !only->records || record->start_us > only->last_us ? record->start_us : only->last_us;
    only->records++;
    return true;
}

bool folder_history_workloads(struct history *history, struct arena *arena, struct history_workload **workloads,
                              size_t *n, struct error *err)
{
    struct folder_history *h = (struct folder_history *)history;
    const struct history_selection all = {.bare = true};
    const struct folder_anchor *anchor = &h->anchor;
    struct history_workload *only = ARENA_NEW(arena, struct history_workload);
    if (!scan_locked(h, &all, count_record, only, err))
        return false;
    only->index = anchor->index ? arena_strdup(arena, anchor->index) : NULL;
    only->is_index = !anchor->workload;
    only->name = anchor->workload ? arena_strdup(arena, anchor->workload) : anchor->index ? only->index : folder_name(arena, h->path);
    *workloads = only;
    *n = only->records ? 1 : 0;
    return true;
}

/* A file that was moved or removed since it was listed is looked for once more. */
const char *folder_history_fetch(struct history *history, const char *id, struct arena *arena, size_t *len,
                                 struct error *err)
{
    struct folder_history *h = (struct folder_history *)history;
    const struct history_selection all = {.bare = true};
    const char *text = NULL;
    for (int i = 0; i < 2; i++) {
        bool ok = h->scanned || scan_locked(h, &all, NULL, NULL, err);
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
