/* history/opensearch/query.h — a selection in the server's words: what it can leave out of an answer by itself.
 *
 * Every query gives at least the documents that are meant; history.c looks again. So what the server would judge otherwise than we
 * do is not asked of it: in a foreign flat_object 0.5 and 0.50 are two values, and null is none. */
#ifndef HISTORY_OPENSEARCH_QUERY_H
#define HISTORY_OPENSEARCH_QUERY_H
#include "history/opensearch/opensearch.h"

enum opensearch_part {
    PART_ALL,      /* of a foreign index, or all documents of ours */
    PART_MARKED,   /* ours: those with our field */
    PART_UNMARKED, /* ours: those without; whose they are is not known, so that nothing is asked of them */
};

/* A new reference: {"bool": …}. What of `selection` is asked is in docs/opensearch.md, "What the server filters". */
json_t *opensearch_query(const struct opensearch *o, const struct history_selection *selection, enum opensearch_part part);

#endif
