/* step/past_source.h — a workload's whole history, in the order in which the CI brought it: for replay, calibrate and selftest.
 *
 * Options that a command may have: --filters, --since, --until (step/payload_source.h).
 */
#ifndef STEP_PAST_SOURCE_H
#define STEP_PAST_SOURCE_H
#include "proof/past.h"
#include "regress/acks/acks.h"
#include "step/context.h"
#include "workload/workload.h"

/* Labels are as today's workload names them; without what ignored_entries and (with `acks`) `excluded` leave out, which is logged. */
bool past_load(struct context *context, const struct workload *workload, const char *uri, const struct analysis_options *options,
               const struct acks *acks, struct past *past, struct error *err);

/* Logs that there is nothing to look at; the exit code for that. */
int past_say_empty(struct context *context, const struct workload *workload, const char *uri);

#endif
