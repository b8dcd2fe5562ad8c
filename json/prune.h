/* json/prune.h — of a document that is there, what json_read would have kept for some paths. */
#ifndef JSON_PRUNE_H
#define JSON_PRUNE_H
#include "json/path.h"

/* A new document; what is selected is shared with the old one. As json_read with `keep`: passed-over elements are null, passed-over
 * members are absent, and where nothing is selected it is {}, [] or null. */
json_t *json_prune(json_t *document, const struct json_path *const *paths, size_t n);

#endif
