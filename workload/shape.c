#include "workload/shape.h"

#include "workload/reader.h"

json_t *shape_text(const struct workload_registry *registry)
{
    (void)registry;
    return json_pack("{s:s}", "type", "string");
}

json_t *shape_text_filled(const struct workload_registry *registry)
{
    (void)registry;
    return json_pack("{s:s s:i}", "type", "string", "minLength", 1);
}

json_t *shape_flag(const struct workload_registry *registry)
{
    (void)registry;
    return json_pack("{s:s}", "type", "boolean");
}

json_t *shape_least(const struct workload_registry *registry)
{
    (void)registry;
    return json_pack("{s:s s:i}", "type", "number", "minimum", 0);
}

json_t *shape_positive(const struct workload_registry *registry)
{
    (void)registry;
    return json_pack("{s:s s:i}", "type", "number", "exclusiveMinimum", 0);
}

json_t *shape_names(const struct workload_registry *registry)
{
    (void)registry;
    return json_pack("{s:[s s] s:{s:s}}", "type", "string", "array", "items", "type", "string");
}

json_t *shape_expression(const struct workload_registry *registry)
{
    (void)registry;
    return json_pack("{s:s s:s}", "type", "string", "pattern", "[^ \\t\\r\\n]");
}

/* Expressions, and constants that stand for themselves. */
static json_t *expression_or_constant(void)
{
    return json_pack("{s:[s s s s] s:s}", "type", "string", "number", "boolean", "null", "pattern", "[^ \\t\\r\\n]");
}

json_t *shape_scalars(const struct workload_registry *registry)
{
    (void)registry;
    return shape_map(NULL, expression_or_constant());
}

json_t *shape_trees(const struct workload_registry *registry)
{
    (void)registry;
    return json_pack("{s:s s:{s:s}}", "type", "object", "additionalProperties", "$ref", "#/$defs/tree");
}

json_t *shape_any(const struct workload_registry *registry)
{
    (void)registry;
    return json_object();
}

json_t *shape_word(const char *const *words)
{
    json_t *all = json_array();
    for (; *words; words++)
        json_array_append_new(all, json_string(*words));
    return json_pack("{s:o}", "enum", all);
}

json_t *shape_map(const char *pattern, json_t *values)
{
    if (!pattern)
        return json_pack("{s:s s:o}", "type", "object", "additionalProperties", values);
    return json_pack("{s:s s:{s:s} s:o}", "type", "object", "propertyNames", "pattern", pattern, "additionalProperties", values);
}

json_t *shape_section(const struct section_key *keys, const char *const *needed, const struct workload_registry *registry)
{
    json_t *properties = json_object(), *required = json_array();
    for (; keys->name; keys++) {
        json_t *schema = keys->shape ? keys->shape(registry) : json_object();
        if (keys->help)
            json_object_set_new(schema, "description", json_string(keys->help));
        json_object_set_new(properties, keys->name, schema);
    }
    for (; needed && *needed; needed++)
        json_array_append_new(required, json_string(*needed));
    json_t *schema = json_pack("{s:s s:o s:b}", "type", "object", "properties", properties, "additionalProperties", 0);
    if (json_array_size(required))
        json_object_set(schema, "required", required);
    json_decref(required);
    return schema;
}

/* An expression, a constant, or a map or list of such. */
static json_t *tree(void)
{
    return json_pack("{s:[s s s s s s] s:s s:{s:s} s:{s:s}}", "type", "string", "number", "boolean", "null", "object", "array", "pattern",
                     "[^ \\t\\r\\n]", "additionalProperties", "$ref", "#/$defs/tree", "items", "$ref", "#/$defs/tree");
}

json_t *workload_schema(const struct workload_registry *registry)
{
    json_t *schema = json_pack("{s:s s:s s:s}", "$schema", "https://json-schema.org/draft/2020-12/schema", "title", "matbench workload",
                               "description", "A workload.yaml of matbench, or a file that one includes.");
    json_t *whole = shape_section(sections_keys(), NULL, registry);
    json_object_update(schema, whole);
    json_decref(whole);
    json_object_set_new(schema, "$defs", json_pack("{s:o}", "tree", tree()));
    return schema;
}
