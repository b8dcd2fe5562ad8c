/* step/telling.h — how a long proof (proof/: replay, calibrate, selftest) says how far it is, and learns that it should stop.
 *
 *     struct telling telling = {.context = context, .what = "shuffled"};
 *     options.go_on = telling_go_on, options.context = &telling;
 *     …
 *     telling_close(&telling);
 */
#ifndef STEP_TELLING_H
#define STEP_TELLING_H
#include "step/context.h"
#include "step/progress.h"

struct telling {
    struct context *context;
    const char *what; /* what is counted */
    struct progress progress;
};

/* Of `all`, `done` are done; false after Ctrl-C. */
bool telling_go_on(void *telling, size_t done, size_t all);
/* Whether Ctrl-C was pressed; on any thread. */
bool telling_stopped(void *telling);
void telling_close(struct telling *telling);

#endif
