#include "step/upload_step.h"

#include "step/access.h"
#include "step/copy_step.h"
#include "step/spool_step.h"

/* A history on this machine takes all of the payloads or none. */
static int upload_here(struct context *context, const struct workload *workload, const char *uri, struct batch *batch,
                       struct history_counts *counts)
{
    struct error err = {0};
    struct history_payload *payloads;
    size_t n;
    struct history_origin origin = {.index = variables_get(context->variables, "MATBENCH_OPENSEARCH_INDEX"), .date_us = copy_now_us()};
    const char *index = options_find_text(context->options, "opensearch_index");
    struct history *history = NULL;
    if (index)
        origin.index = index;
    bool ok = batch_payloads(batch, &payloads, &n, &err) && (history = history_open(uri, HISTORY_WRITE, context->access, &err));
    if (ok) {
        history_set_origin(history, &origin);
        ok = history_put(history, workload->name, payloads, n, counts, &err);
        payload_source_log_findings(context, history);
    }
    history_close(history);
    if (!ok)
        return context_fail(context, &err);
    if (counts->replaced)
        log_line(&context->log, LOG_WARNING, "%s: payloads that were there with other content, and are replaced: %zu", uri,
                 counts->replaced);
    log_line(&context->log, LOG_INFO, "%s: payloads: %zu added, %zu replaced, %zu there already", uri, counts->added,
             counts->replaced, counts->unchanged);
    return 0;
}

int upload_step(struct context *context, const struct workload *workload, const char *uri, struct batch *batch,
                struct history_counts *counts)
{
    struct error err = {0};
    struct history_payload *payloads;
    size_t n;
    *counts = (struct history_counts){0};
    access_set_workload(context, workload);
    if (!history_is_remote(uri))
        return upload_here(context, workload, uri, batch, counts);
    if (!batch_payloads(batch, &payloads, &n, &err))
        return context_fail(context, &err);
    return spool_upload(context, uri, workload->name, payloads, n, counts);
}

void upload_waiting(struct context *context, const char *uri)
{
    if (history_is_remote(uri))
        (void)spool_flush(context, uri, &(struct spool_flush){.tolerant = true});
}

int upload_rehearse(struct context *context, const char *uri, struct batch *batch)
{
    struct error err = {0};
    struct history_payload *payloads;
    size_t n;
    struct history_counts counts = {0};
    struct history *history = NULL;
    bool ok = batch_payloads(batch, &payloads, &n, &err) && (history = history_open(uri, HISTORY_READ, context->access, &err)) &&
              history_compare(history, payloads, n, &counts, &err);
    history_close(history);
    if (!ok)
        return context_fail(context, &err);
    log_line(&context->log, LOG_INFO, "--dry_run: %s: payloads: %zu would be added, %zu replaced, %zu there already", uri,
             counts.added, counts.replaced, counts.unchanged);
    return 0;
}
