#include "workload/label_keys.h"

#include "json/write.h"

enum { VALUE_MAX = 1 << 16 };

static bool is_value(const struct node *node)
{
    switch (node->kind) {
    case NODE_NULL:
    case NODE_BOOL:
    case NODE_INT:
    case NODE_STRING:
        return true;
    case NODE_FLOAT:
        return node->real - node->real == 0; /* finite */
    case NODE_TIME:
    case NODE_BINARY:
    case NODE_LIST:
    case NODE_MAP:
        break;
    }
    return false;
}

static const char *json_text(struct arena *arena, json_t *value)
{
    struct text out = text_open(VALUE_MAX);
    json_write(&out, value, &(struct json_style){.indent = -1, .sort_keys = true}, 0);
    const char *text = arena_strdup(arena, out.s);
    text_close(&out);
    json_decref(value);
    return text;
}

bool label_keys_value(const struct reader *reader, const struct node *node, const char *what, const char **out)
{
    if (!is_value(node))
        return reader_wrong(reader, node, what, "a text, a number, true, false or null");
    if (node->kind == NODE_STRING && node->string_len > VALUE_MAX / 8)
        return reader_wrong(reader, node, what, "a text of at most 8,000 characters");
    *out = json_text(reader->arena, memory_need(node_json(node, NULL)));
    return true;
}

/* Room for two texts of each value: 4.18 and "4.18". */
static bool read_values(const struct reader *reader, const struct node *node, const char *what, const char *const **out)
{
    size_t n = node->kind == NODE_LIST ? node->n : 1, used = 0;
    const char **values = ARENA_ARRAY(reader->arena, const char *, 2 * n + 1);
    if (n == 0)
        return reader_wrong(reader, node, what, "a value, or a list of values");
    for (size_t i = 0; i < n; i++) {
        const struct node *value = node->kind == NODE_LIST ? node->items[i] : node;
        if (!label_keys_value(reader, value, what, &values[used++]))
            return false;
        if (value->kind == NODE_INT || value->kind == NODE_FLOAT)
            values[used++] = json_text(reader->arena, memory_need(json_string(value->string)));
    }
    *out = values;
    return true;
}

bool label_keys_read(const struct reader *reader, const struct node *node, const char *what, struct label_matches *out,
                     struct placed_names *names)
{
    if (node->kind != NODE_MAP || node->n == 0)
        return reader_wrong(reader, node, what, "a map of labels and their values, as {gpu: [A100, H100]}");
    struct label_match *matches = ARENA_ARRAY(reader->arena, struct label_match, node->n);
    bool ok = true;
    for (size_t i = 0; i < node->n; i++) {
        matches[i].key = node->keys[i]->string;
        *LIST_ADD(reader->arena, names) = (struct placed_name){matches[i].key, what, reader_pos(reader, node->keys[i])};
        ok &= reader_collect(reader, read_values(reader, node->items[i], arena_printf(reader->arena, "%s: %s", what, matches[i].key),
                                                 &matches[i].values));
    }
    *out = (struct label_matches){matches, node->n};
    return ok;
}

json_t *shape_label_value(const struct workload_registry *registry)
{
    (void)registry;
    return json_pack("{s:[s s s s]}", "type", "string", "number", "boolean", "null");
}

json_t *shape_label_keys(const struct workload_registry *registry)
{
    json_t *values = json_pack("{s:[s s s s s] s:o s:i}", "type", "string", "number", "boolean", "null", "array", "items",
                               shape_label_value(registry), "minItems", 1);
    json_t *map = shape_map(NULL, values);
    json_object_set_new(map, "minProperties", json_integer(1));
    return map;
}
