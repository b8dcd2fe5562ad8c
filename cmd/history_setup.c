#include "cmd/history_setup.h"

#include "cmd/command.h"
#include "history/history.h"

static void log_done(struct context *context, const struct history *history)
{
    struct history_findings findings = history_findings(history);
    for (size_t i = 0; i < findings.n; i++)
        log_line(&context->log, LOG_INFO, "%s: %s", history_uri(history), findings.v[i]);
    if (findings.n == 0)
        log_line(&context->log, LOG_INFO, "%s: everything is there already", history_uri(history));
}

int history_setup(struct context *context, const char *uri)
{
    struct error err = {0};
    const char *name = options_text(context->options, "workload"), *owner = options_text(context->options, "horreum_owner");
    struct history *history = NULL;
    struct workload *workload = NULL;
    bool ok = name || error_set(&err, ERR_USAGE, "history setup: --workload=NAME is missing: whose payloads will be there?");
    ok = ok && (workload = command_workload(context, name, &err)) && (history = history_open(uri, HISTORY_WRITE, context->access, &err)) &&
         history_set_up(history, owner && *owner ? owner : NULL, &err);
    if (ok)
        log_done(context, history);
    history_close(history);
    workload_close(workload);
    return ok ? 0 : context_fail(context, &err);
}
