/* lts/document.h — from what `payload:` gave to the document that is written: defaults, then the fields' names there.
 *
 * `payload:` and KPIs use the names of fields, documents their aliases:
 *     {metrics: {gpu_memory: […]}}   →   {"metrics": {"Sutest GPU memory used": […]}}
 * What already has its name in the document stays. Values are not changed: what differs is new. */
#ifndef LTS_DOCUMENT_H
#define LTS_DOCUMENT_H
#include <jansson.h>

#include "base/arena.h"
#include "workload/workload.h"

enum document_step {
    DOCUMENT_DEFAULTS, /* fields that are not given get their default; a null is given */
    DOCUMENT_NAMES     /* fields get their names in the document */
};

/* Each takes over the object and gives the new one. `metadata` is by the models Metadata and Settings, `results` by
 * Results, `payload` ({metadata, results, kpis}) by Payload, without what is in it; `kpi` by Settings, its labels. */
json_t *document_metadata(const struct workload *workload, enum document_step step, json_t *metadata);
json_t *document_results(const struct workload *workload, enum document_step step, json_t *results);
json_t *document_kpis(const struct workload *workload, enum document_step step, json_t *kpis);
json_t *document_payload(const struct workload *workload, enum document_step step, json_t *payload);

/* The model of a member: the model of that field, and of metadata.settings; NULL when there is none. */
const struct model *document_model(const struct workload *workload, const struct model *model, const char *field);

/* The JSON Pointer of a member: "/results" and "a/b" give "/results/a~1b". */
const char *document_pointer(struct arena *arena, const char *pointer, const char *member);

#endif
