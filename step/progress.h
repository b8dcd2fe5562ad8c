/* step/progress.h — how far a long step is: on a terminal only, in one line that goes away. */
#ifndef STEP_PROGRESS_H
#define STEP_PROGRESS_H
#include <stddef.h>

#include "step/log.h"

struct progress {
    const struct log *log;
    const char *what; /* "reading payloads" */
    size_t all, shown;
    bool active;
};

struct progress progress_open(const struct log *log, const char *what, size_t all);
void progress_at(struct progress *progress, size_t done); /* shows every hundredth part */
void progress_close(struct progress *progress);

#endif
