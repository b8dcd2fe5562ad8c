/* Reads a SQLite history: walking, listing, fetching. */
#include <stdlib.h>
#include <string.h>

#include "history/record_digest.h"
#include "history/sqlite/backend.h"
#include "history/sqlite/schema.h"

/* A row of a small table that others point to by its number: a label, a KPI's name, a workload. */
struct entry {
    int64_t number;
    const char *key, *value; /* value: of a label; a KPI's unit */
    int64_t records;         /* workloads only */
};

struct entries {
    struct entry *v;
    size_t n, cap;
};

struct reading {
    struct sqlite_history *h;
    struct sqlite *sqlite;
    struct arena *arena;  /* the caller's: texts that several records point to */
    struct arena scratch; /* until the reading ends */
    struct arena page;    /* of the record at hand */
    struct entries workloads, labels, kpis;
    size_t records;       /* seen */
    bool (*visit)(void *context, const struct record *record);
    void *context;
    bool stopped; /* visit has enough */
    LIST_OF(struct history_workload) spans; /* what listing gives */
    LIST_OF(struct label) record_labels;    /* of the record at hand */
    LIST_OF(struct kpi_value) record_kpis;
    LIST_OF(const char *) record_units;
};

/* Numbers are dense unless somebody has been at the file, so the entry stands where its number says. */
static const struct entry *find_entry(const struct entries *entries, int64_t number)
{
    if (number >= 1 && (uint64_t)number <= entries->n && entries->v[number - 1].number == number)
        return &entries->v[number - 1];
    size_t low = 0, high = entries->n;
    while (low < high) {
        size_t mid = low + (high - low) / 2;
        if (entries->v[mid].number == number)
            return &entries->v[mid];
        if (entries->v[mid].number < number)
            low = mid + 1;
        else
            high = mid;
    }
    return NULL;
}

/* In ascending order of numbers, which also ends the reading of a table whose pages form a circle. */
static bool read_entries(struct reading *reading, int statement, struct entries *entries, struct error *err)
{
    struct sqlite3_stmt *row = sqlite_bound(reading->sqlite, statement, err, "");
    bool any;
    while (sqlite_step(reading->sqlite, row, &any, err)) {
        if (!any)
            return true;
        struct entry entry = {.number = sqlite_number(row, 0)};
        if (entries->n && entries->v[entries->n - 1].number >= entry.number)
            return sqlite_damaged(reading->sqlite, "its rows are not in order", err);
        entry.key = sqlite_text(reading->sqlite, row, 1, reading->arena, NULL, err);
        if (statement != SQL_WORKLOADS)
            entry.value = sqlite_text(reading->sqlite, row, 2, reading->arena, NULL, err);
        if (statement == SQL_WORKLOADS)
            entry.records = sqlite_number(row, 2);
        if (!entry.key || (statement != SQL_WORKLOADS && !entry.value))
            return false;
        *LIST_ADD(&reading->scratch, entries) = entry;
    }
    return false;
}

/* The workloads' counts must make the total: else a row of either table is lost. */
static bool read_workloads(struct reading *reading, int64_t *total, struct error *err)
{
    if (!sqlite_step_number(reading->sqlite, sqlite_bound(reading->sqlite, SQL_TOTAL, err, ""), total, err) ||
        !read_entries(reading, SQL_WORKLOADS, &reading->workloads, err))
        return false;
    int64_t left = *total;
    for (size_t i = 0; i < reading->workloads.n; i++) {
        int64_t records = reading->workloads.v[i].records;
        if (records < 0 || records > left)
            return sqlite_damaged(reading->sqlite, "its counts of records disagree", err);
        left -= records;
    }
    return left == 0 || sqlite_damaged(reading->sqlite, "its counts of records disagree", err);
}

static bool read_labels(struct reading *reading, int64_t number, struct error *err)
{
    struct sqlite3_stmt *row = sqlite_bound(reading->sqlite, SQL_RECORD_LABELS, err, "i", number);
    bool any;
    reading->record_labels.n = 0;
    while (sqlite_step(reading->sqlite, row, &any, err)) {
        if (!any)
            return true;
        const struct entry *entry = find_entry(&reading->labels, sqlite_number(row, 0));
        if (!entry)
            return sqlite_damaged(reading->sqlite, "a label is missing", err);
        *LIST_ADD(&reading->scratch, &reading->record_labels) = (struct label){entry->key, entry->value};
    }
    return false;
}

static bool read_kpis(struct reading *reading, int64_t number, struct error *err)
{
    int statement = reading->h->format == 1 ? SQL_RECORD_KPIS_1 : SQL_RECORD_KPIS;
    struct sqlite3_stmt *row = sqlite_bound(reading->sqlite, statement, err, "i", number);
    bool any;
    reading->record_kpis.n = reading->record_units.n = 0;
    while (sqlite_step(reading->sqlite, row, &any, err)) {
        if (!any)
            return true;
        const struct entry *entry = find_entry(&reading->kpis, sqlite_number(row, 0));
        if (!entry)
            return sqlite_damaged(reading->sqlite, "a KPI's name is missing", err);
        *LIST_ADD(&reading->scratch, &reading->record_kpis) = (struct kpi_value){entry->key, sqlite_real(row, 1)};
        *LIST_ADD(&reading->scratch, &reading->record_units) = entry->value;
    }
    return false;
}

/* The record of the row at hand, with its labels and KPIs; believed only when it is whole. */
static bool read_record(struct reading *reading, struct sqlite3_stmt *row, const char *workload, struct error *err)
{
    struct record record = {.start_us = sqlite_number(row, 3)};
    int64_t number = sqlite_number(row, 0);
    unsigned char digest[DIGEST_SIZE];
    arena_clear(&reading->page);
    record.id = sqlite_text(reading->sqlite, row, 2, &reading->page, NULL, err);
    record.where = sqlite_text(reading->sqlite, row, 4, &reading->page, NULL, err);
    if (!record.id || !record.where || !read_labels(reading, number, err) || !read_kpis(reading, number, err))
        return false;
    record.labels_n = reading->record_labels.n;
    record.labels = reading->record_labels.v;
    record.kpis_n = reading->record_kpis.n;
    record.kpis = reading->record_kpis.v;
    record.units = reading->h->format == 1 ? NULL : reading->record_units.v;
    record_digest(reading->h->digest, &reading->h->room, workload, record.where, &record, digest);
    if (record_fault(&record) || !sqlite_is(row, 5, digest, sizeof(digest)))
        return error_at(err, ERR_STORE, (struct pos){.file = reading->sqlite->path},
                        "is damaged: the record '%s' is not as it was stored", record.id);
    reading->stopped = !reading->visit(reading->context, &record);
    return true;
}

/* All records of the selection's workload (NULL: of all) that are of its time, and that none of them is missing. */
static bool read_records(struct reading *reading, const struct history_selection *selection, struct error *err)
{
    const char *workload = selection->workload;
    int64_t wanted;
    if (!read_workloads(reading, &wanted, err) || !read_entries(reading, SQL_LABELS, &reading->labels, err) ||
        !read_entries(reading, reading->h->format == 1 ? SQL_KPIS_1 : SQL_KPIS, &reading->kpis, err))
        return false;
    for (size_t i = 0; workload && i < reading->workloads.n; i++) {
        bool this_one = strcmp(reading->workloads.v[i].key, workload) == 0;
        wanted -= this_one ? 0 : reading->workloads.v[i].records;
    }
    struct sqlite3_stmt *row = sqlite_bound(reading->sqlite, SQL_RECORDS, err, "");
    int64_t last = INT64_MIN;
    for (bool any; sqlite_step(reading->sqlite, row, &any, err);) {
        if (!any)
            return reading->records == (size_t)wanted || sqlite_damaged(reading->sqlite, "records are missing", err);
        const struct entry *its = find_entry(&reading->workloads, sqlite_number(row, 1));
        if (!its || sqlite_number(row, 0) <= last)
            return sqlite_damaged(reading->sqlite, "its rows contradict each other", err);
        last = sqlite_number(row, 0);
        if (workload && strcmp(its->key, workload) != 0)
            continue;
        reading->records++;
        if (history_takes_start(selection, sqlite_number(row, 3)) && !read_record(reading, row, its->key, err))
            return false;
        if (reading->stopped)
            return true;
    }
    return false;
}

bool sqlite_history_walk(struct history *history, const struct history_selection *selection, struct arena *arena,
                         bool (*visit)(void *context, const struct record *record), void *context, struct error *err)
{
    struct sqlite_history *h = (struct sqlite_history *)history;
    struct reading reading = {.h = h, .sqlite = &h->sqlite, .arena = arena, .visit = visit, .context = context};
    if (!arena)
        return sqlite_history_scan(h, selection, visit, context, err);
    bool ok = sqlite_history_begin_reading(h, err) && read_records(&reading, selection, err);
    ok = sqlite_finish(&h->sqlite, ok, false, err);
    arena_close(&reading.scratch);
    arena_close(&reading.page);
    return ok;
}

static int by_name(const void *left, const void *right)
{
    const struct history_workload *a = left, *b = right;
    return strcmp(a->name, b->name);
}

/* How many records each workload really has, and when they started. */
static bool read_spans(struct reading *reading, struct error *err)
{
    int64_t left;
    if (!read_workloads(reading, &left, err))
        return false;
    struct sqlite3_stmt *row = sqlite_bound(reading->sqlite, SQL_SPANS, err, "");
    for (bool any; sqlite_step(reading->sqlite, row, &any, err);) {
        if (!any)
            return left == 0 || sqlite_damaged(reading->sqlite, "records are missing", err);
        const struct entry *its = find_entry(&reading->workloads, sqlite_number(row, 0));
        if (!its || its->records != sqlite_number(row, 1))
            return sqlite_damaged(reading->sqlite, "its counts of records disagree", err);
        left -= its->records;
        *LIST_ADD(reading->arena, &reading->spans) =
            (struct history_workload){.name = its->key, .records = (size_t)its->records, .first_us = sqlite_number(row, 2),
                                      .last_us = sqlite_number(row, 3)};
    }
    return false;
}

bool sqlite_history_list(struct sqlite_history *h, struct arena *arena, struct history_workload **workloads, size_t *n,
                         struct error *err)
{
    struct reading reading = {.h = h, .sqlite = &h->sqlite, .arena = arena};
    bool ok = read_spans(&reading, err);
    arena_close(&reading.scratch);
    *workloads = reading.spans.v;
    *n = ok ? reading.spans.n : 0;
    if (*n)
        qsort(*workloads, *n, sizeof(**workloads), by_name);
    return ok;
}

bool sqlite_history_workloads(struct history *history, struct arena *arena, struct history_workload **workloads,
                              size_t *n, struct error *err)
{
    struct sqlite_history *h = (struct sqlite_history *)history;
    bool ok = sqlite_history_begin_reading(h, err) && sqlite_history_list(h, arena, workloads, n, err);
    ok = sqlite_finish(&h->sqlite, ok, false, err);
    *n = ok ? *n : 0;
    return ok;
}

/* The index did not know the id. That is only believed when the table, row by row, does not know it either. */
static bool confirm_absent(struct sqlite *sqlite, const char *id, struct error *err)
{
    int64_t total;
    bool any;
    if (!sqlite_step_number(sqlite, sqlite_bound(sqlite, SQL_TOTAL, err, ""), &total, err))
        return false;
    struct sqlite3_stmt *row = sqlite_bound(sqlite, SQL_SCAN_ID, err, "t", id);
    if (!sqlite_step(sqlite, row, &any, err))
        return false;
    bool right = any && sqlite_number(row, 0) == total && sqlite_number(row, 1) == 0;
    return right || sqlite_damaged(sqlite, "records are missing", err);
}

static bool read_payload(struct sqlite_history *h, const char *id, struct arena *arena, const char **text, size_t *len,
                         struct error *err)
{
    int64_t number;
    if (!sqlite_step_number(&h->sqlite, sqlite_bound(&h->sqlite, SQL_NUMBER_OF, err, "t", id), &number, err))
        return false;
    if (number < 0)
        return confirm_absent(&h->sqlite, id, err);
    *text = sqlite_history_text(h, number, id, arena, len, err);
    return *text != NULL;
}

const char *sqlite_history_fetch(struct history *history, const char *id, struct arena *arena, size_t *len,
                                 struct error *err)
{
    struct sqlite_history *h = (struct sqlite_history *)history;
    const char *text = NULL;
    bool ok = sqlite_history_begin_reading(h, err) && read_payload(h, id, arena, &text, len, err);
    return sqlite_finish(&h->sqlite, ok, false, err) ? text : NULL;
}
