/* kpi/openmetrics.h — KPIs as text: OpenMetrics 1.0, and three relatives of it.
 *
 * One family per KPI; its samples are the payloads', with the run's start as time. Values are converted to
 * OpenMetrics' base units (base/unit.h), and the family's name is the KPI's name with that unit as suffix (openmetrics_name):
 * latency in `ms` is latency_seconds. Null labels are left out; `urls` gives one label urls_<key> each; a list KPI is a summary
 * (quantiles 0, .5, .8, .9, .95, .99, 1, count, sum) or a histogram. Source: OpenMetrics 1.0, "ABNF" and "Metric naming".
 *
 * Families must not be interleaved, so samples wait in temporary files, one a family, until openmetrics_finish:
 * memory stays flat however many payloads there are.
 */
#ifndef KPI_OPENMETRICS_H
#define KPI_OPENMETRICS_H
#include "base/output.h"
#include "workload/workload.h"

enum openmetrics_flavor {
    OPENMETRICS_STANDARD,   /* OpenMetrics 1.0: times in seconds, "# EOF" */
    OPENMETRICS_PROMETHEUS, /* Prometheus text: times are whole milliseconds */
    OPENMETRICS_SEED,       /* the KPI's own name, "# HELP name text", "# UNIT name unit", ", " between labels; no TYPE, time, EOF */
    OPENMETRICS_TOPSAIL     /* what TOPSAIL's kpis.tostr() gives, payload by payload; it is no OpenMetrics */
};

/* Zeroed: the standard. */
struct openmetrics_style {
    enum openmetrics_flavor flavor;
    bool without_times; /* as the Pushgateway wants it */
};

/* "openmetrics", "prometheus", "seed", "topsail", in any case. ERR_USAGE when it is none of them. */
bool openmetrics_flavor_parse(const char *text, enum openmetrics_flavor *flavor, struct error *err);

struct openmetrics;

/* ERR_USAGE when two KPIs would have samples of the same name. */
struct openmetrics *openmetrics_open(const struct workload *workload, struct openmetrics_style style, struct error *err);
void openmetrics_close(struct openmetrics *metrics);
/* Renders one payload's samples into `out`, one text per KPI of the workload; safe on worker threads. */
void openmetrics_render(const struct workload *workload, struct openmetrics_style style, const json_t *kpis, struct text *out);
/* Takes them over, in order. ERR_INVALID when one payload has a number and another a list for the same KPI. `settings` is not
 * looked at: labels are compared as they stand in the samples. `where` names the test. */
bool openmetrics_add(struct openmetrics *metrics, const struct text *samples, const json_t *settings, const char *where,
                     struct error *err);
/* Writes all families. Two payloads whose samples have equal labels are refused (ERR_INVALID) with both their names. */
bool openmetrics_finish(struct openmetrics *metrics, struct output *out, struct error *err);

/* The family's name and unit for a KPI that is settled (kpi_settle), added to the texts: "ms" → "seconds", "tokens/s" → "tokens_per_second". */
void openmetrics_name(const struct kpi *kpi, struct text *name, struct text *unit);

#endif
