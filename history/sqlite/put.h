/* history/sqlite/put.h — parts of storing a payload in a SQLite history, within a write transaction; for the folder's own files. */
#ifndef HISTORY_SQLITE_PUT_H
#define HISTORY_SQLITE_PUT_H
#include "history/record_digest.h"
#include "history/sqlite/backend.h"

/* For the record with this number, which has none of it yet. */
bool sqlite_put_kpis(struct sqlite *sqlite, int64_t number, const struct record *record, struct error *err);
bool sqlite_put_text(struct sqlite_history *h, int64_t number, const char *id, const char *text, size_t len, struct error *err);

/* Gives the record the units that its payload's text says; none when that is no JSON. They live in `arena`. */
void sqlite_find_units(struct arena *arena, const char *text, size_t len, struct record *record);

#endif
