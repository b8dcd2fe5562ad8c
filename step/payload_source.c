#include "step/payload_source.h"

#include <math.h>
#include <string.h>
#include <sys/stat.h>

#include "history/payload_file.h"
#include "json/read.h"
#include "step/progress.h"
#include "store/literal.h"

/* Whether it is a history's URI and no file's name; when it is neither, *err is set (ERR_USAGE). */
static bool is_uri(const char *from, struct error *err)
{
    struct stat st;
    struct error why = {0};
    if (history_is_known(from, &why))
        return true;
    if (strchr(from, ':') && stat(from, &st) != 0) /* a slip in a URI, and no file's name */
        *err = why;
    return false;
}

/* {"a": 1}, or Python's {'a': 1}: what its callers write. */
static bool read_filters(struct context *context, const char *text, struct filters *filters, struct error *err)
{
    struct error ignored = {0};
    struct literal found;
    if (!text)
        return true;
    if (text[0] != '{')
        return record_filters_parse(context->arena, text, filters, err);
    json_t *object = json_read(text, strlen(text), &(struct json_read_options){.file = "--filters", .strict = true}, &ignored);
    if (!object)
        object = literal_parse(text, strlen(text), (struct pos){.file = "--filters"}, &found, err);
    if (!object)
        err->kind = ERR_USAGE;
    bool ok = object && record_filters_from(context->arena, object, filters, err);
    json_decref(object);
    return ok;
}

static bool read_max(struct context *context, size_t *max, struct error *err)
{
    double wanted = options_find_text(context->options, "max_records") ? options_number(context->options, "max_records") : NAN;
    if (isnan(wanted))
        return true;
    if (!(wanted >= 1 && wanted <= 1e9 && wanted == floor(wanted)))
        return error_set(err, ERR_USAGE, "--max_records=%g: expected a whole number from 1 on", wanted);
    *max = (size_t)wanted;
    return true;
}

bool payload_source_open(struct context *context, const char *from, struct payload_source *source, struct error *err)
{
    *source = (struct payload_source){.from = from};
    if (!read_filters(context, options_find_text(context->options, "filters"), &source->filters, err) ||
        !read_max(context, &source->max, err))
        return false;
    bool uri = is_uri(from, err);
    if (!uri)
        return err->kind == ERR_NONE;
    source->history = history_open(from, HISTORY_READ, err);
    return source->history &&
           history_workloads(source->history, context->arena, &source->workloads, &source->workloads_n, err);
}

void payload_source_close(struct payload_source *source)
{
    history_close(source->history);
    source->history = NULL;
}

void payload_source_log_findings(struct context *context, const struct history *history)
{
    struct history_findings findings = history_findings(history);
    for (size_t i = 0; i < findings.n; i++)
        log_line(&context->log, LOG_WARNING, "%s: %s", history_uri(history), findings.v[i]);
    if (findings.more)
        log_line(&context->log, LOG_WARNING, "%s: more files are left out: %zu", history_uri(history), findings.more);
}

const struct history_workload *payload_source_choose(const struct payload_source *source, const char *name, const char *index,
                                                     struct error *err)
{
    const struct history_workload *workloads = source->workloads;
    struct text names = text_open(1000);
    const struct history_workload *chosen = NULL;
    for (size_t i = 0; i < source->workloads_n; i++) {
        text_printf(&names, "%s%s", i ? ", " : "", workloads[i].name);
        if (name ? strcmp(workloads[i].name, name) == 0 : index && strcmp(workloads[i].name, index) == 0)
            chosen = &workloads[i];
    }
    bool folder = source->workloads_n == 1 && workloads[0].is_index; /* it says no workload, so it may be the one that is meant */
    if (!chosen && source->workloads_n == 1 && (!name || folder))
        chosen = &workloads[0];
    if (!chosen && source->workloads_n == 0)
        error_set(err, ERR_NO_INDEX, "%s: there are no payloads", source->from);
    else if (!chosen && name)
        error_set(err, ERR_NO_INDEX, "%s: there are no payloads of workload '%s', only of: %s", source->from, name, names.s);
    else if (!chosen)
        error_set(err, ERR_USAGE, "%s: holds payloads of several workloads; --workload_name=NAME chooses one: %s", source->from, names.s);
    text_close(&names);
    return chosen;
}

int payload_source_fail(struct context *context, const struct payload_source *source, struct error *err)
{
    if (err->kind == ERR_NO_INDEX)
        err->kind = source->workloads_n ? ERR_USAGE : ERR_STORE;
    return context_fail(context, err);
}

/* ---- taking ---- */

struct selection {
    struct context *context;
    const struct payload_source *source;
    LIST_OF(struct record) list;
    bool *known; /* beside the filters: some record has that label */
};

static bool select_record(void *context, const struct record *record)
{
    struct selection *selection = context;
    const struct filters *filters = &selection->source->filters;
    for (size_t i = 0; i < filters->n; i++)
        selection->known[i] |= record_label(record, filters->v[i].key) != NULL;
    if (record_passes(record, filters))
        *LIST_ADD(selection->context->arena, &selection->list) = *record;
    return !*selection->context->signal;
}

static bool goes_on(struct context *context, struct error *err)
{
    return !context_stopped(context, "everything is as it was before", err);
}

/* The newest ones stay. */
static size_t leave_out(struct context *context, const struct payload_source *source, size_t n)
{
    size_t out = source->max && n > source->max ? n - source->max : 0;
    if (out)
        log_line(&context->log, LOG_WARNING, "--max_records=%zu: older payloads that are left out: %zu", source->max, out);
    return out;
}

/* What the filters may have got wrong. */
static void say_unknown_labels(const struct selection *selection)
{
    const struct filters *filters = &selection->source->filters;
    bool all_known = true;
    for (size_t i = 0; i < filters->n; i++) {
        if (!selection->known[i])
            log_line(&selection->context->log, LOG_WARNING, "--filters: no payload has a label '%s'", filters->v[i].key);
        all_known &= selection->known[i];
    }
    if (filters->n && all_known && !selection->list.n)
        log_line(&selection->context->log, LOG_WARNING, "--filters: no payload has these values; `matbench history labels` lists those that there are");
}

static bool fetch_all(struct selection *selection, struct batch *batch, struct error *err)
{
    struct context *context = selection->context;
    struct history *history = selection->source->history;
    struct arena page = {0};
    bool ok = true;
    size_t n = selection->list.n, first = leave_out(context, selection->source, n);
    struct progress progress = progress_open(&context->log, "payloads read", n - first);
    for (size_t i = first; ok && i < n; i++) {
        const struct record *record = &selection->list.v[i];
        size_t len;
        const char *text = history_fetch(history, record->id, &page, &len, err);
        if (!text && err->kind == ERR_NONE)
            error_set(err, ERR_STORE, "%s: payload '%s' has gone meanwhile", selection->source->from, record->id);
        ok = text && batch_add_record(batch, record, text, len, err) && goes_on(context, err);
        arena_clear(&page);
        progress_at(&progress, i + 1 - first);
    }
    progress_close(&progress);
    arena_close(&page);
    return ok;
}

static bool take_file(struct context *context, struct payload_source *source, struct batch *batch, struct error *err)
{
    size_t left_out;
    if (source->filters.n || source->max)
        return error_set(err, ERR_USAGE, "%s: --filters and --max_records are for histories, not for files", source->from);
    if (!payload_file_load(source->from, batch, &left_out, err))
        return false;
    if (left_out)
        log_line(&context->log, LOG_WARNING, "%s: payloads whose status is not Valid, which are left out: %zu", source->from, left_out);
    return goes_on(context, err);
}

bool payload_source_take(struct context *context, struct payload_source *source, const char *workload, struct batch *batch,
                         struct error *err)
{
    struct selection selection = {.context = context, .source = source,
                                  .known = ARENA_ARRAY(context->arena, bool, source->filters.n + 1)};
    if (!source->history)
        return take_file(context, source, batch, err);
    if (!history_walk(source->history, workload, context->arena, select_record, &selection, err))
        return false;
    payload_source_log_findings(context, source->history);
    if (!goes_on(context, err))
        return false;
    say_unknown_labels(&selection);
    return fetch_all(&selection, batch, err);
}
