/* json/path.h — JSONPath (RFC 9535): which values of a document are meant.
 *
 * For now a strict subset, evaluated exactly as the RFC says: `$`, child names (`.name`, `['name']`, `["name"]`),
 * indexes (`[0]`, `[-1]`), wildcards (`.*`, `[*]`) and descendants of those (`..name`, `..*`, `..[0]`). Any other
 * selector (slices, filters, several selectors in one bracket) is refused with ERR_USAGE and its column, never
 * approximated.
 */
#ifndef JSON_PATH_H
#define JSON_PATH_H
#include <jansson.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/error.h"

enum json_selector { JSON_SELECT_NAME, JSON_SELECT_INDEX, JSON_SELECT_ALL };

struct json_segment {
    bool descendant; /* "..": of the node itself and of everything below it */
    enum json_selector selector;
    const char *name; /* JSON_SELECT_NAME: unescaped; may hold a NUL */
    size_t name_len;
    int64_t index; /* JSON_SELECT_INDEX: negative ones count from the end */
};

struct json_path { /* immutable once parsed: workers share it */
    const char *text;
    struct json_segment *segments;
    size_t n;
};

enum {
    JSON_NODES_MAX = 1 << 24,  /* nodes that one path may find, repeated ones included */
    JSON_VISITS_MAX = 1 << 27, /* values that it may look at; only several ".." in one path come near */
};

struct json_nodes {
    json_t **v; /* borrowed from the document */
    size_t n;
    bool over; /* a limit was passed: `v` is not complete and the caller should say so */
};

/* `at` is where `text` starts; an error's column counts from there. NULL with *err set when it is not a path. */
struct json_path *json_path_parse(struct arena *arena, const char *text, struct pos at, struct error *err);
const char *json_path_text(const struct json_path *path);
/* All nodes in the order of the RFC's nodelist, object members in document order. */
struct json_nodes json_path_find(const struct json_path *path, json_t *document, struct arena *arena);
/* Whether the path can select at most one node (only names and indexes). */
bool json_path_singular(const struct json_path *path);

#endif
