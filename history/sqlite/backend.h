/* history/sqlite/backend.h — the SQLite back end's handle; for its own files.
 *
 * Invariants: every read and every write is one transaction; a history that is not there yet has no connection until
 * the first put; what is read is not believed until its digest is right.
 */
#ifndef HISTORY_SQLITE_BACKEND_H
#define HISTORY_SQLITE_BACKEND_H
#include "base/digest.h"
#include "base/packed.h"
#include "base/text.h"
#include "history/backend.h"
#include "history/sqlite/sqlite.h"

struct sqlite_history {
    struct history history;
    struct sqlite sqlite;
    int format; /* of the file, as the transaction at hand sees it; history/sqlite/schema.h */
    struct digest *digest;
    struct packer *packer;
    struct text room; /* for record_digest */
    struct put *put;  /* between begin and end; history/sqlite/put.c */
};

/* A read transaction; sqlite_finish ends it. */
bool sqlite_history_begin_reading(struct sqlite_history *h, struct error *err);
/* A write transaction in a file of the newest format: it is made, or upgraded, when it is not. After a failure there is none. */
bool sqlite_history_begin_writing(struct sqlite_history *h, struct error *err);

/* A payload's text, in an arena, and its digest as the file says it. */
struct sqlite_text_row {
    const char *text;
    size_t len;
    unsigned char digest[DIGEST_SIZE];
};
/* Of the record with this number; nobody has looked yet whether the digest is right. ERR_STORE: it is missing, or no text. */
bool sqlite_history_text_row(struct sqlite_history *h, int64_t number, struct arena *arena, struct sqlite_text_row *row, struct error *err);
/* The text as it was stored, or NULL with *err set. */
const char *sqlite_history_text(struct sqlite_history *h, int64_t number, const char *id, struct arena *arena, size_t *len,
                                struct error *err);

/* Calls take for each record, whole, within the transaction at hand; also that none is missing is looked at. A record lives during
 * its call. In history/sqlite_stream.c. */
bool sqlite_history_each(struct sqlite_history *h,
                         bool (*take)(void *context, int64_t number, const char *workload, const struct record *record, struct error *err),
                         void *context, struct error *err);
/* The same for the record with this number, after which the tables may be changed by `take`. */
bool sqlite_history_one(struct sqlite_history *h, int64_t number,
                        bool (*take)(void *context, int64_t number, const char *workload, const struct record *record, struct error *err),
                        void *context, struct error *err);
/* sqlite_history_workloads within the transaction at hand. */
bool sqlite_history_list(struct sqlite_history *h, struct arena *arena, struct history_workload **workloads, size_t *n,
                         struct error *err);

/* The functions of the back end, in history/sqlite/put.c, history/sqlite/read.c, history/sqlite_stream.c. */
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
