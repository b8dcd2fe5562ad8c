/* config/block.h — the `matbench:` block of a project's configuration file: settings of the post-test step.
 *
 * The file is YAML as PyYAML reads it (a project's whole configuration stands in it); only the block is looked at, and there
 * every key is known or refused. */
#ifndef CONFIG_BLOCK_H
#define CONFIG_BLOCK_H
#include "config/yaml.h"

struct block; /* the values; a key that is not given has none */

/* Reads the file; `file` is a path. ERR_USAGE: not there, no `matbench:` map, an unknown key, a value of the wrong kind. */
struct block *block_load(struct arena *arena, const char *file, struct error *err);

/* `path` is the key below matbench, with dots: "lts.regression_analyses.enabled"; NULL for a block gives what nothing gives. */
const char *block_text(const struct block *block, const char *path);            /* NULL: not given, or null */
bool block_flag(const struct block *block, const char *path, bool fallback);
bool block_has(const struct block *block, const char *path); /* given, and not null */

/* A key of the project's configuration outside the block, with dots from its top: "secrets.dir.env_key"; NULL: not there. A
 * project may write there what it likes, so nothing is refused. */
const char *block_project_text(const struct block *block, const char *path);

#endif
