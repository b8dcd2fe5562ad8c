/* history/upkeep.h — looking after a local history: whether it is whole, what can be saved of a damaged one, what may go, and the
 * file that it is. Servers look after theirs themselves: then each of these is ERR_USAGE and says what does it there.
 */
#ifndef HISTORY_UPKEEP_H
#define HISTORY_UPKEEP_H
#include "history/history.h"

enum { HEALTH_LINES_MAX = 50 };

/* What a check found. */
struct history_health {
    size_t records;          /* that there must be */
    size_t records_whole;    /* that are as they were stored */
    size_t payloads_whole;   /* whose text is: what can be saved */
    LIST_OF(const char *) damage; /* one line each, HEALTH_LINES_MAX at most; none: the history is whole */
    size_t more;             /* lines that are not listed */
};
/* Reads everything there is. Damage is no failure: *err is for what keeps it from looking (locked, no history). */
bool history_check(struct history *history, struct arena *arena, struct history_health *health, struct error *err);

/* What a damaged history still has: each payload whose text is as it was stored, with the workload that it belongs to (NULL when that
 * is lost, too). The record is made anew from the text, and all of it lives during the visit only; false stops. Order: none.
 * ERR_STORE: nothing can be read at all. */
bool history_salvage(struct history *history,
                     bool (*visit)(void *context, const char *workload, const struct history_payload *payload), void *context,
                     struct error *err);

/* Whether payloads can be taken out of it at all: asked before anything is chosen. ERR_USAGE: a server; ERR_STORE: no history yet. */
bool history_removes(const struct history *history, struct error *err);

/* Takes the payloads with these ids away, all or none; ids that are not there are no failure. *removed: how many were. */
bool history_remove(struct history *history, const char *const *ids, size_t n, size_t *removed, struct error *err);

/* The file of a SQLite history: its format, the newest that this program knows, its journal ("delete" or "wal"), its size and
 * the bytes of it that are free, and how many payloads it holds. Others have none (ERR_USAGE). */
struct history_file {
    int format, newest_format;
    const char *journal;
    int64_t bytes, free_bytes;
    size_t records;
};
bool history_file_look(struct history *history, struct arena *arena, struct history_file *file, struct error *err);
/* Brings the file to the newest format; `backup` gets the name of the file, beside it, with what it was before. Nothing happens, and
 * *backup is NULL, when it has that format already. All or nothing, whenever the process dies. */
bool history_file_upgrade(struct history *history, struct arena *arena, const char **backup, struct error *err);
/* Gives records that an older matbench stored what is kept of lists (history/record_list.h); *filled: how many. All or nothing. */
bool history_file_fill_lists(struct history *history, size_t *filled, struct error *err);
/* The journal that the file has from now on: "delete" or "wal" (docs/sqlite.md). */
bool history_file_set_journal(struct history *history, const char *journal, struct error *err);
/* Gives free room back to the disk. */
bool history_file_compact(struct history *history, struct error *err);

/* What a back end has for it; NULL functions: ERR_USAGE. For history/backend.h. */
struct history_upkeep {
    bool (*check)(struct history *history, struct arena *arena, struct history_health *health, struct error *err);
    bool (*salvage)(struct history *history,
                    bool (*visit)(void *context, const char *workload, const struct history_payload *payload), void *context,
                    struct error *err);
    bool (*remove)(struct history *history, const char *const *ids, size_t n, size_t *removed, struct error *err);
    bool (*file_look)(struct history *history, struct arena *arena, struct history_file *file, struct error *err);
    bool (*file_upgrade)(struct history *history, struct arena *arena, const char **backup, struct error *err);
    bool (*file_fill_lists)(struct history *history, size_t *filled, struct error *err);
    bool (*file_set_journal)(struct history *history, const char *journal, struct error *err);
    bool (*file_compact)(struct history *history, struct error *err);
};

/* For back ends: one line of damage. */
void health_add(struct history_health *health, struct arena *arena, const char *format, ...) __attribute__((format(printf, 3, 4)));

#endif
