/* store/prometheus.h — what Prometheus answers to a range query, as a list of series.
 *
 *     [{"metric": {"mode": "idle"}, "values": [[1736150400, "0.42"], [1736150430.5, "NaN"]]}]
 *     → [{"metric": {"mode": "idle"}, "values": {"1736150400": 0.42}}]
 *
 * Times are seconds, parts of a second are dropped; of two samples of one second the last counts. JSON has no NaN and no
 * infinities: those samples are left out and counted. */
#ifndef STORE_PROMETHEUS_H
#define STORE_PROMETHEUS_H
#include <jansson.h>

#include "base/arena.h"
#include "base/error.h"

/* A new reference; NULL (ERR_ARTIFACT) says by JSON Pointer what is no such answer. */
json_t *prometheus_series(const json_t *answer, const char *file, size_t *left_out, struct error *err);

/* "a~b.*'c'" → "abc.json": the file in which TOPSAIL keeps the answer for the metric of that name. */
const char *prometheus_file(struct arena *arena, const char *metric);

#endif
