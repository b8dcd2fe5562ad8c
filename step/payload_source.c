#include "step/payload_source.h"

#include <math.h>
#include <string.h>
#include <sys/stat.h>

#include "base/moment.h"
#include "config/period.h"
#include "history/payload_file.h"
#include "json/read.h"
#include "step/copy_step.h"
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

bool payload_source_select(struct context *context, struct history_selection *selection, struct error *err)
{
    const struct options *options = context->options;
    struct filters *filters = ARENA_NEW(context->arena, struct filters);
    struct period period = {0};
    *selection = (struct history_selection){.filters = filters};
    if (!read_filters(context, options_find_text(options, "filters"), filters, err) || !read_max(context, &selection->newest, err) ||
        !period_parse(options_find_text(options, "since"), options_find_text(options, "until"), "since", "until", copy_now_us(), &period, err))
        return false;
    selection->from_us = period.from_us;
    selection->to_us = period.to_us;
    return true;
}

bool payload_source_open(struct context *context, const char *from, struct payload_source *source, struct error *err)
{
    *source = (struct payload_source){.from = from};
    if (!payload_source_select(context, &source->selection, err))
        return false;
    bool uri = is_uri(from, err);
    if (!uri)
        return err->kind == ERR_NONE;
    source->history = history_open(from, HISTORY_READ, context->access, err);
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

/* ---- reading ---- */

struct reading {
    struct context *context;
    const struct payload_source *source;
    struct progress progress;
    size_t n;   /* payloads so far */
    bool (*take)(void *taking, const struct history_payload *payload, struct error *err);
    void *taking;
    struct error *err;
};

static bool goes_on(struct context *context, struct error *err)
{
    return !context_stopped(context, "everything is as it was before", err);
}

static bool take_payload(void *context, const struct history_payload *payload)
{
    struct reading *reading = context;
    bool ok = goes_on(reading->context, reading->err) && reading->take(reading->taking, payload, reading->err);
    progress_at(&reading->progress, ++reading->n);
    return ok;
}

/* What the filters may have got wrong: asked only when nothing was found. */
struct doubt {
    struct context *context;
    const struct filters *filters;
    bool *known;    /* beside the filters: some record has that label */
    size_t unknown;
};

static bool look_at_labels(void *context, const struct record *record)
{
    struct doubt *doubt = context;
    for (size_t i = 0; i < doubt->filters->n; i++) {
        bool seen = !doubt->known[i] && record_label(record, doubt->filters->v[i].key);
        doubt->known[i] |= seen;
        doubt->unknown -= seen;
    }
    return doubt->unknown && !*doubt->context->signal;
}

static bool say_unknown_labels(struct context *context, const struct payload_source *source, const char *workload, struct error *err)
{
    const struct filters *filters = source->selection.filters;
    struct history_selection all = {.workload = workload};
    struct doubt doubt = {context, filters, ARENA_ARRAY(context->arena, bool, filters->n + 1), filters->n};
    if (!history_scan(source->history, &all, look_at_labels, &doubt, err))
        return false;
    for (size_t i = 0; i < filters->n; i++)
        if (!doubt.known[i])
            log_line(&context->log, LOG_WARNING, "--filters: no payload has a label '%s'", filters->v[i].key);
    if (!doubt.unknown)
        log_line(&context->log, LOG_WARNING, "--filters: no payload has these values%s; `matbench history labels` lists those that there are",
                 source->selection.from_us || source->selection.to_us ? " in that time" : "");
    return goes_on(context, err);
}

static const char *when(struct arena *arena, int64_t us)
{
    char text[MOMENT_TEXT_MAX];
    moment_isoformat((struct moment){.us = us - us % 1000000}, 'T', text);
    return arena_strdup(arena, text);
}

/* Why nothing was found, for somebody who expected something. */
static bool say_nothing(struct context *context, const struct payload_source *source, const char *workload, struct error *err)
{
    bool timed = source->selection.from_us || source->selection.to_us;
    if (source->selection.filters->n)
        return say_unknown_labels(context, source, workload, err);
    for (size_t i = 0; timed && i < source->workloads_n; i++) {
        const struct history_workload *its = &source->workloads[i];
        if (!workload || strcmp(workload, its->name) == 0)
            log_line(&context->log, LOG_WARNING, "%s: no payload of '%s' started in that time; they started from %s to %s", source->from,
                     its->name, when(context->arena, its->first_us), when(context->arena, its->last_us));
    }
    return true;
}

/* An upper bound: how many the filters take is not known yet. */
static size_t count_workload(const struct payload_source *source, const char *workload)
{
    size_t n = 0;
    for (size_t i = 0; i < source->workloads_n; i++)
        if (!workload || strcmp(workload, source->workloads[i].name) == 0)
            n += source->workloads[i].records;
    return source->selection.newest && source->selection.newest < n ? source->selection.newest : n;
}

static bool read_history(struct reading *reading, const char *workload, struct error *err)
{
    struct context *context = reading->context;
    const struct payload_source *source = reading->source;
    struct history_selection selection = source->selection;
    size_t all = 0;
    selection.workload = workload;
    if (selection.newest && !history_count(source->history, &selection, &all, err))
        return false;
    reading->progress = progress_open(&context->log, "payloads read", count_workload(source, workload));
    bool ok = history_read(source->history, &selection, take_payload, reading, err) && !err->kind;
    progress_close(&reading->progress);
    if (!ok)
        return false;
    payload_source_log_findings(context, source->history);
    if (all > reading->n)
        log_line(&context->log, LOG_WARNING, "--max_records=%zu: older payloads that are left out: %zu", selection.newest, all - reading->n);
    return reading->n || say_nothing(context, source, workload, err);
}

static bool read_file(struct reading *reading, struct error *err)
{
    const struct payload_source *source = reading->source;
    size_t left_out;
    const struct history_selection *selection = &source->selection;
    if (selection->filters->n || selection->newest || selection->from_us || selection->to_us)
        return error_set(err, ERR_USAGE, "%s: --filters, --max_records, --since and --until are for histories, not for files", source->from);
    if (!payload_file_read(source->from, take_payload, reading, &left_out, err) || err->kind)
        return false;
    if (left_out)
        log_line(&reading->context->log, LOG_WARNING, "%s: payloads whose status is not Valid, which are left out: %zu", source->from, left_out);
    return true;
}

bool payload_source_read(struct context *context, struct payload_source *source, const char *workload,
                         bool (*take)(void *taking, const struct history_payload *payload, struct error *err), void *taking,
                         struct error *err)
{
    struct reading reading = {.context = context, .source = source, .take = take, .taking = taking, .err = err};
    return (source->history ? read_history(&reading, workload, err) : read_file(&reading, err)) && goes_on(context, err);
}

static bool add_to_batch(void *batch, const struct history_payload *payload, struct error *err)
{
    return batch_add_record(batch, &payload->record, payload->text, payload->text_len, err);
}

bool payload_source_take(struct context *context, struct payload_source *source, const char *workload, struct batch *batch,
                         struct error *err)
{
    return payload_source_read(context, source, workload, add_to_batch, batch, err);
}
