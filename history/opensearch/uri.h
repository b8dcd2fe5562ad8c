/* history/opensearch/uri.h — "opensearch+https://HOST[:PORT]/[PREFIX/]INDEX" taken apart and checked, before anything is sent. */
#ifndef HISTORY_OPENSEARCH_URI_H
#define HISTORY_OPENSEARCH_URI_H
#include "base/arena.h"
#include "base/error.h"

struct opensearch_uri {
    const char *url;   /* "https://search.example.org:9200/prefix": the server, without a slash at the end */
    const char *index; /* "topsail-fine-tuning" */
};

/* Lives in `arena`. ERR_USAGE: what is wrong and what was expected. A URI with a user, a password, a query or a fragment is refused without
 * being quoted. */
bool opensearch_uri_parse(struct arena *arena, const char *uri, struct opensearch_uri *out, struct error *err);

/* Why OpenSearch would refuse an index of this name ("has an upper-case letter"), or NULL. Source: OpenSearch 2.19, "Create index",
 * "Index naming restrictions". */
const char *opensearch_index_fault(const char *name);

#endif
