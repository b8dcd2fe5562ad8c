/* config/instances.h — servers by name, as a project's secrets keep them: a YAML file {NAME: {host, port, username, password}}.
 *
 *     smoke: {host: search.example.org, port: 443, username: ci, password: "…"}
 *
 * It holds passwords: no error quotes what stands in it, only where something is missing.
 */
#ifndef CONFIG_INSTANCES_H
#define CONFIG_INSTANCES_H
#include "base/arena.h"
#include "base/error.h"
#include "net/secret.h"

struct instance {
    const char *file, *name, *host, *port, *username;
    const struct secret *password;
};

/* The instance `name` of the file. ERR_USAGE: the file cannot be read or is no such YAML, the instance is not in it or lacks one of
 * the four keys. */
bool instance_load(struct arena *arena, const char *file, const char *name, struct instance *out, struct error *err);

#endif
