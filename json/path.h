/* json/path.h — JSONPath (RFC 9535): which values of a document are meant.
 *
 * For now a strict subset, evaluated exactly as the RFC says: `$`, child names (`.name`, `['name']`, `["name"]`),
 * indexes (`[0]`, `[-1]`), wildcards (`.*`, `[*]`) and descendants of those (`..name`, `..*`, `..[0]`). Any other
 * selector (slices, filters, several selectors in one bracket) is refused with ERR_USAGE and its column, never approximated.
 */
#ifndef JSON_PATH_H
#define JSON_PATH_H
#include <jansson.h>

#include "base/arena.h"
#include "base/error.h"

struct json_path; /* immutable once parsed: workers share it */

struct json_nodes {
    json_t **v; /* borrowed from the document */
    size_t n;
};

/* `at` is where `text` starts; an error's column counts from there. NULL with *err set when it is not a path. */
struct json_path *json_path_parse(struct arena *arena, const char *text, struct pos at, struct error *err);
const char *json_path_text(const struct json_path *path);
/* All nodes in the order of the RFC's nodelist, object members in document order. */
struct json_nodes json_path_find(const struct json_path *path, json_t *document, struct arena *arena);
/* Whether the path can select at most one node (only names and indexes). */
bool json_path_singular(const struct json_path *path);

/* For the reader: which parts of a document can a set of paths reach? States are small sets of (path, segment). */
struct json_path_state; /* in json/path.c; NULL-able: nothing below is selected */

#endif
