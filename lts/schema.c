#include "lts/schema.h"

#include <ctype.h>
#include <string.h>

/* Source of the pattern: semver.org, "Is there a suggested regular expression". */
static const char semver[] =
    "^(0|[1-9][0-9]*)\\.(0|[1-9][0-9]*)\\.(0|[1-9][0-9]*)"
    "(?:-((?:0|[1-9][0-9]*|[0-9]*[a-zA-Z-][0-9a-zA-Z-]*)(?:\\.(?:0|[1-9][0-9]*|[0-9]*[a-zA-Z-][0-9a-zA-Z-]*))*))?"
    "(?:\\+([0-9a-zA-Z-]+(?:\\.[0-9a-zA-Z-]+)*))?$";
static const char uuid4[] = "^[0-9a-fA-F]{8}-?[0-9a-fA-F]{4}-?4[0-9a-fA-F]{3}-?[89abAB][0-9a-fA-F]{3}-?[0-9a-fA-F]{12}$";
/* ISO 8601 as Pydantic reads it: a date and a time, fractions and a zone if there are any. */
static const char moment[] = "^[0-9]{4}-[0-9]{2}-[0-9]{2}[T ][0-9]{2}:[0-9]{2}(:[0-9]{2}(\\.[0-9]{1,6})?)?(Z|[+-][0-9]{2}:?[0-9]{2})?$";

static json_t *plain(const char *type)
{
    return json_pack("{s:s}", "type", type);
}

static json_t *text_like(const char *pattern)
{
    return json_pack("{s:s s:s}", "type", "string", "pattern", pattern);
}

static json_t *reference(const char *model)
{
    char pointer[300];
    snprintf(pointer, sizeof(pointer), "#/$defs/%s", model);
    return json_pack("{s:s}", "$ref", pointer);
}

static json_t *type_schema(const struct type *type);

static json_t *union_schema(const struct type *type)
{
    json_t *branches = json_array();
    for (size_t i = 0; i < type->inner_n; i++)
        json_array_append_new(branches, type_schema(type->inner[i]));
    return json_pack("{s:o}", "anyOf", branches);
}

static json_t *literal_schema(const struct type *type)
{
    json_t *values = json_array();
    for (const char *const *literal = type->literals; *literal; literal++)
        json_array_append_new(values, json_string(*literal));
    return json_pack("{s:o}", "enum", values);
}

static json_t *dict_schema(const struct type *type)
{
    json_t *values = type_schema(type->inner[0]);
    if (!type->int_keys)
        return json_pack("{s:s s:o}", "type", "object", "additionalProperties", values);
    return json_pack("{s:s s:{s:o} s:b}", "type", "object", "patternProperties", "^-?[0-9]+$", values, "additionalProperties", 0);
}

static json_t *required_schema(const struct type *type)
{
    switch (type->kind) {
    case TYPE_INT: return plain("integer");
    case TYPE_FLOAT: return plain("number");
    case TYPE_STR: return plain("string");
    case TYPE_BOOL: return plain("boolean");
    case TYPE_DATETIME: return json_pack("{s:s s:s s:s}", "type", "string", "format", "date-time", "pattern", moment);
    case TYPE_UUID: return text_like(uuid4);
    case TYPE_SEMVER: return text_like(semver);
    case TYPE_ANY: return json_object();
    case TYPE_LIST: return json_pack("{s:s s:o}", "type", "array", "items", type_schema(type->inner[0]));
    case TYPE_DICT: return dict_schema(type);
    case TYPE_UNION: return union_schema(type);
    case TYPE_LITERAL: return literal_schema(type);
    case TYPE_MODEL: return reference(type->model);
    }
    return NULL;
}

static json_t *type_schema(const struct type *type)
{
    json_t *schema = required_schema(type), *kind = json_object_get(schema, "type");
    if (!type->optional)
        return schema;
    if (json_is_string(kind)) {
        json_object_set_new(schema, "type", json_pack("[O s]", kind, "null"));
        return schema;
    }
    return json_pack("{s:[o o]}", "anyOf", schema, plain("null"));
}

/* What Pydantic v1 turns into the type without a word, and leaves as it was in the payload. */
static json_t *coerced_schema(const struct type *type)
{
    static const char number[] = "^\\s*[+-]?[0-9]+(\\.[0-9]*)?([eE][+-]?[0-9]+)?\\s*$", integer[] = "^\\s*[+-]?[0-9]+\\s*$";
    const char *null = type->optional ? "null" : NULL;
    if (type->kind == TYPE_STR)
        return json_pack("{s:[s s s s*]}", "type", "string", "number", "boolean", null);
    if (type->kind != TYPE_INT && type->kind != TYPE_FLOAT)
        return type_schema(type);
    return json_pack("{s:[{s:[s s s*]} o]}", "anyOf", "type", "number", "boolean", null,
                     text_like(type->kind == TYPE_INT ? integer : number));
}

/* "accelerator_count" → "Accelerator Count". */
static json_t *title_of(const char *name)
{
    char title[200];
    size_t n = 0;
    for (; name[n] && n < sizeof(title) - 1; n++) {
        bool starts = n == 0 || name[n - 1] == '_';
        title[n] = name[n] == '_' ? ' ' : (char)(starts ? toupper((unsigned char)name[n]) : name[n]);
    }
    title[n] = '\0';
    return json_string(title);
}

/* An object schema that forbids unknown members; fields are added one by one. */
static json_t *object_schema(const char *title)
{
    return json_pack("{s:s s:s s:{} s:[] s:b}", "title", title, "type", "object", "properties", "required",
                     "additionalProperties", 0);
}

static void add_field(json_t *object, const char *name, json_t *schema, bool required)
{
    if (!json_object_get(schema, "$ref"))
        json_object_set_new(schema, "title", title_of(name));
    if (required && !json_object_get(json_object_get(object, "properties"), name))
        json_array_append_new(json_object_get(object, "required"), json_string(name));
    json_object_set_new(json_object_get(object, "properties"), name, schema);
}

static void add_model(json_t *object, const struct model *model)
{
    for (size_t i = 0; i < model->fields_n; i++) {
        const struct field *field = &model->fields[i];
        add_field(object, field->name, field->coerce ? coerced_schema(field->type) : type_schema(field->type),
                  !field->type->optional);
    }
}

static json_t *status_schema(void)
{
    return json_pack("{s:[s s] s:s}", "enum", "Valid", "Invalid", "default", "Valid");
}

static json_t *metadata_schema(const struct workload *workload)
{
    json_t *object = object_schema("Metadata");
    add_field(object, "lts_schema_version", plain("string"), true);
    add_field(object, "start", json_pack("{s:s s:s s:s}", "type", "string", "format", "date-time", "pattern", moment), true);
    add_field(object, "end", json_pack("{s:s s:s s:s}", "type", "string", "format", "date-time", "pattern", moment), true);
    add_field(object, "settings", reference("Settings"), true);
    add_field(object, "test_uuid", text_like(uuid4), true);
    add_field(object, "status", status_schema(), false);
    add_field(object, "exit_code", json_pack("{s:[s s]}", "type", "integer", "null"), false);
    add_field(object, "urls",
              json_pack("{s:[{s:s s:{s:s}} {s:s s:{s:s}} {s:s}]}", "anyOf", "type", "array", "items", "type", "string", "type",
                        "object", "additionalProperties", "type", "string", "type", "null"),
              false);
    const struct model *more = models_find(&workload->models, "Metadata");
    if (more)
        add_model(object, more);
    return object;
}

static bool is_base_label(const char *name)
{
    static const char *const names[] = {"ci_engine", "run_id", "test_path", "urls", NULL};
    for (const char *const *known = names; *known; known++)
        if (strcmp(*known, name) == 0)
            return true;
    return false;
}

/* One schema for all KPIs: their settings are labels; the bookkeeping ones may be null, as in the Python tool. */
static json_t *kpi_schema(const struct workload *workload, const struct model *settings)
{
    json_t *object = object_schema("KPI");
    add_model(object, settings);
    for (size_t i = 0; i < settings->fields_n; i++) {
        struct type type = *settings->fields[i].type;
        if (!is_base_label(settings->fields[i].name))
            continue;
        type.optional = true;
        json_t *required = json_object_get(object, "required");
        for (size_t k = json_array_size(required); k-- > 0;)
            if (strcmp(json_string_value(json_array_get(required, k)), settings->fields[i].name) == 0)
                json_array_remove(required, k);
        add_field(object, settings->fields[i].name, type_schema(&type), false);
    }
    for (size_t i = 0; workload->labels && i < workload->labels->members_n; i++)
        add_field(object, workload->labels->members[i].name, json_object(), false);
    add_field(object, "unit", plain("string"), true);
    add_field(object, "help", plain("string"), true);
    add_field(object, "@timestamp", json_pack("{s:s s:s s:s}", "type", "string", "format", "date-time", "pattern", moment), true);
    add_field(object, "value", json_pack("{s:[{s:s} {s:s s:{s:s}}]}", "anyOf", "type", "number", "type", "array", "items", "type", "number"), true);
    add_field(object, "test_uuid", text_like(uuid4), true);
    add_field(object, "status", status_schema(), false);
    static const struct {
        const char *name, *type;
    } optional[] = {{"lower_better", "boolean"}, {"ignored_for_regression", "boolean"}, {"format", "string"},
                    {"full_format", "string"},   {"divisor", "number"},                 {"divisor_unit", "string"}};
    for (size_t i = 0; i < sizeof(optional) / sizeof(optional[0]); i++)
        add_field(object, optional[i].name, json_pack("{s:[s s]}", "type", optional[i].type, "null"), false);
    return object;
}

static json_t *kpis_schema(const struct workload *workload)
{
    json_t *object = object_schema("KPIs");
    for (size_t i = 0; i < workload->kpis_n; i++)
        add_field(object, workload->kpis[i].name, reference("KPI"), true);
    return object;
}

bool lts_exists(const struct workload *workload, struct error *err)
{
    return workload->lts || error_set(err, ERR_USAGE, "workload '%s' has no LTS payloads (lts: none)", workload->name);
}

json_t *lts_schema(const struct workload *workload, struct error *err)
{
    if (!lts_exists(workload, err))
        return NULL;
    const struct model *settings = models_find(&workload->models, "Settings");
    const struct model *results = models_find(&workload->models, "Results");
    if (!settings || !results) {
        error_at(err, ERR_USAGE, (struct pos){.file = workload->file}, "models: expected a model '%s'",
                 settings ? "Results" : "Settings");
        return NULL;
    }
    json_t *definitions = json_object();
    for (size_t i = 0; i < workload->models.n; i++) {
        const struct model *model = &workload->models.v[i];
        json_t *object = object_schema(model->name);
        add_model(object, model);
        json_object_set_new(definitions, model->name, object);
    }
    json_object_set_new(definitions, "Metadata", metadata_schema(workload));
    json_object_set_new(definitions, "KPI", kpi_schema(workload, settings));
    json_object_set_new(definitions, "KPIs", kpis_schema(workload));
    json_t *payload = object_schema("Payload");
    json_object_set_new(payload, "$schema", json_string("https://json-schema.org/draft/2020-12/schema"));
    add_field(payload, "metadata", reference("Metadata"), true);
    add_field(payload, "results", reference("Results"), true);
    add_field(payload, "kpis", reference("KPIs"), true);
    json_object_set_new(payload, "$defs", definitions);
    return payload;
}
