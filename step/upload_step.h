/* step/upload_step.h — putting a batch of payloads into a history: for upload_lts and ci. */
#ifndef STEP_UPLOAD_STEP_H
#define STEP_UPLOAD_STEP_H
#include "history/batch.h"
#include "step/context.h"
#include "workload/workload.h"

/* Gives the exit code; logs what was added, replaced, unchanged. A history on a server gets them by way of the spool (step/spool_step.h),
 * after what waits there for it. */
int upload_step(struct context *context, const struct workload *workload, const char *uri, struct batch *batch,
                struct history_counts *counts);
/* For a run that has nothing to store: what waits in the spool for this history goes out all the same. What goes wrong is a warning. */
void upload_waiting(struct context *context, const char *uri);
/* Says what upload_step would do; touches nothing. */
int upload_rehearse(struct context *context, const char *uri, struct batch *batch);

#endif
