/* lts/schema.h — from a workload's models to the JSON Schema of its payloads, and to an OpenSearch mapping.
 *
 * A payload is {metadata, results, kpis}; unknown fields are forbidden in all of them. metadata has, beside the model `Metadata`:
 * lts_schema_version, start, end, settings, test_uuid (version 4), and optionally status (Valid, Invalid), urls, exit_code.
 * Every KPI has help, unit, value, @timestamp, test_uuid and all settings as labels. */
#ifndef LTS_SCHEMA_H
#define LTS_SCHEMA_H
#include "json/schema.h"
#include "workload/workload.h"

/* ERR_USAGE when the workload has no payloads (lts: none). */
bool lts_exists(const struct workload *workload, struct error *err);

/* JSON Schema 2020-12; a new reference. ERR_USAGE when a needed model (Settings, Results) is not there. */
json_t *lts_schema(const struct workload *workload, struct error *err);

/* {"mappings": {"properties": …}} that OpenSearch accepts; a new reference. Free dictionaries are flat_object, long text
 * (metadata.config) is kept and not indexed. */
json_t *lts_mapping(const struct workload *workload, struct error *err);

#endif
