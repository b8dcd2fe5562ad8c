#include "kpi/derive.h"

#include <math.h>
#include <string.h>

#include "base/moment.h"

static json_t *text_or_null(const char *text)
{
    return text ? json_string(text) : json_null();
}

static json_t *timestamp(const json_t *metadata)
{
    const char *start = json_string_value(json_object_get(metadata, "start"));
    struct moment moment;
    struct error ignored = {0};
    char text[MOMENT_TEXT_MAX];
    if (!start || !moment_parse(start, MOMENT_ISO, (struct pos){0}, &moment, &ignored))
        return json_null();
    moment_utc_text(moment, text);
    return json_string(text);
}

static bool is_value(const json_t *value)
{
    if (json_is_number(value))
        return true;
    for (size_t i = 0; i < json_array_size(value); i++)
        if (!json_is_number(json_array_get(value, i)))
            return false;
    return json_is_array(value);
}

static void add_gap(struct arena *arena, struct kpi_gaps *gaps, const struct kpi *kpi, const char *reason)
{
    *LIST_ADD(arena, gaps) = (struct kpi_gap){.name = kpi->name, .reason = arena_strdup(arena, reason)};
}

/* A new reference; null when there is a gap. */
static json_t *value_of(struct arena *arena, const struct kpi *kpi, struct sandbox *sandbox, struct kpi_gaps *gaps)
{
    struct sandbox_result result = {0};
    struct error err = {0};
    if (!sandbox_evaluate(sandbox, &kpi->value, &result, &err))
        add_gap(arena, gaps, kpi, err.text);
    else if (result.non_finite)
        add_gap(arena, gaps, kpi, "its value is not a finite number");
    else if (!result.value || json_is_null(result.value))
        add_gap(arena, gaps, kpi, "its expression gave nothing");
    else if (!is_value(result.value))
        add_gap(arena, gaps, kpi, "its expression gave neither a number nor a list of numbers");
    else
        return result.value;
    json_decref(result.value);
    return json_null();
}

/* The labels that a workload adds: constants and expressions over metadata and results. */
static json_t *extra_labels(struct arena *arena, const struct workload *workload, struct sandbox *sandbox,
                            struct kpi_gaps *gaps)
{
    json_t *labels = json_object();
    for (size_t i = 0; workload->labels && i < workload->labels->members_n; i++) {
        const struct template *label = &workload->labels->members[i];
        struct sandbox_result result = {0};
        struct error err = {0};
        if (label->kind == TEMPLATE_CONSTANT)
            result.value = json_incref(label->constant);
        else if (label->kind == TEMPLATE_EXPRESSION && !sandbox_evaluate(sandbox, &label->code, &result, &err))
            *LIST_ADD(arena, gaps) = (struct kpi_gap){.name = label->name, .reason = arena_strdup(arena, err.text)};
        json_object_set_new(labels, label->name, result.value ? result.value : json_null());
    }
    return labels;
}

static json_t *describe(const struct kpi *kpi)
{
    json_t *object = json_pack("{s:s s:s s:b s:o s:n s:o s:o}", "help", kpi->help, "unit", kpi->unit, "ignored_for_regression",
                               kpi->ignored, "format", text_or_null(kpi->divisor.format ? kpi->divisor.format : kpi->format),
                               "full_format", "divisor", kpi->divisor.by > 0 ? json_real(kpi->divisor.by) : json_null(),
                               "divisor_unit", text_or_null(kpi->divisor.unit));
    if (kpi->better != BETTER_NONE)
        json_object_set_new(object, "lower_better", json_boolean(kpi->better == BETTER_LOWER));
    return object;
}

json_t *kpis_derive(struct arena *arena, const struct workload *workload, struct sandbox *sandbox, json_t *metadata,
                    const json_t *results, struct kpi_gaps *gaps)
{
    json_t *kpis = json_object(), *labels = extra_labels(arena, workload, sandbox, gaps), *when = timestamp(metadata);
    json_t *settings = json_object_get(metadata, "settings");
    for (size_t i = 0; i < workload->kpis_n; i++) {
        json_t *kpi = describe(&workload->kpis[i]);
        if (settings)
            json_object_update_missing(kpi, settings);
        json_object_update_missing(kpi, labels);
        json_object_set(kpi, "@timestamp", when);
        json_t *uuid = json_object_get(metadata, "test_uuid");
        json_object_set_new(kpi, "test_uuid", uuid ? json_incref(uuid) : json_null());
        size_t known = gaps->n;
        json_object_set_new(kpi, "value", value_of(arena, &workload->kpis[i], sandbox, gaps));
        if (gaps->n > known)
            gaps->v[known].missing = kpi_missing_find(arena, workload->kpis[i].value.source, metadata, results);
        json_object_set_new(kpis, workload->kpis[i].name, kpi);
    }
    json_decref(labels);
    json_decref(when);
    return kpis;
}
