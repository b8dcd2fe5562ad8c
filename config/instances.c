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
    {"password", offsetof(struct instance, password)},
};

/* What the YAML reader says may quote the file: only the place is passed on. */
static const struct node *read_file(struct arena *arena, const char *file, struct error *err)
{
    static const char *const anywhere[] = {"/", NULL};
    const char *bytes;
    size_t len;
    struct yaml_findings ignored = {0};
    struct error why = {0};
    struct pos at = {.file = file};
    struct root *root = root_open(dirname(arena_strdup(arena, file)), anywhere, &why);
    enum root_found found = root ? root_read(root, basename(arena_strdup(arena, file)), INSTANCES_FILE_MAX, arena, &bytes, &len, &why)
                                 : ROOT_ABSENT;
    root_close(root);
    const struct node *node = NULL;
    if (found != ROOT_FOUND)
        error_at(err, ERR_USAGE, at, "%s", found == ROOT_ABSENT ? "no such file" : "it cannot be read");
    else if (!(node = yaml_parse_artifact(arena, bytes, len, file, &ignored, &why)) || node->kind != NODE_MAP) {
        node = NULL;
        error_at(err, ERR_USAGE, at, "expected a YAML map of instances");
    }
    return node;
}

bool instance_load(struct arena *arena, const char *file, const char *name, struct instance *out, struct error *err)
{
    const struct node *all = read_file(arena, file, err), *one = all ? node_member(all, name) : NULL;
    struct pos at = {.file = file};
    if (!all)
        return false;
    if (!one || one->kind != NODE_MAP)
        return error_at(err, ERR_USAGE, at, "it has no instance '%s'", name);
    at.line = one->line;
    *out = (struct instance){.name = name};
    for (size_t i = 0; i < sizeof(members) / sizeof(members[0]); i++) {
        const struct node *value = node_member(one, members[i].key);
        bool plain = value && value->kind != NODE_MAP && value->kind != NODE_LIST && value->kind != NODE_NULL;
        if (!plain)
            return error_at(err, ERR_USAGE, at, "the instance '%s' has no '%s'", name, members[i].key);
        *(const char **)((char *)out + members[i].offset) = value->string;
    }
    return true;
}
