#include "kpi/sample.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "json/write.h"

static void add_value(struct text *out, double value)
{
    if (isfinite(value))
        json_write_real(out, value);
    else
        text_add(out, isnan(value) ? "NaN" : value > 0 ? "+Inf" : "-Inf"); /* a factor or a sum went beyond doubles */
}

/* As written, without conversion. `suffix` of the name; `extra`: a label more, or "". */
static void add_line(struct text *out, const struct sample *sample, const char *suffix, const char *extra, double value)
{
    text_printf(out, "%s%s", sample->name, suffix);
    if (sample->labels[0] || extra[0])
        text_printf(out, "{%s%s%s}", sample->labels, sample->labels[0] && extra[0] ? sample->comma : "", extra);
    text_addc(out, ' ');
    add_value(out, value);
    text_printf(out, "%s%s\n", sample->time[0] ? " " : "", sample->time);
}

void sample_number(struct text *out, const struct sample *sample, double value)
{
    add_line(out, sample, "", "", unit_scaled(value, sample->factor));
}

/* A number as the value of a label: OpenMetrics wants "1.0" ("Canonical Numbers"), Prometheus text has "1". */
static void add_bound(struct text *out, const struct sample *sample, const char *label, double bound)
{
    text_printf(out, "%s=\"", label);
    add_value(out, bound);
    if (sample->flavor != OPENMETRICS_STANDARD && strcmp(out->s + out->len - 2, ".0") == 0)
        out->s[out->len -= 2] = '\0';
    text_addc(out, '"');
}

static void add_bound_line(struct text *out, const struct sample *sample, const char *suffix, const char *label, double bound,
                           double value)
{
    struct text extra = text_open(100);
    add_bound(&extra, sample, label, bound);
    add_line(out, sample, suffix, extra.s, value);
    text_close(&extra);
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

static void add_summary(struct text *out, const struct sample *sample, const double *sorted, size_t n, double sum)
{
    static const double quantiles[] = {0, 0.5, 0.8, 0.9, 0.95, 0.99, 1};
    for (size_t i = 0; i < sizeof(quantiles) / sizeof(quantiles[0]); i++)
        add_bound_line(out, sample, "", "quantile", quantiles[i], unit_scaled(quantile(sorted, n, quantiles[i]), sample->factor));
    add_line(out, sample, "_count", "", (double)n);
    add_line(out, sample, "_sum", "", unit_scaled(sum, sample->factor));
}

static void add_histogram(struct text *out, const struct sample *sample, const struct kpi_openmetrics *spec, const double *sorted,
                          size_t n, double sum)
{
    bool gauge = spec->type == KPI_GAUGEHISTOGRAM && sample->flavor == OPENMETRICS_STANDARD;
    bool negative_bounds = spec->buckets[0] < 0;
    size_t below = 0;
    for (size_t i = 0; i < spec->buckets_n; i++) {
        while (below < n && sorted[below] <= spec->buckets[i])
            below++;
        add_bound_line(out, sample, "_bucket", "le", unit_scaled(spec->buckets[i], sample->factor), (double)below);
    }
    add_bound_line(out, sample, "_bucket", "le", INFINITY, (double)n);
    if (gauge ? !negative_bounds && sum < 0 : negative_bounds || sum < 0)
        return;
    add_line(out, sample, gauge ? "_gcount" : "_count", "", (double)n);
    add_line(out, sample, gauge ? "_gsum" : "_sum", "", unit_scaled(sum, sample->factor));
}

void sample_list(struct text *out, const struct sample *sample, const struct kpi *kpi, const json_t *list)
{
    size_t n = json_array_size(list);
    double *values = memory_need(calloc(n, sizeof(double))), sum = 0;
    for (size_t i = 0; i < n; i++)
        sum += values[i] = json_number_value(json_array_get(list, i));
    qsort(values, n, sizeof(double), by_value);
    if (kpi->openmetrics.type == KPI_SUMMARY || sample->flavor == OPENMETRICS_SEED)
        add_summary(out, sample, values, n, sum);
    else
        add_histogram(out, sample, &kpi->openmetrics, values, n, sum);
    free(values);
}
