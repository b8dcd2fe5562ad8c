/* history/opensearch/pages.h — all documents that a query finds, page after page, from all shards at once.
 *
 * The server keeps its index as it is for us (a point in time). Each shard is read by itself (a slice), in the order in which its documents
 * were written: `_seq_no` is the one thing that every index, foreign ones too, has to sort by, and no two documents of a shard have
 * the same. Several shards are asked at the same time; a page is as many documents as make about half a megabyte, so memory
 * depends neither on their number nor on their size, but for the largest one.
 *
 * A part of the documents is never taken for all of them: shards that fail, time limits that pass, and fewer or more documents
 * than the server counted are errors (ERR_STORE). When the server loses the point in time, the reading goes on behind the last
 * document with a new one; a document that was replaced meanwhile may then come twice.
 */
#ifndef HISTORY_OPENSEARCH_PAGES_H
#define HISTORY_OPENSEARCH_PAGES_H
#include "history/opensearch/opensearch.h"
#include "history/opensearch/page.h"

enum opensearch_go { GO_ON, GO_STOP, GO_FAILED /* *err is set */ };

struct opensearch_pages {
    const json_t *query;
    const char *parts; /* what is asked of each document: "\"_source\":true" */
    /* A hit lives during its visit only. */
    enum opensearch_go (*visit)(void *context, const struct opensearch_hit *hit, struct error *err);
    void *context;
    int64_t found; /* set: how many documents the server counted; meaningless after GO_STOP */
};

bool opensearch_pages_read(struct opensearch *o, struct opensearch_pages *pages, struct error *err);

/* How many documents the query finds. */
bool opensearch_count(struct opensearch *o, const json_t *query, int64_t *count, struct error *err);

#endif
