/* Reading rewrite_settings:. */
#include "workload/reader.h"

static bool read_drop(const struct reader *reader, const struct node *node, void *target)
{
    return reader_names(reader, node, "rewrite_settings: drop", &((struct rewrite *)target)->drop);
}

static bool read_rename(const struct reader *reader, const struct node *node, void *target)
{
    struct rewrite *rewrite = target;
    if (!reader_map(reader, node, "rewrite_settings: rename"))
        return false;
    rewrite->renames_n = node->n;
    rewrite->renames = arena_alloc(reader->arena, node->n * sizeof(*rewrite->renames));
    bool ok = true;
    for (size_t i = 0; i < node->n; i++) {
        rewrite->renames[i].from = node->keys[i]->string;
        ok &= reader_collect(reader, reader_text(reader, node->items[i], "rewrite_settings: rename", &rewrite->renames[i].to));
    }
    return ok;
}

static bool read_set(const struct reader *reader, const struct node *node, void *target)
{
    for (size_t i = 0; node->kind == NODE_MAP && i < node->n; i++)
        if (node->items[i]->kind == NODE_MAP || node->items[i]->kind == NODE_LIST)
            return reader_wrong(reader, node->items[i], "rewrite_settings: set", "an expression, a number, true, false or null");
    return reader_template_map(reader, node, "rewrite_settings: set", &((struct rewrite *)target)->set);
}

static bool read_rewrite_function(const struct reader *reader, const struct node *node, void *target)
{
    return reader_text(reader, node, "rewrite_settings: lua", &((struct rewrite *)target)->function);
}

static json_t *shape_renames(const struct workload_registry *registry)
{
    return shape_map(NULL, shape_text(registry));
}

static const struct section_key rewrite_keys[] = {
    {"drop", read_drop, shape_names, "Settings that are left out."},
    {"rename", read_rename, shape_renames, "Old name → new name."},
    {"set", read_set, shape_scalars, "Name → expression over the settings."},
    {"lua", read_rewrite_function, shape_text, "A Lua function: settings in, new ones out; nil skips the test."},
    {0},
};

json_t *shape_rewrite(const struct workload_registry *registry)
{
    return shape_section(rewrite_keys, NULL, registry);
}

bool rewrite_read(const struct reader *reader, const struct node *node, void *target)
{
    struct rewrite *rewrite = &((struct workload *)target)->rewrite;
    rewrite->at = reader_pos(reader, node);
    return reader_section(reader, node, "rewrite_settings", rewrite_keys, rewrite);
}
