/* config/yaml_map.h — a mapping once all its keys and values are read: merge keys, repeated keys, keys that cannot be. */
#ifndef CONFIG_YAML_MAP_H
#define CONFIG_YAML_MAP_H
#include "base/arena.h"
#include "base/error.h"
#include "config/yaml.h"

/* As Python's dict after PyYAML's flatten_mapping: what `<<` brings comes first; of equal keys (1, 1.0 and true are
 * equal) the first one stays in its place and gets the last value. Keys that are lists or maps are refused.
 * `file` is for errors; findings get the keys that the mapping itself repeats. */
bool yaml_map_finish(struct arena *arena, struct node *map, const char *file, struct yaml_findings *findings,
                     struct error *err);
/* Strict: keys are strings, none is `<<`, none is given twice. */
bool yaml_map_check(struct arena *arena, struct node *map, const char *file, struct error *err);

#endif
