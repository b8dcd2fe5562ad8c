#include "step/prune_step.h"

#include <string.h>

#include "base/moment.h"
#include "history/prune.h"
#include "history/upkeep.h"
#include "regress/labels.h"
#include "step/payload_source.h"

struct prune {
    struct context *context;
    struct history *history;
    const struct prune_request *request;
    LIST_OF(struct record) records; /* of the workload at hand */
    LIST_OF(const char *) ids;      /* that go */
};

static bool counts(void *context, const char *key)
{
    const struct prune_request *request = context;
    if (!request->by)
        return !label_is_bookkeeping(key);
    for (const char *const *name = request->by; *name; name++)
        if (strcmp(*name, key) == 0)
            return true;
    return false;
}

static bool take(void *context, const struct record *record)
{
    struct prune *prune = context;
    *LIST_ADD(prune->context->arena, &prune->records) = *record;
    return !*prune->context->signal;
}

static const char *day(struct prune *prune, const struct record *record)
{
    char text[MOMENT_TEXT_MAX];
    moment_isoformat((struct moment){.us = record->start_us - record->start_us % 1000000}, ' ', text);
    return arena_strdup(prune->context->arena, text);
}

static void print_choice(struct prune *prune, const char *workload, const struct prune_choice *choice)
{
    struct context *context = prune->context;
    const char *would = prune->request->dry_run ? "would go" : "go";
    for (size_t i = 0; i < choice->n; i++) {
        const struct record *record = choice->v[i];
        fprintf(context->out, "%s  %s  %s\n", context_shown(context, record->id), day(prune, record),
                record->where ? context_shown(context, record->where) : "");
    }
    if (!choice->n) {
        log_line(&context->log, LOG_INFO, "%s: %s: all of %zu payloads stay", history_uri(prune->history), context_shown(context, workload),
                 prune->records.n);
        return;
    }
    log_line(&context->log, LOG_INFO, "%s: %s: %zu of %zu payloads %s, from %s to %s", history_uri(prune->history),
             context_shown(context, workload), choice->n, prune->records.n, would, day(prune, choice->v[0]),
             day(prune, choice->v[choice->n - 1]));
    if (choice->sets_gone)
        log_line(&context->log, LOG_WARNING, "%s: %s: nothing stays of %zu of %zu label sets: the next runs of these have no history; --keep=N "
                                             "keeps the newest of each", history_uri(prune->history), context_shown(context, workload),
                 choice->sets_gone, choice->sets);
}

static bool choose(struct prune *prune, const char *workload, struct error *err)
{
    const struct prune_request *request = prune->request;
    struct arena *arena = prune->context->arena;
    struct history_selection selection = {.workload = workload, .filters = request->filters};
    struct prune_rule rule = {request->before_us, request->keep, counts, (void *)request};
    prune->records.n = 0;
    if (!history_walk(prune->history, &selection, arena, take, prune, err) ||
        context_stopped(prune->context, "nothing is taken out", err))
        return false;
    struct prune_choice choice = prune_choose(arena, prune->records.v, prune->records.n, &rule);
    print_choice(prune, workload, &choice);
    for (size_t i = 0; i < choice.n; i++)
        *LIST_ADD(arena, &prune->ids) = choice.v[i]->id;
    return true;
}

static bool choose_all(struct prune *prune, struct error *err)
{
    struct history_workload *workloads;
    size_t n, seen = 0;
    const char *only = prune->request->workload;
    if (!history_workloads(prune->history, prune->context->arena, &workloads, &n, err))
        return false;
    for (size_t i = 0; i < n; i++) {
        bool meant = !only || strcmp(workloads[i].name, only) == 0;
        seen += meant;
        if (meant && !choose(prune, workloads[i].name, err))
            return false;
    }
    if (!seen && only)
        log_line(&prune->context->log, LOG_WARNING, "%s: no payloads of a workload '%s'", history_uri(prune->history), only);
    return true;
}

static bool compact(struct prune *prune, struct error *err)
{
    struct history_file before, after;
    struct context *context = prune->context;
    if (!history_file_look(prune->history, context->arena, &before, err))
        return false;
    bool wanted = prune->request->compact;
    if (!wanted && before.free_bytes)
        log_line(&context->log, LOG_INFO, "%s: %.1f of %.1f MB are free for new payloads; --compact gives them back to the disk",
                 history_uri(prune->history), (double)before.free_bytes / 1e6, (double)before.bytes / 1e6);
    if (!wanted)
        return true;
    if (!history_file_compact(prune->history, err) || !history_file_look(prune->history, context->arena, &after, err))
        return false;
    log_line(&context->log, LOG_INFO, "%s: %.1f MB; it was %.1f MB", history_uri(prune->history), (double)after.bytes / 1e6,
             (double)before.bytes / 1e6);
    return true;
}

static bool remove_chosen(struct prune *prune, struct error *err)
{
    struct context *context = prune->context;
    size_t removed;
    fflush(context->out); /* what goes is told before it goes */
    if (!history_remove(prune->history, prune->ids.v, prune->ids.n, &removed, err))
        return false;
    if (prune->ids.n)
        log_line(&context->log, LOG_INFO, "%s: payloads taken out: %zu", history_uri(prune->history), removed);
    bool is_file = strncmp(history_uri(prune->history), "sqlite:", 7) == 0;
    return !is_file || compact(prune, err);
}

int prune_step(struct context *context, struct history *history, const struct prune_request *request)
{
    struct error err = {0};
    struct prune prune = {.context = context, .history = history, .request = request};
    bool ok = history_removes(history, &err) && choose_all(&prune, &err) && (request->dry_run || remove_chosen(&prune, &err));
    payload_source_log_findings(context, history);
    return ok ? 0 : context_fail(context, &err);
}
