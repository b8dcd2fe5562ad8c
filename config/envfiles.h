/* config/envfiles.h — the variables that options come from: env files in the current directory, then the environment.
 *
 * Read in this order, the later wins: .env, .env.generated (KEY=VALUE lines, names in full: MATBENCH_INDEX=x), .env.yaml,
 * .env.json, .env.generated.json, .env.generated.yaml (keys as options: `opensearch_index: x` is MATBENCH_OPENSEARCH_INDEX),
 * then the environment's MATBENCH_*. An empty or broken env file is a warning, never an error.
 */
#ifndef CONFIG_ENVFILES_H
#define CONFIG_ENVFILES_H
#include "config/options.h"

struct envfile_warnings {
    const char **v; /* one line each */
    size_t n, cap;
};

/* `directory`: where the env files are looked for; `environment`: as environ, NULL-ended "NAME=VALUE". */
struct variables envfiles_load(struct arena *arena, const char *directory, const char *const *environment,
                               struct envfile_warnings *warnings);

/* The last value of a variable, or NULL. */
const char *variables_get(const struct variables *variables, const char *name);

#endif
