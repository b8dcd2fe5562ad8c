#include "config/instances.h"

#include <libgen.h>
#include <stddef.h>

#include "base/root.h"
#include "config/yaml.h"

enum { INSTANCES_FILE_MAX = 1 << 20 };

static const struct {
    const char *key;
    size_t offset;
} members[] = {
    {"host", offsetof(struct instance, host)},
    {"port", offsetof(struct instance, port)},
    {"username", offsetof(struct instance, username)},
    {"password", 0}, /* a secret */
};

/* What the YAML reader says may quote the file: only the place is passed on. `own` holds what is read, passwords too. */
static const struct node *read_file(struct arena *own, const char *file, struct error *err)
{
    static const char *const anywhere[] = {"/", NULL};
    const char *bytes;
    size_t len;
    struct yaml_findings ignored = {0};
    struct error why = {0};
    struct pos at = {.file = file};
    struct root *root = root_open(dirname(arena_strdup(own, file)), anywhere, &why);
    enum root_found found = root ? root_read(root, basename(arena_strdup(own, file)), INSTANCES_FILE_MAX, own, &bytes, &len, &why)
                                 : ROOT_ABSENT;
    root_close(root);
    const struct node *node = NULL;
    if (found != ROOT_FOUND)
        error_at(err, ERR_USAGE, at, "%s", found == ROOT_ABSENT ? "no such file" : "it cannot be read");
    else if (!(node = yaml_parse_artifact(own, bytes, len, file, &ignored, &why)) || node->kind != NODE_MAP) {
        node = NULL;
        error_at(err, ERR_USAGE, at, "expected a YAML map of instances");
    }
    return node;
}

static bool read_instance(struct arena *arena, const struct node *all, struct instance *out, struct error *err)
{
    const struct node *one = node_member(all, out->name);
    struct pos at = {.file = out->file};
    if (!one || one->kind != NODE_MAP)
        return error_at(err, ERR_USAGE, at, "it has no instance '%s'", out->name);
    at.line = one->line;
    for (size_t i = 0; i < sizeof(members) / sizeof(members[0]); i++) {
        const struct node *value = node_member(one, members[i].key);
        bool plain = value && value->kind != NODE_MAP && value->kind != NODE_LIST && value->kind != NODE_NULL;
        if (!plain)
            return error_at(err, ERR_USAGE, at, "the instance '%s' has no '%s'", out->name, members[i].key);
        if (members[i].offset)
            *(const char **)((char *)out + members[i].offset) = arena_strdup(arena, value->string);
        else
            out->password = secret_new(arena, value->string, value->string_len);
    }
    return true;
}

bool instance_load(struct arena *arena, const char *file, const char *name, struct instance *out, struct error *err)
{
    struct arena own = {0};
    *out = (struct instance){.file = arena_strdup(arena, file), .name = arena_strdup(arena, name)};
    secret_reading(true);
    const struct node *all = read_file(&own, file, err);
    bool ok = all && read_instance(arena, all, out, err);
    arena_wipe(&own);
    secret_reading(false);
    return ok;
}
