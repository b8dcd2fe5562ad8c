#include "history/sqlite/schema.h"

#include <assert.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

/* A file's tables must have just these texts: what else would a file from elsewhere make SQLite do? So a change here is a
 * new SQLITE_SCHEMA_FORMAT. Views are never read by us; they must be ours all the same, since people believe them. */
static const struct {
    int first, last; /* formats that have it */
    const char *name, *sql;
} objects[] = {
    {1, 2, "total", "CREATE TABLE total (number INTEGER PRIMARY KEY, records INTEGER NOT NULL) STRICT"},
    {1, 2, "workload", "CREATE TABLE workload (number INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE,"
                       " records INTEGER NOT NULL) STRICT"},
    {1, 2, "record", "CREATE TABLE record (number INTEGER PRIMARY KEY, workload INTEGER NOT NULL REFERENCES workload,"
                     " id TEXT NOT NULL UNIQUE, start_us INTEGER NOT NULL, place TEXT NOT NULL, digest BLOB NOT NULL) STRICT"},
    {1, 2, "label", "CREATE TABLE label (number INTEGER PRIMARY KEY, key TEXT NOT NULL, value TEXT NOT NULL,"
                    " UNIQUE (key, value)) STRICT"},
    {1, 2, "record_label", "CREATE TABLE record_label (record INTEGER NOT NULL REFERENCES record, position INTEGER NOT NULL,"
                           " label INTEGER NOT NULL REFERENCES label, PRIMARY KEY (record, position)) STRICT, WITHOUT ROWID"},
    {1, 1, "kpi", "CREATE TABLE kpi (number INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE) STRICT"},
    {1, 1, "record_kpi", "CREATE TABLE record_kpi (record INTEGER NOT NULL REFERENCES record, position INTEGER NOT NULL,"
                         " kpi INTEGER NOT NULL REFERENCES kpi, value REAL NOT NULL,"
                         " PRIMARY KEY (record, position)) STRICT, WITHOUT ROWID"},
    {1, 1, "payload", "CREATE TABLE payload (record INTEGER PRIMARY KEY REFERENCES record, digest BLOB NOT NULL,"
                      " text TEXT NOT NULL) STRICT"},
    {2, 2, "kpi_unit", "CREATE TABLE kpi_unit (number INTEGER PRIMARY KEY, name TEXT NOT NULL, unit TEXT NOT NULL,"
                       " UNIQUE (name, unit)) STRICT"},
    {2, 2, "kpi_value", "CREATE TABLE kpi_value (record INTEGER NOT NULL REFERENCES record, position INTEGER NOT NULL,"
                        " kpi INTEGER NOT NULL REFERENCES kpi_unit, value REAL NOT NULL,"
                        " PRIMARY KEY (record, position)) STRICT, WITHOUT ROWID"},
    {2, 2, "packed_payload", "CREATE TABLE packed_payload (record INTEGER PRIMARY KEY REFERENCES record, digest BLOB NOT NULL,"
                             " size INTEGER NOT NULL, packed BLOB NOT NULL) STRICT"},
    {2, 2, "matbench_run", "CREATE VIEW matbench_run AS SELECT r.id AS id, w.name AS workload,"
                           " strftime('%Y-%m-%d %H:%M:%S', r.start_us / 1000000, 'unixepoch') AS start, r.start_us AS start_us,"
                           " r.place AS place, p.size AS bytes FROM record r JOIN workload w ON w.number = r.workload"
                           " LEFT JOIN packed_payload p ON p.record = r.number"},
    {2, 2, "matbench_label", "CREATE VIEW matbench_label AS SELECT r.id AS id, w.name AS workload,"
                             " strftime('%Y-%m-%d %H:%M:%S', r.start_us / 1000000, 'unixepoch') AS start, r.start_us AS start_us,"
                             " l.key AS label, CASE WHEN json_valid(l.value) THEN l.value ->> '$' ELSE l.value END AS value,"
                             " l.value AS json FROM record r JOIN workload w ON w.number = r.workload"
                             " JOIN record_label x ON x.record = r.number JOIN label l ON l.number = x.label"},
    {2, 2, "matbench_kpi", "CREATE VIEW matbench_kpi AS SELECT r.id AS id, w.name AS workload,"
                           " strftime('%Y-%m-%d %H:%M:%S', r.start_us / 1000000, 'unixepoch') AS start, r.start_us AS start_us,"
                           " k.name AS kpi, x.value AS value, nullif(k.unit, '') AS unit"
                           " FROM record r JOIN workload w ON w.number = r.workload"
                           " JOIN kpi_value x ON x.record = r.number JOIN kpi_unit k ON k.number = x.kpi"},
};
enum { OBJECTS = sizeof(objects) / sizeof(objects[0]) };

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
    [SQL_KPIS] = "SELECT number, name, unit FROM kpi_unit NOT INDEXED ORDER BY number",
    [SQL_RECORDS] = "SELECT number, workload, id, start_us, place, digest FROM record NOT INDEXED ORDER BY number",
    [SQL_RECORD_LABELS] = "SELECT label FROM record_label WHERE record = ?1 ORDER BY position",
    [SQL_RECORD_KPIS] = "SELECT kpi, value FROM kpi_value WHERE record = ?1 ORDER BY position",
    [SQL_TEXT] = "SELECT digest, packed, size FROM packed_payload WHERE record = ?1",
    [SQL_SCAN_ID] = "SELECT count(id), coalesce(sum(id = ?1), 0) FROM record NOT INDEXED",
    [SQL_STREAM] = ("SELECT r.number, w.name, r.id, r.start_us, r.place, r.digest"
                    " FROM record r NOT INDEXED LEFT JOIN workload w ON w.number = r.workload ORDER BY r.number"),
    [SQL_STREAM_ONE] = ("SELECT r.number, w.name, r.id, r.start_us, r.place, r.digest FROM record r"
                        " LEFT JOIN workload w ON w.number = r.workload WHERE r.number = ?1"),
    [SQL_STREAM_LABELS] = ("SELECT l.key, l.value FROM record_label x LEFT JOIN label l ON l.number = x.label"
                           " WHERE x.record = ?1 ORDER BY x.position"),
    [SQL_STREAM_KPIS] = ("SELECT k.name, x.value, k.unit FROM kpi_value x LEFT JOIN kpi_unit k ON k.number = x.kpi"
                         " WHERE x.record = ?1 ORDER BY x.position"),
    [SQL_NUMBER_OF] = "SELECT number FROM record WHERE id = ?1",
    [SQL_ID] = "SELECT id FROM record WHERE number = ?1",
    [SQL_PLACE] = "SELECT place FROM record WHERE number = ?1",
    [SQL_WORKLOAD_OF] = "SELECT w.name FROM record r JOIN workload w ON w.number = r.workload WHERE r.number = ?1",
    [SQL_NEXT_PAYLOAD] = "SELECT record FROM packed_payload WHERE record > ?1 ORDER BY record LIMIT 1",
    [SQL_LAST_PAYLOAD] = "SELECT max(record) FROM packed_payload",
    [SQL_LAST_RECORD] = "SELECT max(number) FROM record NOT INDEXED",
    [SQL_PAGE_SIZE] = "PRAGMA page_size",
    [SQL_PAGES] = "PRAGMA page_count",
    [SQL_FREE_PAGES] = "PRAGMA freelist_count",

    [SQL_KPIS_1] = "SELECT number, name, '' FROM kpi NOT INDEXED ORDER BY number",
    [SQL_RECORD_KPIS_1] = "SELECT kpi, value FROM record_kpi WHERE record = ?1 ORDER BY position",
    [SQL_STREAM_KPIS_1] = ("SELECT k.name, x.value, '' FROM record_kpi x LEFT JOIN kpi k ON k.number = x.kpi"
                           " WHERE x.record = ?1 ORDER BY x.position"),
    [SQL_TEXT_1] = "SELECT digest, text FROM payload WHERE record = ?1",
    [SQL_LAST_PAYLOAD_1] = "SELECT max(record) FROM payload",
    [SQL_NEXT_PAYLOAD_1] = "SELECT record FROM payload WHERE record > ?1 ORDER BY record LIMIT 1",

    [SQL_FIND] = "SELECT number, workload, place, digest FROM record WHERE id = ?1",
    [SQL_FIND_WORKLOAD] = "SELECT number FROM workload WHERE name = ?1",
    [SQL_ADD_WORKLOAD] = "INSERT INTO workload (name, records) VALUES (?1, 0)",
    [SQL_FIND_LABEL] = "SELECT number FROM label WHERE key = ?1 AND value = ?2",
    [SQL_ADD_LABEL] = "INSERT INTO label (key, value) VALUES (?1, ?2)",
    [SQL_FIND_KPI] = "SELECT number FROM kpi_unit WHERE name = ?1 AND unit = ?2",
    [SQL_ADD_KPI] = "INSERT INTO kpi_unit (name, unit) VALUES (?1, ?2)",
    [SQL_ADD_RECORD] = "INSERT INTO record (workload, id, start_us, place, digest) VALUES (?1, ?2, ?3, ?4, ?5)",
    [SQL_CHANGE_RECORD] = "UPDATE record SET workload = ?1, start_us = ?2, place = ?3, digest = ?4 WHERE number = ?5",
    [SQL_DROP_LABELS] = "DELETE FROM record_label WHERE record = ?1",
    [SQL_DROP_KPIS] = "DELETE FROM kpi_value WHERE record = ?1",
    [SQL_DROP_PAYLOAD] = "DELETE FROM packed_payload WHERE record = ?1",
    [SQL_ADD_RECORD_LABEL] = "INSERT INTO record_label (record, position, label) VALUES (?1, ?2, ?3)",
    [SQL_ADD_RECORD_KPI] = "INSERT INTO kpi_value (record, position, kpi, value) VALUES (?1, ?2, ?3, ?4)",
    [SQL_ADD_PAYLOAD] = "INSERT INTO packed_payload (record, digest, size, packed) VALUES (?1, ?2, ?3, ?4)",
    [SQL_COUNT_WORKLOAD] = "UPDATE workload SET records = records + ?2 WHERE number = ?1",
    [SQL_COUNT_TOTAL] = "UPDATE total SET records = records + ?1",
    [SQL_SET_DIGEST] = "UPDATE record SET digest = ?1 WHERE number = ?2",
    [SQL_DROP_RECORD] = "DELETE FROM record WHERE number = ?1",
    [SQL_DROP_UNUSED_LABELS] = "DELETE FROM label WHERE number NOT IN (SELECT label FROM record_label)",
    [SQL_DROP_UNUSED_KPIS] = "DELETE FROM kpi_unit WHERE number NOT IN (SELECT kpi FROM kpi_value)",
    [SQL_DROP_UNUSED_WORKLOADS] = "DELETE FROM workload WHERE records = 0",
};

/* One row of sqlite_schema: an object that belongs to one of our tables must be just as we made it. */
static bool check_object(struct sqlite *sqlite, struct sqlite3_stmt *row, int format, size_t *found, struct error *err)
{
    const char *name = sqlite_raw_text(row, 0), *table = sqlite_raw_text(row, 1), *sql = sqlite_raw_text(row, 2);
    for (size_t i = 0; i < OBJECTS; i++) {
        if (format < objects[i].first || format > objects[i].last || !table || strcasecmp(table, objects[i].name) != 0)
            continue;
        if (sql && strcmp(sql, objects[i].sql) == 0) {
            ++*found;
            return true;
        }
        if (!sql && name && strncmp(name, "sqlite_autoindex_", 17) == 0)
            return true;
        return sqlite_damaged(sqlite, "a table is not as matbench made it", err);
    }
    return true; /* what others keep beside our tables is theirs */
}

static bool check_objects(struct sqlite *sqlite, int format, struct error *err)
{
    struct sqlite3_stmt *rows = sqlite_bound(sqlite, SQL_OBJECTS, err, "");
    size_t found = 0, expected = 0;
    bool row;
    for (size_t i = 0; i < OBJECTS; i++)
        expected += format >= objects[i].first && format <= objects[i].last;
    do {
        if (!sqlite_step(sqlite, rows, &row, err) || (row && !check_object(sqlite, rows, format, &found, err)))
            return false;
    } while (row);
    return found == expected || sqlite_damaged(sqlite, "a table is missing", err);
}

bool sqlite_schema_refresh(struct sqlite *sqlite, int *format, struct error *err)
{
    int64_t number;
    if (!sqlite_step_number(sqlite, sqlite_bound(sqlite, SQL_FORMAT, err, ""), &number, err))
        return false;
    if (number > SQLITE_SCHEMA_FORMAT)
        return error_at(err, ERR_STORE, (struct pos){.file = sqlite->path},
                        "was written by a newer matbench (history format %lld; this one knows up to %d)", (long long)number,
                        SQLITE_SCHEMA_FORMAT);
    if (number < 1)
        return sqlite_damaged(sqlite, "it says no history format", err);
    *format = (int)number;
    return true;
}

bool sqlite_schema_identify(struct sqlite *sqlite, int *format, struct error *err)
{
    int64_t id, number, count;
    if (!sqlite_step_number(sqlite, sqlite_bound(sqlite, SQL_APPLICATION_ID, err, ""), &id, err) ||
        !sqlite_step_number(sqlite, sqlite_bound(sqlite, SQL_FORMAT, err, ""), &number, err) ||
        !sqlite_step_number(sqlite, sqlite_bound(sqlite, SQL_OBJECT_COUNT, err, ""), &count, err))
        return false;
    *format = 0;
    if (id == 0 && number == 0 && count == 0)
        return true;
    if (id != SQLITE_SCHEMA_ID)
        return error_at(err, ERR_STORE, (struct pos){.file = sqlite->path}, "is a SQLite file, but not a matbench history");
    return sqlite_schema_refresh(sqlite, format, err) && check_objects(sqlite, *format, err);
}

static bool set_format(struct sqlite *sqlite, struct error *err)
{
    char numbers[100];
    snprintf(numbers, sizeof(numbers), "PRAGMA application_id = %d; PRAGMA user_version = %d", SQLITE_SCHEMA_ID,
             SQLITE_SCHEMA_FORMAT);
    return sqlite_execute(sqlite, numbers, err);
}

/* Those of the newest format that older ones, up to `format`, do not have. */
static bool create_objects(struct sqlite *sqlite, int format, struct error *err)
{
    for (size_t i = 0; i < OBJECTS; i++) {
        bool wanted = objects[i].last >= SQLITE_SCHEMA_FORMAT && objects[i].first > format;
        if (wanted && !sqlite_execute(sqlite, objects[i].sql, err))
            return false;
    }
    return true;
}

bool sqlite_schema_create(struct sqlite *sqlite, struct error *err)
{
    return set_format(sqlite, err) && create_objects(sqlite, 0, err) &&
           sqlite_execute(sqlite, "INSERT INTO total (number, records) VALUES (1, 0)", err);
}

bool sqlite_schema_add_tables(struct sqlite *sqlite, struct error *err)
{
    return create_objects(sqlite, 1, err);
}

/* Those that point to others go first. */
bool sqlite_schema_drop_tables(struct sqlite *sqlite, struct error *err)
{
    return sqlite_execute(sqlite, "DROP TABLE payload; DROP TABLE record_kpi; DROP TABLE kpi", err) && set_format(sqlite, err);
}
