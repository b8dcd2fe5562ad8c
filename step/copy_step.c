#include "step/copy_step.h"

#include <string.h>
#include <sys/stat.h>
#include <time.h>

#include "step/upload_step.h"

enum { REFUSALS_SHOWN = 10 };

int64_t copy_now_us(void)
{
    struct timespec now;
    clock_gettime(CLOCK_REALTIME, &now);
    return (int64_t)now.tv_sec * 1000000 + now.tv_nsec / 1000;
}

bool copy_same_place(const char *from, const char *to)
{
    struct stat a, b;
    const char *colon = strchr(from, ':'), *other = strchr(to, ':');
    return colon && other && stat(colon + 1, &a) == 0 && stat(other + 1, &b) == 0 && a.st_dev == b.st_dev && a.st_ino == b.st_ino;
}

static bool is_folder(const char *uri)
{
    return strncmp(uri, "dir:", 4) == 0;
}

/* What is copied together: the payloads of one workload. */
struct piece {
    const char *from; /* workload in the source; NULL: all */
    const char *to;   /* in the target; NULL: not known, for a folder only */
    const char *index;
};

/* A file, or a folder that does not say which workload its payloads are of. */
static bool name_piece(const struct payload_source *source, const struct copy_request *request, const char *index,
                       struct piece *piece, struct error *err)
{
    *piece = (struct piece){.to = request->workload_name, .index = request->index ? request->index : index};
    if (!piece->to && !is_folder(request->to))
        return error_set(err, ERR_USAGE, "%s does not say which workload its payloads are of; --workload_name=NAME says it (the name in "
                                         "workload.yaml)", source->from);
    return true;
}

static bool choose_pieces(struct context *context, const struct payload_source *source, const struct copy_request *request,
                          struct piece **pieces, size_t *n, struct error *err)
{
    const struct history_workload *chosen = NULL;
    *pieces = ARENA_ARRAY(context->arena, struct piece, source->workloads_n + 1);
    *n = 1;
    if (!source->history)
        return name_piece(source, request, NULL, *pieces, err);
    if (source->workloads_n > 1 && !request->workload_name && !is_folder(request->to)) {
        *n = source->workloads_n;
        for (size_t i = 0; i < *n; i++)
            (*pieces)[i] = (struct piece){.from = source->workloads[i].name, .to = source->workloads[i].name};
        return true;
    }
    chosen = payload_source_choose(source, request->workload_name, request->index, err);
    if (!chosen)
        return false;
    if (chosen->is_index)
        return name_piece(source, request, chosen->name, *pieces, err);
    (*pieces)[0] = (struct piece){chosen->name, chosen->name, request->index ? request->index : chosen->index};
    return true;
}

static void log_counts(struct context *context, const struct copy_request *request, const struct history_counts *counts)
{
    const char *would = request->dry_run ? "--dry_run: " : "";
    if (counts->replaced)
        log_line(&context->log, LOG_WARNING, "%s%s: payloads that %s there with other content, and %s replaced: %zu", would, request->to,
                 request->dry_run ? "are" : "were", request->dry_run ? "would be" : "are", counts->replaced);
    log_line(&context->log, LOG_INFO, "%s%s: payloads: %zu %sadded, %zu replaced, %zu there already", would, request->to, counts->added,
             request->dry_run ? "would be " : "", counts->replaced, counts->unchanged);
}

/* A history on a server refuses payloads one by one: told as they come, the others go on. */
struct refusals {
    struct context *context;
    const char *to;
    size_t n;
};

static void take_fate(void *context, const char *id, enum history_fate fate, const char *why)
{
    struct refusals *refusals = context;
    struct context *c = refusals->context;
    if (fate == FATE_REFUSED && refusals->n++ < REFUSALS_SHOWN)
        log_line(&c->log, LOG_ERROR, "%s: payload '%s' is refused: %s", refusals->to, context_shown(c, id), why ? context_shown(c, why) : "");
}

static bool add(void *history, const struct history_payload *payload, struct error *err)
{
    return history_add(history, payload, err);
}

/* One payload is in memory at a time. */
static bool copy_payloads(struct context *context, struct payload_source *source, const struct piece *piece, struct history *to,
                          struct history_counts *counts, struct error *err)
{
    if (!history_begin(to, piece->to, err))
        return false;
    bool ok = payload_source_read(context, source, piece->from, add, to, err);
    return history_end(to, ok, counts, err);
}

static bool copy_piece(struct context *context, struct payload_source *source, const struct copy_request *request,
                       const struct piece *piece, struct history_counts *sum, struct error *err)
{
    struct history_counts counts = {0};
    json_t *filters = record_filters_json(source->selection.filters);
    struct history_origin origin = {.index = piece->index, .date_us = copy_now_us(), .filters = filters,
                                    .renew = request->renew, .clean = request->clean};
    struct history *to = history_open(request->to, request->dry_run ? HISTORY_READ : HISTORY_WRITE, context->access, err);
    struct refusals refusals = {.context = context, .to = request->to};
    if (to) {
        history_set_origin(to, &origin);
        history_set_witness(to, take_fate, &refusals);
    }
    bool ok = to && copy_payloads(context, source, piece, to, &counts, err);
    if (to)
        payload_source_log_findings(context, to);
    history_close(to);
    json_decref(filters);
    sum->added += counts.added;
    sum->replaced += counts.replaced;
    sum->unchanged += counts.unchanged;
    sum->refused += counts.refused;
    sum->unsent += counts.unsent;
    return ok;
}

int copy_step(struct context *context, struct payload_source *source, const struct copy_request *request)
{
    struct error err = {0};
    struct piece *pieces;
    size_t n;
    struct history_counts counts = {0};
    bool ok = choose_pieces(context, source, request, &pieces, &n, &err);
    if (ok && !request->dry_run)
        upload_waiting(context, request->to); /* else an older payload might come after its correction */
    for (size_t i = 0; ok && i < n; i++)
        ok = copy_piece(context, source, request, &pieces[i], &counts, &err);
    size_t arrived = counts.added + counts.replaced + counts.unchanged;
    if (ok || (arrived && history_is_remote(request->to)))
        log_counts(context, request, &counts);
    if (counts.refused)
        log_line(&context->log, LOG_ERROR, "%s: refused payloads: %zu", request->to, counts.refused);
    if (ok)
        return counts.refused ? ERR_INVALID : 0;
    if (err.kind == ERR_NO_INDEX && request->download) {
        log_line(&context->log, LOG_WARNING, "%s", err.text);
        return ERR_NO_INDEX;
    }
    return payload_source_fail(context, source, &err);
}
