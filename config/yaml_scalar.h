/* config/yaml_scalar.h — the value of a YAML scalar, once its type is known. */
#ifndef CONFIG_YAML_SCALAR_H
#define CONFIG_YAML_SCALAR_H
#include <stdbool.h>

#include "base/arena.h"
#include "config/yaml.h"
#include "config/yaml_tag.h"

/* Gives `node`, whose string and string_len are the scalar's text, the kind and value of a scalar type, as PyYAML's
 * SafeConstructor would; false with *why ("expected an integer") when the text has no such value.
 * MERGE and VALUE give a NODE_STRING whose `integer` is the tag: whoever uses the node decides what it means. */
bool yaml_scalar_set(struct arena *arena, struct node *node, enum yaml_tag tag, const char **why);
/* The same for strict mode and its types: an integer beyond int64 or a float beyond a double's range is refused. */
bool yaml_scalar_set_core(struct node *node, enum yaml_tag tag, const char **why);

#endif
