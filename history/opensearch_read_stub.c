/* Branch osread has these; this file goes when it comes. */
#include "history/opensearch.h"

bool opensearch_walk(struct history *history, const struct history_selection *selection, struct arena *arena,
                     bool (*visit)(void *context, const struct record *record), void *context, struct error *err)
{
    (void)history, (void)selection, (void)arena, (void)visit, (void)context;
    return error_set(err, ERR_STORE, "reading from an OpenSearch comes with branch osread");
}

bool opensearch_read(struct history *history, const struct history_selection *selection,
                     bool (*visit)(void *context, const struct history_payload *payload), void *context, struct error *err)
{
    (void)history, (void)selection, (void)visit, (void)context;
    return error_set(err, ERR_STORE, "reading from an OpenSearch comes with branch osread");
}

bool opensearch_workloads(struct history *history, struct arena *arena, struct history_workload **workloads, size_t *n,
                          struct error *err)
{
    (void)history, (void)arena, (void)workloads, (void)n;
    return error_set(err, ERR_STORE, "reading from an OpenSearch comes with branch osread");
}

const char *opensearch_fetch(struct history *history, const char *id, struct arena *arena, size_t *len, struct error *err)
{
    (void)history, (void)id, (void)arena, (void)len;
    error_set(err, ERR_STORE, "reading from an OpenSearch comes with branch osread");
    return NULL;
}
