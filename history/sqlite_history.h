/* history/sqlite_history.h — the SQLite back end's handle; for its own files.
 *
 * Invariants: every read and every write is one transaction; a history that is not there yet has no connection until
 * the first put; what is read is not believed until its digest is right.
 */
#ifndef HISTORY_SQLITE_HISTORY_H
#define HISTORY_SQLITE_HISTORY_H
#include "base/digest.h"
#include "base/text.h"
#include "history/backend.h"
#include "history/sqlite.h"

struct sqlite_history {
    struct history history;
    struct sqlite sqlite;
    struct digest *digest;
    struct text room; /* for record_digest */
    struct put *put;  /* between begin and end; history/sqlite_put.c */
};

/* The functions of the back end, in history/sqlite_put.c, history/sqlite_read.c, history/sqlite_stream.c. */
bool sqlite_history_begin(struct history *history, const char *workload, struct error *err);
bool sqlite_history_add(struct history *history, const struct history_payload *payload, struct error *err);
bool sqlite_history_end(struct history *history, bool keep, struct error *err);
bool sqlite_history_walk(struct history *history, const struct history_selection *selection, struct arena *arena,
                         bool (*visit)(void *context, const struct record *record), void *context, struct error *err);
bool sqlite_history_read(struct history *history, const struct history_selection *selection,
                         bool (*visit)(void *context, const struct history_payload *payload), void *context, struct error *err);
/* Walks without keeping anything (the walk of a NULL arena); in history/sqlite_stream.c. */
bool sqlite_history_scan(struct sqlite_history *h, const struct history_selection *selection,
                         bool (*visit)(void *context, const struct record *record), void *context, struct error *err);
bool sqlite_history_workloads(struct history *history, struct arena *arena, struct history_workload **workloads,
                              size_t *n, struct error *err);
const char *sqlite_history_fetch(struct history *history, const char *id, struct arena *arena, size_t *len,
                                 struct error *err);

#endif
