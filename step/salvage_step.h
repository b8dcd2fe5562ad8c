/* step/salvage_step.h — whether a history is whole, and what is whole of a damaged one: `matbench history check` and `salvage`. */
#ifndef STEP_SALVAGE_STEP_H
#define STEP_SALVAGE_STEP_H
#include "history/history.h"
#include "step/context.h"

/* Prints what was found; 110 when the history is damaged. */
int check_history_step(struct context *context, struct history *history);

struct salvage_request {
    const char *to; /* URI */
    const char *workload; /* of payloads of which it is lost; NULL: the only one that the history knows, else they are left out */
    bool dry_run;
};

/* Puts what is whole into another history, each workload's in one transaction. Gives the exit code: 0 also when something is lost, which
 * is a warning. */
int salvage_step(struct context *context, struct history *history, const struct salvage_request *request);

#endif
