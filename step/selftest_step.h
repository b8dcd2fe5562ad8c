/* step/selftest_step.h — a synthetic change, and whether the gate sees it: for `selftest`. */
#ifndef STEP_SELFTEST_STEP_H
#define STEP_SELFTEST_STEP_H
#include "regress/gate.h"
#include "step/context.h"
#include "workload/workload.h"

enum { SELFTEST_FAILED = 3 }; /* with `asserts`: the gate does not do as it should */

struct selftest_step {
    const struct workload *workload;
    const char *history;         /* URI */
    const char *results_dirname; /* the tests whose payloads are changed; NULL: the newest invocation of the history */
    double share;                /* 0.1 is 10 % */
    const char *kpi;             /* NULL: all */
    const struct gate *gate;
    bool asserts, json;
};

/* "10%" or "10%:train_runtime". ERR_USAGE. */
bool selftest_read_change(const char *text, double *share, const char **kpi, struct error *err);
/* The exit code: the gate's on the changed payloads; with `asserts` 0 when the gate does as it should, else SELFTEST_FAILED. */
int selftest_step(struct context *context, const struct selftest_step *step);

#endif
