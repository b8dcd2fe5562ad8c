/* matbench upload_lts — parses, and puts the payloads into the history. */
#include "cmd/command.h"
#include "lts/schema.h"
#include "step/parse_step.h"
#include "step/upload_step.h"

static const struct option options_upload_only[] = {
    {"dry_run", OPTION_BOOL, NULL, "false", false, "Says what would be added, replaced or is there already; stores nothing."},
    {"opensearch_index", OPTION_TEXT, "NAME", NULL, false, "First part of the files' names in a new folder (dir:FOLDER); default: the workload's name."},
    {"valid_only", OPTION_BOOL, NULL, "false", false, "Stores the valid payloads although others are invalid."},
    {0},
};

static const struct option *const tables[] = {options_workload, options_results, options_history, options_spool, options_push, options_upload_only,
                                              options_common, NULL};

static int upload(struct context *context, const struct workload *workload, const char *uri, struct batch *batch)
{
    struct parse_counts counts;
    struct history_counts stored;
    struct parse_request request = {.workload = workload,
                                    .results_dirname = options_text(context->options, "results_dirname"),
                                    .need_payloads = true,
                                    .batch = batch};
    int code = parse_step(context, &request, &counts);
    bool partly = code == ERR_INVALID || code == ERR_ARTIFACT;
    if (partly && options_bool(context->options, "valid_only") && counts.valid)
        log_line(&context->log, LOG_WARNING, "--valid_only: the valid payloads (%zu) go on without the others", counts.valid);
    else if (code) {
        if (partly && counts.valid)
            log_line(&context->log, LOG_ERROR, "nothing was stored; --valid_only stores the valid payloads: %zu", counts.valid);
        if (!context_interrupted(context) && !options_bool(context->options, "dry_run"))
            upload_waiting(context, uri);
        return code;
    }
    if (counts.withheld)
        log_line(&context->log, LOG_WARNING, "payloads with a status other than Valid, which do not become history: %zu", counts.withheld);
    if (options_bool(context->options, "dry_run"))
        return upload_rehearse(context, uri, batch);
    return upload_step(context, workload, uri, batch, &stored);
}

static int run(struct context *context)
{
    struct error err = {0};
    const char *uri = command_history_uri(context, &err);
    if (uri && !command_push_check(context, uri, &err))
        uri = NULL;
    struct workload *workload = uri ? command_workload(context, options_text(context->options, "workload"), &err) : NULL;
    struct batch *batch = workload ? batch_open(&err) : NULL;
    int code = err.kind || !lts_exists(workload, &err) ? context_fail(context, &err) : upload(context, workload, uri, batch);
    batch_close(batch);
    workload_close(workload);
    return code;
}

const struct command command_upload = {"upload_lts", "Stores the LTS payloads of a results directory in the history.", NULL, 0,
                                       tables, run};
