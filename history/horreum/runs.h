/* history/horreum/runs.h — the runs of a test: which payload each one holds, as its description says.
 *
 * Read from /api/run/list, in pages from 1, by id and with those in the trash: as no run ever goes away, no page shifts while others
 * upload. About 150 bytes are kept for each run. */
#ifndef HISTORY_HORREUM_RUNS_H
#define HISTORY_HORREUM_RUNS_H
#include "history/horreum/document.h"
#include "history/horreum/horreum.h"

enum { HORREUM_RUNS_MAX = 2000000 };

struct horreum_run {
    json_int_t id, start_ms;
    const char *payload; /* id; NULL: the description names none */
    char digest[HORREUM_DIGEST_SIZE]; /* "": the description has none */
    bool trashed, validated; /* validated: Horreum checks it by a JSON Schema */
    bool has_datasets;       /* Horreum has looked at it */
    size_t older;            /* index + 1 of the next older run of the same payload */
};

struct horreum_runs {
    struct arena arena;
    LIST_OF(struct horreum_run) list;
    json_t *newest;     /* payload id → index + 1 of its newest run, in the trash or not */
    json_int_t horizon; /* the highest id that the server's list has shown: those that come later may be unknown */
};

/* Reads the list unless it is there, or, `again`, what came since. ERR_STORE: among others when pages repeat themselves. */
bool horreum_runs_read(struct horreum *h, bool again, struct error *err);
void horreum_runs_open(struct horreum *h); /* empty */
void horreum_runs_close(struct horreum *h);
/* A page of the list, an array, in the order of ids. */
bool horreum_runs_take(struct horreum *h, const json_t *list, size_t page, struct error *err);

/* The newest run of the payload that is not in the trash, or NULL. */
struct horreum_run *horreum_runs_find(const struct horreum *h, const char *payload);
/* The one before it; NULL: there is none. */
struct horreum_run *horreum_runs_older(const struct horreum *h, const struct horreum_run *run);
/* A run that was just made. */
void horreum_runs_add(struct horreum *h, json_int_t id, int64_t start_ms, const char *payload, const char *digest);

/* Calls `visit` for the runs from `first` on, newest first, with what the server says about each at this moment. */
bool horreum_runs_look(struct horreum *h, json_int_t first, void (*visit)(void *context, const struct horreum_run *run, const json_t *errors),
                       void *context, struct error *err);
#endif
