/* workload/plain_path.h — expressions that only name a value: "summary.train_runtime", "times[\"end\"].us".
 *
 * Most expressions of a workload are of this kind, and finding such a value takes no Lua. What is found is exactly what Lua would
 * give; wherever that is not plain to see (a part that is missing, an error, a list or object to be counted), Lua is asked. */
#ifndef WORKLOAD_PLAIN_PATH_H
#define WORKLOAD_PLAIN_PATH_H
#include <jansson.h>
#include <stdbool.h>

#include "base/arena.h"

/* The names on the path, NULL-ended; NULL: it is another expression. `text` is one that Lua compiles. */
const char *const *plain_path_parse(struct arena *arena, const char *text);

/* False: ask Lua; nothing has been told then. *value is borrowed; NULL is Lua's nil. `looked` is told each object and its member. */
bool plain_path_find(const char *const *path, const json_t *globals, void (*looked)(void *context, const json_t *view, const char *member),
                     void *context, json_t **value);

#endif
