#include "workload/model.h"

#include <ctype.h>
#include <string.h>
#include <strings.h>

#include "workload/shape.h"

/* Reads type notation, one character ahead:  type := name [ "[" type { "," type } "]" ]  */
struct notation {
    struct arena *arena;
    const char *at;
    struct pos pos;
    struct error *err;
    int depth;
};

enum { TYPE_DEPTH_MAX = 20, MODEL_DEPTH_MAX = 100, NAME_LEN_MAX = 100 };

static void skip_blanks(struct notation *n)
{
    n->at += strspn(n->at, " \t");
}

static struct type *wrong(struct notation *n, const char *expected)
{
    error_at(n->err, ERR_USAGE, n->pos, "type: found '%.30s', expected %s", n->at, expected);
    return NULL;
}

static const struct {
    const char *name;
    enum type_kind kind;
} plain_types[] = {
    {"int", TYPE_INT},           {"float", TYPE_FLOAT}, {"str", TYPE_STR},       {"bool", TYPE_BOOL},
    {"datetime", TYPE_DATETIME}, {"UUID", TYPE_UUID},   {"SemVer", TYPE_SEMVER}, {"Any", TYPE_ANY},
};

struct type_list {
    struct type **v;
    size_t n, cap;
};

static struct type *read_type(struct notation *n);
static struct type *read_named(struct notation *n);

/* "[" type { "," type } "]" */
static bool read_inner(struct notation *n, struct type_list *inner)
{
    skip_blanks(n);
    if (*n->at != '[')
        return wrong(n, "'['") != NULL;
    do {
        n->at++;
        struct type *type = read_type(n);
        if (!type)
            return false;
        *LIST_ADD(n->arena, inner) = type;
        skip_blanks(n);
    } while (*n->at == ',');
    if (*n->at != ']')
        return wrong(n, "',' or ']'") != NULL;
    n->at++;
    return true;
}

/* "[" 'text' { "," 'text' } "]" */
static struct type *read_literals(struct notation *n)
{
    LIST_OF(const char *) texts = {0};
    skip_blanks(n);
    if (*n->at != '[')
        return wrong(n, "'['");
    do {
        n->at++;
        skip_blanks(n);
        char quote = *n->at;
        const char *end = quote == '\'' || quote == '"' ? strchr(n->at + 1, quote) : NULL;
        if (!end)
            return wrong(n, "a quoted text");
        *LIST_ADD(n->arena, &texts) = arena_strndup(n->arena, n->at + 1, (size_t)(end - n->at - 1));
        n->at = end + 1;
        skip_blanks(n);
    } while (*n->at == ',');
    if (*n->at != ']')
        return wrong(n, "',' or ']'");
    n->at++;
    *LIST_ADD(n->arena, &texts) = NULL;
    struct type *type = ARENA_NEW(n->arena, struct type);
    type->kind = TYPE_LITERAL;
    type->literals = texts.v;
    return type;
}

/* Optional[T], Union[A, B], List[T], dict[str, T], dict[int, T]. */
static struct type *read_generic(struct notation *n, const char *name)
{
    struct type_list inner = {0};
    if (!read_inner(n, &inner))
        return NULL;
    struct type *type = ARENA_NEW(n->arena, struct type);
    type->inner = inner.v;
    type->inner_n = inner.n;
    if (strcmp(name, "Union") == 0) {
        type->kind = TYPE_UNION;
        return type;
    }
    bool dict = strcasecmp(name, "dict") == 0;
    if (inner.n != (dict ? 2u : 1u))
        return wrong(n, dict ? "dict[str, T]" : "one type in the brackets");
    type->int_keys = dict && inner.v[0]->kind == TYPE_INT;
    if (dict && inner.v[0]->kind != TYPE_STR && !type->int_keys)
        return wrong(n, "dict[str, T] or dict[int, T]: JSON has text keys only");
    if (strcmp(name, "Optional") == 0) {
        inner.v[0]->optional = true;
        return inner.v[0];
    }
    type->kind = dict ? TYPE_DICT : TYPE_LIST;
    type->inner = dict ? inner.v + 1 : inner.v;
    type->inner_n = 1;
    return type;
}

static struct type *read_type(struct notation *n)
{
    if (n->depth == TYPE_DEPTH_MAX)
        return wrong(n, "a type that is nested less");
    n->depth++;
    struct type *type = read_named(n);
    n->depth--;
    return type;
}

static struct type *read_named(struct notation *n)
{
    static const char *const generic[] = {"Optional", "Union", "List", "list", "Dict", "dict"};
    skip_blanks(n);
    size_t len = 0;
    while (isalnum((unsigned char)n->at[len]) || n->at[len] == '_')
        len++;
    if (len == 0)
        return wrong(n, "a type, as int, str or Optional[float]");
    const char *name = arena_strndup(n->arena, n->at, len);
    n->at += len;
    for (size_t i = 0; i < sizeof(generic) / sizeof(generic[0]); i++)
        if (strcmp(name, generic[i]) == 0)
            return read_generic(n, name);
    if (strcmp(name, "Literal") == 0)
        return read_literals(n);
    struct type *type = ARENA_NEW(n->arena, struct type);
    type->kind = TYPE_MODEL;
    type->model = name;
    for (size_t i = 0; i < sizeof(plain_types) / sizeof(plain_types[0]); i++)
        if (strcmp(name, plain_types[i].name) == 0)
            type->kind = plain_types[i].kind;
    return type;
}

static struct type *parse_type(struct arena *arena, const char *text, struct pos pos, struct error *err)
{
    struct notation n = {.arena = arena, .at = text, .pos = pos, .err = err};
    struct type *type = read_type(&n);
    skip_blanks(&n);
    return type && *n.at ? wrong(&n, "the end of the type") : type;
}

static struct pos place(const char *file, const struct node *node)
{
    return (struct pos){.file = file, .line = node->line, .col = node->col};
}

/* A field is a type, or a map {type: …, coerce: pydantic}. */
static bool load_field(struct arena *arena, const char *file, const char *name, const struct node *node,
                       struct field *field, struct error *err)
{
    *field = (struct field){.name = name, .at = place(file, node)};
    const struct node *type = node;
    if (node->kind == NODE_MAP) {
        for (size_t i = 0; i < node->n; i++) {
            const char *key = node->keys[i]->string;
            if (strcmp(key, "coerce") == 0 && node->items[i]->kind == NODE_STRING &&
                strcmp(node->items[i]->string, "pydantic") == 0)
                field->coerce = true;
            else if (strcmp(key, "type") != 0)
                return error_at(err, ERR_USAGE, place(file, node->keys[i]),
                                "'%s': a field has `type: …` and, if need be, `coerce: pydantic`", key);
        }
        type = node_member(node, "type");
    }
    if (!type || type->kind != NODE_STRING)
        return error_at(err, ERR_USAGE, place(file, node), "field '%s': expected a type, as int or Optional[str]", name);
    field->type = parse_type(arena, type->string, place(file, type), err);
    return field->type != NULL;
}

static void put_field(struct arena *arena, struct model *model, size_t *cap, const struct field *field)
{
    for (size_t i = 0; i < model->fields_n; i++) {
        if (strcmp(model->fields[i].name, field->name) == 0) {
            model->fields[i] = *field;
            return;
        }
    }
    model->fields = arena_grow(arena, model->fields, model->fields_n, cap, sizeof(*model->fields));
    model->fields[model->fields_n++] = *field;
}

static bool load_model(struct arena *arena, const char *file, const struct node *node, struct models *models,
                       struct model *model, struct problems *problems, struct error *err)
{
    bool ok = true;
    size_t cap = 0;
    const struct node *base = node_member(node, "extends");
    if (base) {
        const struct model *from = base->kind == NODE_STRING ? models_find(models, base->string) : NULL;
        bool doubted = base->kind == NODE_STRING && problems_doubted(problems, "models", base->string);
        if (!from && !doubted)
            error_at(err, ERR_USAGE, place(file, base), "extends: expected the name of a model given before this one");
        ok = from || problems_take(problems, err);
        for (size_t i = 0; from && i < from->fields_n; i++)
            put_field(arena, model, &cap, &from->fields[i]);
    }
    for (size_t i = 0; i < node->n; i++) {
        const char *name = node->keys[i]->string;
        struct field field;
        if (strcmp(name, "extends") == 0)
            continue;
        if (load_field(arena, file, name, node->items[i], &field, err))
            put_field(arena, model, &cap, &field);
        else
            ok = problems_take(problems, err);
    }
    return ok;
}

const struct model *models_find(const struct models *models, const char *name)
{
    for (size_t i = 0; i < models->n; i++)
        if (strcmp(models->v[i].name, name) == 0)
            return &models->v[i];
    return NULL;
}

static bool check_type(const struct models *models, const struct type *type, struct pos at, const struct problems *problems,
                       struct error *err)
{
    if (type->kind == TYPE_MODEL && !models_find(models, type->model) && !problems_doubted(problems, "models", type->model))
        return error_at(err, ERR_USAGE, at,
                        "type '%s': expected int, float, str, bool, datetime, UUID, SemVer, Any, List[…], dict[…, …], "
                        "Optional[…], Union[…], Literal[…] or a model of this workload", type->model);
    for (size_t i = 0; i < type->inner_n; i++)
        if (!check_type(models, type->inner[i], at, problems, err))
            return false;
    return true;
}

enum mark { MARK_NEW, MARK_OPEN, MARK_DONE };

/* A model that holds itself without a list, dict or Optional between could never be complete. */
static bool check_cycle(const struct models *models, size_t which, enum mark *marks, int depth, struct error *err)
{
    const struct model *model = &models->v[which];
    marks[which] = MARK_OPEN;
    for (size_t i = 0; i < model->fields_n; i++) {
        const struct type *type = model->fields[i].type;
        const struct model *inner = type->kind == TYPE_MODEL ? models_find(models, type->model) : NULL;
        if (!inner || type->optional)
            continue;
        size_t next = (size_t)(inner - models->v);
        if (marks[next] == MARK_OPEN)
            return error_at(err, ERR_USAGE, model->fields[i].at, "model '%s' contains itself", inner->name);
        if (depth == MODEL_DEPTH_MAX)
            return error_at(err, ERR_USAGE, model->fields[i].at, "models are nested more than %d deep", (int)MODEL_DEPTH_MAX);
        if (marks[next] == MARK_NEW && !check_cycle(models, next, marks, depth + 1, err))
            return false;
    }
    marks[which] = MARK_DONE;
    return true;
}

static bool check_models(struct arena *arena, const struct models *models, struct problems *problems, struct error *err)
{
    bool ok = true;
    enum mark *marks = ARENA_ARRAY(arena, enum mark, models->n + 1);
    for (size_t i = 0; i < models->n; i++) {
        const struct model *model = &models->v[i];
        for (size_t k = 0; k < model->fields_n; k++)
            if (!check_type(models, model->fields[k].type, model->fields[k].at, problems, err))
                ok = problems_take(problems, err);
        if (marks[i] == MARK_NEW && !check_cycle(models, i, marks, 0, err))
            ok = problems_take(problems, err);
    }
    return ok;
}

/* Types read as such, and the schema has models KPI and KPIs of its own. */
static bool valid_model_name(const char *name)
{
    static const char *const taken[] = {"KPI", "KPIs", "Optional", "Union", "List", "list", "Dict", "dict", "Literal"};
    size_t n = 0;
    while (isalnum((unsigned char)name[n]) || name[n] == '_')
        n++;
    bool valid = n > 0 && n <= NAME_LEN_MAX && name[n] == '\0';
    for (size_t i = 0; i < sizeof(taken) / sizeof(taken[0]); i++)
        valid &= strcmp(taken[i], name) != 0;
    for (size_t i = 0; i < sizeof(plain_types) / sizeof(plain_types[0]); i++)
        valid &= strcmp(plain_types[i].name, name) != 0;
    return valid;
}

json_t *shape_models(const struct workload_registry *registry)
{
    static const char *const coerced[] = {"pydantic", NULL};
    json_t *type = json_pack("{s:s s:s s:s}", "type", "string", "pattern", "^[ \\t]*[A-Za-z_][A-Za-z0-9_]*[ \\t]*(\\[.*\\])?[ \\t]*$", "description",
                             "int float str bool datetime UUID SemVer Any, List[T], dict[str, T], Optional[T], Union[A, B], Literal['a', 'b'], or a model.");
    json_t *field = json_pack("{s:s s:{s:O s:o} s:[s] s:b}", "type", "object", "properties", "type", type, "coerce", shape_word(coerced),
                              "required", "type", "additionalProperties", 0);
    json_t *model = json_pack("{s:s s:{s:o} s:{s:[o o]}}", "type", "object", "properties", "extends", shape_text(registry),
                              "additionalProperties", "anyOf", type, field);
    return shape_map("^[A-Za-z0-9_]{1,100}$", model);
}

static bool load_entry(struct arena *arena, const char *file, const struct node *key, const struct node *fields, struct models *models,
                       struct model *model, struct problems *problems, struct error *err)
{
    *model = (struct model){.name = key->string, .at = place(file, key)};
    if (!valid_model_name(model->name))
        return error_at(err, ERR_USAGE, model->at, "model '%s': expected a name of letters, digits and _ that is no type and not KPI or KPIs",
                        model->name);
    if (fields->kind != NODE_MAP)
        return error_at(err, ERR_USAGE, place(file, fields), "model '%s': expected a map of fields, found %s", model->name,
                        node_kind_name(fields->kind));
    return load_model(arena, file, fields, models, model, problems, err);
}

bool models_load(struct arena *arena, const struct node *node, const char *file, struct models *models,
                 struct problems *problems, struct error *err)
{
    bool ok = true;
    if (node->kind != NODE_MAP)
        return error_at(err, ERR_USAGE, place(file, node), "models: expected a map of models, found %s",
                        node_kind_name(node->kind));
    for (size_t i = 0; i < node->n; i++) {
        struct model model = {0};
        bool right = load_entry(arena, file, node->keys[i], node->items[i], models, &model, problems, err);
        if (!right) {
            problems_doubt(problems, "models", node->keys[i]->string);
            ok = problems_take(problems, err);
        }
        if (!right && !model.fields_n)
            continue; /* else the types of the fields that were right can be checked, too */
        struct model *known = NULL;
        for (size_t k = 0; k < models->n; k++)
            if (strcmp(models->v[k].name, model.name) == 0)
                known = &models->v[k];
        if (known)
            *known = model;
        else
            *LIST_ADD(arena, models) = model;
    }
    return check_models(arena, models, problems, err) && ok;
}
