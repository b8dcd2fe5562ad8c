/* step/replay_step.h — what the gate would have said all along: for `replay`. */
#ifndef STEP_REPLAY_STEP_H
#define STEP_REPLAY_STEP_H
#include "regress/gate.h"
#include "step/context.h"
#include "workload/workload.h"

enum replay_format { REPLAY_TEXT, REPLAY_MARKDOWN, REPLAY_JSON };

struct replay_step {
    const struct workload *workload;
    const char *history;            /* URI */
    const char *annotations;        /* a file of acknowledgements, whose `changes` are the truth; NULL */
    const char *const *methods;     /* side by side, NULL-ended; none: what the workload says */
    size_t last, tolerance;
    enum replay_format format;
};

/* Gives the exit code. */
int replay_step(struct context *context, const struct replay_step *step);

#endif
