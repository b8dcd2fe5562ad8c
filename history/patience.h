/* history/patience.h — waiting for other processes that have a file or a folder locked; for the folder's own files.
 *
 * Of those who wait, the one that waits longest looks most often, so that nobody is passed by for ever; chance keeps two who began
 * together from meeting again and again. */
#ifndef HISTORY_PATIENCE_H
#define HISTORY_PATIENCE_H
#include "history/history.h"

struct patience {
    double wait_s;
    const volatile sig_atomic_t *signal; /* or NULL */
    void (*tell)(void *context, const char *line); /* or NULL */
    void *tell_context;
    double since; /* seconds of the monotonic clock */
    bool told;    /* that it waits; once for each thing that is done */
};

/* As the access has it (history/history.h); it may be NULL. */
void patience_set(struct patience *patience, const struct history_access *access);
/* Before the first try to get a lock. */
void patience_begin(struct patience *patience);
/* Pauses before the next try; false: no more of them, and patience_error says why. `path` is what is locked. */
bool patience_wait(struct patience *patience, const char *path);
bool patience_error(const struct patience *patience, const char *path, struct error *err);

#endif
