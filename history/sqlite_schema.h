/* history/sqlite_schema.h — the tables of a SQLite history and the statements over them; for the folder's own files.
 *
 * record is one payload; its labels and KPI values are rows of numbers that point to texts, each of which is stored once.
 * Payload texts stand apart, so that walking never reads them. `position` counts a record's labels (KPIs) from 0 in the
 * order of their names. workload.records and total.records say how many records there must be, so that a lost row is seen.
 * With the sqlite3 program:
 *
 *     SELECT r.id, l.value FROM record r JOIN record_label x ON x.record = r.number JOIN label l ON l.number = x.label
 *      WHERE l.key = 'version';
 */
#ifndef HISTORY_SQLITE_SCHEMA_H
#define HISTORY_SQLITE_SCHEMA_H
#include "history/sqlite.h"

enum {
    SQLITE_SCHEMA_ID = 0x6D74626E, /* application_id: "mtbn" */
    SQLITE_SCHEMA_FORMAT = 1       /* user_version */
};

enum sqlite_schema_statement {
    SQL_APPLICATION_ID, SQL_FORMAT, SQL_OBJECT_COUNT, SQL_OBJECTS,
    /* reading */
    SQL_TOTAL, SQL_WORKLOADS, SQL_SPANS, SQL_LABELS, SQL_KPIS, SQL_RECORDS, SQL_RECORD_LABELS, SQL_RECORD_KPIS,
    SQL_FETCH, SQL_SCAN_ID, SQL_STREAM, SQL_STREAM_ONE, SQL_STREAM_LABELS, SQL_STREAM_KPIS,
    /* writing */
    SQL_FIND, SQL_FIND_WORKLOAD, SQL_ADD_WORKLOAD, SQL_FIND_LABEL, SQL_ADD_LABEL, SQL_FIND_KPI, SQL_ADD_KPI,
    SQL_ADD_RECORD, SQL_CHANGE_RECORD, SQL_DROP_LABELS, SQL_DROP_KPIS, SQL_DROP_PAYLOAD,
    SQL_ADD_RECORD_LABEL, SQL_ADD_RECORD_KPI, SQL_ADD_PAYLOAD, SQL_COUNT_WORKLOAD, SQL_COUNT_TOTAL,
    SQL_COUNT
};

extern const char *const sqlite_schema_texts[SQL_COUNT];

/* Says whether the file is blank (no history yet), or refuses what is no history of ours: another program's file, a newer
 * format, other tables than ours. Needs a transaction. */
bool sqlite_schema_identify(struct sqlite *sqlite, bool *blank, struct error *err);
/* Makes the tables in a blank file. Needs a write transaction. */
bool sqlite_schema_create(struct sqlite *sqlite, struct error *err);

#endif
