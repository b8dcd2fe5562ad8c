/* step/spool_step.h — the spool between the payloads of a run and a remote history: for upload_lts, ci, copies and `matbench spool`.
 *
 * Payloads go into the spool first, durable, then what is in the spool for that history goes out, the older first, and what the history
 * has leaves the spool. So a run that is killed or finds no server loses nothing, and the next one brings it. */
#ifndef STEP_SPOOL_STEP_H
#define STEP_SPOOL_STEP_H
#include "history/spool/send.h"
#include "step/context.h"

/* Where the spool is: --spool, MATBENCH_SPOOL; else $XDG_STATE_HOME/matbench/spool, ~/.local/state/matbench/spool, .matbench-spool. NULL:
 * --spool=none. */
const char *spool_place(struct context *context);
/* Opens it with its --spool_max; NULL with *err set, or not set for --spool=none. */
struct spool *spool_step_open(struct context *context, bool make, struct error *err);

/* Puts payloads into a remote history by way of the spool. A spool that is full or cannot be written to is a warning: the payloads go out
 * without it. Gives the exit code: 102 a payload was refused, 110 or 111 nothing arrived, 112 a part did and the rest waits. */
int spool_upload(struct context *context, const char *uri, const char *workload, const struct history_payload *payloads, size_t n,
                 struct history_counts *counts);

struct spool_flush {
    bool refused_too;
    bool tolerant; /* what goes wrong is a warning: the caller came for something else */
};
/* Sends what waits for that history; 0 when nothing does. */
int spool_flush(struct context *context, const char *uri, const struct spool_flush *flush);

/* Logs what spool_list found that is no entry. */
void spool_log_findings(struct context *context, const struct spool_list *list);

#endif
