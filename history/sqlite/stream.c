/* Reads a SQLite history in memory that does not grow with it: records, and whole payloads, one by one. */
#include <stdlib.h>
#include <string.h>

#include "history/record_digest.h"
#include "history/sqlite/backend.h"
#include "history/sqlite/schema.h"

struct stream {
    struct sqlite_history *h;
    struct sqlite *sqlite;
    const struct history_selection *selection;
    struct arena page;     /* of the record at hand */
    struct record record;
    const char *workload;  /* its */
    bool (*visit)(void *context, const struct record *record);
    void *context;
    bool stopped;
    int64_t *numbers; /* of the records whose payloads are read */
    size_t numbers_n, room;
    bool (*take)(void *context, int64_t number, const char *workload, const struct record *record, struct error *err);
};

/* ---- one record ---- */

static bool read_labels(struct stream *stream, int64_t number, struct error *err)
{
    struct sqlite3_stmt *row = sqlite_bound(stream->sqlite, SQL_STREAM_LABELS, err, "i", number);
    LIST_OF(struct label) labels = {0};
    for (bool any; sqlite_step(stream->sqlite, row, &any, err);) {
        if (!any) {
            stream->record.labels = labels.v;
            stream->record.labels_n = labels.n;
            return true;
        }
        struct label *label = LIST_ADD(&stream->page, &labels);
        label->key = sqlite_text(stream->sqlite, row, 0, &stream->page, NULL, err);
        label->value = sqlite_text(stream->sqlite, row, 1, &stream->page, NULL, err);
        if (!label->key || !label->value)
            return false;
    }
    return false;
}

static bool read_kpis(struct stream *stream, int64_t number, struct error *err)
{
    bool old = stream->h->format == 1;
    struct sqlite3_stmt *row = sqlite_bound(stream->sqlite, old ? SQL_STREAM_KPIS_1 : SQL_STREAM_KPIS, err, "i", number);
    LIST_OF(struct kpi_value) kpis = {0};
    LIST_OF(const char *) units = {0};
    for (bool any; sqlite_step(stream->sqlite, row, &any, err);) {
        if (!any) {
            stream->record.kpis = kpis.v;
            stream->record.kpis_n = kpis.n;
            stream->record.units = old ? NULL : units.v;
            return true;
        }
        struct kpi_value *kpi = LIST_ADD(&stream->page, &kpis);
        *kpi = (struct kpi_value){sqlite_text(stream->sqlite, row, 0, &stream->page, NULL, err), sqlite_real(row, 1)};
        const char *unit = kpi->name ? sqlite_text(stream->sqlite, row, 2, &stream->page, NULL, err) : NULL;
        if (!unit)
            return false;
        *LIST_ADD(&stream->page, &units) = unit;
    }
    return false;
}

static bool read_head(struct stream *stream, struct sqlite3_stmt *row, struct error *err)
{
    arena_clear(&stream->page);
    stream->record = (struct record){.start_us = sqlite_number(row, 3)};
    stream->record.id = sqlite_text(stream->sqlite, row, 2, &stream->page, NULL, err);
    stream->record.where = stream->record.id ? sqlite_text(stream->sqlite, row, 4, &stream->page, NULL, err) : NULL;
    return stream->record.where != NULL;
}

/* Believed only when it is whole. */
static bool read_record(struct stream *stream, struct sqlite3_stmt *row, struct error *err)
{
    const struct record *record = &stream->record;
    unsigned char digest[DIGEST_SIZE];
    int64_t number = sqlite_number(row, 0);
    if (!read_head(stream, row, err) || !read_labels(stream, number, err) || !read_kpis(stream, number, err))
        return false;
    record_digest(stream->h->digest, &stream->h->room, stream->workload, record->where, record, digest);
    return (!record_fault(record) && sqlite_is(row, 5, digest, sizeof(digest))) ||
           error_at(err, ERR_STORE, (struct pos){.file = stream->sqlite->path}, "is damaged: the record '%s' is not as it was stored",
                    record->id);
}

/* ---- all records ---- */

/* How many records there must be. */
static bool read_total(struct stream *stream, int64_t *total, struct error *err)
{
    return sqlite_step_number(stream->sqlite, sqlite_bound(stream->sqlite, SQL_TOTAL, err, ""), total, err);
}

/* The record of the row, when it is of the workload and of the time: its labels are read only when somebody looks at them. */
static bool take_row(struct stream *stream, struct sqlite3_stmt *row, struct error *err)
{
    const struct history_selection *selection = stream->selection;
    const char *workload = sqlite_raw_text(row, 1);
    if (!workload)
        return sqlite_damaged(stream->sqlite, "its rows contradict each other", err);
    if ((selection->workload && strcmp(workload, selection->workload) != 0) || !history_takes_start(selection, sqlite_number(row, 3)))
        return true;
    stream->workload = workload;
    bool whole = !selection->bare || selection->filters;
    if (whole ? !read_record(stream, row, err) : !read_head(stream, row, err))
        return false;
    stream->stopped = !stream->visit(stream->context, &stream->record);
    return true;
}

static bool take_rows(struct stream *stream, bool (*take)(struct stream *stream, struct sqlite3_stmt *row, struct error *err),
                      struct error *err)
{
    int64_t total, last = INT64_MIN, seen = 0;
    if (!read_total(stream, &total, err))
        return false;
    struct sqlite3_stmt *row = sqlite_bound(stream->sqlite, SQL_STREAM, err, "");
    for (bool any; sqlite_step(stream->sqlite, row, &any, err); seen++) {
        if (!any)
            return seen == total || sqlite_damaged(stream->sqlite, "records are missing", err);
        if (sqlite_number(row, 0) <= last)
            return sqlite_damaged(stream->sqlite, "its rows contradict each other", err);
        last = sqlite_number(row, 0);
        if (!take(stream, row, err))
            return false;
        if (stream->stopped)
            return true;
    }
    return false;
}

/* Any record of any workload, for sqlite_history_each. */
static bool take_whole(struct stream *stream, struct sqlite3_stmt *row, struct error *err)
{
    stream->workload = sqlite_raw_text(row, 1);
    if (!stream->workload)
        return sqlite_damaged(stream->sqlite, "its rows contradict each other", err);
    return read_record(stream, row, err) && stream->take(stream->context, sqlite_number(row, 0), stream->workload, &stream->record, err);
}

bool sqlite_history_each(struct sqlite_history *h,
                         bool (*take)(void *context, int64_t number, const char *workload, const struct record *record, struct error *err),
                         void *context, struct error *err)
{
    struct stream stream = {.h = h, .sqlite = &h->sqlite, .take = take, .context = context};
    bool ok = take_rows(&stream, take_whole, err);
    arena_close(&stream.page);
    return ok;
}

bool sqlite_history_one(struct sqlite_history *h, int64_t number,
                        bool (*take)(void *context, int64_t number, const char *workload, const struct record *record, struct error *err),
                        void *context, struct error *err)
{
    struct stream stream = {.h = h, .sqlite = &h->sqlite, .take = take, .context = context};
    struct sqlite3_stmt *row = sqlite_bound(stream.sqlite, SQL_STREAM_ONE, err, "i", number);
    bool any, ok = sqlite_step(stream.sqlite, row, &any, err);
    if (ok && !any)
        ok = sqlite_damaged(stream.sqlite, "records are missing", err);
    ok = ok && take_whole(&stream, row, err);
    arena_close(&stream.page);
    return ok;
}

bool sqlite_history_scan(struct sqlite_history *h, const struct history_selection *selection,
                         bool (*visit)(void *context, const struct record *record), void *context, struct error *err)
{
    struct stream stream = {.h = h, .sqlite = &h->sqlite, .selection = selection, .visit = visit, .context = context};
    bool ok = sqlite_history_begin_reading(h, err) && take_rows(&stream, take_row, err);
    ok = sqlite_finish(&h->sqlite, ok, false, err);
    arena_close(&stream.page);
    return ok;
}

/* ---- payloads ---- */

static bool always(void *context, const struct record *record)
{
    (void)context;
    (void)record;
    return true;
}

/* Notes the record's number when it is meant. */
static bool note_row(struct stream *stream, struct sqlite3_stmt *row, struct error *err)
{
    stream->record.id = NULL;
    if (!take_row(stream, row, err))
        return false;
    if (!stream->record.id || !history_takes(stream->selection, &stream->record))
        return true;
    if (stream->numbers_n == stream->room) {
        stream->room += stream->room / 4 + 1000;
        stream->numbers = memory_need(realloc(stream->numbers, stream->room * sizeof(*stream->numbers)));
    }
    stream->numbers[stream->numbers_n++] = sqlite_number(row, 0);
    return true;
}

static bool note_numbers(struct stream *stream, struct error *err)
{
    struct history_selection bare = *stream->selection;
    const struct history_selection *meant = stream->selection;
    bare.bare = true;
    stream->selection = &bare;
    stream->visit = always;
    bool ok = sqlite_history_begin_reading(stream->h, err) && take_rows(stream, note_row, err);
    stream->selection = meant;
    return sqlite_finish(stream->sqlite, ok, false, err);
}

static bool read_payload(struct stream *stream, int64_t number, struct history_payload *payload, struct error *err)
{
    struct sqlite3_stmt *row = sqlite_bound(stream->sqlite, SQL_STREAM_ONE, err, "i", number);
    bool any;
    if (!sqlite_step(stream->sqlite, row, &any, err))
        return false;
    if (!any)
        return error_at(err, ERR_STORE, (struct pos){.file = stream->sqlite->path}, "a payload has gone meanwhile");
    stream->workload = sqlite_raw_text(row, 1);
    if (!stream->workload)
        return sqlite_damaged(stream->sqlite, "its rows contradict each other", err);
    if (!read_record(stream, row, err))
        return false;
    payload->record = stream->record;
    payload->text = sqlite_history_text(stream->h, number, stream->record.id, &stream->page, &payload->text_len, err);
    return payload->text != NULL;
}

/* A transaction for each payload, so that no writer waits for the visitor. */
bool sqlite_history_read(struct history *history, const struct history_selection *selection,
                         bool (*visit)(void *context, const struct history_payload *payload), void *context, struct error *err)
{
    struct sqlite_history *h = (struct sqlite_history *)history;
    struct stream stream = {.h = h, .sqlite = &h->sqlite, .selection = selection};
    bool ok = note_numbers(&stream, err), goes_on = true;
    for (size_t i = 0; ok && goes_on && i < stream.numbers_n; i++) {
        struct history_payload payload = {0};
        ok = sqlite_history_begin_reading(h, err) && read_payload(&stream, stream.numbers[i], &payload, err);
        ok = sqlite_finish(&h->sqlite, ok, false, err);
        goes_on = !ok || visit(context, &payload);
    }
    arena_close(&stream.page);
    free(stream.numbers);
    return ok;
}
