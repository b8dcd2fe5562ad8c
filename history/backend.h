/* history/backend.h — what a back end is, for the folder's own files; others use history/history.h.
 *
 * A new back end is one file with one `const struct history_backend`, and one line in the table of history/history.c.
 */
#ifndef HISTORY_BACKEND_H
#define HISTORY_BACKEND_H
#include "history/history.h"

enum { HISTORY_FINDINGS_MAX = 20 };

/* The first member of every back end's own struct. */
struct history {
    const struct history_backend *backend;
    char *uri;
    enum history_mode mode;
    bool exists; /* there is a history; put may turn it to true */
    struct history_origin origin;
    struct arena findings_arena;
    LIST_OF(const char *) findings;
    size_t findings_more;
};

void history_add_finding(struct history *history, const char *format, ...) __attribute__((format(printf, 2, 3)));
void history_forget_findings(struct history *history);

/* The functions do what history.h says of their namesakes. When a history does not exist, only open, close and put are
 * called. */
struct history_backend {
    const char *scheme;  /* "sqlite": the URI's text before the colon */
    const char *example; /* "sqlite:history.db" */
    struct history *(*open)(const char *uri, const char *rest, enum history_mode mode, struct error *err);
    void (*close)(struct history *history);
    bool (*put)(struct history *history, const char *workload, const struct history_payload *payloads, size_t n,
                struct history_counts *counts, struct error *err);
    bool (*walk)(struct history *history, const char *workload, struct arena *arena,
                 bool (*visit)(void *context, const struct record *record), void *context, struct error *err);
    bool (*workloads)(struct history *history, struct arena *arena, struct history_workload **workloads, size_t *n,
                      struct error *err);
    const char *(*fetch)(struct history *history, const char *id, struct arena *arena, size_t *len, struct error *err);
};

extern const struct history_backend history_sqlite; /* history/sqlite_history.c */
extern const struct history_backend history_folder; /* history/folder_history.c */

#endif
