/* kpi/derive.h — KPIs of one payload: a value, its meaning, and the labels that say what was measured.
 *
 * A KPI's expression sees `metadata` and `results` of the payload and nothing else, so that KPIs can be derived again from
 * a stored payload. */
#ifndef KPI_DERIVE_H
#define KPI_DERIVE_H
#include "kpi/missing.h"
#include "store/test.h"
#include "workload/workload.h"

/* Why a KPI has no value; it then stands as null. */
struct kpi_gap {
    const char *name, *reason; /* "workload.yaml:40:12: attempt to index a nil value (field 'memory')" */
    struct kpi_missing missing; /* what its expression names and was not there */
};
struct kpi_gaps {
    struct kpi_gap *v;
    size_t n, cap;
};

/* {"train_runtime": {"help": …, "unit": "s", …labels…, "@timestamp": "2025-01-06T08:00:00.000000Z", "test_uuid": …, "value": 3.5}, …}
 * in the workload's order; a new reference. `sandbox` must have {metadata, results} as its globals. */
json_t *kpis_derive(struct arena *arena, const struct workload *workload, struct sandbox *sandbox, json_t *metadata,
                    const json_t *results, struct kpi_gaps *gaps);

#endif
