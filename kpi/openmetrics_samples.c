/* Names of families, and one payload's samples as text. */
#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "base/moment.h"
#include "json/write.h"
#include "kpi/openmetrics_samples.h"
#include "kpi/sample.h"

enum { SAMPLES_MAX = 64 << 20, LABEL_NAME_MAX = 10000 };

/* ---- names ---- */

void openmetrics_name(const struct kpi *kpi, struct text *name, struct text *unit)
{
    text_add(unit, kpi->openmetrics.word);
    text_add(name, kpi->openmetrics.name ? kpi->openmetrics.name : kpi->name);
    size_t had = name->len;
    bool ends = unit->len == 0 || (had > unit->len && name->s[had - unit->len - 1] == '_' &&
                                   strcmp(name->s + had - unit->len, unit->s) == 0);
    if (!ends)
        text_printf(name, "_%s", unit->s);
}

void openmetrics_family(const struct kpi *kpi, enum openmetrics_flavor flavor, struct text *name, struct text *unit)
{
    if (flavor != OPENMETRICS_SEED) {
        openmetrics_name(kpi, name, unit);
        return;
    }
    text_add(name, kpi->name);
    text_add(unit, kpi->unit);
}

/* ---- samples ---- */

void openmetrics_escape(struct text *out, const char *value, bool quotes)
{
    for (; *value; value++) {
        if (*value == '\n')
            text_add(out, "\\n");
        else if (*value == '\\' || (quotes && *value == '"'))
            text_printf(out, "\\%c", *value);
        else
            text_addc(out, *value);
    }
}

/* Whether `labels` has that label already: quotes inside values have a backslash before them, so this finds names only. */
static bool has_label(const struct text *labels, const char *name)
{
    size_t n = strlen(name);
    for (const char *p = labels->s; (p = strstr(p, name)); p++)
        if ((p == labels->s || p[-1] == ',' || p[-1] == ' ') && p[n] == '=' && p[n + 1] == '"')
            return true;
    return false;
}

/* Letters, digits and _; one more _ while the name means something else ("quantile", "le") or is there already. */
static void make_label_name(const struct text *labels, const char *prefix, const char *name, struct text *out)
{
    text_add(out, prefix);
    text_add(out, name);
    for (size_t i = 0; i < out->len; i++)
        if (!isalpha((unsigned char)out->s[i]) && out->s[i] != '_' && !(i && isdigit((unsigned char)out->s[i])))
            out->s[i] = '_';
    if (out->len == 0)
        text_addc(out, '_');
    while (!out->over && (strcmp(out->s, "quantile") == 0 || strcmp(out->s, "le") == 0 || has_label(labels, out->s)))
        text_addc(out, '_');
}

static void add_label(struct text *out, const char *comma, const char *prefix, const char *name, const json_t *value)
{
    if (json_is_null(value))
        return;
    struct text label = text_open(LABEL_NAME_MAX);
    make_label_name(out, prefix, name, &label);
    text_printf(out, "%s%s=\"", out->len ? comma : "", label.s);
    text_close(&label);
    if (json_is_string(value)) {
        openmetrics_escape(out, json_string_value(value), true);
    } else {
        struct text json = text_open(1 << 20);
        json_write(&json, value, &(struct json_style){.indent = -1, .sort_keys = true}, 0);
        openmetrics_escape(out, json.s, true);
        text_close(&json);
    }
    text_addc(out, '"');
}

/* Everything in a KPI that describes it rather than what was measured. */
static bool is_label(const char *name)
{
    static const char *const fields[] = {"help", "unit", "ignored_for_regression", "format", "full_format", "divisor",
                                         "divisor_unit", "lower_better", "@timestamp", "value", NULL};
    for (const char *const *field = fields; *field; field++)
        if (strcmp(*field, name) == 0)
            return false;
    return true;
}

static void add_labels(struct text *out, const char *comma, const json_t *kpi)
{
    const char *name;
    json_t *value;
    json_object_foreach((json_t *)(uintptr_t)kpi, name, value) {
        if (!is_label(name))
            continue;
        if (!json_is_object(value)) {
            add_label(out, comma, "", name, value);
            continue;
        }
        const char *key;
        json_t *member;
        struct text prefix = text_open(LABEL_NAME_MAX);
        text_printf(&prefix, "%s_", name);
        json_object_foreach(value, key, member)
            add_label(out, comma, prefix.s, key, member);
        text_close(&prefix);
    }
}

/* The start: in seconds with exactly as many digits of microseconds as needed, or (Prometheus) in whole milliseconds. */
static void add_time(struct text *out, struct openmetrics_style style, const json_t *kpi)
{
    const char *text = json_string_value(json_object_get(kpi, "@timestamp"));
    struct moment moment;
    struct error ignored = {0};
    if (style.without_times || style.flavor == OPENMETRICS_SEED || !text ||
        !moment_parse(text, MOMENT_ISO, (struct pos){0}, &moment, &ignored))
        return;
    if (style.flavor == OPENMETRICS_PROMETHEUS) {
        text_printf(out, "%lld", (long long)(moment.us / 1000 - (moment.us % 1000 < 0)));
        return;
    }
    text_printf(out, "%s%lld", moment.us < 0 ? "-" : "", (long long)llabs(moment.us / 1000000));
    long long rest = llabs(moment.us % 1000000);
    if (rest)
        text_printf(out, ".%06lld", rest);
}

/* Else missing; or an empty list or the value that says so: not analysed, and absent here. */
static bool has_value(const struct kpi *spec, const json_t *kpi)
{
    const json_t *value = json_object_get(kpi, "value");
    bool idle = spec->has_idle && json_is_number(value) && json_number_value(value) == spec->idle;
    return (json_is_number(value) && !idle) || json_array_size(value) > 0;
}

static void render_kpi(const struct kpi *spec, struct openmetrics_style style, const json_t *kpi, struct text *out)
{
    const json_t *value = json_object_get(kpi, "value");
    const char *comma = style.flavor == OPENMETRICS_SEED ? ", " : ",";
    struct text name = text_open(1000), unit = text_open(1000), labels = text_open(SAMPLES_MAX), time = text_open(100);
    openmetrics_family(spec, style.flavor, &name, &unit);
    add_labels(&labels, comma, kpi);
    add_time(&time, style, kpi);
    struct sample sample = {style.flavor, name.s, labels.s, time.s, comma,
                            style.flavor == OPENMETRICS_SEED ? (struct unit_scale){1, 1, 0} : spec->openmetrics.factor};
    if (json_is_number(value))
        sample_number(out, &sample, json_number_value(value));
    else
        sample_list(out, &sample, spec, value);
    text_close(&name), text_close(&unit), text_close(&labels), text_close(&time);
}

void openmetrics_render(const struct workload *workload, struct openmetrics_style style, const json_t *kpis, struct text *out)
{
    for (size_t i = 0; i < workload->kpis_n; i++)
        text_clear(&out[i]);
    if (style.flavor == OPENMETRICS_TOPSAIL) {
        if (workload->kpis_n)
            openmetrics_topsail_render(workload, kpis, &out[0]);
        return;
    }
    for (size_t i = 0; i < workload->kpis_n; i++) {
        const json_t *kpi = json_object_get(kpis, workload->kpis[i].name);
        if (has_value(&workload->kpis[i], kpi))
            render_kpi(&workload->kpis[i], style, kpi, &out[i]);
    }
}
