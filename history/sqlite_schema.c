#include "history/sqlite_schema.h"

#include <assert.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

/* A file's tables must have just these texts: what else would a file from elsewhere make SQLite do? So a change here is a
 * new SQLITE_SCHEMA_FORMAT. */
static const struct {
    const char *name, *sql;
} tables[] = {
    {"total", "CREATE TABLE total (number INTEGER PRIMARY KEY, records INTEGER NOT NULL) STRICT"},
    {"workload", "CREATE TABLE workload (number INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE,"
                 " records INTEGER NOT NULL) STRICT"},
    {"record", "CREATE TABLE record (number INTEGER PRIMARY KEY, workload INTEGER NOT NULL REFERENCES workload,"
               " id TEXT NOT NULL UNIQUE, start_us INTEGER NOT NULL, place TEXT NOT NULL, digest BLOB NOT NULL) STRICT"},
    {"label", "CREATE TABLE label (number INTEGER PRIMARY KEY, key TEXT NOT NULL, value TEXT NOT NULL,"
              " UNIQUE (key, value)) STRICT"},
    {"record_label", "CREATE TABLE record_label (record INTEGER NOT NULL REFERENCES record, position INTEGER NOT NULL,"
                     " label INTEGER NOT NULL REFERENCES label, PRIMARY KEY (record, position)) STRICT, WITHOUT ROWID"},
    {"kpi", "CREATE TABLE kpi (number INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE) STRICT"},
    {"record_kpi", "CREATE TABLE record_kpi (record INTEGER NOT NULL REFERENCES record, position INTEGER NOT NULL,"
                   " kpi INTEGER NOT NULL REFERENCES kpi, value REAL NOT NULL,"
                   " PRIMARY KEY (record, position)) STRICT, WITHOUT ROWID"},
    {"payload", "CREATE TABLE payload (record INTEGER PRIMARY KEY REFERENCES record, digest BLOB NOT NULL,"
                " text TEXT NOT NULL) STRICT"},
};
enum { TABLES = sizeof(tables) / sizeof(tables[0]) };

static_assert((int)SQL_COUNT <= (int)SQLITE_STATEMENTS_MAX, "struct sqlite has room for all");

/* NOT INDEXED: the tables themselves are read, so that a damaged index cannot hide a row. */
const char *const sqlite_schema_texts[SQL_COUNT] = {
    [SQL_APPLICATION_ID] = "PRAGMA application_id",
    [SQL_FORMAT] = "PRAGMA user_version",
    [SQL_OBJECT_COUNT] = "SELECT count(name) FROM sqlite_schema",
    [SQL_OBJECTS] = "SELECT name, tbl_name, sql FROM sqlite_schema",

    [SQL_TOTAL] = "SELECT records FROM total",
    [SQL_WORKLOADS] = "SELECT number, name, records FROM workload NOT INDEXED ORDER BY number",
    [SQL_SPANS] = "SELECT workload, count(id), min(start_us), max(start_us) FROM record NOT INDEXED GROUP BY workload",
    [SQL_LABELS] = "SELECT number, key, value FROM label NOT INDEXED ORDER BY number",
    [SQL_KPIS] = "SELECT number, name FROM kpi NOT INDEXED ORDER BY number",
    [SQL_RECORDS] = "SELECT number, workload, id, start_us, place, digest FROM record NOT INDEXED ORDER BY number",
    [SQL_RECORD_LABELS] = "SELECT label FROM record_label WHERE record = ?1 ORDER BY position",
    [SQL_RECORD_KPIS] = "SELECT kpi, value FROM record_kpi WHERE record = ?1 ORDER BY position",
    [SQL_FETCH] = "SELECT p.digest, p.text FROM record r LEFT JOIN payload p ON p.record = r.number WHERE r.id = ?1",
    [SQL_SCAN_ID] = "SELECT count(id), coalesce(sum(id = ?1), 0) FROM record NOT INDEXED",
    [SQL_STREAM] = ("SELECT r.number, w.name, r.id, r.start_us, r.place, r.digest"
                    " FROM record r NOT INDEXED LEFT JOIN workload w ON w.number = r.workload ORDER BY r.number"),
    [SQL_STREAM_ONE] = ("SELECT r.number, w.name, r.id, r.start_us, r.place, r.digest, p.digest, p.text FROM record r"
                        " LEFT JOIN workload w ON w.number = r.workload LEFT JOIN payload p ON p.record = r.number WHERE r.number = ?1"),
    [SQL_STREAM_LABELS] = ("SELECT l.key, l.value FROM record_label x LEFT JOIN label l ON l.number = x.label"
                           " WHERE x.record = ?1 ORDER BY x.position"),
    [SQL_STREAM_KPIS] = ("SELECT k.name, x.value FROM record_kpi x LEFT JOIN kpi k ON k.number = x.kpi"
                         " WHERE x.record = ?1 ORDER BY x.position"),

    [SQL_FIND] = ("SELECT r.number, r.workload, r.place, r.digest, p.text"
                  " FROM record r LEFT JOIN payload p ON p.record = r.number WHERE r.id = ?1"),
    [SQL_FIND_WORKLOAD] = "SELECT number FROM workload WHERE name = ?1",
    [SQL_ADD_WORKLOAD] = "INSERT INTO workload (name, records) VALUES (?1, 0)",
    [SQL_FIND_LABEL] = "SELECT number FROM label WHERE key = ?1 AND value = ?2",
    [SQL_ADD_LABEL] = "INSERT INTO label (key, value) VALUES (?1, ?2)",
    [SQL_FIND_KPI] = "SELECT number FROM kpi WHERE name = ?1",
    [SQL_ADD_KPI] = "INSERT INTO kpi (name) VALUES (?1)",
    [SQL_ADD_RECORD] = "INSERT INTO record (workload, id, start_us, place, digest) VALUES (?1, ?2, ?3, ?4, ?5)",
    [SQL_CHANGE_RECORD] = "UPDATE record SET workload = ?1, start_us = ?2, place = ?3, digest = ?4 WHERE number = ?5",
    [SQL_DROP_LABELS] = "DELETE FROM record_label WHERE record = ?1",
    [SQL_DROP_KPIS] = "DELETE FROM record_kpi WHERE record = ?1",
    [SQL_DROP_PAYLOAD] = "DELETE FROM payload WHERE record = ?1",
    [SQL_ADD_RECORD_LABEL] = "INSERT INTO record_label (record, position, label) VALUES (?1, ?2, ?3)",
    [SQL_ADD_RECORD_KPI] = "INSERT INTO record_kpi (record, position, kpi, value) VALUES (?1, ?2, ?3, ?4)",
    [SQL_ADD_PAYLOAD] = "INSERT INTO payload (record, digest, text) VALUES (?1, ?2, ?3)",
    [SQL_COUNT_WORKLOAD] = "UPDATE workload SET records = records + ?2 WHERE number = ?1",
    [SQL_COUNT_TOTAL] = "UPDATE total SET records = records + ?1",
};

/* One row of sqlite_schema: an object that belongs to one of our tables must be just as we made it. */
static bool check_object(struct sqlite *sqlite, struct sqlite3_stmt *row, size_t *found, struct error *err)
{
    const char *name = sqlite_raw_text(row, 0), *table = sqlite_raw_text(row, 1), *sql = sqlite_raw_text(row, 2);
    for (size_t i = 0; i < TABLES; i++) {
        if (!table || strcasecmp(table, tables[i].name) != 0)
            continue;
        if (sql && strcmp(sql, tables[i].sql) == 0) {
            ++*found;
            return true;
        }
        if (!sql && name && strncmp(name, "sqlite_autoindex_", 17) == 0)
            return true;
        return sqlite_damaged(sqlite, "a table is not as matbench made it", err);
    }
    return true; /* what others keep beside our tables is theirs */
}

static bool check_tables(struct sqlite *sqlite, struct error *err)
{
    struct sqlite3_stmt *rows = sqlite_bound(sqlite, SQL_OBJECTS, err, "");
    size_t found = 0;
    bool row;
    do {
        if (!sqlite_step(sqlite, rows, &row, err) || (row && !check_object(sqlite, rows, &found, err)))
            return false;
    } while (row);
    return found == TABLES || sqlite_damaged(sqlite, "a table is missing", err);
}

bool sqlite_schema_identify(struct sqlite *sqlite, bool *blank, struct error *err)
{
    struct pos at = {.file = sqlite->path};
    int64_t id, format, objects;
    if (!sqlite_step_number(sqlite, sqlite_bound(sqlite, SQL_APPLICATION_ID, err, ""), &id, err) ||
        !sqlite_step_number(sqlite, sqlite_bound(sqlite, SQL_FORMAT, err, ""), &format, err) ||
        !sqlite_step_number(sqlite, sqlite_bound(sqlite, SQL_OBJECT_COUNT, err, ""), &objects, err))
        return false;
    *blank = id == 0 && format == 0 && objects == 0;
    if (*blank)
        return true;
    if (id != SQLITE_SCHEMA_ID)
        return error_at(err, ERR_STORE, at, "is a SQLite file, but not a matbench history");
    if (format > SQLITE_SCHEMA_FORMAT)
        return error_at(err, ERR_STORE, at, "was written by a newer matbench (history format %lld; this one knows up to %d)",
                        (long long)format, SQLITE_SCHEMA_FORMAT);
    if (format < 1)
        return sqlite_damaged(sqlite, "it says no history format", err);
    return check_tables(sqlite, err);
}

bool sqlite_schema_create(struct sqlite *sqlite, struct error *err)
{
    char numbers[100];
    snprintf(numbers, sizeof(numbers), "PRAGMA application_id = %d; PRAGMA user_version = %d", SQLITE_SCHEMA_ID,
             SQLITE_SCHEMA_FORMAT);
    if (!sqlite_execute(sqlite, numbers, err))
        return false;
    for (size_t i = 0; i < TABLES; i++) {
        if (!sqlite_execute(sqlite, tables[i].sql, err))
            return false;
    }
    return sqlite_execute(sqlite, "INSERT INTO total (number, records) VALUES (1, 0)", err);
}
