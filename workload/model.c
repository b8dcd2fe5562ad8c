#include "workload/model.h"

#include <ctype.h>
#include <string.h>

#include "config/options.h"
#include "workload/model_check.h"
#include "workload/shape.h"

enum { NAME_LEN_MAX = 100, INLINE_DEPTH_MAX = 20 };

/* What reading needs; one per file. */
struct loading {
    struct arena *arena;
    const char *file;
    json_t *constants;
    struct models *models;
    struct problems *problems; /* NULL: the first one stays in *err */
    struct error *err;
    int depth; /* of models written in place */
};

static struct pos place(const struct loading *loading, const struct node *node)
{
    return (struct pos){.file = loading->file, .line = node->line, .col = node->col};
}

static bool wrong(const struct loading *loading, const struct node *node, const char *what, const char *expected)
{
    bool quoted = node->kind == NODE_STRING && node->string_len < 40;
    return error_at(loading->err, ERR_USAGE, place(loading, node), "%s: found %s%s%s, expected %s", what, quoted ? "'" : "",
                    quoted ? node->string : node_kind_name(node->kind), quoted ? "'" : "", expected);
}

static bool is_whole_text(const struct node *node)
{
    return node->kind == NODE_STRING && strlen(node->string) == node->string_len;
}

/* ---- fields ---- */

static bool load_fields(struct loading *loading, const struct node *node, const char *what, struct model *model);

static bool read_type(struct loading *loading, const struct node *node, struct field *field)
{
    if (node->kind == NODE_STRING) {
        field->type = type_parse(loading->arena, node, loading->file, &field->parts, loading->err);
        return field->type != NULL;
    }
    if (node->kind != NODE_MAP)
        return wrong(loading, node, arena_printf(loading->arena, "field '%.60s'", field->name), "a type, as int or Optional[str], or a map of fields");
    struct model *model = ARENA_NEW(loading->arena, struct model);
    model->at = place(loading, node);
    field->type = ARENA_NEW(loading->arena, struct type);
    *field->type = (struct type){.kind = TYPE_MODEL, .fields = model, .at = model->at};
    if (loading->depth == INLINE_DEPTH_MAX)
        return error_at(loading->err, ERR_USAGE, model->at, "models are written in place more than %d deep", (int)INLINE_DEPTH_MAX);
    loading->depth++;
    bool ok = load_fields(loading, node, field->name, model);
    loading->depth--;
    for (size_t i = 0; i < model->fields_n; i++)
        field->parts += model->fields[i].parts;
    return ok;
}

static bool read_alias(struct loading *loading, const struct node *node, struct field *field)
{
    loading->models->aliases = true;
    field->document = node->string;
    return (is_whole_text(node) && node->string_len) || wrong(loading, node, "alias", "the field's name in the payload");
}

static bool read_fallback(struct loading *loading, const struct node *node, struct field *field)
{
    size_t non_finite = 0;
    loading->models->defaults = true;
    field->fallback = node_json(node, &non_finite);
    json_array_append_new(loading->constants, field->fallback);
    return non_finite == 0 || wrong(loading, node, "default", "a value that JSON has");
}

static bool read_help(struct loading *loading, const struct node *node, struct field *field)
{
    field->help = node->string;
    return is_whole_text(node) || wrong(loading, node, "help", "text");
}

static bool read_coerce(struct loading *loading, const struct node *node, struct field *field)
{
    field->coerce = true;
    return (is_whole_text(node) && strcmp(node->string, "pydantic") == 0) || wrong(loading, node, "coerce", "pydantic");
}

static const struct {
    const char *name;
    bool (*read)(struct loading *loading, const struct node *node, struct field *field);
} field_keys[] = {{"type", read_type}, {"alias", read_alias}, {"default", read_fallback}, {"help", read_help}, {"coerce", read_coerce}};
enum { FIELD_KEYS_N = sizeof(field_keys) / sizeof(field_keys[0]) };

static bool unknown_key(const struct loading *loading, const struct node *key, const char *field)
{
    const char *names[FIELD_KEYS_N + 1] = {0};
    for (size_t i = 0; i < FIELD_KEYS_N; i++)
        names[i] = field_keys[i].name;
    const char *nearest = option_nearest(key->string, names);
    if (nearest)
        return error_at(loading->err, ERR_USAGE, place(loading, key), "field '%.60s': unknown key '%.60s'; did you mean '%s'?", field,
                        key->string, nearest);
    return error_at(loading->err, ERR_USAGE, place(loading, key),
                    "field '%.60s': unknown key '%.60s'; known are type, alias, default, help, coerce (a model in place that has a field "
                    "'type' is written {type: {type: …}})", field, key->string);
}

static bool load_spec(struct loading *loading, const struct node *node, struct field *field)
{
    for (size_t i = 0; i < node->n; i++) {
        size_t k = 0;
        while (k < FIELD_KEYS_N && strcmp(field_keys[k].name, node->keys[i]->string) != 0)
            k++;
        if (k == FIELD_KEYS_N)
            return unknown_key(loading, node->keys[i], field->name);
        if (!field_keys[k].read(loading, node->items[i], field))
            return false;
    }
    if (!field->type)
        return wrong(loading, node, arena_printf(loading->arena, "field '%.60s'", field->name), "a key `type`");
    if (field->fallback && json_is_null(field->fallback))
        field->type->optional = true; /* as in Pydantic: what may be null by default may be null */
    return true;
}

/* {type: …, …} says more of a field; without `type` a map is a model in place, unless it can only be a slip. */
static bool is_spec(const struct node *node)
{
    const struct node *coerce = node_member(node, "coerce");
    return node_member(node, "type") || (coerce && coerce->kind == NODE_STRING && strcmp(coerce->string, "pydantic") == 0);
}

static bool load_field(struct loading *loading, const char *name, const struct node *node, struct field *field)
{
    *field = (struct field){.name = name, .document = name, .parts = 1, .at = place(loading, node)};
    return is_spec(node) ? load_spec(loading, node, field) : read_type(loading, node, field);
}

/* ---- models ---- */

/* Puts a field in, in the place of one of the same name. */
static bool put_field(struct loading *loading, struct model *model, const struct field *field)
{
    size_t at = model->fields_n;
    for (size_t i = 0; i < model->fields_n; i++) {
        bool same = strcmp(model->fields[i].name, field->name) == 0;
        if (same)
            at = i;
        else if (strcmp(model->fields[i].document, field->document) == 0)
            return error_at(loading->err, ERR_USAGE, field->at, "fields '%.60s' and '%.60s' are both called '%.60s' in the payload",
                            model->fields[i].name, field->name, field->document);
    }
    if (at == model->fields_n) {
        if (model->fields_n == MODEL_FIELDS_MAX)
            return error_at(loading->err, ERR_USAGE, field->at, "more than %d fields in a model", (int)MODEL_FIELDS_MAX);
        model->fields = arena_grow(loading->arena, model->fields, model->fields_n, &model->fields_cap, sizeof(*model->fields));
        model->fields_n++;
    }
    model->fields[at] = *field;
    loading->models->parts += field->parts;
    return loading->models->parts <= MODELS_PARTS_MAX ||
           error_at(loading->err, ERR_USAGE, field->at, "the types of all fields together have more than %d parts", (int)MODELS_PARTS_MAX);
}

static bool extend(struct loading *loading, const struct node *node, struct model *model)
{
    static const char expected[] = "the name of a model given before this one (a field of this name is written {type: …})";
    const struct model *base = is_whole_text(node) ? models_find(loading->models, node->string) : NULL;
    bool refused = base ? base->partial && base->type : is_whole_text(node) && problems_doubted(loading->problems, "models", node->string);
    model->partial |= refused || (base && base->partial);
    if (refused)
        return true;
    if (!base || base->type)
        return wrong(loading, node, "extends", expected);
    for (size_t i = 0; i < base->fields_n; i++)
        if (!put_field(loading, model, &base->fields[i]))
            return false;
    model->extra |= base->extra;
    return true;
}

static bool load_extends(struct loading *loading, const struct node *node, struct model *model)
{
    if (node->kind != NODE_LIST)
        return extend(loading, node, model);
    if (node->n > MODEL_BASES_MAX)
        return wrong(loading, node, "extends", "at most 10 models");
    bool ok = true;
    for (size_t i = 0; i < node->n; i++)
        if (!extend(loading, node->items[i], model))
            ok = problems_take(loading->problems, loading->err);
    return ok;
}

static bool load_extra(struct loading *loading, const struct node *node, struct model *model)
{
    bool allow = is_whole_text(node) && strcmp(node->string, "allow") == 0;
    if (!allow && !(is_whole_text(node) && strcmp(node->string, "forbid") == 0))
        return wrong(loading, node, "extra", "allow or forbid (a field of this name is written {type: …})");
    model->extra = allow;
    return true;
}

/* A map under one of these keys is a field of that name. */
static bool is_keyword(const struct node *node, size_t i, const char *keyword)
{
    return strcmp(node->keys[i]->string, keyword) == 0 && node->items[i]->kind != NODE_MAP;
}

static struct type *any_type(const struct loading *loading, const struct node *node)
{
    struct type *type = ARENA_NEW(loading->arena, struct type);
    *type = (struct type){.kind = TYPE_ANY, .at = place(loading, node)};
    return type;
}

/* In the place of a field that was refused. */
static void put_refused(struct loading *loading, const struct node *key, const struct node *node, struct model *model)
{
    const struct node *alias = node_member(node, "alias");
    bool named = alias && is_whole_text(alias);
    struct field field = {.name = key->string, .document = named ? alias->string : key->string, .parts = 1, .refused = true,
                          .at = place(loading, node), .type = any_type(loading, node)};
    if (put_field(loading, model, &field) && (named || !alias))
        return;
    model->partial = true;
    *loading->err = (struct error){0};
}

static bool load_fields(struct loading *loading, const struct node *node, const char *what, struct model *model)
{
    if (node->kind != NODE_MAP)
        return wrong(loading, node, arena_printf(loading->arena, "model '%.100s'", what),
                     "a map of fields (or a list: an enumeration; a text: a type)");
    bool ok = true;
    for (size_t i = 0; i < node->n; i++)
        if (is_keyword(node, i, "extends") && !load_extends(loading, node->items[i], model)) {
            ok = problems_take(loading->problems, loading->err);
            model->partial = true;
        }
    for (size_t i = 0; i < node->n; i++) {
        struct field field;
        if (is_keyword(node, i, "extends"))
            continue;
        bool extra = is_keyword(node, i, "extra");
        if (extra ? load_extra(loading, node->items[i], model)
                  : load_field(loading, node->keys[i]->string, node->items[i], &field) && put_field(loading, model, &field))
            continue;
        ok = problems_take(loading->problems, loading->err);
        model->partial |= extra;
        if (loading->problems && !extra)
            put_refused(loading, node->keys[i], node->items[i], model);
    }
    return ok;
}

/* [Valid, Invalid]: texts, integers, true and false, each once. */
static bool load_enumeration(struct loading *loading, const struct node *node, struct model *model)
{
    struct type_literal *values = ARENA_ARRAY(loading->arena, struct type_literal, node->n + 1);
    for (size_t i = 0; i < node->n; i++) {
        const struct node *item = node->items[i];
        if (!is_whole_text(item) && item->kind != NODE_INT && item->kind != NODE_BOOL)
            return wrong(loading, item, arena_printf(loading->arena, "enumeration '%.60s'", model->name), "a text, an integer, true or false");
        if (item->kind == NODE_STRING)
            values[i].text = item->string;
        else
            values[i] = (struct type_literal){.is_bool = item->kind == NODE_BOOL, .integer = item->kind == NODE_BOOL ? item->boolean : item->integer};
    }
    if (node->n == 0 || node->n > MODEL_FIELDS_MAX)
        return wrong(loading, node, arena_printf(loading->arena, "enumeration '%.60s'", model->name), "1 to 1000 values");
    model->type = ARENA_NEW(loading->arena, struct type);
    *model->type = (struct type){.kind = TYPE_LITERAL, .literals = values, .literals_n = node->n, .at = model->at};
    return true;
}

/* Types read as such, and the schema has models KPI and KPIs of its own. */
static bool valid_name(const char *name)
{
    size_t n = 0;
    while (isalnum((unsigned char)name[n]) || name[n] == '_')
        n++;
    return n > 0 && n <= NAME_LEN_MAX && name[n] == '\0' && !type_is_word(name) && strcmp(name, "KPI") != 0 && strcmp(name, "KPIs") != 0;
}

static bool load_model(struct loading *loading, const struct node *key, const struct node *node, struct model *model)
{
    *model = (struct model){.name = key->string, .at = place(loading, key)};
    if (!valid_name(model->name))
        return error_at(loading->err, ERR_USAGE, model->at, "model '%s': expected a name of letters, digits and _ that is no type and not KPI or KPIs",
                        model->name);
    if (node->kind == NODE_LIST)
        return load_enumeration(loading, node, model);
    if (node->kind != NODE_STRING)
        return load_fields(loading, node, model->name, model);
    model->type = type_parse(loading->arena, node, loading->file, &loading->models->parts, loading->err);
    return model->type != NULL;
}

/* Adds a model, in the place of one of the same name. */
static bool put_model(struct loading *loading, const struct model *model)
{
    struct models *models = loading->models;
    for (size_t k = 0; k < models->n; k++) {
        if (strcmp(models->v[k].name, model->name) != 0)
            continue;
        models->v[k] = *model;
        return true;
    }
    if (models->n == MODELS_MAX)
        return error_at(loading->err, ERR_USAGE, model->at, "more than %d models", (int)MODELS_MAX);
    *LIST_ADD(loading->arena, models) = *model;
    return true;
}

bool models_load(struct arena *arena, const struct node *node, const char *file, json_t *constants, struct models *models,
                 struct problems *problems, struct error *err)
{
    struct loading loading = {.arena = arena, .file = file, .constants = constants, .models = models, .problems = problems, .err = err};
    bool ok = true;
    if (node->kind != NODE_MAP)
        return wrong(&loading, node, "models", "a map of models");
    for (size_t i = 0; i < node->n; i++) {
        struct model model = {0};
        bool right = load_model(&loading, node->keys[i], node->items[i], &model);
        if (!right) {
            problems_doubt(problems, "models", node->keys[i]->string);
            ok = problems_take(problems, err);
            bool fields = node->items[i]->kind == NODE_MAP && valid_name(model.name);
            model.partial |= !fields;
            model.type = fields ? NULL : any_type(&loading, node->items[i]);
        }
        /* of one that is wrong, the types of the fields that are right can be checked, too */
        if ((right || (problems && valid_name(model.name))) && !put_model(&loading, &model))
            return problems_take(problems, err);
    }
    return models_check(arena, models, problems, err) && ok;
}

json_t *shape_models(const struct workload_registry *registry)
{
    static const char *const coerced[] = {"pydantic", NULL}, *const extras[] = {"allow", "forbid", NULL};
    json_t *type = json_pack("{s:s s:s s:s}", "type", "string", "pattern", "^[ \\t]*[A-Za-z_].*$", "description",
                             "int float str bool datetime date UUID UUID4 SemVer Any, List[T], dict[K, T], Optional[T], Union[A, B], A | B, "
                             "Literal['a', 'b'], constr(regex='…'), or a name of `models:`.");
    json_t *alias = json_pack("{s:s s:i}", "type", "string", "minLength", 1);
    json_t *spec = json_pack("{s:s s:{s:{s:[O {s:s}]} s:o s:O s:{} s:{s:s}} s:[s] s:b}", "type", "object", "properties", "type", "anyOf", type,
                             "type", "object", "coerce", shape_word(coerced), "alias", alias, "default", "help", "type", "string", "required",
                             "type", "additionalProperties", 0);
    json_t *place = json_pack("{s:s s:s s:{s:[{s:[s]} {s:{s:{s:s}} s:[s]}]}}", "type", "object", "description", "A model written in place: a map of fields.",
                              "not", "anyOf", "required", "type", "properties", "coerce", "const", "pydantic", "required", "coerce");
    json_t *fields = json_pack("{s:s s:{s:o s:o} s:{s:[O o o]}}", "type", "object", "properties", "extends", shape_names(registry), "extra",
                               shape_word(extras), "additionalProperties", "anyOf", type, spec, place);
    json_t *enumeration = json_pack("{s:s s:{s:[s s s]} s:i}", "type", "array", "items", "type", "string", "integer", "boolean", "minItems", 1);
    json_decref(alias);
    return shape_map("^[A-Za-z0-9_]{1,100}$", json_pack("{s:[o o o]}", "anyOf", type, enumeration, fields));
}

/* ---- asking ---- */

const struct model *models_find(const struct models *models, const char *name)
{
    for (size_t i = 0; i < models->n; i++)
        if (strcmp(models->v[i].name, name) == 0)
            return &models->v[i];
    return NULL;
}

bool models_vague(const struct models *models, const struct type *type)
{
    while (type->kind == TYPE_NAME) {
        const struct model *model = models_find(models, type->name);
        if (!model || (model->partial && model->type))
            return true;
        if (!model->type)
            return false;
        type = model->type;
    }
    return false;
}

const struct type *models_resolve(const struct models *models, const struct type *type)
{
    const struct model *model;
    while (type->kind == TYPE_NAME && (model = models_find(models, type->name)) && model->type)
        type = model->type;
    return type;
}

const struct model *models_of(const struct models *models, const struct type *type)
{
    type = models_resolve(models, type);
    return type->kind == TYPE_MODEL ? type->fields : type->kind == TYPE_NAME ? models_find(models, type->name) : NULL;
}

bool models_optional(const struct models *models, const struct type *type)
{
    const struct model *model;
    while (!type->optional && type->kind == TYPE_NAME && (model = models_find(models, type->name)) && model->type)
        type = model->type;
    return type->optional || type->kind == TYPE_ANY;
}

const struct field *model_field(const struct model *model, const char *name)
{
    for (size_t i = 0; i < model->fields_n; i++)
        if (strcmp(model->fields[i].name, name) == 0)
            return &model->fields[i];
    return NULL;
}
