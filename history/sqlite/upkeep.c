/* Looks after a SQLite history: checks it, saves what is whole of a damaged one, takes payloads out, changes the file. */
#include <string.h>
#include <sys/vfs.h>

#include "history/record_digest.h"
#include "history/sqlite/backend.h"
#include "history/sqlite/lists.h"
#include "history/sqlite/schema.h"
#include "history/sqlite/upgrade.h"
#include "history/sqlite/upkeep.h"
#include "json/read.h"

enum { PROBES_MAX = 100000 /* numbers that are tried one by one where the table's order is lost */ };

/* ---- payloads whose text is whole, whatever else is lost ---- */

struct salvage {
    struct sqlite_history *h;
    struct arena page; /* of the payload at hand */
    bool (*visit)(void *context, const char *workload, const struct history_payload *payload);
    void *context;
    bool stopped;
    int probes_left;
    int64_t last; /* no number is beyond it */
    size_t whole;
    const char *only_workload; /* that the history knows; NULL: none, or several */
    struct arena scratch;
};

/* A failure that reading goes on after. Others (locked, no memory) end it. */
static bool forgive(struct salvage *salvage, struct error *why, struct error *err)
{
    sqlite_rest(&salvage->h->sqlite);
    if (why->kind == ERR_STORE && sqlite_was_damage(&salvage->h->sqlite))
        return true;
    *err = *why;
    return false;
}

/* The next payload's number beyond `after`, *any: there is one. Where pages are damaged, numbers are tried one by one. */
static bool next_number(struct salvage *salvage, int64_t *after, bool *any, struct error *err)
{
    struct sqlite *sqlite = &salvage->h->sqlite;
    int statement = salvage->h->format == 1 ? SQL_NEXT_PAYLOAD_1 : SQL_NEXT_PAYLOAD;
    for (; salvage->probes_left > 0 && *after < salvage->last; salvage->probes_left--) {
        struct error why = {0};
        int64_t number;
        if (sqlite_step_number(sqlite, sqlite_bound(sqlite, statement, &why, "i", *after), &number, &why)) {
            *any = number > *after;
            *after = number;
            return true;
        }
        if (!forgive(salvage, &why, err))
            return false;
        ++*after;
    }
    *any = false;
    return true;
}

/* The largest number that one of the tables knows: without it, PROBES_MAX ends the search. */
static void find_last(struct salvage *salvage)
{
    struct sqlite *sqlite = &salvage->h->sqlite;
    int statements[] = {salvage->h->format == 1 ? SQL_LAST_PAYLOAD_1 : SQL_LAST_PAYLOAD, SQL_LAST_RECORD};
    salvage->last = INT64_MAX;
    for (size_t i = 0; i < 2 && salvage->last == INT64_MAX; i++) {
        struct error ignored = {0};
        int64_t number;
        if (sqlite_step_number(sqlite, sqlite_bound(sqlite, statements[i], &ignored, ""), &number, &ignored))
            salvage->last = number;
        sqlite_rest(sqlite);
    }
}

/* A text of another table; NULL when it cannot be read. */
static const char *find_text(struct salvage *salvage, int statement, int64_t number, int column)
{
    struct sqlite *sqlite = &salvage->h->sqlite;
    struct error ignored = {0};
    bool any = false;
    struct sqlite3_stmt *row = sqlite_bound(sqlite, statement, &ignored, "i", number);
    const char *text = NULL;
    if (sqlite_step(sqlite, row, &any, &ignored) && any)
        text = sqlite_text(sqlite, row, column, &salvage->page, NULL, &ignored);
    sqlite_rest(sqlite);
    return text;
}

/* The payload with this number: its text is believed when the digest over it and its id is right. The id is in the text itself (or, of
 * texts that are no payloads, only in the record). */
static bool read_text(struct salvage *salvage, int64_t number, struct history_payload *payload, json_t **json)
{
    struct sqlite_history *h = salvage->h;
    struct error why = {0};
    struct sqlite_text_row row;
    if (!sqlite_history_text_row(h, number, &salvage->page, &row, &why))
        return false;
    *json = json_read(row.text, row.len, &(struct json_read_options){.file = "payload", .strict = true}, &why);
    const char *own = json_string_value(json_object_get(json_object_get(*json, "metadata"), "test_uuid"));
    const char *id = own ? own : find_text(salvage, SQL_ID, number, 0);
    payload->text = row.text;
    payload->text_len = row.len;
    unsigned char digest[DIGEST_SIZE];
    if (!id)
        return false;
    payload_digest(h->digest, id, row.text, row.len, digest);
    return memcmp(digest, row.digest, sizeof(digest)) == 0;
}

static void take_number(struct salvage *salvage, int64_t number)
{
    struct history_payload payload = {0};
    struct error why = {0};
    json_t *json = NULL;
    arena_clear(&salvage->page);
    bool whole = read_text(salvage, number, &payload, &json);
    const char *place = find_text(salvage, SQL_PLACE, number, 0);
    const char *workload = find_text(salvage, SQL_WORKLOAD_OF, number, 0);
    bool recorded = whole && record_from_payload(&salvage->page, json, place ? place : "(salvaged)", &payload.record, &why);
    json_decref(json);
    salvage->whole += whole;
    if (recorded && salvage->visit)
        salvage->stopped = !salvage->visit(salvage->context, workload ? workload : salvage->only_workload, &payload);
}

static void find_only_workload(struct salvage *salvage)
{
    struct sqlite *sqlite = &salvage->h->sqlite;
    struct error ignored = {0};
    struct sqlite3_stmt *row = sqlite_bound(sqlite, SQL_WORKLOADS, &ignored, "");
    const char *name = NULL;
    size_t n = 0;
    for (bool any; sqlite_step(sqlite, row, &any, &ignored) && any; n++)
        name = sqlite_text(sqlite, row, 1, &salvage->scratch, NULL, &ignored);
    salvage->only_workload = n == 1 && !ignored.kind ? name : NULL;
    sqlite_rest(sqlite);
}

/* In one read transaction. */
static bool salvage_all(struct salvage *salvage, struct error *err)
{
    int64_t number = 0; /* ours begin with 1 */
    bool any = true, ok = true;
    salvage->probes_left = PROBES_MAX;
    find_only_workload(salvage);
    find_last(salvage);
    while (ok && any && !salvage->stopped) {
        ok = next_number(salvage, &number, &any, err);
        if (ok && any)
            take_number(salvage, number);
    }
    arena_close(&salvage->page);
    arena_close(&salvage->scratch);
    return ok;
}

static bool salvage_history(struct history *history,
                            bool (*visit)(void *context, const char *workload, const struct history_payload *payload), void *context,
                            struct error *err)
{
    struct sqlite_history *h = (struct sqlite_history *)history;
    struct salvage salvage = {.h = h, .visit = visit, .context = context};
    bool ok = sqlite_history_begin_reading(h, err) && salvage_all(&salvage, err);
    return sqlite_finish(&h->sqlite, ok, false, err);
}

/* ---- check ---- */

struct check {
    struct sqlite_history *h;
    struct history_health *health;
    struct arena *arena;
};

/* SQLite puts "*** in database main ***" and several findings into one text, with line ends between them. */
static void take_line(void *context, const char *what)
{
    static const char heading[] = "*** in database main ***";
    struct check *check = context;
    while (*what) {
        size_t n = strcspn(what, "\n");
        bool counts = n && (n != sizeof(heading) - 1 || strncmp(what, heading, n) != 0 || !what[n]);
        if (counts)
            health_add(check->health, check->arena, "SQLite: %.*s", (int)n, what);
        what += n + (what[n] == '\n');
    }
}

static bool count_record(void *context, int64_t number, const char *workload, const struct record *record, struct error *err)
{
    struct check *check = context;
    (void)number, (void)workload, (void)record, (void)err;
    check->health->records_whole++;
    return true;
}

/* What reading says of the history; that it is damaged is a line, all else a failure. */
static bool note(struct check *check, bool ok, struct error *why, struct error *err)
{
    sqlite_rest(&check->h->sqlite);
    if (ok)
        return true;
    bool damage = why->kind == ERR_STORE && strstr(why->text, "is damaged");
    if (damage)
        health_add(check->health, check->arena, "%s", why->text + why->place_n);
    else
        *err = *why;
    return damage;
}

static bool read_total(struct check *check, struct error *err)
{
    struct sqlite *sqlite = &check->h->sqlite;
    struct error why = {0};
    int64_t total = 0;
    bool ok = sqlite_step_number(sqlite, sqlite_bound(sqlite, SQL_TOTAL, &why, ""), &total, &why);
    check->health->records = ok && total > 0 ? (size_t)total : 0;
    return note(check, ok, &why, err);
}

static bool check_all(struct check *check, struct error *err)
{
    struct sqlite_history *h = check->h;
    struct history_health *health = check->health;
    struct salvage salvage = {.h = h};
    struct error why = {0}, list = {0};
    struct history_workload *workloads;
    size_t n;
    bool ok = sqlite_check(&h->sqlite, take_line, check, &why);
    if (!note(check, ok, &why, err) || !read_total(check, err))
        return false;
    why = (struct error){0};
    ok = sqlite_history_each(h, count_record, check, &why);
    if (!note(check, ok, &why, err) || !salvage_all(&salvage, err))
        return false;
    health->payloads_whole = salvage.whole;
    if (salvage.whole != health->records)
        health_add(health, check->arena, "payloads that are as they were stored: %zu; expected %zu", salvage.whole, health->records);
    ok = sqlite_history_list(h, check->arena, &workloads, &n, &list);
    return note(check, ok, &list, err);
}

static bool check_history(struct history *history, struct arena *arena, struct history_health *health, struct error *err)
{
    struct sqlite_history *h = (struct sqlite_history *)history;
    struct check check = {.h = h, .health = health, .arena = arena};
    bool ok = sqlite_history_begin_reading(h, err) && check_all(&check, err);
    return sqlite_finish(&h->sqlite, ok, false, err);
}

/* ---- taking out ---- */

static bool execute(struct sqlite *sqlite, int statement, int64_t number, int64_t other, const char *types, struct error *err)
{
    return sqlite_step(sqlite, sqlite_bound(sqlite, statement, err, types, number, other), NULL, err);
}

static bool remove_one(struct sqlite *sqlite, const char *id, size_t *removed, struct error *err)
{
    struct sqlite3_stmt *row = sqlite_bound(sqlite, SQL_FIND, err, "t", id);
    bool any;
    if (!sqlite_step(sqlite, row, &any, err))
        return false;
    if (!any)
        return true;
    int64_t number = sqlite_number(row, 0), workload = sqlite_number(row, 1);
    ++*removed;
    return execute(sqlite, SQL_DROP_LABELS, number, 0, "i", err) && execute(sqlite, SQL_DROP_KPIS, number, 0, "i", err) &&
           execute(sqlite, SQL_DROP_PAYLOAD, number, 0, "i", err) && execute(sqlite, SQL_DROP_RECORD, number, 0, "i", err) &&
           execute(sqlite, SQL_COUNT_TOTAL, -1, 0, "i", err) && execute(sqlite, SQL_COUNT_WORKLOAD, workload, -1, "ii", err);
}

static bool remove_ids(struct history *history, const char *const *ids, size_t n, size_t *removed, struct error *err)
{
    struct sqlite_history *h = (struct sqlite_history *)history;
    size_t gone = 0;
    bool begun = sqlite_history_begin_writing(h, err), ok = begun;
    for (size_t i = 0; ok && i < n; i++)
        ok = remove_one(&h->sqlite, ids[i], &gone, err);
    ok = ok && sqlite_step(&h->sqlite, sqlite_bound(&h->sqlite, SQL_DROP_UNUSED_LABELS, err, ""), NULL, err) &&
         sqlite_step(&h->sqlite, sqlite_bound(&h->sqlite, SQL_DROP_UNUSED_KPIS, err, ""), NULL, err) &&
         sqlite_step(&h->sqlite, sqlite_bound(&h->sqlite, SQL_DROP_UNUSED_WORKLOADS, err, ""), NULL, err);
    if (begun)
        ok = sqlite_finish(&h->sqlite, ok, gone > 0, err);
    *removed = ok ? gone : 0;
    return ok;
}

/* ---- the file ---- */

static bool look(struct history *history, struct arena *arena, struct history_file *file, struct error *err)
{
    struct sqlite_history *h = (struct sqlite_history *)history;
    struct sqlite *sqlite = &h->sqlite;
    int64_t total = 0, page = 0, pages = 0, unused = 0;
    bool ok = sqlite_history_begin_reading(h, err) &&
              sqlite_step_number(sqlite, sqlite_bound(sqlite, SQL_TOTAL, err, ""), &total, err) &&
              sqlite_step_number(sqlite, sqlite_bound(sqlite, SQL_PAGE_SIZE, err, ""), &page, err) &&
              sqlite_step_number(sqlite, sqlite_bound(sqlite, SQL_PAGES, err, ""), &pages, err) &&
              sqlite_step_number(sqlite, sqlite_bound(sqlite, SQL_FREE_PAGES, err, ""), &unused, err);
    if (!sqlite_finish(sqlite, ok, false, err))
        return false;
    *file = (struct history_file){.format = h->format, .newest_format = SQLITE_SCHEMA_FORMAT, .bytes = pages * page,
                                  .free_bytes = unused * page, .records = total > 0 ? (size_t)total : 0};
    file->journal = sqlite_journal(sqlite, NULL, arena, err);
    return file->journal != NULL;
}

static bool upgrade(struct history *history, struct arena *arena, const char **backup, struct error *err)
{
    return sqlite_upgrade((struct sqlite_history *)history, arena, backup, err);
}

static bool fill_lists(struct history *history, size_t *filled, struct error *err)
{
    return sqlite_lists_fill((struct sqlite_history *)history, filled, err);
}

static bool is_on_network(const char *file)
{
    static const uint32_t types[] = {0x6969 /* NFS */, 0xFF534D42 /* CIFS */, 0xFE534D42 /* SMB2 */, 0x517B /* SMB */, 0x5346414F /* AFS */,
                                     0x00C36400 /* Ceph */, 0x01021997 /* 9p */, 0x0BD00BD0 /* Lustre */};
    struct statfs st;
    bool found = false;
    for (size_t i = 0; i < sizeof(types) / sizeof(types[0]) && statfs(file, &st) == 0; i++)
        found |= (uint32_t)st.f_type == types[i];
    return found;
}

static bool set_journal(struct history *history, const char *journal, struct error *err)
{
    struct sqlite *sqlite = &((struct sqlite_history *)history)->sqlite;
    if (strcmp(journal, "wal") == 0 && is_on_network(sqlite->file))
        return error_at(err, ERR_STORE, (struct pos){.file = sqlite->path},
                        "is on a network file system, where a write-ahead log does not work; its journal stays as it is");
    struct arena scratch = {0};
    const char *is = sqlite_journal(sqlite, journal, &scratch, err);
    bool ok = is && strcmp(is, journal) == 0;
    if (is && !ok)
        error_at(err, ERR_STORE, (struct pos){.file = sqlite->path}, "its journal stays '%s'; expected '%s'", is, journal);
    arena_close(&scratch);
    return ok;
}

static bool compact(struct history *history, struct error *err)
{
    return sqlite_compact(&((struct sqlite_history *)history)->sqlite, err);
}

const struct history_upkeep sqlite_upkeep = {
    .check = check_history,
    .salvage = salvage_history,
    .remove = remove_ids,
    .file_look = look,
    .file_upgrade = upgrade,
    .file_fill_lists = fill_lists,
    .file_set_journal = set_journal,
    .file_compact = compact,
};
