/* history/sqlite/schema.h — the tables of a SQLite history and the statements over them; for the folder's own files. What people
 * may rely on is docs/sqlite.md: the views matbench_*.
 *
 * record is one payload; its labels and KPI values are rows of numbers that point to texts, each of which is stored once.
 * Payload texts stand apart, packed (base/packed.h), so that walking never reads them. `position` counts a record's labels (KPIs)
 * from 0 in the order of their names. workload.records and total.records say how many records there must be, so that a lost
 * row is seen. A KPI whose unit changed has a row of kpi_unit for each; "" is no unit.
 *
 * Format 1 had KPIs without units (kpi, record_kpi) and texts that are not packed (payload); it is read as it is, and made into
 * format 2 by the next writer that has something to write (history/sqlite/upgrade.h).
 */
#ifndef HISTORY_SQLITE_SCHEMA_H
#define HISTORY_SQLITE_SCHEMA_H
#include "history/sqlite/sqlite.h"

enum {
    SQLITE_SCHEMA_ID = 0x6D74626E, /* application_id: "mtbn" */
    SQLITE_SCHEMA_FORMAT = 2       /* user_version */
};

enum sqlite_schema_statement {
    SQL_APPLICATION_ID, SQL_FORMAT, SQL_OBJECT_COUNT, SQL_OBJECTS,
    /* reading */
    SQL_TOTAL, SQL_WORKLOADS, SQL_SPANS, SQL_LABELS, SQL_KPIS, SQL_RECORDS, SQL_RECORD_LABELS, SQL_RECORD_KPIS,
    SQL_TEXT, SQL_SCAN_ID, SQL_STREAM, SQL_STREAM_ONE, SQL_STREAM_LABELS, SQL_STREAM_KPIS, SQL_NUMBER_OF, SQL_ID, SQL_PLACE, SQL_WORKLOAD_OF, SQL_NEXT_PAYLOAD, SQL_LAST_PAYLOAD, SQL_LAST_RECORD, SQL_PAGE_SIZE, SQL_PAGES, SQL_FREE_PAGES,
    /* reading format 1 */
    SQL_KPIS_1, SQL_RECORD_KPIS_1, SQL_STREAM_KPIS_1, SQL_TEXT_1, SQL_NEXT_PAYLOAD_1, SQL_LAST_PAYLOAD_1,
    /* writing */
    SQL_FIND, SQL_FIND_WORKLOAD, SQL_ADD_WORKLOAD, SQL_FIND_LABEL, SQL_ADD_LABEL, SQL_FIND_KPI, SQL_ADD_KPI,
    SQL_ADD_RECORD, SQL_CHANGE_RECORD, SQL_DROP_LABELS, SQL_DROP_KPIS, SQL_DROP_PAYLOAD,
    SQL_ADD_RECORD_LABEL, SQL_ADD_RECORD_KPI, SQL_ADD_PAYLOAD, SQL_COUNT_WORKLOAD, SQL_COUNT_TOTAL, SQL_SET_DIGEST,
    SQL_DROP_RECORD, SQL_DROP_UNUSED_LABELS, SQL_DROP_UNUSED_KPIS, SQL_DROP_UNUSED_WORKLOADS,
    SQL_COUNT
};

extern const char *const sqlite_schema_texts[SQL_COUNT];

/* Says which format the file has (0: it is blank, no history yet), or refuses what is no history of ours: another program's file,
 * a newer format, other tables than ours. Needs a transaction. */
bool sqlite_schema_identify(struct sqlite *sqlite, int *format, struct error *err);
/* The same for a file that was identified before, without looking at its tables again: another process may have upgraded it. */
bool sqlite_schema_refresh(struct sqlite *sqlite, int *format, struct error *err);
/* Makes the tables in a blank file. Needs a write transaction. */
bool sqlite_schema_create(struct sqlite *sqlite, struct error *err);
/* Format 1: adds the tables of format 2; then, when they are filled, drops those of format 1. Need the same write transaction. */
bool sqlite_schema_add_tables(struct sqlite *sqlite, struct error *err);
bool sqlite_schema_drop_tables(struct sqlite *sqlite, struct error *err);

#endif
