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
};

/* The functions of the back end, in history/sqlite_put.c and history/sqlite_read.c. */
bool sqlite_history_put(struct history *history, const char *workload, const struct history_payload *payloads, size_t n,
                        struct history_counts *counts, struct error *err);
bool sqlite_history_walk(struct history *history, const char *workload, struct arena *arena,
                         bool (*visit)(void *context, const struct record *record), void *context, struct error *err);
bool sqlite_history_workloads(struct history *history, struct arena *arena, struct history_workload **workloads,
                              size_t *n, struct error *err);
const char *sqlite_history_fetch(struct history *history, const char *id, struct arena *arena, size_t *len,
                                 struct error *err);

#endif
