/* store/exposition.h — OpenMetrics 1.0 and Prometheus text (0.0.4) as families of samples.
 *
 *     # TYPE http_requests counter
 *     # HELP http_requests Requests served
 *     http_requests_total{code="200"} 1027 1395066363.5
 *     # EOF
 *     → {"http_requests": {"type": "counter", "unit": "", "help": "Requests served", "samples":
 *           [{"name": "http_requests_total", "labels": {"code": "200"}, "value": 1027.0, "time": 1395066363.5}]}}
 *
 * Values are doubles; NaN and infinities are null and counted. `time` (seconds) and `exemplar` ({labels, value, time}) stand only
 * where they are given. A family without a type is "unknown". Names stay as they are in the text.
 * OpenMetrics is read strictly (exposition_check.h); Prometheus text as Prometheus does: families may come again, other comments
 * and blank lines are passed over. */
#ifndef STORE_EXPOSITION_H
#define STORE_EXPOSITION_H
#include <jansson.h>

#include "base/error.h"

enum exposition_format {
    EXPOSITION_AUTO,      /* OpenMetrics when it has a line "# EOF". Without one, what only OpenMetrics has is an error: a text that
                            * was cut off would be read with times in the wrong unit */
    EXPOSITION_STRICT,
    EXPOSITION_PROMETHEUS
};
extern const char *const exposition_format_words[]; /* in the order of enum exposition_format; NULL-ended */

enum {
    EXPOSITION_LINE_MAX = 1 << 20,             /* bytes */
    EXPOSITION_SAMPLES_MAX = 4 * 1000 * 1000,  /* in one text; and samples and labels that are kept */
};

struct exposition_options {
    const char *file; /* for messages */
    enum exposition_format format;
    const char *const *families; /* NULL-ended: only these; one that is not there is null. NULL: all */
    const char *metric;          /* a list of the samples of this name, or of the family of this name; NULL */
    const char *const *labels;   /* name, text, name, text, …, NULL: only samples with these labels; NULL */
};

struct exposition_found {
    size_t non_finite; /* values that became null */
    size_t bad;        /* bytes that are not UTF-8 and became U+FFFD: only in Prometheus text */
};

/* A new reference; NULL (ERR_ARTIFACT) with file:line:column. */
json_t *exposition_read(const char *bytes, size_t len, const struct exposition_options *options, struct exposition_found *found,
                         struct error *err);

/* The value of the one series in a list of samples; of several samples of one series the last. NULL with *err unset: there is no
 * sample; set: there are several series. */
json_t *exposition_value(const json_t *samples, const char *metric, const char *file, struct error *err);

#endif
