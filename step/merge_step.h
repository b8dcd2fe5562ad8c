/* step/merge_step.h — several histories into one: `matbench history merge`.
 *
 * All sources are read twice: first what stands against what (the same id with other content) is found and told, then the payloads go
 * in, those of each workload in one transaction. */
#ifndef STEP_MERGE_STEP_H
#define STEP_MERGE_STEP_H
#include "step/context.h"

enum merge_conflict {
    MERGE_FAIL,   /* nothing is stored */
    MERGE_KEEP,   /* what is there stays; of several sources the first one counts */
    MERGE_REPLACE /* the last source counts */
};

struct merge_request {
    const char *const *from; /* URIs or names of SQLite files, to NULL */
    const char *to;          /* URI */
    const char *workload; /* NULL: all */
    enum merge_conflict on_conflict;
    bool dry_run;
};

/* "fail", "keep", "replace"; ERR_USAGE. */
bool merge_conflict_parse(const char *text, enum merge_conflict *conflict, struct error *err);
/* Gives the exit code: 102 when they contradict each other under MERGE_FAIL. */
int merge_step(struct context *context, const struct merge_request *request);

#endif
