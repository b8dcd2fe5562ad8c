/* history/backend.h — what a back end is, for the folder's own files; others use history/history.h.
 *
 * A new back end is one file with one `const struct history_backend`, and one line in the table of history/history.c.
 */
#ifndef HISTORY_BACKEND_H
#define HISTORY_BACKEND_H
#include "history/history.h"
#include "history/upkeep.h"

enum { HISTORY_FINDINGS_MAX = 20 };

/* The first member of every back end's own struct. */
struct history {
    const struct history_backend *backend;
    char *uri;
    enum history_mode mode;
    bool exists; /* there is a history; put may turn it to true */
    struct history_origin origin;
    bool by_kpi; /* what is put becomes documents per KPI, too */
    const struct history_access *access; /* or NULL */
    const struct fingerprint_rule *rule; /* of the transaction at hand; or NULL */
    struct arena findings_arena;
    LIST_OF(const char *) findings;
    size_t findings_more;
    /* of the transaction at hand; history.c's, but for the counts of local back ends: */
    struct history_counts counts;
    struct idset *ids; /* NULL: there is none */
    bool failed;       /* an add failed */
    void (*fate)(void *context, const char *id, enum history_fate fate, const char *why);
    void *fate_context;
};

void history_add_finding(struct history *history, const char *format, ...) __attribute__((format(printf, 2, 3)));
void history_forget_findings(struct history *history);

/* For remote back ends: counts the fate and tells the witness; once for each payload that was added. Local ones count themselves. */
void history_tell(struct history *history, const char *id, enum history_fate fate, const char *why);

/* Whether a record is among those that are meant, `newest` aside; and whether its start is. */
bool history_takes(const struct history_selection *selection, const struct record *record);
bool history_takes_start(const struct history_selection *selection, int64_t start_us);

/* The functions do what history.h says of their namesakes. When a history does not exist, only open, close, begin, add and end are
 * called.
 *
 * add gets each id once, and payloads that have been checked. After a begin that succeeded end is always called, after an add
 * that failed with `keep` false. begin, add and end are called for HISTORY_WRITE only.
 *
 * walk and read get a selection (never NULL) without `newest`. What of it they push down is their choice, but for the workload, which only
 * they know: history.c looks at the rest again, sorts, and cuts. walk may give records in any order, and each only has to live until
 * its visit returns; `arena` is room that lives longer, for what several records share (NULL, for a back end that keeps_texts: nothing may
 * be kept, since memory must not grow with the number of records). visit must not be called while a
 * lock is held that would keep others waiting for longer than the reading takes; it may stop (false), which is no failure.
 * walk serves history_walk and history_scan. With `bare`, only id and start are needed, and labels when there are filters. */
struct history_backend {
    const char *scheme;  /* "sqlite": the URI's text before the colon; "opensearch+https": a row for each */
    const char *example; /* "sqlite:history.db"; NULL: another row of the same kind has it */
    bool remote;
    bool rewrites;       /* a text comes back spelled otherwise: members in another order, 10000000 for 1e7 */
    bool keeps_texts;    /* walk's label keys and values and KPI names live in `arena`, each text once */
    /* What is wrong with a URI, before anything is touched (ERR_USAGE); NULL: nothing can be. */
    bool (*check)(const char *uri, struct error *err);
    /* The one spelling of a URI, which may be wrong; NULL: there are no others. */
    const char *(*plain)(struct arena *arena, const char *uri);
    struct history *(*open)(const char *uri, const char *rest, enum history_mode mode, const struct history_access *access,
                            struct error *err);
    void (*close)(struct history *history);
    bool (*begin)(struct history *history, const char *workload, struct error *err);
    bool (*add)(struct history *history, const struct history_payload *payload, struct error *err);
    bool (*end)(struct history *history, bool keep, struct error *err);
    bool (*walk)(struct history *history, const struct history_selection *selection, struct arena *arena,
                 bool (*visit)(void *context, const struct record *record), void *context, struct error *err);
    bool (*read)(struct history *history, const struct history_selection *selection,
                 bool (*visit)(void *context, const struct history_payload *payload), void *context, struct error *err);
    bool (*workloads)(struct history *history, struct arena *arena, struct history_workload **workloads, size_t *n,
                      struct error *err);
    const char *(*fetch)(struct history *history, const char *id, struct arena *arena, size_t *len, struct error *err);
    bool (*set_up)(struct history *history, const char *owner, struct error *err); /* NULL: there is nothing to set up */
    /* For a selection with `newest`: raises *from_us, where the server can tell it, to a start from which on there are at least so many; it need
     * not be right, since history.c reads all when too few come. NULL: cannot be told. */
    bool (*newest_from)(struct history *history, const struct history_selection *selection, int64_t *from_us, struct error *err);
    /* Sets *n to the number of records of a selection, `newest` aside, where that can be told without reading them. NULL: it cannot. */
    bool (*count)(struct history *history, const struct history_selection *selection, int64_t *n, struct error *err);
    const struct history_upkeep *upkeep; /* NULL: it looks after itself, or has nothing to be looked after */
};

extern const struct history_backend history_sqlite; /* history/sqlite/backend.c */
extern const struct history_backend history_folder; /* history/folder/backend.c */
extern const struct history_backend history_opensearch_https, history_opensearch_http; /* history/opensearch/backend.c */
extern const struct history_backend history_horreum, history_horreum_plain; /* history/horreum/backend.c */

#endif
