/* step/prune_step.h — takes payloads that are too old, or too many, out of a history: `matbench history prune`. */
#ifndef STEP_PRUNE_STEP_H
#define STEP_PRUNE_STEP_H
#include "history/filter.h"
#include "history/history.h"
#include "step/context.h"

struct prune_request {
    const char *workload;     /* NULL: of each workload by itself */
    const struct filters *filters; /* only payloads with these labels count and go; NULL: all */
    int64_t before_us;        /* only runs that started before; INT64_MAX: any */
    size_t keep;              /* the newest of each label set stay */
    const char *const *by;    /* the labels that make a label set, to NULL; NULL: all but those that LTS keeps for itself (run_id, …) */
    bool dry_run;             /* the history may then be open for reading */
    bool compact;             /* the file gives the room back */
};

/* Prints what goes ("ID  START  PLACE"), logs how much that is, and then takes it out, all at once. Gives the exit code. */
int prune_step(struct context *context, struct history *history, const struct prune_request *request);

#endif
