/* Compiling: all subschemas are walked by a queue (no recursion) and become nodes; then references are looked up among
 * them, so that a $ref leads to a schema or is refused; what that adds (other documents, schemas below unknown keywords) is
 * walked in turn. At last ways that go round without going down are looked for. */
#include "json/schema_compile.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"

enum { POINTER_MAX = 1 << 14 };

const struct schema_type_name schema_types[SCHEMA_TYPES] = {
    {SCHEMA_NULL, "null", "null"},
    {SCHEMA_BOOLEAN, "boolean", "true or false"},
    {SCHEMA_INTEGER, "integer", "an integer"},
    {SCHEMA_NUMBER, "number", "a number"},
    {SCHEMA_STRING, "string", "a string"},
    {SCHEMA_ARRAY, "array", "an array"},
    {SCHEMA_OBJECT, "object", "an object"},
};

int schema_compare_names(const char *a, size_t a_len, const char *b, size_t b_len)
{
    int order = memcmp(a, b, a_len < b_len ? a_len : b_len);
    return order ? order : (a_len > b_len) - (a_len < b_len);
}

/* --- places --- */

void schema_add_token(struct text *out, const char *token, size_t len)
{
    for (size_t i = 0; i < len; i++) {
        if (token[i] == '~' || token[i] == '/')
            text_add(out, token[i] == '~' ? "~0" : "~1");
        else
            text_addc(out, token[i]);
    }
}

const char *schema_node_pointer(struct arena *arena, const struct schema_node *node)
{
    struct text out = text_open(POINTER_MAX);
    size_t n = 0;
    for (const struct schema_node *up = node; up->parent; up = up->parent)
        n++;
    const struct schema_node **way = ARENA_ARRAY(arena, const struct schema_node *, n + 1);
    for (size_t i = n; i > 0; i--, node = node->parent)
        way[i - 1] = node;
    for (size_t i = 0; i < n && !out.over; i++) {
        if (way[i]->keyword[0] != '/')
            text_addc(&out, '/');
        text_add(&out, way[i]->keyword);
        if (!way[i]->name)
            continue;
        text_addc(&out, '/');
        schema_add_token(&out, way[i]->name, strlen(way[i]->name));
    }
    size_t len = out.over ? text_utf8_valid(out.s, out.len) : out.len; /* not in the middle of a character */
    const char *pointer = arena_printf(arena, "%.*s%s", (int)len, out.s, out.over ? "…" : "");
    text_close(&out);
    return pointer;
}

struct pos schema_pos(struct schema_compile *c, const struct schema_node *node, const char *keyword)
{
    const char *pointer = schema_node_pointer(c->arena, node), *name = node->resource->document->name;
    if (keyword)
        pointer = arena_printf(c->arena, "%s/%s", pointer, keyword);
    return (struct pos){.file = name ? name : c->options.name, .pointer = pointer};
}

bool schema_refuse(struct schema_compile *c, const struct schema_node *node, const char *keyword, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    error_vat(c->err, ERR_USAGE, schema_pos(c, node, keyword), format, args);
    va_end(args);
    return false;
}

struct schema_node *schema_node_add(struct schema_compile *c, const json_t *source, struct schema_resource *resource,
                                    const struct schema_node *parent, const char *keyword, const char *name)
{
    struct schema_node *node = ARENA_NEW(c->arena, struct schema_node);
    *node = (struct schema_node){.source = source,
                                 .resource = resource,
                                 .parent = parent,
                                 .keyword = keyword,
                                 .name = name,
                                 .never = json_is_false(source),
                                 .max_length = {SIZE_MAX, false},
                                 .max_items = {SIZE_MAX, false},
                                 .max_members = {SIZE_MAX, false},
                                 .min_contains = {1, false},
                                 .max_contains = {SIZE_MAX, false}};
    *LIST_ADD(c->arena, c->schema) = node;
    if (json_is_object(source)) {
        void **kept = schema_map_at(c->arena, &c->sources, &node->source, sizeof(node->source));
        *kept = *kept ? *kept : node;
    }
    return node;
}

/* --- all nodes --- */

static bool compile_node(struct schema_compile *c, struct schema_node *node)
{
    json_t *source = (json_t *)node->source;
    if (!json_is_object(source))
        return json_is_boolean(source) || schema_refuse(c, node, NULL, "expected a schema: an object, true or false");
    if (!schema_identify(c, node))
        return false;
    for (void *i = json_object_iter(source); i; i = json_object_iter_next(source, i))
        if (!schema_keyword_compile(c, node, json_object_iter_key(i), json_object_iter_value(i)))
            return false;
    return true;
}

bool schema_compile_waiting(struct schema_compile *c)
{
    while (c->compiled < c->schema->n)
        if (!compile_node(c, c->schema->v[c->compiled++]))
            return false;
    return true;
}

static bool compile_all(struct schema_compile *c, const json_t *source)
{
    static const struct schema_document itself = {NULL};
    const struct schema_node *where;
    bool back;
    const char *uri = c->options.uri ? c->options.uri : "";
    schema_document_add(c, source, &itself, uri, schema_dialect_of(c->options.draft));
    if (!schema_compile_waiting(c))
        return false;
    for (size_t i = 0; i < c->schema->n; i++)
        if (!schema_link(c, c->schema->v[i]) || !schema_compile_waiting(c))
            return false;
    if (schema_cycle_free(c->arena, c->schema, &where, &back))
        return true;
    if (back)
        return schema_refuse(c, where, NULL, "leads back to itself without going down into the value");
    return schema_refuse(c, where, NULL, "expected at most %d references, allOf and the like in a row", (int)SCHEMA_PLACES_MAX);
}

struct json_schema *json_schema_compile_with(struct arena *arena, const json_t *schema,
                                             const struct json_schema_options *options, struct error *err)
{
    struct schema_compile c = {.arena = arena, .options = *options, .err = err};
    c.schema = ARENA_NEW(arena, struct json_schema);
    bool ok = compile_all(&c, schema);
    arena_close(&c.scratch);
    if (ok)
        return c.schema;
    json_schema_close(c.schema);
    return NULL;
}

struct json_schema *json_schema_compile(struct arena *arena, const json_t *schema, const char *name, struct error *err)
{
    struct json_schema_options options = {.name = name};
    return json_schema_compile_with(arena, schema, &options, err);
}

const char *const *json_schema_passed_over(const struct json_schema *schema, size_t *n)
{
    *n = schema->passed_over_n;
    return schema->passed_over;
}

void json_schema_close(struct json_schema *schema)
{
    for (size_t i = 0; schema && i < schema->n; i++) {
        struct schema_node *node = schema->v[i];
        regex_close(node->pattern);
        node->pattern = NULL;
        for (size_t k = 0; k < node->patterns_n; k++)
            regex_close(node->patterns[k].regex);
        node->patterns_n = 0;
    }
    for (size_t i = 0; schema && i < schema->owned.n; i++)
        json_decref(schema->owned.v[i]);
    if (schema)
        schema->owned.n = 0;
}
