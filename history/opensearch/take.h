/* history/opensearch/take.h — a document that was found, as history sees it.
 *
 * What others put into an index is looked at as a file in a folder is: what is no payload is a finding, and the others are history. */
#ifndef HISTORY_OPENSEARCH_TAKE_H
#define HISTORY_OPENSEARCH_TAKE_H
#include "history/opensearch/opensearch.h"
#include "history/opensearch/page.h"

/* From matbench.record, that is: from hit->fields. Lives in `arena`. False with *err (ERR_STORE, without a place): it is none. */
bool opensearch_take_marked(struct arena *arena, const struct opensearch *o, const struct opensearch_hit *hit, struct record *record,
                            struct error *err);

struct opensearch_taken {
    struct record record;
    bool valid;     /* its metadata.status does not say otherwise */
    json_t *source; /* the document; the caller's reference */
};
/* From `_source`, whole or with no more than record needs (OPENSEARCH_RECORD_SOURCE). `source` NULL: it is no payload, *err is set. */
bool opensearch_take_source(struct arena *arena, const struct opensearch *o, const struct opensearch_hit *hit,
                            struct opensearch_taken *taken, struct error *err);
#define OPENSEARCH_RECORD_SOURCE \
    "\"_source\":[\"metadata.test_uuid\",\"metadata.start\",\"metadata.status\",\"metadata.settings\",\"kpis.*.value\",\"kpis.*.unit\"]"

/* From `fields` of a hit: the number of a field that has one. */
bool opensearch_take_number(const struct opensearch_hit *hit, const char *field, int64_t *number);

#endif
