#include "cmd/upload_step.h"

int upload_step(struct context *context, const struct workload *workload, const char *uri, struct batch *batch,
                struct history_counts *counts)
{
    struct error err = {0};
    struct history_payload *payloads;
    size_t n;
    *counts = (struct history_counts){0};
    struct history *history = NULL;
    bool ok = batch_payloads(batch, &payloads, &n, &err) && (history = history_open(uri, HISTORY_WRITE, &err)) &&
              history_put(history, workload->name, payloads, n, counts, &err);
    history_close(history);
    if (!ok)
        return command_fail(context, &err);
    if (counts->replaced)
        log_line(&context->log, LOG_WARNING, "%s: payloads that were there with other content, and are replaced: %zu", uri,
                 counts->replaced);
    log_line(&context->log, LOG_INFO, "%s: payloads: %zu added, %zu replaced, %zu there already", uri, counts->added,
             counts->replaced, counts->unchanged);
    return 0;
}
