#include "step/salvage_step.h"

#include <string.h>

#include "history/upkeep.h"

static bool check(struct context *context, struct history *history, struct history_health *health, struct error *err)
{
    if (!history_check(history, context->arena, health, err))
        return false;
    fprintf(context->out, "%s: %zu payloads, %zu whole\n", context_shown(context, history_uri(history)), health->records, health->payloads_whole);
    for (size_t i = 0; i < health->damage.n; i++)
        fprintf(context->out, "  %s\n", context_shown(context, health->damage.v[i]));
    if (health->more)
        fprintf(context->out, "  and %zu more lines\n", health->more);
    return true;
}

int check_history_step(struct context *context, struct history *history)
{
    struct error err = {0};
    struct history_health health;
    if (!check(context, history, &health, &err))
        return context_fail(context, &err);
    if (!health.damage.n) {
        log_line(&context->log, LOG_INFO, "%s: whole", history_uri(history));
        return 0;
    }
    error_set(&err, ERR_STORE, "%s: is damaged: %zu of %zu payloads are whole%s", history_uri(history), health.payloads_whole, health.records,
              health.payloads_whole ? "; `matbench history salvage --to=URI` saves them" : "");
    return context_fail(context, &err);
}

/* ---- salvage ---- */

struct salvage {
    struct context *context;
    const struct salvage_request *request;
    struct history *from, *to;
    LIST_OF(const char *) workloads;
    const char *workload; /* at hand */
    size_t nameless;      /* payloads of which the workload is lost */
    struct history_counts counts;
    struct error *err;
    bool failed;
};

static bool name_workload(void *context, const char *workload, const struct history_payload *payload)
{
    struct salvage *salvage = context;
    const char *name = workload ? workload : salvage->request->workload;
    (void)payload;
    salvage->nameless += !name;
    for (size_t i = 0; name && i < salvage->workloads.n; i++)
        if (strcmp(salvage->workloads.v[i], name) == 0)
            name = NULL;
    if (name)
        *LIST_ADD(salvage->context->arena, &salvage->workloads) = arena_strdup(salvage->context->arena, name);
    return !*salvage->context->signal;
}

static bool put(void *context, const char *workload, const struct history_payload *payload)
{
    struct salvage *salvage = context;
    const char *name = workload ? workload : salvage->request->workload;
    if (name && strcmp(name, salvage->workload) == 0)
        salvage->failed = !history_add(salvage->to, payload, salvage->err);
    return !salvage->failed && !*salvage->context->signal;
}

static bool put_workload(struct salvage *salvage, const char *workload, struct error *err)
{
    struct history_counts counts = {0};
    salvage->workload = workload;
    salvage->err = err;
    if (!history_begin(salvage->to, workload, err))
        return false;
    bool ok = history_salvage(salvage->from, put, salvage, err) && !salvage->failed &&
              !context_stopped(salvage->context, "the rest is not stored", err);
    ok = history_end(salvage->to, ok, &counts, err) && ok;
    salvage->counts.added += counts.added;
    salvage->counts.replaced += counts.replaced;
    salvage->counts.unchanged += counts.unchanged;
    return ok;
}

/* Who replaces the damaged history by what was saved must not end with nothing. */
static bool has_something(const struct salvage *salvage, const struct history_health *health, struct error *err)
{
    if (salvage->workloads.n || (!health->records && !health->damage.n))
        return true;
    return error_set(err, ERR_STORE, "%s: nothing is saved: %s", history_uri(salvage->from),
                     salvage->nameless ? "the workload of its whole payloads is lost; --workload_name=NAME names it" : "no payload in it is whole");
}

static bool put_all(struct salvage *salvage, const struct history_health *health, struct error *err)
{
    const struct salvage_request *request = salvage->request;
    bool ok = history_salvage(salvage->from, name_workload, salvage, err) && !context_stopped(salvage->context, "nothing is stored", err);
    if (!ok || !has_something(salvage, health, err))
        return false;
    salvage->to = history_open(request->to, request->dry_run ? HISTORY_READ : HISTORY_WRITE, salvage->context->access, err);
    ok = salvage->to != NULL;
    for (size_t i = 0; ok && i < salvage->workloads.n; i++)
        ok = put_workload(salvage, salvage->workloads.v[i], err);
    history_close(salvage->to);
    return ok;
}

static void tell(const struct salvage *salvage, const struct history_health *health)
{
    struct log *log = &salvage->context->log;
    const struct history_counts *counts = &salvage->counts;
    bool dry = salvage->request->dry_run;
    if (salvage->nameless)
        log_line(log, LOG_WARNING, "%s: payloads of which the workload is lost, which are left out: %zu; --workload_name=NAME takes them for its",
                 history_uri(salvage->from), salvage->nameless);
    if (health->records > health->payloads_whole)
        log_line(log, LOG_WARNING, "%s: payloads that are lost: %zu of %zu", history_uri(salvage->from), health->records - health->payloads_whole,
                 health->records);
    log_line(log, LOG_INFO, "%s%s: payloads: %zu %sadded, %zu replaced, %zu there already", dry ? "--dry_run: " : "", salvage->request->to,
             counts->added, dry ? "would be " : "", counts->replaced, counts->unchanged);
}

int salvage_step(struct context *context, struct history *history, const struct salvage_request *request)
{
    struct error err = {0};
    struct history_health health;
    struct salvage salvage = {.context = context, .request = request, .from = history};
    bool ok = check(context, history, &health, &err) && put_all(&salvage, &health, &err);
    if (!ok)
        return context_fail(context, &err);
    tell(&salvage, &health);
    return 0;
}
