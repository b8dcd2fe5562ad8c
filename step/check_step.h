/* step/check_step.h — shows what is wrong with a workload, and what each of its lines gives for tests. */
#ifndef STEP_CHECK_STEP_H
#define STEP_CHECK_STEP_H
#include "step/context.h"
#include "workload/workload.h"

struct check_step {
    const struct workload *workload; /* NULL: it could not be loaded */
    const struct problems *problems;
    const char *shown;     /* where the workload is */
    const char *directory; /* with tests; NULL: only the declaration is looked at */
    const char *const *allow_root, *const *env_allowed; /* NULL-ended */
    bool json, times;
};

/* Gives the exit code: 100 for problems of the declaration (notes are none), 103 no test, 102 an invalid payload, 101 a broken artifact. */
int check_step(struct context *context, const struct check_step *step);

#endif
