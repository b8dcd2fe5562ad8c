/* history/opensearch/kpis.h — a document for each KPI, as `upload_lts --upload_by_kpi` of the Python tool writes it: the payload's KPI
 * object, under the payload's id, in the index "<index>.<KPI>". Inside history/ only. */
#ifndef HISTORY_OPENSEARCH_KPIS_H
#define HISTORY_OPENSEARCH_KPIS_H
#include "history/opensearch/bulk.h"

struct kpi_documents { /* as LIST_OF */
    struct bulk_item *v;
    size_t n, cap;
};

/* Appends the payload's; their texts go into `lines`, all else into `arena`. Returns why it cannot be done ("its KPI 'A' …"; then nothing
 * is added), or NULL. */
const char *opensearch_kpis_add(struct arena *arena, const char *index, const struct history_payload *payload, struct text *lines,
                                struct kpi_documents *documents);

#endif
