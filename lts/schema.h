/* lts/schema.h — from a workload's models to the JSON Schema of its payloads, and to an OpenSearch mapping.
 *
 * A payload is {metadata, results, kpis} and what the model `Payload` adds; unknown fields are forbidden in all of them. metadata
 * has, beside the model `Metadata`: lts_schema_version, start, end, settings, test_uuid (version 4), and optionally status (Valid,
 * Invalid), urls, exit_code; `Metadata` may replace them. Every KPI has help, unit, value, @timestamp, test_uuid and all settings
 * as labels. `Settings` may be the name of a dict: labels of any name. */
#ifndef LTS_SCHEMA_H
#define LTS_SCHEMA_H
#include "json/schema.h"
#include "workload/workload.h"

/* ERR_USAGE when the workload has no payloads (lts: none). */
bool lts_exists(const struct workload *workload, struct error *err);

/* JSON Schema 2020-12; a new reference. ERR_USAGE when a needed model (Settings, Results) is not there, or a default is not
 * what its type takes. */
json_t *lts_schema(const struct workload *workload, struct error *err);

/* The body of OpenSearch's PUT /INDEX, {"settings": …, "mappings": {"properties": …}}; a new reference. The types are those that
 * the Python tool gives: text (with a keyword beside it, for filters), float, long, boolean, date, object; lists of numbers are
 * text that is not indexed, as is metadata.config. Where OpenSearch refuses what Python gives: free dictionaries are flat_object;
 * dict[int, …], Any, and what may be an object or something else, are kept and not indexed. */
json_t *lts_mapping(const struct workload *workload, struct error *err);

#endif
