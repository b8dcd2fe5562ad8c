/* config/envfiles.h — the variables that options come from: env files in the current directory, then the environment.
 *
 * Read in this order, the later wins: .env, .env.generated (KEY=VALUE lines, names in full: MATBENCH_INDEX=x), .env.yaml,
 * .env.json, .env.generated.json, .env.generated.yaml (keys as options: `opensearch_index: x` is MATBENCH_OPENSEARCH_INDEX),
 * then the environment's MATBENCH_*. An empty or broken env file is a warning, never an error; as one
 * with a secret that others than its owner may read.
 *
 * Values whose name says that they are secret go into secrets (net/secret.h), and what the files were read into is overwritten.
 * Of the environment AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY and AWS_SESSION_TOKEN are variables too.
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
/* The last row of a variable that has a value, or NULL. */
const struct variable *variables_find(const struct variables *variables, const char *name);
/* MATBENCH_OPENSEARCH_PASSWORD, AWS_SECRET_ACCESS_KEY, …: PASSWORD, SECRET, TOKEN, API_KEY in it; not …_FILE, which names a file. */
bool variables_is_secret(const char *name);
/* Overwrites the values of secret names in the process's own environment, where other processes of the user and children would find
 * them: after envfiles_load. */
void envfiles_forget(char *const *environment);

#endif
