/* The OpenSearch mapping of a payload, from its JSON Schema. */
#include <string.h>

#include "lts/schema.h"

enum { DEPTH_MAX = 20, FIELDS_MAX = 20000 /* models that hold each other twice grow without end */ };

struct mapping {
    const json_t *definitions;
    size_t fields;
};

/* Follows "#/$defs/Name". */
static const json_t *resolved(const json_t *schema, const json_t *definitions)
{
    const char *pointer = json_string_value(json_object_get(schema, "$ref"));
    const char *name = pointer ? strrchr(pointer, '/') : NULL;
    return name ? json_object_get(definitions, name + 1) : schema;
}

/* The type of the first branch that is not null. */
static const char *type_of(const json_t *schema)
{
    const json_t *type = json_object_get(schema, "type"), *branches = json_object_get(schema, "anyOf");
    if (json_is_array(type))
        type = json_array_get(type, 0);
    if (json_is_string(type))
        return json_string_value(type);
    return json_array_size(branches) ? type_of(json_array_get(branches, 0)) : json_object_get(schema, "enum") ? "string" : "object";
}

static json_t *of_string(const char *name, const json_t *schema)
{
    const char *format = json_string_value(json_object_get(schema, "format"));
    if (format && strcmp(format, "date-time") == 0)
        return json_pack("{s:s}", "type", "date");
    if (strcmp(name, "config") == 0) /* a whole configuration: longer than what a keyword may hold */
        return json_pack("{s:s s:b}", "type", "text", "index", 0);
    return json_pack("{s:s s:i}", "type", "keyword", "ignore_above", 8191);
}

static json_t *map_value(struct mapping *mapping, const char *name, const json_t *schema, int depth);

static json_t *of_object(struct mapping *mapping, const json_t *schema, int depth)
{
    json_t *properties = json_object_get(schema, "properties"), *mapped, *member;
    const char *key;
    mapping->fields += json_object_size(properties);
    if (!json_object_size(properties) || depth > DEPTH_MAX || mapping->fields > FIELDS_MAX)
        return json_pack("{s:s}", "type", "flat_object");
    mapped = json_object();
    json_object_foreach(properties, key, member)
        json_object_set_new(mapped, key, map_value(mapping, key, member, depth + 1));
    return json_pack("{s:o}", "properties", mapped);
}

static json_t *map_value(struct mapping *mapping, const char *name, const json_t *schema, int depth)
{
    static const struct {
        const char *type, *mapped;
    } plain[] = {{"integer", "long"}, {"number", "double"}, {"boolean", "boolean"}};
    schema = resolved(schema, mapping->definitions);
    const char *type = type_of(schema);
    for (size_t i = 0; i < sizeof(plain) / sizeof(plain[0]); i++)
        if (strcmp(type, plain[i].type) == 0)
            return json_pack("{s:s}", "type", plain[i].mapped);
    if (strcmp(type, "string") == 0)
        return of_string(name, schema);
    if (strcmp(type, "array") == 0)
        return map_value(mapping, name, json_object_get(schema, "items"), depth + 1);
    return of_object(mapping, schema, depth);
}

json_t *lts_mapping(const struct workload *workload, struct error *err)
{
    json_t *schema = lts_schema(workload, err);
    if (!schema)
        return NULL;
    struct mapping mapping = {.definitions = json_object_get(schema, "$defs")};
    json_t *properties = of_object(&mapping, schema, 0);
    json_decref(schema);
    return json_pack("{s:o}", "mappings", properties);
}
