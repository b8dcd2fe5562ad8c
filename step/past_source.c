#include "step/past_source.h"

#include "history/history.h"
#include "regress/relabel.h"
#include "regress/rules.h"
#include "step/payload_source.h"

enum { NOTHING = 3 }; /* as a missing history is for the gate */

static bool is_excluded(const struct acks *acks, const struct analysis_options *options, const struct record *record)
{
    for (size_t i = 0; acks && i < acks->excluded_n; i++) {
        const struct ack_exclusion *excluded = &acks->excluded[i];
        if (excluded->line.kpis || !ack_line_fits(&excluded->line, record))
            continue;
        for (size_t k = 0; k < excluded->runs_n; k++)
            if (ack_run_is(&excluded->runs[k], options->comparison_keys, record))
                return true;
    }
    return false;
}

static bool choose(struct context *context, const struct workload *workload, const struct analysis_options *options, const struct acks *acks,
                   struct record *records, size_t *n, struct error *err)
{
    size_t kept = 0, all = *n;
    for (size_t i = 0; i < all; i++) {
        bool keep;
        if (!relabel_record(context->arena, workload, &records[i], &keep, err))
            return false;
        if (keep && !rules_ignore(workload, &records[i]) && !is_excluded(acks, options, &records[i]))
            records[kept++] = records[i];
    }
    if (kept < all)
        log_line(&context->log, LOG_INFO, "left out, as the workload%s says: %zu of %zu payloads", acks ? " or the file of acknowledgements" : "",
                 all - kept, all);
    *n = kept;
    return true;
}

bool past_load(struct context *context, const struct workload *workload, const char *uri, const struct analysis_options *options,
               const struct acks *acks, struct past *past, struct error *err)
{
    struct history_selection selection;
    struct record *records = NULL;
    size_t n = 0;
    struct history *history = payload_source_select(context, &selection, err) ? history_open(uri, HISTORY_READ, context->access, err) : NULL;
    selection.workload = workload->name;
    bool ok = history && history_records(history, &selection, context->arena, &records, &n, err);
    if (ok)
        payload_source_log_findings(context, history);
    history_close(history);
    if (!ok || !choose(context, workload, options, acks, records, &n, err) || context_stopped(context, "nothing was changed", err))
        return false;
    *past = past_of(context->arena, options, records, n);
    return true;
}

int past_say_empty(struct context *context, const struct workload *workload, const char *uri)
{
    log_line(&context->log, LOG_ERROR, "%s: has no payloads of '%s' that --filters, --since and --until leave: there is nothing to look at", uri,
             context_shown(context, workload->name));
    return NOTHING;
}
