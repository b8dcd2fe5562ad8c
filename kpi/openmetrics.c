#include "kpi/openmetrics.h"

#include <ctype.h>
#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/moment.h"
#include "json/write.h"

enum { SAMPLES_MAX = 64 << 20, LABEL_NAME_MAX = 10000 };

struct seen {
    const char *labels, *where;
};

struct openmetrics {
    const struct workload *workload;
    FILE **families; /* a temporary file each */
    struct kind {
        const char *number, *list; /* who gave one first; NULL */
    } *kinds;
    struct arena arena;
    LIST_OF(struct seen) seen; /* label sets, sorted when it is finished */
};

/* ---- names ---- */

/* Unit as KPIs spell it → as OpenMetrics wants it: base units in plural, words joined by _per_. */
static const struct {
    const char *unit, *word;
} unit_words[] = {
    {"s", "seconds"},       {"ms", "milliseconds"}, {"us", "microseconds"}, {"ns", "nanoseconds"}, {"min", "minutes"},
    {"h", "hours"},         {"%", "percent"},       {"B", "bytes"},         {"KB", "kilobytes"},   {"MB", "megabytes"},
    {"GB", "gigabytes"},    {"KiB", "kibibytes"},   {"MiB", "mebibytes"},   {"GiB", "gibibytes"},  {"C", "celsius"},
    {"Mtoken", "million_tokens"},                   {"", ""},
};

static void add_word(struct text *out, const char *word, size_t len, bool singular)
{
    for (size_t i = 0; i < sizeof(unit_words) / sizeof(unit_words[0]); i++) {
        const char *known = unit_words[i].word;
        if (strlen(unit_words[i].unit) == len && memcmp(unit_words[i].unit, word, len) == 0) {
            size_t n = strlen(known);
            text_addn(out, known, n - (singular && n > 1 && known[n - 1] == 's' && strcmp(known, "celsius") != 0 &&
                                       strncmp(known, "million", 7) != 0));
            return;
        }
    }
    for (size_t i = 0; i < len; i++)
        text_addc(out, isalnum((unsigned char)word[i]) ? word[i] : '_');
}

void openmetrics_name(const struct kpi *kpi, struct text *name, struct text *unit)
{
    if (kpi->openmetrics_unit) {
        text_add(unit, kpi->openmetrics_unit);
    } else {
        const char *slash = strchr(kpi->unit, '/');
        size_t n = slash ? (size_t)(slash - kpi->unit) : strlen(kpi->unit);
        add_word(unit, kpi->unit, n, false);
        if (slash) {
            text_add(unit, n ? "_per_" : "per_");
            add_word(unit, slash + 1, strlen(slash + 1), true);
        }
    }
    text_add(name, kpi->openmetrics_name ? kpi->openmetrics_name : kpi->name);
    size_t had = name->len;
    bool ends = unit->len == 0 || (had > unit->len && name->s[had - unit->len - 1] == '_' &&
                                   strcmp(name->s + had - unit->len, unit->s) == 0);
    if (!ends)
        text_printf(name, "_%s", unit->s);
}

/* ---- samples ---- */

static void add_escaped(struct text *out, const char *value)
{
    for (; *value; value++) {
        if (*value == '\n')
            text_add(out, "\\n");
        else if (*value == '"' || *value == '\\')
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
        if ((p == labels->s || p[-1] == ',') && p[n] == '=' && p[n + 1] == '"')
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

static void add_label(struct text *out, const char *prefix, const char *name, const json_t *value)
{
    if (json_is_null(value))
        return;
    struct text label = text_open(LABEL_NAME_MAX);
    make_label_name(out, prefix, name, &label);
    text_printf(out, "%s%s=\"", out->len ? "," : "", label.s);
    text_close(&label);
    if (json_is_string(value)) {
        add_escaped(out, json_string_value(value));
    } else {
        struct text json = text_open(1 << 20);
        json_write(&json, value, &(struct json_style){.indent = -1, .sort_keys = true}, 0);
        add_escaped(out, json.s);
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

static void add_labels(struct text *out, const json_t *kpi)
{
    const char *name;
    json_t *value;
    json_object_foreach((json_t *)(uintptr_t)kpi, name, value) {
        if (!is_label(name))
            continue;
        if (!json_is_object(value)) {
            add_label(out, "", name, value);
            continue;
        }
        const char *key;
        json_t *member;
        struct text prefix = text_open(LABEL_NAME_MAX);
        text_printf(&prefix, "%s_", name);
        json_object_foreach(value, key, member)
            add_label(out, prefix.s, key, member);
        text_close(&prefix);
    }
}

struct sample {
    const char *name, *labels, *time;
};

static void add_sample(struct text *out, const struct sample *sample, const char *suffix, const char *extra, double value)
{
    text_printf(out, "%s%s", sample->name, suffix);
    if (sample->labels[0] || extra[0])
        text_printf(out, "{%s%s%s}", sample->labels, sample->labels[0] && extra[0] ? "," : "", extra);
    text_addc(out, ' ');
    if (isfinite(value))
        json_write_real(out, value);
    else
        text_add(out, isnan(value) ? "NaN" : value > 0 ? "+Inf" : "-Inf"); /* a scale or a sum went beyond doubles */
    text_printf(out, "%s%s\n", sample->time[0] ? " " : "", sample->time);
}

static int by_value(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return x < y ? -1 : x > y;
}

/* Linear interpolation between order statistics (as numpy's default). */
static double quantile(const double *sorted, size_t n, double q)
{
    double at = q * (double)(n - 1);
    size_t low = (size_t)at;
    return low + 1 < n ? sorted[low] + (at - (double)low) * (sorted[low + 1] - sorted[low]) : sorted[n - 1];
}

static void add_summary(struct text *out, const struct sample *sample, const json_t *list, double scale)
{
    static const double quantiles[] = {0, 0.5, 0.8, 0.9, 0.95, 0.99, 1};
    size_t n = json_array_size(list);
    double *values = memory_need(calloc(n ? n : 1, sizeof(double))), sum = 0;
    for (size_t i = 0; i < n; i++)
        sum += values[i] = json_number_value(json_array_get(list, i)) * scale;
    qsort(values, n, sizeof(double), by_value);
    for (size_t i = 0; n && i < sizeof(quantiles) / sizeof(quantiles[0]); i++) {
        char extra[40];
        snprintf(extra, sizeof(extra), "quantile=\"%g\"", quantiles[i]);
        add_sample(out, sample, "", extra, quantile(values, n, quantiles[i]));
    }
    add_sample(out, sample, "_count", "", (double)n);
    add_sample(out, sample, "_sum", "", sum);
    free(values);
}

/* The start in seconds with microseconds, exactly as many digits as needed. */
static void add_time(struct text *out, const json_t *kpi)
{
    const char *text = json_string_value(json_object_get(kpi, "@timestamp"));
    struct moment moment;
    struct error ignored = {0};
    if (!text || !moment_parse(text, MOMENT_ISO, (struct pos){0}, &moment, &ignored))
        return;
    text_printf(out, "%s%lld", moment.us < 0 ? "-" : "", (long long)llabs(moment.us / 1000000));
    long long rest = llabs(moment.us % 1000000);
    if (rest)
        text_printf(out, ".%06lld", rest);
}

void openmetrics_render(const struct workload *workload, const json_t *kpis, struct text *out)
{
    struct text name = text_open(1000), unit = text_open(1000), labels = text_open(SAMPLES_MAX), time = text_open(100);
    for (size_t i = 0; i < workload->kpis_n; i++) {
        const struct kpi *spec = &workload->kpis[i];
        const json_t *kpi = json_object_get(kpis, spec->name), *value = json_object_get(kpi, "value");
        text_clear(&out[i]), text_clear(&name), text_clear(&unit), text_clear(&labels), text_clear(&time);
        if (!json_is_number(value) && !json_array_size(value))
            continue; /* missing, or an empty list: not analysed, and absent here */
        openmetrics_name(spec, &name, &unit);
        add_labels(&labels, kpi);
        add_time(&time, kpi);
        struct sample sample = {name.s, labels.s, time.s};
        if (json_is_number(value))
            add_sample(&out[i], &sample, "", "", json_number_value(value) * spec->openmetrics_scale);
        else
            add_summary(&out[i], &sample, value, spec->openmetrics_scale);
    }
    text_close(&name), text_close(&unit), text_close(&labels), text_close(&time);
}

/* ---- families ---- */

/* Names of samples that the family of KPI `a` may have and that of KPI `b` has, too; a summary adds _count and _sum. */
static bool names_clash(const char *a, const char *b)
{
    size_t n = strlen(a);
    if (strncmp(a, b, n) != 0)
        return false;
    return b[n] == '\0' || strcmp(b + n, "_count") == 0 || strcmp(b + n, "_sum") == 0;
}

static bool check_families(struct openmetrics *metrics, struct error *err)
{
    size_t n = metrics->workload->kpis_n;
    const struct kpi *kpis = metrics->workload->kpis;
    const char **names = ARENA_ARRAY(&metrics->arena, const char *, n);
    for (size_t i = 0; i < n; i++) {
        struct text name = text_open(1000), unit = text_open(1000);
        openmetrics_name(&kpis[i], &name, &unit);
        names[i] = arena_strdup(&metrics->arena, name.s);
        text_close(&name), text_close(&unit);
    }
    for (size_t i = 0; i < n; i++)
        for (size_t k = 0; k < n; k++)
            if (i != k && names_clash(names[i], names[k]))
                return error_at(err, ERR_USAGE, kpis[i > k ? i : k].at,
                                "KPIs '%s' and '%s' clash as OpenMetrics: %s and %s (openmetrics: {name: …} gives another one)",
                                kpis[i].name, kpis[k].name, names[i], names[k]);
    return true;
}

struct openmetrics *openmetrics_open(const struct workload *workload, struct error *err)
{
    struct openmetrics *metrics = memory_need(calloc(1, sizeof(*metrics)));
    metrics->workload = workload;
    metrics->families = ARENA_ARRAY(&metrics->arena, FILE *, workload->kpis_n);
    metrics->kinds = ARENA_ARRAY(&metrics->arena, struct kind, workload->kpis_n);
    if (!check_families(metrics, err)) {
        openmetrics_close(metrics);
        return NULL;
    }
    for (size_t i = 0; i < workload->kpis_n; i++) {
        metrics->families[i] = tmpfile();
        if (!metrics->families[i]) {
            error_set(err, ERR_OUTPUT, "a temporary file for --output-kpis: %s", strerror(errno));
            openmetrics_close(metrics);
            return NULL;
        }
    }
    return metrics;
}

void openmetrics_close(struct openmetrics *metrics)
{
    if (!metrics)
        return;
    for (size_t i = 0; i < metrics->workload->kpis_n; i++)
        if (metrics->families[i])
            fclose(metrics->families[i]);
    arena_close(&metrics->arena);
    free(metrics);
}

/* The labels of the first sample: all KPIs of a payload have the same, beside the quantiles of lists. */
static const char *labels_of(struct arena *arena, const char *sample)
{
    static const char quantile[] = "quantile=\"0\"";
    const char *end = memrchr(sample, '}', strcspn(sample, "\n")), *start = end ? strchr(sample, '{') + 1 : NULL;
    if (!end)
        return "";
    size_t n = (size_t)(end - start), tail = sizeof(quantile) - 1;
    if (n >= tail && memcmp(end - tail, quantile, tail) == 0)
        n -= tail + (n > tail);
    return arena_strndup(arena, start, n);
}

/* A family is of numbers or of lists (summaries); a list has more than one line. */
static bool note_kind(struct openmetrics *metrics, size_t i, const struct text *samples, const char *where, struct error *err)
{
    struct kind *kind = &metrics->kinds[i];
    const char **first = strchr(samples->s, '\n') == samples->s + samples->len - 1 ? &kind->number : &kind->list;
    if (!*first)
        *first = where;
    return !kind->number || !kind->list ||
           error_set(err, ERR_INVALID, "KPI '%s': %s gives a number and %s a list; one family cannot hold both",
                     metrics->workload->kpis[i].name, kind->number, kind->list);
}

bool openmetrics_add(struct openmetrics *metrics, const struct text *samples, const json_t *settings, const char *where,
                     struct error *err)
{
    struct seen seen = {.where = arena_strdup(&metrics->arena, where)};
    (void)settings;
    for (size_t i = 0; i < metrics->workload->kpis_n; i++) {
        if (samples[i].len == 0)
            continue;
        if (!seen.labels)
            seen.labels = labels_of(&metrics->arena, samples[i].s);
        if (!note_kind(metrics, i, &samples[i], seen.where, err))
            return false;
        if (fwrite(samples[i].s, 1, samples[i].len, metrics->families[i]) != samples[i].len)
            return error_set(err, ERR_OUTPUT, "a temporary file for --output-kpis: %s", strerror(errno));
    }
    if (seen.labels)
        *LIST_ADD(&metrics->arena, &metrics->seen) = seen;
    return true;
}

static int by_labels(const void *a, const void *b)
{
    const struct seen *x = a, *y = b;
    int order = strcmp(x->labels, y->labels);
    return order ? order : strcmp(x->where, y->where);
}

static bool check_distinct(struct openmetrics *metrics, struct error *err)
{
    qsort(metrics->seen.v, metrics->seen.n, sizeof(*metrics->seen.v), by_labels);
    for (size_t i = 1; i < metrics->seen.n; i++)
        if (strcmp(metrics->seen.v[i - 1].labels, metrics->seen.v[i].labels) == 0)
            return error_set(err, ERR_INVALID, "%s and %s have the same KPI labels", metrics->seen.v[i - 1].where,
                             metrics->seen.v[i].where);
    return true;
}

static bool write_head(const struct openmetrics *metrics, size_t i, struct output *out, struct error *err)
{
    struct text head = text_open(1 << 16), name = text_open(1000), unit = text_open(1000);
    const struct kpi *kpi = &metrics->workload->kpis[i];
    openmetrics_name(kpi, &name, &unit);
    text_printf(&head, "# TYPE %s %s\n", name.s, metrics->kinds[i].list ? "summary" : "gauge");
    if (unit.len)
        text_printf(&head, "# UNIT %s %s\n", name.s, unit.s);
    text_printf(&head, "# HELP %s ", name.s);
    add_escaped(&head, kpi->help);
    text_addc(&head, '\n');
    bool ok = output_write(out, head.s, head.len, err);
    text_close(&head), text_close(&name), text_close(&unit);
    return ok;
}

static bool copy_family(FILE *family, struct output *out, struct error *err)
{
    char block[16384];
    size_t n;
    rewind(family);
    while ((n = fread(block, 1, sizeof(block), family)) > 0)
        if (!output_write(out, block, n, err))
            return false;
    return !ferror(family) || error_set(err, ERR_OUTPUT, "a temporary file for --output-kpis: %s", strerror(errno));
}

bool openmetrics_finish(struct openmetrics *metrics, struct output *out, struct error *err)
{
    if (metrics->seen.n && !check_distinct(metrics, err))
        return false;
    for (size_t i = 0; i < metrics->workload->kpis_n; i++)
        if (!write_head(metrics, i, out, err) || fflush(metrics->families[i]) != 0 ||
            !copy_family(metrics->families[i], out, err))
            return err->kind != ERR_NONE ? false : error_set(err, ERR_OUTPUT, "a temporary file for --output-kpis: %s", strerror(errno));
    return output_write(out, "# EOF\n", 6, err);
}
