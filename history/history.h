/* history/history.h — where payloads are kept, behind one interface.
 *
 * A URI says where; relative to the current folder; the text after the colon is the name as it is, nothing is decoded:
 *   "sqlite:FILE"  one portable file, e.g. "sqlite:history.db". Records and payloads carry digests, and what does not match
 *                  them is ERR_STORE ("… is damaged"), never a wrong record.
 *   "dir:FOLDER"   a folder as the Python tool writes it (history/folder_history.h): people and other programs put files into it, so
 *                  a file that is no payload is a finding, and the others are history.
 * Others follow behind the same functions. Every text that comes out is UTF-8 and every KPI value finite, whatever is stored.
 */
#ifndef HISTORY_HISTORY_H
#define HISTORY_HISTORY_H
#include "base/arena.h"
#include "base/error.h"
#include "history/record.h"

struct history; /* an open history; close it with history_close; one thread at a time */

enum history_mode {
    HISTORY_READ, /* a history that does not exist is empty: history_exists() says so */
    HISTORY_WRITE /* made by the first history_put when it does not exist (or is an empty file) */
};

/* One payload on its way in. */
struct history_payload {
    struct record record;
    const char *text; /* the payload as compact JSON */
    size_t text_len;
};

struct history_counts {
    size_t added, unchanged, replaced; /* replaced: known id, other content */
};

struct history_workload {
    const char *name;
    size_t records;
    int64_t first_us, last_us; /* starts of its oldest and newest run */
    const char *index;         /* of a folder, when it says one; else NULL */
    bool is_index;             /* `name` is an index: which workload it is, is not known */
};

/* Whether the URI names a back end of ours, without touching it; ERR_USAGE. For saying so before the work begins. */
bool history_is_known(const char *uri, struct error *err);
/* The back ends as a URI begins, "sqlite" first; NULL beyond the last. */
const char *history_scheme(size_t i);
/* Fails with ERR_USAGE (no such back end, bad URI) or ERR_STORE (locked, not a history, unreadable, not writable).
 * HISTORY_READ makes no file, not even a passing one, unless it finds the journal of a writer that was killed: that is
 * rolled back first. */
struct history *history_open(const char *uri, enum history_mode mode, struct error *err);
void history_close(struct history *history); /* NULL is fine */
bool history_exists(const struct history *history);
const char *history_uri(const struct history *history);

/* What the last history_walk (or history_open) left out or put up with, one line each, without the URI. They live until
 * the next call for this history. */
struct history_findings {
    const char *const *v;
    size_t n;
    size_t more; /* that many others are not listed */
};
struct history_findings history_findings(const struct history *history);

/* What a folder says about the payloads that are put into it; other back ends have no place for it. */
struct history_origin {
    const char *index;     /* the first part of its files' names; NULL: the one that it has, else the workload's name */
    int64_t date_us;       /* when the payloads were fetched; 0: the start of the newest one */
    const json_t *filters; /* an object: which ones were asked for; NULL: all */
    bool renew;            /* these replace what the folder says already (else they count for a new one only) */
    bool clean;            /* other payload files of the folder go, at the moment when the new ones are there */
};
/* For the next history_put; what it points to is borrowed until then. */
void history_set_origin(struct history *history, const struct history_origin *origin);

/* All or nothing, whatever happens to this process. Putting the same payloads again changes nothing: the file's bytes
 * stay as they are (payloads are compared by their text, records by start, labels and KPIs; `where` stays what it was
 * first). A folder takes NULL for a workload that is not known. Two payloads of one call with one id must have the same text.
 * ERR_INVALID: a record or payload that no history can hold, or one that this history holds for another workload; ERR_STORE: locked
 * for 5 s, disk full, not writable. `counts` is set only when it succeeds. */
bool history_put(struct history *history, const char *workload, const struct history_payload *payloads, size_t n,
                 struct history_counts *counts, struct error *err);

/* What history_put would do, without doing it. */
bool history_compare(struct history *history, const struct history_payload *payloads, size_t n,
                     struct history_counts *counts, struct error *err);

/* Calls visit for every record of the workload (NULL: of all; a folder holds one workload's payloads and offers them to
 * any), ordered by start, then id; the record lives as long as `arena`. Stops early when visit returns false (the result
 * is still true). All is read before the first visit, so that visit may use the history, and others may write to it meanwhile. */
bool history_walk(struct history *history, const char *workload, struct arena *arena,
                  bool (*visit)(void *context, const struct record *record), void *context, struct error *err);

/* The workloads that have records, ordered by name, in `arena`. A folder has one; what the Python tool wrote does not say
 * which, so it is called by its index and `is_index` is true. */
bool history_workloads(struct history *history, struct arena *arena, struct history_workload **workloads, size_t *n,
                       struct error *err);
/* How many records the workload has (NULL: all workloads). */

/* The payload's JSON text in `arena` (NUL-terminated, *len bytes; len may be NULL), or NULL: with *err set, or not set
 * when there is no such id. */
const char *history_fetch(struct history *history, const char *id, struct arena *arena, size_t *len, struct error *err);

#endif
