/* Families: samples wait in temporary files until all payloads are there. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "kpi/openmetrics_samples.h"

static const char *const flavor_names[] = {
    [OPENMETRICS_STANDARD] = "openmetrics", [OPENMETRICS_PROMETHEUS] = "prometheus", [OPENMETRICS_SEED] = "seed",
    [OPENMETRICS_TOPSAIL] = "topsail",      [OPENMETRICS_TOPSAIL + 1] = NULL};

bool openmetrics_flavor_parse(const char *text, enum openmetrics_flavor *flavor, struct error *err)
{
    for (int i = 0; flavor_names[i]; i++) {
        if (strcasecmp(text, flavor_names[i]) == 0) {
            *flavor = (enum openmetrics_flavor)i;
            return true;
        }
    }
    return error_set(err, ERR_USAGE, "--openmetrics_flavor=%s: expected openmetrics, prometheus, seed or topsail", text);
}

struct seen {
    const char *labels, *where;
};

struct openmetrics {
    const struct workload *workload;
    struct openmetrics_style style;
    FILE **families; /* a temporary file each */
    struct kind {
        const char *number, *list; /* who gave one first; NULL */
    } *kinds;
    struct arena arena;
    LIST_OF(struct seen) seen; /* label sets, sorted when it is finished */
};

/* ---- families ---- */

/* Whether the family of KPI `a` may have samples of KPI `b`'s name: lists and their relatives add suffixes. */
static bool names_clash(const struct kpi *kpi, const char *a, const char *b)
{
    static const char *const suffixes[] = {"", "_count", "_sum", "_created", "_bucket", "_gcount", "_gsum"};
    size_t n = strlen(a), used = kpi->openmetrics.type == KPI_SUMMARY ? 4 : kpi->openmetrics.type == KPI_HISTOGRAM ? 5 : 7;
    if (strncmp(a, b, n) != 0)
        return false;
    for (size_t i = 0; i < used; i++)
        if (strcmp(b + n, suffixes[i]) == 0)
            return true;
    return false;
}

static bool check_families(struct openmetrics *metrics, struct error *err)
{
    size_t n = metrics->workload->kpis_n;
    const struct kpi *kpis = metrics->workload->kpis;
    const char **names = ARENA_ARRAY(&metrics->arena, const char *, n);
    for (size_t i = 0; i < n; i++) {
        struct text name = text_open(1000), unit = text_open(1000);
        openmetrics_family(&kpis[i], metrics->style.flavor, &name, &unit);
        names[i] = arena_strdup(&metrics->arena, name.s);
        text_close(&name), text_close(&unit);
    }
    for (size_t i = 0; i < n; i++)
        for (size_t k = 0; k < n; k++)
            if (i != k && names_clash(&kpis[i], names[i], names[k]))
                return error_at(err, ERR_USAGE, kpis[i > k ? i : k].at,
                                "KPIs '%s' and '%s' clash as OpenMetrics: %s and %s (openmetrics: {name: …} gives another one)",
                                kpis[i].name, kpis[k].name, names[i], names[k]);
    return true;
}

struct openmetrics *openmetrics_open(const struct workload *workload, struct openmetrics_style style, struct error *err)
{
    struct openmetrics *metrics = memory_need(calloc(1, sizeof(*metrics)));
    metrics->workload = workload;
    metrics->style = style;
    metrics->families = ARENA_ARRAY(&metrics->arena, FILE *, workload->kpis_n);
    metrics->kinds = ARENA_ARRAY(&metrics->arena, struct kind, workload->kpis_n);
    if (style.flavor != OPENMETRICS_TOPSAIL && !check_families(metrics, err)) {
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

/* Bytes of `labels` without a last one that is "quantile" or "le": settings of such names have others (make_label_name). */
static size_t without_bound(const char *labels, size_t n)
{
    static const char *const bounds[] = {"quantile=", "le="};
    const char *quote = n > 1 ? memrchr(labels, '"', n - 1) : NULL;
    size_t before = quote ? (size_t)(quote - labels) : 0;
    for (size_t i = 0; i < sizeof(bounds) / sizeof(bounds[0]); i++) {
        size_t len = strlen(bounds[i]);
        if (before >= len && memcmp(quote - len, bounds[i], len) == 0 && (before == len || strchr(", ", quote[-1 - (ptrdiff_t)len])))
            n = before - len;
    }
    while (n > 0 && (labels[n - 1] == ',' || labels[n - 1] == ' '))
        n--;
    return n;
}

/* The labels of the first sample: all KPIs of a payload have the same, beside the quantiles and buckets of lists. */
static const char *labels_of(struct arena *arena, const char *sample)
{
    const char *end = memrchr(sample, '}', strcspn(sample, "\n"));
    if (!end)
        return "";
    const char *start = strchr(sample, '{') + 1;
    return arena_strndup(arena, start, without_bound(start, (size_t)(end - start)));
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
    bool families = metrics->style.flavor != OPENMETRICS_TOPSAIL;
    (void)settings;
    for (size_t i = 0; i < metrics->workload->kpis_n; i++) {
        if (samples[i].len == 0)
            continue;
        if (families && !seen.labels)
            seen.labels = labels_of(&metrics->arena, samples[i].s);
        if (families && !note_kind(metrics, i, &samples[i], seen.where, err))
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

static const char *type_of(const struct openmetrics *metrics, size_t i)
{
    static const char *const types[] = {[KPI_SUMMARY] = "summary", [KPI_HISTOGRAM] = "histogram", [KPI_GAUGEHISTOGRAM] = "gaugehistogram"};
    enum kpi_list_type type = metrics->workload->kpis[i].openmetrics.type;
    if (!metrics->kinds[i].list)
        return "gauge";
    return types[type == KPI_GAUGEHISTOGRAM && metrics->style.flavor == OPENMETRICS_PROMETHEUS ? KPI_HISTOGRAM : type];
}

static void add_head(struct text *out, const struct openmetrics *metrics, size_t i)
{
    enum openmetrics_flavor flavor = metrics->style.flavor;
    const struct kpi *kpi = &metrics->workload->kpis[i];
    struct text name = text_open(1000), unit = text_open(1000), help = text_open(1 << 16);
    openmetrics_family(kpi, flavor, &name, &unit);
    openmetrics_escape(&help, kpi->help, flavor == OPENMETRICS_STANDARD);
    const char *type = type_of(metrics, i);
    switch (flavor) {
    case OPENMETRICS_STANDARD:
        text_printf(out, "# TYPE %s %s\n", name.s, type);
        if (unit.len)
            text_printf(out, "# UNIT %s %s\n", name.s, unit.s);
        text_printf(out, "# HELP %s %s\n", name.s, help.s);
        break;
    case OPENMETRICS_PROMETHEUS:
        text_printf(out, "# HELP %s %s\n# TYPE %s %s\n", name.s, help.s, name.s, type);
        break;
    case OPENMETRICS_SEED:
        text_printf(out, "# HELP %s %s\n# UNIT %s %s\n", name.s, help.s, name.s, unit.s);
        break;
    case OPENMETRICS_TOPSAIL:
        break; /* its samples have their heads */
    }
    text_close(&name), text_close(&unit), text_close(&help);
}

static bool write_head(const struct openmetrics *metrics, size_t i, struct output *out, struct error *err)
{
    struct text head = text_open(1 << 18);
    bool any = metrics->kinds[i].list || metrics->kinds[i].number;
    if (any || metrics->style.flavor == OPENMETRICS_STANDARD) /* elsewhere a head without samples would say nothing */
        add_head(&head, metrics, i);
    bool ok = output_write(out, head.s, head.len, err);
    text_close(&head);
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
    return metrics->style.flavor != OPENMETRICS_STANDARD || output_write(out, "# EOF\n", 6, err);
}
