#include "cmd/history_listing.h"

#include <math.h>
#include <string.h>

#include "base/moment.h"
#include "history/census.h"
#include "history/kpi_census.h"
#include "history/record_list.h"
#include "json/read.h"
#include "json/write.h"
#include "step/payload_source.h"

struct records {
    struct arena *arena;
    const struct context *context;
    LIST_OF(struct record) list;
};

bool history_listing_format(struct context *context, bool *json, struct error *err)
{
    const char *format = options_text(context->options, "format");
    *json = strcmp(format, "json") == 0;
    return *json || strcmp(format, "text") == 0 || error_set(err, ERR_USAGE, "--format=%s: expected text or json", format);
}

static bool take_record(void *context, const struct record *record)
{
    struct records *records = context;
    *LIST_ADD(records->arena, &records->list) = *record;
    return !*records->context->signal;
}

/* The records of the i-th workload that is meant. */
static bool take_all(struct context *context, struct history *history, const struct history_selection *selection, const char *workload,
                     struct records *records, struct error *err)
{
    struct history_selection meant = *selection;
    meant.workload = workload;
    *records = (struct records){.arena = context->arena, .context = context};
    return history_walk(history, &meant, context->arena, take_record, records, err) &&
           !context_stopped(context, "the listing is not whole", err);
}

/* ---- JSON ---- */

static json_t *time_json(int64_t us)
{
    char text[MOMENT_TEXT_MAX];
    moment_utc_text((struct moment){.us = us}, text);
    return json_string(text);
}

static json_t *value_json(const char *text)
{
    struct error ignored = {0};
    json_t *value = json_read(text, strlen(text), &(struct json_read_options){.file = "label"}, &ignored);
    return value ? value : json_string(text);
}

/* {"value": 1.5, "unit": "s"}; a list: {"list": {"count": 400, "mean": …, "p50": …}, "unit": "s"}. */
static json_t *number_json(const struct record *record, size_t i)
{
    const char *unit = record_unit(record, i);
    return json_pack("{s:f s:s?}", "value", record->kpis[i].value, "unit", *unit ? unit : NULL);
}

static json_t *list_json(const struct record *record, const char *kpi)
{
    const char *unit = record_list_unit(record, kpi);
    struct distribution list;
    json_t *parts = json_object();
    record_list(record, kpi, &list);
    json_object_set_new(parts, "count", json_integer((json_int_t)list.count));
    for (size_t i = 0; i < DISTRIBUTION_PARTS; i++)
        json_object_set_new(parts, distribution_part_name((enum distribution_part)i), isfinite(list.part[i]) ? json_real(list.part[i]) : json_null());
    return json_pack("{s:o s:s?}", "list", parts, "unit", *unit ? unit : NULL);
}

static void add_kpi(json_t *kpis, const struct record *record, size_t i)
{
    struct arena scratch = {0};
    const char *name = record->kpis[i].name;
    switch (record_list_place(record, i)) {
    case RECORD_LIST_NOT:
        json_object_set_new(kpis, name, number_json(record, i));
        break;
    case RECORD_LIST_COUNT:
        name = arena_strndup(&scratch, name, record_list_base(name, NULL));
        json_object_set_new(kpis, name, list_json(record, name));
        break;
    case RECORD_LIST_PART:
        break; /* of a list that has its count */
    }
    arena_close(&scratch);
}

static json_t *run_json(const struct record *record)
{
    json_t *run = json_object(), *labels = json_object(), *kpis = json_object();
    for (size_t i = 0; i < record->labels_n; i++)
        json_object_set_new(labels, record->labels[i].key, value_json(record->labels[i].value));
    for (size_t i = 0; i < record->kpis_n; i++)
        add_kpi(kpis, record, i);
    json_object_set_new(run, "test_uuid", json_string(record->id));
    json_object_set_new(run, "start", time_json(record->start_us));
    json_object_set_new(run, "place", json_string(record->where));
    json_object_set_new(run, "labels", labels);
    json_object_set_new(run, "kpis", kpis);
    return run;
}

static json_t *runs_json(struct context *context, const struct records *records)
{
    json_t *runs = json_array();
    (void)context;
    for (size_t i = 0; i < records->list.n; i++)
        json_array_append_new(runs, run_json(&records->list.v[i]));
    return runs;
}

static json_t *label_json(const struct census_label *label)
{
    json_t *object = json_object(), *values = json_array();
    for (size_t i = 0; i < label->values_n; i++) {
        json_t *value = json_object();
        json_object_set_new(value, "value", value_json(label->values[i].value));
        json_object_set_new(value, "payloads", json_integer((json_int_t)label->values[i].records));
        json_array_append_new(values, value);
    }
    json_object_set_new(object, "name", json_string(label->key));
    json_object_set_new(object, "payloads", json_integer((json_int_t)label->records));
    json_object_set_new(object, "varies", json_boolean(label->varies));
    json_object_set_new(object, "values", values);
    return object;
}

static json_t *labels_json(struct context *context, const struct records *records)
{
    struct census census = census_take(context->arena, records->list.v, records->list.n);
    json_t *labels = json_array();
    for (size_t i = 0; i < census.n; i++)
        json_array_append_new(labels, label_json(&census.labels[i]));
    return labels;
}

static json_t *kpi_json(const struct kpi_count *kpi)
{
    json_t *object = json_object(), *units = json_array();
    for (size_t i = 0; i < kpi->units_n; i++) {
        const struct kpi_census_unit *its = &kpi->units[i];
        json_t *unit = json_object();
        json_object_set_new(unit, "unit", *its->unit ? json_string(its->unit) : json_null());
        json_object_set_new(unit, "values", json_integer((json_int_t)its->values));
        json_object_set_new(unit, "first", time_json(its->first_us));
        json_object_set_new(unit, "last", time_json(its->last_us));
        json_array_append_new(units, unit);
    }
    json_object_set_new(object, "name", json_string(kpi->name));
    json_object_set_new(object, "values", json_integer((json_int_t)kpi->values));
    json_object_set_new(object, "first", time_json(kpi->first_us));
    json_object_set_new(object, "last", time_json(kpi->last_us));
    json_object_set_new(object, "min", json_real(kpi->min));
    json_object_set_new(object, "median", json_real(kpi->median));
    json_object_set_new(object, "max", json_real(kpi->max));
    if (kpi->list)
        json_object_set_new(object, "list", json_pack("{s:I s:I}", "shortest", (json_int_t)kpi->shortest, "longest", (json_int_t)kpi->longest));
    json_object_set_new(object, "units", units);
    return object;
}

static json_t *kpis_json(struct context *context, const struct records *records)
{
    struct kpi_census census = kpi_census_take(context->arena, records->list.v, records->list.n);
    json_t *kpis = json_array();
    for (size_t i = 0; i < census.n; i++)
        json_array_append_new(kpis, kpi_json(&census.kpis[i]));
    return kpis;
}

static const struct {
    const char *verb, *key;
    json_t *(*make)(struct context *context, const struct records *records);
} kinds[] = {{"list", "runs", runs_json}, {"labels", "labels", labels_json}, {"kpis", "kpis", kpis_json}};

static json_t *workload_json(struct context *context, const char *name, const struct records *records, const char *verb)
{
    json_t *object = json_object();
    size_t n = records->list.n;
    json_object_set_new(object, "name", json_string(name));
    json_object_set_new(object, "payloads", json_integer((json_int_t)n));
    json_object_set_new(object, "first", n ? time_json(records->list.v[0].start_us) : json_null());
    json_object_set_new(object, "last", n ? time_json(records->list.v[n - 1].start_us) : json_null());
    for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++)
        if (strcmp(kinds[i].verb, verb) == 0)
            json_object_set_new(object, kinds[i].key, kinds[i].make(context, records));
    return object;
}

/* Calls visit for each workload that is meant. */
static bool each_workload(struct context *context, struct history *history, const struct history_selection *selection,
                          void (*visit)(struct context *context, const char *name, const struct records *records, void *to), void *to,
                          struct error *err)
{
    struct history_workload *workloads;
    size_t n, seen = 0;
    if (!history_workloads(history, context->arena, &workloads, &n, err))
        return false;
    for (size_t i = 0; i < n; i++) {
        struct records records;
        if (selection->workload && strcmp(selection->workload, workloads[i].name) != 0)
            continue;
        if (!take_all(context, history, selection, workloads[i].name, &records, err))
            return false;
        seen++;
        visit(context, workloads[i].name, &records, to);
    }
    payload_source_log_findings(context, history);
    if (!seen && selection->workload)
        log_line(&context->log, LOG_WARNING, "no payloads of a workload '%s'", selection->workload);
    return true;
}

struct listing {
    json_t *workloads;
    const char *verb;
};

static void add_workload(struct context *context, const char *name, const struct records *records, void *to)
{
    struct listing *listing = to;
    json_array_append_new(listing->workloads, workload_json(context, name, records, listing->verb));
}

bool history_listing_json(struct context *context, struct history *history, const struct history_selection *selection, const char *verb,
                          struct error *err)
{
    json_t *root = json_object();
    struct listing listing = {json_array(), verb};
    json_object_set_new(root, "workloads", listing.workloads);
    bool ok = each_workload(context, history, selection, add_workload, &listing, err) && context_write_json(context, "-", root, err);
    json_decref(root);
    return ok;
}

/* ---- KPIs as text ---- */

static const char *day(struct context *context, int64_t us)
{
    char text[MOMENT_TEXT_MAX];
    moment_isoformat((struct moment){.us = us - us % 1000000}, ' ', text);
    return arena_strdup(context->arena, text);
}

/* "20 values", "20 lists of 1000", "20 lists of 10 to 1000 values". */
static const char *how_many(struct context *context, const struct kpi_count *kpi)
{
    const char *s = kpi->values == 1 ? "" : "s";
    if (!kpi->list)
        return arena_printf(context->arena, "%zu value%s", kpi->values, s);
    if (kpi->shortest == kpi->longest)
        return arena_printf(context->arena, "%zu list%s of %zu value%s", kpi->values, s, kpi->longest, kpi->longest == 1 ? "" : "s");
    return arena_printf(context->arena, "%zu list%s of %zu to %zu values", kpi->values, s, kpi->shortest, kpi->longest);
}

/* "speed: 20 values from … to …: 10 … 12.5 … 20 items/s", and a line for each unit when it was changed. */
static void show_kpi(struct context *context, const struct kpi_count *kpi)
{
    bool changed = kpi->units_n > 1;
    const char *unit = changed ? "" : context_shown(context, kpi->units[0].unit);
    fprintf(context->out, "  %s: %s from %s to %s: %smin %g, median %g, max %g%s%s\n", context_shown(context, kpi->name), how_many(context, kpi),
            day(context, kpi->first_us), day(context, kpi->last_us), kpi->list ? "their p50: " : "", kpi->min, kpi->median, kpi->max,
            *unit ? " " : "", unit);
    for (size_t i = 0; changed && i < kpi->units_n; i++) {
        const struct kpi_census_unit *its = &kpi->units[i];
        fprintf(context->out, "    unit %s: %zu from %s to %s\n", *its->unit ? context_shown(context, its->unit) : "(none)", its->values,
                day(context, its->first_us), day(context, its->last_us));
    }
}

static void show_workload(struct context *context, const char *name, const struct records *records, void *to)
{
    struct kpi_census census = kpi_census_take(context->arena, records->list.v, records->list.n);
    (void)to;
    fprintf(context->out, "%s: %zu payload%s\n", context_shown(context, name), records->list.n, records->list.n == 1 ? "" : "s");
    for (size_t i = 0; i < census.n; i++)
        show_kpi(context, &census.kpis[i]);
}

bool history_listing_kpis(struct context *context, struct history *history, const struct history_selection *selection, struct error *err)
{
    return each_workload(context, history, selection, show_workload, NULL, err);
}
