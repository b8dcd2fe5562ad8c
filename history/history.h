/* history/history.h — where payloads are kept, behind one interface.
 *
 * A URI says where: "sqlite:history.db" (one portable file). Others follow behind the same functions.
 */
#ifndef HISTORY_HISTORY_H
#define HISTORY_HISTORY_H
#include "base/arena.h"
#include "base/error.h"
#include "history/record.h"

struct history; /* an open history; close it with history_close */

enum history_mode {
    HISTORY_READ,  /* a history that does not exist is empty: history_exists() says so */
    HISTORY_WRITE  /* made when it does not exist */
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

/* Fails with ERR_USAGE (no such back end, bad URI) or ERR_STORE (locked, not a history, unreadable, disk full). */
struct history *history_open(const char *uri, enum history_mode mode, struct error *err);
void history_close(struct history *history);
bool history_exists(const struct history *history);
const char *history_uri(const struct history *history);

/* All or nothing. Putting the same payloads again changes nothing: the file's bytes stay as they are. */
bool history_put(struct history *history, const char *workload, const struct history_payload *payloads, size_t n,
                 struct history_counts *counts, struct error *err);

/* Calls visit for every record of the workload (NULL: of all), ordered by start, then id; the record lives as long as
 * `arena`. Stops early when visit returns false. */
bool history_walk(struct history *history, const char *workload, struct arena *arena,
                  bool (*visit)(void *context, const struct record *record), void *context, struct error *err);

/* The payload's JSON text in `arena`, or NULL: with *err set, or not set when there is no such id. */
const char *history_fetch(struct history *history, const char *id, struct arena *arena, size_t *len, struct error *err);

#endif
