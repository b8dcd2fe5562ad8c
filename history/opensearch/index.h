/* history/opensearch/index.h — which index stands behind a name, and making it ours. Inside history/ only. */
#ifndef HISTORY_OPENSEARCH_INDEX_H
#define HISTORY_OPENSEARCH_INDEX_H
#include "history/opensearch/opensearch.h"

/* Asks the server (one GET) and fills what struct opensearch says of the index. ERR_STORE for what is no OpenSearch, or an index of
 * something else. */
bool opensearch_index_look(struct opensearch *o, struct error *err);
/* The same for an answer of GET /index: an object whose members are indexes. For tests. */
bool opensearch_index_take(struct opensearch *o, const json_t *indexes, struct error *err);
/* Whether it can be written to; ERR_STORE says why not. Sends nothing. */
bool opensearch_index_writable(const struct opensearch *o, struct error *err);
/* Makes it ready for documents: creates it, gives a blank one its mapping, brings an older mapping of ours up to date. Afterwards
 * `target` is set. *fresh: it was created just now, so nothing is in it. */
bool opensearch_index_prepare(struct opensearch *o, bool *fresh, struct error *err);
/* Makes the index for documents of one KPI, as the Python tool does, unless it is there. */
bool opensearch_index_prepare_kpi(struct opensearch *o, const char *name, struct error *err);

#endif
