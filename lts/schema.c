#include "lts/schema.h"

#include <string.h>

#include "config/options.h"
#include "lts/defaults.h"
#include "lts/type_schema.h"

static json_t *status_schema(void)
{
    return json_pack("{s:[s s] s:s}", "enum", "Valid", "Invalid", "default", "Valid");
}

static json_t *urls_schema(void)
{
    return json_pack("{s:[{s:s s:{s:s}} {s:s s:{s:s}} {s:s}]}", "anyOf", "type", "array", "items", "type", "string", "type", "object",
                     "additionalProperties", "type", "string", "type", "null");
}

static json_t *metadata_schema(const struct workload *workload)
{
    json_t *object = type_schema_object("Metadata");
    type_schema_add(object, "lts_schema_version", json_pack("{s:s}", "type", "string"), true);
    type_schema_add(object, "start", type_schema_moment(), true);
    type_schema_add(object, "end", type_schema_moment(), true);
    type_schema_add(object, "settings", type_schema_reference("Settings"), true);
    type_schema_add(object, "test_uuid", type_schema_uuid4(), true);
    type_schema_add(object, "status", status_schema(), false);
    type_schema_add(object, "exit_code", json_pack("{s:[s s]}", "type", "integer", "null"), false);
    type_schema_add(object, "urls", urls_schema(), false);
    const struct model *more = models_find(&workload->models, "Metadata");
    if (more)
        type_schema_fields(object, &workload->models, more);
    return object;
}

/* Of the type that Settings gives, and null, too. */
static json_t *base_label(const struct models *models, const struct model *settings, const char *name)
{
    for (size_t i = 0; settings && i < settings->fields_n; i++) {
        struct type type = *settings->fields[i].type;
        type.optional = true;
        if (strcmp(settings->fields[i].document, name) == 0)
            return type_schema(models, &type);
    }
    if (strcmp(name, "urls") == 0)
        return json_pack("{s:[s s] s:{s:s}}", "type", "object", "null", "additionalProperties", "type", "string");
    return json_pack("{s:[s s]}", "type", "string", "null");
}

/* What every KPI of the Python tool may have, whatever the settings are. */
static void add_base_labels(json_t *object, const struct models *models, const struct model *settings)
{
    static const char *const names[] = {"ci_engine", "run_id", "test_path", "urls", NULL};
    for (const char *const *name = names; *name; name++)
        type_schema_add(object, *name, base_label(models, settings, *name), false);
}

/* Settings without fields are a dict: labels of any name, values of its type. */
static void add_labels(json_t *object, const struct workload *workload)
{
    const struct models *models = &workload->models;
    const struct type settings = {.kind = TYPE_NAME, .name = "Settings"};
    const struct type *type = models_resolve(models, &settings);
    const struct model *model = models_of(models, &settings);
    if (model)
        type_schema_fields(object, models, model);
    else
        json_object_set_new(object, "additionalProperties", type->kind == TYPE_DICT ? type_schema(models, type->inner[0]) : json_true());
    add_base_labels(object, models, model);
    for (size_t i = 0; workload->labels && i < workload->labels->members_n; i++)
        type_schema_add(object, workload->labels->members[i].name, json_object(), false);
}

/* One schema for all KPIs. */
static json_t *kpi_schema(const struct workload *workload)
{
    json_t *object = type_schema_object("KPI");
    add_labels(object, workload);
    type_schema_add(object, "unit", json_pack("{s:s}", "type", "string"), true);
    type_schema_add(object, "help", json_pack("{s:s}", "type", "string"), true);
    type_schema_add(object, "@timestamp", type_schema_moment(), true);
    type_schema_add(object, "value", json_pack("{s:[{s:s} {s:s s:{s:s}}]}", "anyOf", "type", "number", "type", "array", "items", "type", "number"), true);
    type_schema_add(object, "test_uuid", type_schema_uuid4(), true);
    type_schema_add(object, "status", status_schema(), false);
    static const struct {
        const char *name, *type;
    } optional[] = {{"lower_better", "boolean"}, {"ignored_for_regression", "boolean"}, {"format", "string"},
                    {"full_format", "string"},   {"divisor", "number"},                 {"divisor_unit", "string"}};
    for (size_t i = 0; i < sizeof(optional) / sizeof(optional[0]); i++)
        type_schema_add(object, optional[i].name, json_pack("{s:[s s]}", "type", optional[i].type, "null"), false);
    return object;
}

static json_t *kpis_schema(const struct workload *workload)
{
    json_t *object = type_schema_object("KPIs");
    for (size_t i = 0; i < workload->kpis_n; i++)
        type_schema_add(object, workload->kpis[i].name, type_schema_reference("KPI"), true);
    return object;
}

static json_t *definition(const struct models *models, const struct model *model)
{
    json_t *schema;
    if (!model->type) {
        schema = type_schema_object(model->name);
        type_schema_fields(schema, models, model);
        return schema;
    }
    schema = type_schema(models, model->type);
    if (!json_object_get(schema, "$ref"))
        json_object_set_new(schema, "title", json_string(model->name));
    return schema;
}

static json_t *definitions_of(const struct workload *workload)
{
    json_t *definitions = json_object();
    for (size_t i = 0; i < workload->models.n; i++)
        json_object_set_new(definitions, workload->models.v[i].name, definition(&workload->models, &workload->models.v[i]));
    json_object_set_new(definitions, "Metadata", metadata_schema(workload));
    json_object_set_new(definitions, "KPI", kpi_schema(workload));
    json_object_set_new(definitions, "KPIs", kpis_schema(workload));
    return definitions;
}

static json_t *payload_schema(const struct workload *workload)
{
    json_t *payload = type_schema_object("Payload");
    const struct model *more = models_find(&workload->models, "Payload");
    json_object_set_new(payload, "$schema", json_string("https://json-schema.org/draft/2020-12/schema"));
    if (more)
        type_schema_fields(payload, &workload->models, more);
    type_schema_add(payload, "metadata", type_schema_reference("Metadata"), true);
    type_schema_add(payload, "results", type_schema_reference("Results"), true);
    type_schema_add(payload, "kpis", type_schema_reference("KPIs"), true);
    json_object_set_new(payload, "$defs", definitions_of(workload));
    return payload;
}

/* ---- what a workload's models have to be ---- */

/* The one that its name is a slip of, if there is one, says where. */
static bool no_model(const struct workload *workload, const char *name, struct error *err)
{
    struct arena arena = {0};
    const struct models *models = &workload->models;
    const char **names = ARENA_ARRAY(&arena, const char *, models->n + 1);
    for (size_t i = 0; i < models->n; i++)
        names[i] = models->v[i].name;
    const char *nearest = option_nearest(name, names);
    if (nearest)
        error_at(err, ERR_USAGE, models_find(models, nearest)->at, "models: expected a model '%s'; is '%s' meant to be it?", name, nearest);
    else
        error_at(err, ERR_USAGE, (struct pos){.file = workload->file}, "models: expected a model '%s'", name);
    arena_close(&arena);
    return false;
}

static bool check_shapes(const struct workload *workload, struct error *err)
{
    static const struct {
        const char *name;
        bool needed, fields; /* has to be a model of fields */
    } shapes[] = {{"Settings", true, false}, {"Results", true, false}, {"Metadata", false, true}, {"Payload", false, true}};
    for (size_t i = 0; i < sizeof(shapes) / sizeof(shapes[0]); i++) {
        const struct model *model = models_find(&workload->models, shapes[i].name);
        if (!model && shapes[i].needed)
            return no_model(workload, shapes[i].name, err);
        if (model && model->type && shapes[i].fields)
            return error_at(err, ERR_USAGE, model->at, "models: '%s' has to be a map of fields", shapes[i].name);
    }
    return true;
}

/* What every payload has is not for a model to change. */
static bool check_payload_model(const struct workload *workload, struct error *err)
{
    static const char *const own[] = {"metadata", "results", "kpis", NULL};
    const struct model *model = models_find(&workload->models, "Payload");
    for (size_t i = 0; model && i < model->fields_n; i++)
        for (const char *const *name = own; *name; name++)
            if (strcmp(*name, model->fields[i].document) == 0)
                return error_at(err, ERR_USAGE, model->fields[i].at, "model 'Payload': every payload has '%s' already", *name);
    return true;
}

bool lts_exists(const struct workload *workload, struct error *err)
{
    return workload->lts || error_set(err, ERR_USAGE, "workload '%s' has no LTS payloads (lts: none)", workload->name);
}

json_t *lts_schema(const struct workload *workload, struct error *err)
{
    if (!lts_exists(workload, err) || !check_shapes(workload, err) || !check_payload_model(workload, err))
        return NULL;
    json_t *schema = payload_schema(workload);
    if (defaults_check(workload, schema, err))
        return schema;
    json_decref(schema);
    return NULL;
}
