/* step/new_step.h — a folder to start a workload from: commented files that pass `check`, with an example test. */
#ifndef STEP_NEW_STEP_H
#define STEP_NEW_STEP_H
#include "step/context.h"

/* Makes `folder` (its parent must be there) for the workload `name`: as a whole, or not at all. Refuses (ERR_USAGE) a name that is
 * none and a place that is taken. Says on standard output what to do next. Gives the exit code. */
int new_step(struct context *context, const char *name, const char *folder);

#endif
