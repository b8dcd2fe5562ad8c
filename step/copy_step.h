/* step/copy_step.h — payloads from where they are into a history: for download_lts, export, history export and import. */
#ifndef STEP_COPY_STEP_H
#define STEP_COPY_STEP_H
#include "step/payload_source.h"

struct copy_request {
    const char *to;            /* URI */
    const char *workload_name; /* --workload_name, or NULL */
    const char *index;         /* --opensearch_index, or NULL */
    bool dry_run;
    bool renew, clean; /* as in struct history_origin */
    bool download;     /* that there is nothing yet is a warning and ERR_NO_INDEX, no error: a first run is no failure */
};

/* Gives the exit code; logs what was (or with dry_run would be) added, replaced, unchanged. Each workload's payloads go in as a whole;
 * into a history on a server one by one (102: some were refused; 110, 111: not all arrived). They do not go by way of the spool: the
 * source still has them, and copying again brings what is missing. */
int copy_step(struct context *context, struct payload_source *source, const struct copy_request *request);

/* Whether two URIs or files are the same place. */
bool copy_same_place(const char *from, const char *to);
int64_t copy_now_us(void); /* microseconds since 1970 UTC, by the clock */

#endif
