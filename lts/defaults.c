#include "lts/defaults.h"

#include <string.h>

#include "json/schema.h"
#include "lts/document.h"

/* An object of the defaults alone, model by model, is held against the schema. That it lacks the fields without default
 * is not what is asked: violations count only where a default stands. */
struct gathered {
    const char *pointer;
    const struct field *field;
};

struct gathering {
    struct arena *arena;
    LIST_OF(struct gathered) found;
};

/* A new reference; also of models written in place. */
static json_t *gather(struct gathering *gathering, const struct model *model, const char *pointer)
{
    json_t *object = json_object();
    for (size_t i = 0; i < model->fields_n; i++) {
        const struct field *field = &model->fields[i];
        const char *at = document_pointer(gathering->arena, pointer, field->document);
        if (field->fallback) {
            json_object_set(object, field->document, field->fallback);
            *LIST_ADD(gathering->arena, &gathering->found) = (struct gathered){at, field};
        } else if (field->type->kind == TYPE_MODEL)
            json_object_set_new(object, field->document, gather(gathering, field->type->fields, at));
    }
    return object;
}

static const struct field *default_at(const struct gathering *gathering, const char *pointer)
{
    for (size_t i = 0; i < gathering->found.n; i++) {
        size_t n = strlen(gathering->found.v[i].pointer);
        if (strncmp(pointer, gathering->found.v[i].pointer, n) == 0 && (pointer[n] == '\0' || pointer[n] == '/'))
            return gathering->found.v[i].field;
    }
    return NULL;
}

static bool hold(struct gathering *gathering, const json_t *schema, const json_t *instance, const char *name, struct error *err)
{
    struct violations found = {0};
    struct json_schema *compiled = json_schema_compile(gathering->arena, schema, name, err);
    if (!compiled)
        return false;
    json_schema_check(compiled, instance, gathering->arena, &found);
    json_schema_close(compiled);
    for (size_t i = 0; i < found.n; i++) {
        const struct field *field = default_at(gathering, found.v[i].pointer);
        if (field)
            return error_at(err, ERR_USAGE, field->at, "default of '%.60s': found %.100s, expected %.200s", field->name, found.v[i].found,
                            found.v[i].expected);
    }
    return true;
}

bool defaults_check(const struct workload *workload, const json_t *schema, struct error *err)
{
    const struct models *models = &workload->models;
    if (!models->defaults)
        return true;
    struct arena arena = {0};
    struct gathering gathering = {.arena = &arena};
    json_t *instance = json_object(), *properties = json_object();
    for (size_t i = 0; i < models->n; i++) {
        const struct model *model = &models->v[i];
        if (model->type)
            continue;
        json_object_set_new(instance, model->name, gather(&gathering, model, document_pointer(&arena, "", model->name)));
        json_object_set_new(properties, model->name, json_pack("{s:o}", "$ref", json_sprintf("#/$defs/%s", model->name)));
    }
    json_t *whole = json_pack("{s:o s:O}", "properties", properties, "$defs", json_object_get(schema, "$defs"));
    bool ok = hold(&gathering, whole, instance, workload->file, err);
    json_decref(whole);
    json_decref(instance);
    arena_close(&arena);
    return ok;
}
