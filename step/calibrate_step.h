/* step/calibrate_step.h — false alarms and detectable changes of this configuration on this history: for `calibrate`. */
#ifndef STEP_CALIBRATE_STEP_H
#define STEP_CALIBRATE_STEP_H
#include <stdint.h>

#include "step/context.h"
#include "workload/workload.h"

struct calibrate_step {
    const struct workload *workload;
    const char *history; /* URI */
    size_t replicates, effect_replicates;
    uint64_t seed;
    bool json;
};

/* Gives the exit code. */
int calibrate_step(struct context *context, const struct calibrate_step *step);

#endif
