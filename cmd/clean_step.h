/* cmd/clean_step.h — parse --clean: the parse caches of the tests below --results_dirname. */
#ifndef CMD_CLEAN_STEP_H
#define CMD_CLEAN_STEP_H
#include "cmd/command.h"

/* Prints their paths; with --run removes them. Only files of ours, in the directories of the tests that parse would find, and of
 * those that have the settings of another test. Gives the exit code. */
int clean_step(struct context *context, const struct workload *workload);

#endif
