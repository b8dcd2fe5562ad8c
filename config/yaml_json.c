#include <assert.h>
#include <math.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include "base/text.h"
#include "config/node_table.h"
#include "config/repr.h"
#include "config/yaml.h"

struct conversion {
    struct node_table shared;
    size_t non_finite;
};

static json_t *convert(struct conversion *to, const struct node *node, int depth);

static json_t *bytes_json(const struct node *node)
{
    struct text text = text_open(SIZE_MAX / 2);
    repr_bytes(&text, node->string, node->string_len);
    json_t *json = memory_need(json_stringn_nocheck(text.s, text.len));
    text_close(&text);
    return json;
}

static json_t *real_json(struct conversion *to, double real)
{
    if (isfinite(real))
        return memory_need(json_real(real));
    to->non_finite++;
    return json_null();
}

/* What json.dumps makes of a key: floats in their repr, but NaN and Infinity as JSON's friends spell them. */
static void add_key(struct text *out, const struct node *key)
{
    char real[REPR_REAL_MAX];
    switch (key->kind) {
    case NODE_NULL:
        text_add(out, "null");
        break;
    case NODE_BOOL:
        text_add(out, key->boolean ? "true" : "false");
        break;
    case NODE_INT:
        text_printf(out, "%lld", (long long)key->integer);
        break;
    case NODE_FLOAT:
        repr_real(key->real, real);
        text_add(out, key->boolean           ? key->string
                      : isnan(key->real)     ? "NaN"
                      : isfinite(key->real)  ? real
                      : key->real > 0        ? "Infinity"
                                             : "-Infinity");
        break;
    case NODE_STRING:
    case NODE_TIME:
        text_addn(out, key->string, key->string_len);
        break;
    case NODE_BINARY:
        repr_bytes(out, key->string, key->string_len);
        break;
    case NODE_LIST:
    case NODE_MAP:
        assert(false && "lists and maps are no keys");
        break;
    }
}

static json_t *list_json(struct conversion *to, const struct node *list, int depth)
{
    json_t *json = memory_need(json_array());
    for (size_t i = 0; i < list->n; i++)
        json_array_append_new(json, convert(to, list->items[i], depth + 1));
    return json;
}

static json_t *map_json(struct conversion *to, const struct node *map, int depth)
{
    json_t *json = memory_need(json_object());
    struct text text = text_open(SIZE_MAX / 2);
    for (size_t i = 0; i < map->n; i++) {
        const struct node *key = map->keys[i];
        json_t *value = convert(to, map->items[i], depth + 1);
        if (key->kind == NODE_STRING) {
            json_object_setn_new_nocheck(json, key->string, key->string_len, value);
            continue;
        }
        text_clear(&text);
        add_key(&text, key);
        json_object_setn_new_nocheck(json, text.s, text.len, value);
    }
    text_close(&text);
    return json;
}

static json_t *fresh_json(struct conversion *to, const struct node *node, int depth)
{
    switch (node->kind) {
    case NODE_NULL:
        return json_null();
    case NODE_BOOL:
        return json_boolean(node->boolean);
    case NODE_INT:
        return memory_need(json_integer(node->integer));
    case NODE_FLOAT:
        return real_json(to, node->real);
    case NODE_STRING:
    case NODE_TIME:
        return memory_need(json_stringn_nocheck(node->string, node->string_len));
    case NODE_BINARY:
        return bytes_json(node);
    case NODE_LIST:
        return list_json(to, node, depth);
    case NODE_MAP:
        return map_json(to, node, depth);
    }
    return NULL;
}

static json_t *convert(struct conversion *to, const struct node *node, int depth)
{
    assert(depth <= YAML_DEPTH_MAX);
    bool is_new;
    if (!node->shared)
        return fresh_json(to, node, depth);
    json_t *known = node_table_slot(&to->shared, node, &is_new)->json;
    if (known)
        return json_incref(known);
    json_t *json = fresh_json(to, node, depth);
    /* A reference of the table's own: the value may be dropped from the result when two keys have the same text. */
    node_table_slot(&to->shared, node, &is_new)->json = json_incref(json);
    return json;
}

json_t *node_json(const struct node *node, size_t *non_finite)
{
    struct conversion to = {0};
    json_t *json = convert(&to, node, 0);
    if (non_finite)
        *non_finite = to.non_finite;
    node_table_close(&to.shared);
    return json;
}
