/* Puts payloads into a SQLite history: one write transaction from the first payload that changes something, none at all when there
 * is nothing new. */
#include <stdlib.h>
#include <string.h>

#include "history/record_digest.h"
#include "history/record_list.h"
#include "history/sqlite/backend.h"
#include "history/sqlite/put.h"
#include "history/sqlite/schema.h"
#include "json/read.h"

enum found {
    FOUND_NONE,
    FOUND_SAME,
    FOUND_LISTLESS, /* the same, but from a matbench that kept nothing of lists */
    FOUND_OTHER
};

/* A put, and what it is about at the moment. */
struct put {
    struct sqlite_history *h;
    struct sqlite *sqlite;
    char *workload;
    bool writing; /* the write transaction has begun */
    struct history_counts *counts; /* the history's */
    int64_t workload_number;
    size_t filled;              /* FOUND_LISTLESS before, and whole now */
    struct history_payload own; /* whole, when it came without units or lists */
    const struct history_payload *payload;
    struct arena units;
    enum found found;     /* what the history has under its id */
    int64_t number;       /* of that record, */
    const char *place;    /* where it came from when it was first stored, */
    int64_t old_workload; /* and its workload's */
    struct arena page;    /* of the text that is there */
};

/* Texts are compared, not only digests, so that putting it again mends what is damaged. */
static bool has_text(struct put *put, int64_t number)
{
    struct sqlite_text_row row;
    struct error damage = {0};
    unsigned char digest[DIGEST_SIZE];
    arena_clear(&put->page);
    if (!sqlite_history_text_row(put->h, number, &put->page, &row, &damage) || row.len != put->payload->text_len ||
        memcmp(row.text, put->payload->text, row.len) != 0)
        return false;
    payload_digest(put->h->digest, put->payload->record.id, row.text, row.len, digest);
    return memcmp(digest, row.digest, sizeof(digest)) == 0;
}

/* The digests of a record as this program stores it, and as one that knew no lists did, or (format 1) no units either. */
static void find_digests(struct put *put, const char *place, unsigned char digest[DIGEST_SIZE], unsigned char listless[DIGEST_SIZE])
{
    struct record bare = record_list_without(&put->units, &put->payload->record);
    if (put->h->format == 1)
        bare.units = NULL;
    record_digest(put->h->digest, &put->h->room, put->workload, place ? place : "", &bare, listless);
    if (put->h->format == 1) /* it has them from its upgrade on, which a payload that is there already does not cause */
        memcpy(digest, listless, DIGEST_SIZE);
    else
        record_digest(put->h->digest, &put->h->room, put->workload, place ? place : "", &put->payload->record, digest);
}

/* A record's place stays what it was first: the same payload may be uploaded from elsewhere. */
static bool find(struct put *put, struct error *err)
{
    struct sqlite3_stmt *row = sqlite_bound(put->sqlite, SQL_FIND, err, "t", put->payload->record.id);
    bool any;
    if (!sqlite_step(put->sqlite, row, &any, err))
        return false;
    put->found = FOUND_NONE;
    if (!any)
        return true;
    unsigned char digest[DIGEST_SIZE], listless[DIGEST_SIZE];
    const char *place = sqlite_raw_text(row, 2);
    put->place = place ? arena_strdup(&put->units, place) : "";
    find_digests(put, put->place, digest, listless);
    put->number = sqlite_number(row, 0);
    put->old_workload = sqlite_number(row, 1);
    put->found = sqlite_is(row, 3, digest, sizeof(digest))       ? FOUND_SAME
                 : sqlite_is(row, 3, listless, sizeof(listless)) ? FOUND_LISTLESS
                                                                 : FOUND_OTHER;
    if (put->found != FOUND_OTHER && !has_text(put, put->number))
        put->found = FOUND_OTHER;
    return true;
}

/* The number of a text, or a pair of texts, that is stored once, whether it was there or not; `value` may be NULL. */
static bool intern(struct sqlite *sqlite, int find_it, int add_it, const char *key, const char *value, int64_t *number,
                   struct error *err)
{
    const char *types = value ? "tt" : "t";
    if (!sqlite_step_number(sqlite, sqlite_bound(sqlite, find_it, err, types, key, value), number, err))
        return false;
    if (*number >= 0)
        return true;
    if (!sqlite_step(sqlite, sqlite_bound(sqlite, add_it, err, types, key, value), NULL, err))
        return false;
    *number = sqlite_last_number(sqlite);
    return true;
}

static bool add_labels(struct put *put, struct error *err)
{
    const struct record *record = &put->payload->record;
    for (size_t i = 0; i < record->labels_n; i++) {
        const struct label *label = &record->labels[i];
        int64_t part;
        if (!intern(put->sqlite, SQL_FIND_LABEL, SQL_ADD_LABEL, label->key, label->value, &part, err))
            return false;
        struct sqlite3_stmt *row =
            sqlite_bound(put->sqlite, SQL_ADD_RECORD_LABEL, err, "iii", put->number, (int64_t)i, part);
        if (!sqlite_step(put->sqlite, row, NULL, err))
            return false;
    }
    return true;
}

bool sqlite_put_kpis(struct sqlite *sqlite, int64_t number, const struct record *record, struct error *err)
{
    for (size_t i = 0; i < record->kpis_n; i++) {
        const struct kpi_value *kpi = &record->kpis[i];
        int64_t part;
        if (!intern(sqlite, SQL_FIND_KPI, SQL_ADD_KPI, kpi->name, record_unit(record, i), &part, err))
            return false;
        struct sqlite3_stmt *row = sqlite_bound(sqlite, SQL_ADD_RECORD_KPI, err, "iiid", number, (int64_t)i, part, kpi->value);
        if (!sqlite_step(sqlite, row, NULL, err))
            return false;
    }
    return true;
}

bool sqlite_put_lists(struct sqlite_history *h, int64_t number, const char *workload, const char *place, const struct record *record,
                      struct error *err)
{
    struct sqlite *sqlite = &h->sqlite;
    unsigned char digest[DIGEST_SIZE];
    record_digest(h->digest, &h->room, workload, place, record, digest);
    return sqlite_step(sqlite, sqlite_bound(sqlite, SQL_DROP_KPIS, err, "i", number), NULL, err) && sqlite_put_kpis(sqlite, number, record, err) &&
           sqlite_step(sqlite, sqlite_bound(sqlite, SQL_SET_DIGEST, err, "bi", digest, number), NULL, err);
}

bool sqlite_put_text(struct sqlite_history *h, int64_t number, const char *id, const char *text, size_t len, struct error *err)
{
    unsigned char digest[DIGEST_SIZE];
    size_t size;
    payload_digest(h->digest, id, text, len, digest);
    const void *packed = packer_pack(h->packer, text, len, &size);
    return sqlite_step(&h->sqlite, sqlite_bound(&h->sqlite, SQL_ADD_PAYLOAD, err, "ibip", number, digest, (int64_t)len, packed, size), NULL,
                       err);
}

/* One change with numbers as its parameters. */
static bool change(struct sqlite *sqlite, int statement, const char *types, int64_t first, int64_t second,
                   struct error *err)
{
    return sqlite_step(sqlite, sqlite_bound(sqlite, statement, err, types, first, second), NULL, err);
}

static bool add_record(struct put *put, struct error *err)
{
    const struct record *record = &put->payload->record;
    unsigned char digest[DIGEST_SIZE];
    record_digest(put->h->digest, &put->h->room, put->workload, record->where, record, digest);
    struct sqlite3_stmt *row = sqlite_bound(put->sqlite, SQL_ADD_RECORD, err, "ititb", put->workload_number, record->id,
                                            record->start_us, record->where, digest);
    if (!sqlite_step(put->sqlite, row, NULL, err))
        return false;
    put->number = sqlite_last_number(put->sqlite);
    put->counts->added++;
    return change(put->sqlite, SQL_COUNT_TOTAL, "i", 1, 0, err) &&
           change(put->sqlite, SQL_COUNT_WORKLOAD, "ii", put->workload_number, 1, err);
}

static bool change_record(struct put *put, struct error *err)
{
    const struct record *record = &put->payload->record;
    unsigned char digest[DIGEST_SIZE];
    record_digest(put->h->digest, &put->h->room, put->workload, record->where, record, digest);
    struct sqlite3_stmt *row = sqlite_bound(put->sqlite, SQL_CHANGE_RECORD, err, "iitbi", put->workload_number,
                                            record->start_us, record->where, digest, put->number);
    put->counts->replaced++;
    return sqlite_step(put->sqlite, row, NULL, err) && change(put->sqlite, SQL_DROP_LABELS, "i", put->number, 0, err) &&
           change(put->sqlite, SQL_DROP_KPIS, "i", put->number, 0, err) &&
           change(put->sqlite, SQL_DROP_PAYLOAD, "i", put->number, 0, err);
}

/* Gives a record that is there what is kept of its lists. */
static bool fill_record(struct put *put, struct error *err)
{
    put->counts->unchanged++;
    put->filled++;
    return sqlite_put_lists(put->h, put->number, put->workload, put->place, &put->payload->record, err);
}

static bool put_one(struct put *put, struct error *err)
{
    const struct history_payload *payload = put->payload;
    if (!find(put, err))
        return false;
    if (put->found == FOUND_SAME) {
        put->counts->unchanged++;
        return true;
    }
    if (put->found == FOUND_OTHER && put->old_workload != put->workload_number)
        return error_set(err, ERR_INVALID, "payload '%s' is in this history already, for another workload than '%s'; a history holds a "
                                           "test once: name another history for this workload", payload->record.id, put->workload);
    if (put->found == FOUND_LISTLESS)
        return fill_record(put, err);
    bool ok = put->found == FOUND_NONE ? add_record(put, err) : change_record(put, err);
    return ok && add_labels(put, err) && sqlite_put_kpis(put->sqlite, put->number, &payload->record, err) &&
           sqlite_put_text(put->h, put->number, payload->record.id, payload->text, payload->text_len, err);
}

/* As a reader first: while all is there already, no writer is kept waiting and the file may be read-only. The lock is held for this
 * payload only, since the next one may be long in coming. */
static bool find_as_reader(struct put *put, struct error *err)
{
    bool ok = sqlite_history_begin_reading(put->h, err) && find(put, err);
    return sqlite_finish(put->sqlite, ok, false, err);
}

static bool begin_writing(struct put *put, struct error *err)
{
    put->writing = sqlite_history_begin_writing(put->h, err);
    return put->writing &&
           intern(put->sqlite, SQL_FIND_WORKLOAD, SQL_ADD_WORKLOAD, put->workload, NULL, &put->workload_number, err);
}

static bool check_size(const struct put *put, struct error *err)
{
    return put->payload->text_len <= SQLITE_TEXT_MAX ||
           error_at(err, ERR_INVALID, (struct pos){.file = put->sqlite->path}, "payload '%s' has %zu bytes; a history takes up to %d",
                    put->payload->record.id, put->payload->text_len, SQLITE_TEXT_MAX);
}

bool sqlite_history_begin(struct history *history, const char *workload, struct error *err)
{
    struct sqlite_history *h = (struct sqlite_history *)history;
    (void)err;
    h->put = memory_need(calloc(1, sizeof(*h->put)));
    *h->put = (struct put){.h = h, .sqlite = &h->sqlite, .workload = memory_need(strdup(workload)), .counts = &history->counts};
    return true;
}

bool sqlite_history_add(struct history *history, const struct history_payload *payload, struct error *err)
{
    struct put *put = ((struct sqlite_history *)history)->put;
    arena_clear(&put->units);
    put->own = *payload;
    put->payload = &put->own;
    record_complete(&put->units, payload->text, payload->text_len, &put->own.record);
    if (!check_size(put, err))
        return false;
    if (!put->writing && history->exists) {
        if (!find_as_reader(put, err))
            return false;
        if (put->found == FOUND_SAME) {
            put->counts->unchanged++;
            return true;
        }
    }
    return (put->writing || begin_writing(put, err)) && put_one(put, err); /* which looks again, under the lock */
}

bool sqlite_history_end(struct history *history, bool keep, struct error *err)
{
    struct sqlite_history *h = (struct sqlite_history *)history;
    struct put *put = h->put;
    bool changed = put->counts->added + put->counts->replaced + put->filled > 0; /* another process may have been quicker */
    bool ok = !put->writing || sqlite_finish(&h->sqlite, keep, changed, err);
    history->exists |= ok && keep && put->writing;
    arena_close(&put->page);
    arena_close(&put->units);
    free(put->workload);
    free(put);
    h->put = NULL;
    return ok;
}
