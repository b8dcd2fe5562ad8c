/* kpi/sample.h — the lines of one KPI of one payload: a number, or a list as a summary or a histogram. For kpi/openmetrics_samples.c.
 *
 *     speed_bytes{labels} 1.5 1736150400
 *     latency_seconds{labels,quantile="0.5"} 0.012 1736150400 …, latency_seconds_count{labels} …, latency_seconds_sum{labels} …
 *     latency_seconds_bucket{labels,le="0.01"} 3.0 1736150400 …, le="+Inf", …_count, …_sum
 *
 * Lists are counted and ordered in the KPI's own unit, and only what is written is converted.
 * A histogram has no _sum, and so no _count, where OpenMetrics forbids it: with negative bounds, or a negative sum; a gaugehistogram
 * (_gcount, _gsum) where the sum is negative and no bound is. Prometheus text knows no gaugehistogram: it is a histogram there. */
#ifndef KPI_SAMPLE_H
#define KPI_SAMPLE_H
#include "kpi/openmetrics.h"

struct sample {
    enum openmetrics_flavor flavor;
    const char *name, *labels, *time; /* "": none */
    const char *comma;                /* between labels */
    struct unit_scale factor;
};

void sample_number(struct text *out, const struct sample *sample, double value);
/* `list` is of numbers, at least one. */
void sample_list(struct text *out, const struct sample *sample, const struct kpi *kpi, const json_t *list);

#endif
