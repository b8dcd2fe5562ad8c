/* step/payload_source.h — payloads that are there already: of a history, or of a file. For download_lts, export, history.
 *
 * Options that a command may have: --filters (history/filter.h), --max_records, --since and --until (config/period.h). */
#ifndef STEP_PAYLOAD_SOURCE_H
#define STEP_PAYLOAD_SOURCE_H
#include "history/batch.h"
#include "history/filter.h"
#include "history/history.h"
#include "step/context.h"

struct payload_source {
    const char *from;        /* the URI, or the file's name */
    struct history *history; /* NULL: a file */
    struct history_workload *workloads; /* that have payloads; of a file none is known */
    size_t workloads_n;
    struct history_selection selection; /* what the options choose; its workload is NULL */
};

/* `from` is a history's URI, else a file's name. ERR_USAGE: it is neither, or the filters cannot be read. */
bool payload_source_open(struct context *context, const char *from, struct payload_source *source, struct error *err);
void payload_source_close(struct payload_source *source);
/* Gives the payloads of one workload (NULL: of all) to `take`, one by one; none is kept, so that there may be any number. What
 * --max_records leaves out (the older ones), what is broken or not Valid, and filters that cannot be meant are logged. False from
 * `take` (*err set) or a signal (ERR_INTERRUPTED, ERR_TERMINATED) ends it. */
bool payload_source_read(struct context *context, struct payload_source *source, const char *workload,
                         bool (*take)(void *taking, const struct history_payload *payload, struct error *err), void *taking,
                         struct error *err);
/* The same into a batch, for what needs them ordered or more than once. */
bool payload_source_take(struct context *context, struct payload_source *source, const char *workload, struct batch *batch,
                         struct error *err);
/* What the command's options choose: --filters, --since, --until, --max_records. `filters` is never NULL. ERR_USAGE. */
bool payload_source_select(struct context *context, struct history_selection *selection, struct error *err);
/* The workload that --workload_name (`name`, or NULL) or else the index means; the only one. NULL with ERR_NO_INDEX: there is none
 * (of that name); with ERR_USAGE: several. */
const struct history_workload *payload_source_choose(const struct payload_source *source, const char *name, const char *index,
                                                     struct error *err);

/* As context_fail; ERR_NO_INDEX is ERR_STORE when there are no payloads, ERR_USAGE when there are others. */
int payload_source_fail(struct context *context, const struct payload_source *source, struct error *err);
/* Logs what reading a history left out. */
void payload_source_log_findings(struct context *context, const struct history *history);

#endif
