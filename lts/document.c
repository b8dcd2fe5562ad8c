#include "lts/document.h"

#include <string.h>

struct dressing {
    const struct models *models;
    enum document_step step;
};

static json_t *dress(const struct dressing *dressing, const struct type *type, json_t *value);

static const struct field *field_of(const struct model *model, const char *key)
{
    for (size_t i = 0; i < model->fields_n; i++)
        if (strcmp(model->fields[i].name, key) == 0)
            return &model->fields[i];
    for (size_t i = 0; i < model->fields_n; i++)
        if (strcmp(model->fields[i].document, key) == 0)
            return &model->fields[i];
    return NULL;
}

static bool keeps_name(const struct model *model, const char *key)
{
    const struct field *field = field_of(model, key);
    return !field || strcmp(field->document, key) == 0;
}

/* Of two members that would be called alike one keeps its key: a violation then tells of it. */
static json_t *dress_object(const struct dressing *dressing, const struct model *model, json_t *object)
{
    json_t *dressed = json_object(), *member;
    const char *key;
    json_object_foreach(object, key, member) {
        const struct field *field = field_of(model, key);
        const char *name = field && dressing->step == DOCUMENT_NAMES ? field->document : key;
        if (name != key && (json_object_get(dressed, name) || (strcmp(name, key) != 0 && json_object_get(object, name) && keeps_name(model, name))))
            name = key;
        json_object_set_new(dressed, name, field ? dress(dressing, field->type, member) : json_incref(member));
    }
    for (size_t i = 0; dressing->step == DOCUMENT_DEFAULTS && i < model->fields_n; i++) {
        const struct field *field = &model->fields[i];
        if (field->fallback && !json_object_get(dressed, field->name) && !json_object_get(dressed, field->document))
            json_object_set(dressed, field->name, field->fallback);
    }
    return dressed;
}

/* Long lists of numbers are not walked through. */
static bool holds_model(const struct type *type)
{
    if (type->kind == TYPE_NAME || type->kind == TYPE_MODEL)
        return true;
    for (size_t i = 0; i < type->inner_n; i++)
        if (holds_model(type->inner[i]))
            return true;
    return false;
}

static json_t *dress_list(const struct dressing *dressing, const struct type *inner, json_t *list)
{
    json_t *dressed = json_array(), *element;
    size_t i;
    json_array_foreach(list, i, element)
        json_array_append_new(dressed, dress(dressing, inner, element));
    return dressed;
}

static json_t *dress_dict(const struct dressing *dressing, const struct type *inner, json_t *dict)
{
    json_t *dressed = json_object(), *member;
    const char *key;
    json_object_foreach(dict, key, member)
        json_object_set_new(dressed, key, dress(dressing, inner, member));
    return dressed;
}

/* Has the value all that the model needs, and nothing that the model does not know? */
static bool fits(const struct dressing *dressing, const struct model *model, json_t *object)
{
    const char *key;
    json_t *member;
    json_object_foreach(object, key, member)
        if (!model->extra && !field_of(model, key))
            return false;
    for (size_t i = 0; i < model->fields_n; i++) {
        const struct field *field = &model->fields[i];
        if (!field->fallback && !models_optional(dressing->models, field->type) && !json_object_get(object, field->name) &&
            !json_object_get(object, field->document))
            return false;
    }
    return true;
}

/* The branch of a union that the value is meant by; NULL: none that has fields. */
static const struct type *branch_of(const struct dressing *dressing, const struct type *type, json_t *value)
{
    for (size_t i = 0; i < type->inner_n; i++) {
        const struct type *branch = models_resolve(dressing->models, type->inner[i]);
        const struct model *model = models_of(dressing->models, branch);
        if (model ? json_is_object(value) && fits(dressing, model, value)
                  : (branch->kind == TYPE_LIST && json_is_array(value)) || (branch->kind == TYPE_DICT && json_is_object(value)))
            return branch;
    }
    return NULL;
}

/* A new reference. */
static json_t *dress(const struct dressing *dressing, const struct type *type, json_t *value)
{
    if (!holds_model(type) || !(json_is_object(value) || json_is_array(value)))
        return json_incref(value);
    type = models_resolve(dressing->models, type);
    if (type->kind == TYPE_UNION)
        type = branch_of(dressing, type, value);
    const struct model *model = type ? models_of(dressing->models, type) : NULL;
    if (model && json_is_object(value))
        return dress_object(dressing, model, value);
    if (type && type->kind == TYPE_LIST && json_is_array(value))
        return dress_list(dressing, type->inner[0], value);
    if (type && type->kind == TYPE_DICT && json_is_object(value))
        return dress_dict(dressing, type->inner[0], value);
    return json_incref(value);
}

/* ---- the parts of a payload ---- */

static bool needed(const struct workload *workload, enum document_step step)
{
    return step == DOCUMENT_DEFAULTS ? workload->models.defaults : workload->models.aliases;
}

static json_t *dress_named(const struct workload *workload, enum document_step step, const char *name, json_t *value)
{
    const struct dressing dressing = {&workload->models, step};
    const struct type type = {.kind = TYPE_NAME, .name = name};
    return models_find(&workload->models, name) ? dress(&dressing, &type, value) : json_incref(value);
}

static json_t *replace(json_t *old, json_t *new)
{
    json_decref(old);
    return new;
}

json_t *document_metadata(const struct workload *workload, enum document_step step, json_t *metadata)
{
    const struct model *model = models_find(&workload->models, "Metadata");
    json_t *settings;
    if (!needed(workload, step))
        return metadata;
    metadata = replace(metadata, dress_named(workload, step, "Metadata", metadata));
    settings = json_object_get(metadata, "settings");
    if (settings && !(model && model_field(model, "settings")))
        json_object_set_new(metadata, "settings", dress_named(workload, step, "Settings", settings));
    return metadata;
}

json_t *document_results(const struct workload *workload, enum document_step step, json_t *results)
{
    return needed(workload, step) ? replace(results, dress_named(workload, step, "Results", results)) : results;
}

json_t *document_kpis(const struct workload *workload, enum document_step step, json_t *kpis)
{
    json_t *dressed, *kpi;
    const char *name;
    if (!needed(workload, step))
        return kpis;
    dressed = json_object();
    json_object_foreach(kpis, name, kpi)
        json_object_set_new(dressed, name, dress_named(workload, step, "Settings", kpi));
    return replace(kpis, dressed);
}

json_t *document_payload(const struct workload *workload, enum document_step step, json_t *payload)
{
    return needed(workload, step) ? replace(payload, dress_named(workload, step, "Payload", payload)) : payload;
}

const struct model *document_model(const struct workload *workload, const struct model *model, const char *field)
{
    const struct field *known = model ? model_field(model, field) : NULL;
    return known ? models_of(&workload->models, known->type) : NULL;
}

const char *document_pointer(struct arena *arena, const char *pointer, const char *member)
{
    size_t n = strlen(pointer);
    char *whole = arena_alloc(arena, n + 2 * strlen(member) + 2), *to = whole + n;
    memcpy(whole, pointer, n);
    *to++ = '/';
    for (; *member; member++) {
        bool escaped = *member == '~' || *member == '/';
        *to++ = escaped ? '~' : *member;
        if (escaped)
            *to++ = *member == '~' ? '0' : '1';
    }
    return whole;
}
