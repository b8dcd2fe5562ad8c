/* history/sqlite/put.h — parts of storing a payload in a SQLite history, within a write transaction; for the folder's own files. */
#ifndef HISTORY_SQLITE_PUT_H
#define HISTORY_SQLITE_PUT_H
#include "history/record_digest.h"
#include "history/sqlite/backend.h"

/* For the record with this number, which has none of it yet. */
bool sqlite_put_kpis(struct sqlite *sqlite, int64_t number, const struct record *record, struct error *err);
/* The KPIs of a record that is there in place of those that it has. */
bool sqlite_put_lists(struct sqlite_history *h, int64_t number, const char *workload, const char *place, const struct record *record,
                      struct error *err);
bool sqlite_put_text(struct sqlite_history *h, int64_t number, const char *id, const char *text, size_t len, struct error *err);

#endif
