/* lts/horreum_schema.h — the schema of a workload's payloads as Horreum takes it.
 *
 *     {"uri": "urn:matbench:fine_tuning:1.0", "name": "fine_tuning 1.0", "owner": "perf-team", "access": "PUBLIC",
 *      "schema": {…}, "labels": [{"name": "model_name", "extractors": [{"name", "jsonpath": "$.metadata.settings.model_name",
 *      "isarray": false}], "filtering": true, "metrics": false, …}], "transformers": []}
 *
 * The body of Horreum's POST /api/schema/import (0.20). Its validator knows drafts 4 to 2019-09: the JSON Schema is draft-07,
 * with the URI as $id, and lets a payload name that URI as its $schema, which is how Horreum finds the schema of a run. The
 * labels: `matbench`, by which history is read back; each setting to filter by, each KPI's value as a metric. The URI is the default of the model Payload's field
 * `$schema`, if it has one. */
#ifndef LTS_HORREUM_SCHEMA_H
#define LTS_HORREUM_SCHEMA_H
#include <jansson.h>

#include "workload/workload.h"

/* `owner`: the team in Horreum. A new reference; ERR_USAGE as lts_schema. */
json_t *horreum_schema(const struct workload *workload, const char *owner, struct error *err);
/* "urn:matbench:<name>:<version>", in `arena`; the version may be NULL. */
const char *horreum_default_uri(struct arena *arena, const char *name, const char *version);

/* The label that history is read back by: one object {"id", "start", "status", "settings", "kpis": [names], "values": [numbers]}, made
 * by PostgreSQL's paths alone, for payloads of any workload. A new reference. */
extern const char horreum_label_name[]; /* "matbench" */
json_t *horreum_label(const char *owner, const char *access);

#endif
