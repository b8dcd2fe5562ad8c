/* The OpenSearch mapping of a payload, from its JSON Schema. */
#include <string.h>

#include "lts/schema.h"
#include "lts/type_schema.h"

enum {
    DEPTH_MAX = 20,     /* OpenSearch's own limit */
    FIELDS_MAX = 20000, /* models that hold each other twice grow without end */
    FIELDS_USUAL = 1000 /* what an index may have unless its settings say otherwise */
};

struct mapping {
    const json_t *definitions;
    size_t fields;
};

/* What a schema takes, as a set. */
enum kinds {
    KIND_STRING = 1,
    KIND_NUMBER = 2,
    KIND_INTEGER = 4,
    KIND_BOOLEAN = 8,
    KIND_ARRAY = 16,
    KIND_OBJECT = 32,
    KIND_ANY = 64,
    KINDS_SCALAR = KIND_STRING | KIND_NUMBER | KIND_INTEGER | KIND_BOOLEAN,
    KINDS_NUMERIC = KIND_NUMBER | KIND_INTEGER
};

static const struct {
    const char *type;
    unsigned kind;
} kind_names[] = {{"string", KIND_STRING}, {"number", KIND_NUMBER}, {"integer", KIND_INTEGER}, {"boolean", KIND_BOOLEAN},
                  {"array", KIND_ARRAY},   {"object", KIND_OBJECT}, {"null", 0}};

/* Follows "#/$defs/Name", also to a name of a name. */
static const json_t *resolved(const struct mapping *mapping, const json_t *schema)
{
    for (int i = 0; i < DEPTH_MAX; i++) {
        const char *pointer = json_string_value(json_object_get(schema, "$ref"));
        const char *name = pointer ? strrchr(pointer, '/') : NULL;
        if (!name)
            break;
        schema = json_object_get(mapping->definitions, name + 1);
    }
    return schema;
}

static unsigned kind_named(const char *type)
{
    for (size_t i = 0; type && i < sizeof(kind_names) / sizeof(kind_names[0]); i++)
        if (strcmp(type, kind_names[i].type) == 0)
            return kind_names[i].kind;
    return KIND_ANY;
}

static unsigned kinds_of_type(const json_t *type)
{
    unsigned kinds = 0;
    size_t i;
    json_t *one;
    if (json_is_string(type))
        return kind_named(json_string_value(type));
    json_array_foreach(type, i, one)
        kinds |= kind_named(json_string_value(one));
    return kinds;
}

static unsigned kinds_of_values(const json_t *values)
{
    unsigned kinds = 0;
    size_t i;
    json_t *value;
    json_array_foreach(values, i, value)
        kinds |= json_is_string(value) ? KIND_STRING : json_is_boolean(value) ? KIND_BOOLEAN : json_is_integer(value) ? KIND_INTEGER : KIND_ANY;
    return kinds;
}

static unsigned kinds_of(const struct mapping *mapping, const json_t *schema, int depth)
{
    json_t *type = json_object_get(schema, "type"), *branches = json_object_get(schema, "anyOf"), *branch;
    unsigned kinds = 0;
    size_t i;
    if (type)
        return kinds_of_type(type);
    if (json_object_get(schema, "enum"))
        return kinds_of_values(json_object_get(schema, "enum"));
    if (!branches || depth > DEPTH_MAX)
        return KIND_ANY;
    json_array_foreach(branches, i, branch)
        kinds |= kinds_of(mapping, resolved(mapping, branch), depth + 1);
    return kinds;
}

/* ---- values ---- */

static json_t *map_value(struct mapping *mapping, const char *name, const json_t *schema, int depth);

/* Kept in the document, not looked into: OpenSearch takes any value there. */
static json_t *kept(void)
{
    return json_pack("{s:s s:b}", "type", "object", "enabled", 0);
}

static json_t *text_kept(void)
{
    return json_pack("{s:s s:b}", "type", "text", "index", 0);
}

static json_t *map_scalar(struct mapping *mapping, const char *name, const json_t *schema, unsigned kinds)
{
    const char *format = json_string_value(json_object_get(schema, "format"));
    if (kinds == KIND_BOOLEAN)
        return json_pack("{s:s}", "type", "boolean");
    if (!(kinds & ~(unsigned)KINDS_NUMERIC))
        return json_pack("{s:s}", "type", kinds & KIND_NUMBER ? "float" : "long");
    if (format && (strcmp(format, "date-time") == 0 || strcmp(format, "date") == 0))
        return json_pack("{s:s}", "type", "date");
    if (strcmp(name, "config") == 0) /* a whole configuration: longer than what a keyword may hold */
        return text_kept();
    mapping->fields++;
    return json_pack("{s:s s:{s:{s:s s:i}}}", "type", "text", "fields", "keyword", "type", "keyword", "ignore_above", 8191);
}

static json_t *map_object(struct mapping *mapping, const json_t *schema, int depth)
{
    json_t *properties = json_object_get(schema, "properties"), *mapped, *member;
    const char *key;
    mapping->fields += json_object_size(properties);
    if (json_object_get(schema, "patternProperties")) /* times: a field each, without end */
        return kept();
    if (!properties || depth > DEPTH_MAX || mapping->fields > FIELDS_MAX)
        return json_pack("{s:s}", "type", "flat_object");
    mapped = json_object();
    json_object_foreach(properties, key, member)
        json_object_set_new(mapped, key, map_value(mapping, key, member, depth + 1));
    return json_pack("{s:s s:o}", "type", "object", "properties", mapped);
}

/* Lists have no type of their own: that of their elements. As in the Python tool numbers are text there; they are samples,
 * which nobody looks for. */
static json_t *map_list(struct mapping *mapping, const char *name, const json_t *schema, int depth)
{
    const json_t *items = resolved(mapping, json_object_get(schema, "items"));
    unsigned kinds = kinds_of(mapping, items, 0);
    if (kinds == KIND_OBJECT && json_object_get(items, "properties"))
        return map_object(mapping, items, depth);
    if (kinds & ~(unsigned)KINDS_SCALAR)
        return kept();
    return kinds & KIND_STRING ? map_scalar(mapping, name, items, KIND_STRING) : text_kept();
}

/* The branch that is not null, when there is one. */
static const json_t *only_branch(const struct mapping *mapping, const json_t *schema)
{
    const json_t *only = NULL;
    size_t i;
    json_t *branch;
    json_array_foreach(json_object_get(schema, "anyOf"), i, branch) {
        const json_t *one = resolved(mapping, branch);
        if (!kinds_of(mapping, one, 0))
            continue;
        if (only)
            return NULL;
        only = one;
    }
    return only;
}

/* One of several: a field holds one value and a list of them alike; text takes every scalar. */
static json_t *map_union(struct mapping *mapping, const char *name, const json_t *schema)
{
    unsigned kinds = 0;
    size_t i;
    json_t *branch;
    json_array_foreach(json_object_get(schema, "anyOf"), i, branch) {
        const json_t *one = resolved(mapping, branch);
        unsigned more = kinds_of(mapping, one, 0);
        kinds |= more == KIND_ARRAY ? kinds_of(mapping, resolved(mapping, json_object_get(one, "items")), 0) : more;
    }
    if (kinds & ~(unsigned)KINDS_SCALAR)
        return kept();
    bool alike = kinds == KIND_BOOLEAN || !(kinds & ~(unsigned)KINDS_NUMERIC);
    return map_scalar(mapping, name, json_null(), alike ? kinds : KIND_STRING);
}

/* What a coerced field is meant to be; the index does not keep what is not. NULL: it is not coerced. */
static json_t *map_coerced(struct mapping *mapping, const char *name, const json_t *schema)
{
    static const char head[] = TYPE_SCHEMA_COERCED;
    const char *comment = json_string_value(json_object_get(schema, "$comment"));
    const char *type = comment && strncmp(comment, head, sizeof(head) - 1) == 0 ? comment + sizeof(head) - 1 : NULL;
    if (!type)
        return NULL;
    if (strcmp(type, "date-time") == 0)
        return json_pack("{s:s}", "type", "date");
    return map_scalar(mapping, name, NULL, kind_named(type));
}

static json_t *map_value(struct mapping *mapping, const char *name, const json_t *schema, int depth)
{
    schema = resolved(mapping, schema);
    json_t *coerced = map_coerced(mapping, name, schema);
    if (coerced)
        return coerced;
    const json_t *only = only_branch(mapping, schema);
    if (only && depth <= DEPTH_MAX)
        return map_value(mapping, name, only, depth + 1);
    if (json_object_get(schema, "anyOf"))
        return map_union(mapping, name, schema);
    unsigned kinds = kinds_of(mapping, schema, 0);
    if (kinds == KIND_ARRAY)
        return map_list(mapping, name, schema, depth);
    if (kinds == KIND_OBJECT)
        return map_object(mapping, schema, depth);
    return kinds & ~(unsigned)KINDS_SCALAR ? kept() : map_scalar(mapping, name, schema, kinds & KIND_STRING ? KIND_STRING : kinds);
}

json_t *lts_mapping(const struct workload *workload, struct error *err)
{
    json_t *schema = lts_schema(workload, err), *whole;
    if (!schema)
        return NULL;
    struct mapping mapping = {.definitions = json_object_get(schema, "$defs")};
    json_t *properties = map_object(&mapping, schema, 0);
    json_object_del(properties, "type"); /* the root has none */
    size_t limit = (mapping.fields / FIELDS_USUAL + 1) * FIELDS_USUAL;
    whole = json_pack("{s:{s:{s:{s:b s:{s:I}}}} s:o}", "settings", "index", "mapping", "ignore_malformed", 1, "total_fields", "limit",
                      (json_int_t)limit, "mappings", properties);
    json_decref(schema);
    return whole;
}
