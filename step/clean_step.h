/* step/clean_step.h — parse --clean: the parse caches of the tests below --results_dirname. */
#ifndef STEP_CLEAN_STEP_H
#define STEP_CLEAN_STEP_H
#include "step/context.h"
#include "workload/workload.h"

/* Prints their paths; with --run removes them. Only files of ours, in the directories of the tests that parse would find, and of
 * those that have the settings of another test. Gives the exit code. */
int clean_step(struct context *context, const struct workload *workload);

#endif
