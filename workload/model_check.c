#include "workload/model_check.h"

#include <string.h>

#include "config/options.h"

enum { MODEL_DEPTH_MAX = 100 };

/* ---- names ---- */

static bool unknown_name(struct arena *arena, const struct models *models, const struct type *type, struct error *err)
{
    const char **names = ARENA_ARRAY(arena, const char *, models->n + 2);
    for (size_t i = 0; i < models->n; i++)
        names[i] = models->v[i].name;
    names[models->n] = type_nearest(type->name);
    const char *nearest = option_nearest(type->name, names);
    if (nearest)
        return error_at(err, ERR_USAGE, type->at, "type '%.60s': unknown; did you mean '%s'?", type->name, nearest);
    return error_at(err, ERR_USAGE, type->at,
                    "type '%.60s': expected int, float, str, bool, datetime, date, UUID, SemVer, Any, List[…], dict[…, …], "
                    "Optional[…], Union[…], Literal[…] or a name of `models:`", type->name);
}

struct names {
    struct arena *arena;
    const struct models *models;
    struct problems *problems;
    struct error *err;
};

static bool check_fields(const struct names *names, const struct model *model);

static bool check_names(const struct names *names, const struct type *type)
{
    if (type->kind == TYPE_NAME && !models_find(names->models, type->name) && !problems_doubted(names->problems, "models", type->name))
        return unknown_name(names->arena, names->models, type, names->err);
    if (type->kind == TYPE_MODEL)
        return check_fields(names, type->fields);
    for (size_t i = 0; i < type->inner_n; i++)
        if (!check_names(names, type->inner[i]))
            return false;
    return true;
}

static bool check_fields(const struct names *names, const struct model *model)
{
    bool ok = true;
    for (size_t i = 0; i < model->fields_n; i++)
        if (!check_names(names, model->fields[i].type))
            ok = problems_take(names->problems, names->err);
    if (model->type && !check_names(names, model->type))
        ok = problems_take(names->problems, names->err);
    return ok;
}

/* ---- circles ---- */

enum mark { MARK_NEW, MARK_OPEN, MARK_DONE };

struct walk {
    const struct models *models;
    enum mark *marks;
    bool types_only; /* types that are names of each other; else models that hold each other */
    struct error *err;
};

static bool visit(struct walk *walk, size_t which, int depth);

static bool step_to(struct walk *walk, const char *name, struct pos at, int depth)
{
    const struct model *model = models_find(walk->models, name);
    if (!model)
        return true; /* was refused itself */
    size_t next = (size_t)(model - walk->models->v);
    if (walk->marks[next] == MARK_OPEN)
        return error_at(walk->err, ERR_USAGE, at,
                        walk->types_only ? "type '%s' is nothing but itself" : "model '%s' contains itself; a List, a dict or Optional between ends it",
                        name);
    if (depth == MODEL_DEPTH_MAX)
        return error_at(walk->err, ERR_USAGE, at, "models are nested more than %d deep", (int)MODEL_DEPTH_MAX);
    return walk->marks[next] != MARK_NEW || visit(walk, next, depth + 1);
}

/* What a type is without a step into the value: names, also as branches of unions. */
static bool walk_same(struct walk *walk, const struct type *type, int depth)
{
    const struct model *model = type->kind == TYPE_NAME ? models_find(walk->models, type->name) : NULL;
    if (type->kind == TYPE_NAME)
        return !model || !model->type || step_to(walk, type->name, type->at, depth);
    for (size_t i = 0; type->kind == TYPE_UNION && i < type->inner_n; i++)
        if (!walk_same(walk, type->inner[i], depth))
            return false;
    return true;
}

/* What a field needs to be there. Of a union another branch may do. */
static bool walk_needed(struct walk *walk, const struct model *model, int depth)
{
    for (size_t i = 0; i < model->fields_n; i++) {
        const struct field *field = &model->fields[i];
        if (field->fallback || models_optional(walk->models, field->type))
            continue;
        const struct type *type = models_resolve(walk->models, field->type);
        if (type->kind == TYPE_MODEL && !walk_needed(walk, type->fields, depth))
            return false;
        if (type->kind == TYPE_NAME && !step_to(walk, type->name, field->at, depth))
            return false;
    }
    return true;
}

static bool visit(struct walk *walk, size_t which, int depth)
{
    const struct model *model = &walk->models->v[which];
    walk->marks[which] = MARK_OPEN;
    if (walk->types_only ? model->type && !walk_same(walk, model->type, depth) : !walk_needed(walk, model, depth))
        return false;
    walk->marks[which] = MARK_DONE;
    return true;
}

/* Circles of names are opened, so that who follows names comes to an end. Who leads into a circle has not made it. */
static void close_walk(struct arena *arena, struct models *models, struct walk *walk)
{
    for (size_t i = 0; i < models->n; i++) {
        if (walk->marks[i] != MARK_OPEN)
            continue;
        walk->marks[i] = MARK_DONE;
        if (!walk->types_only)
            continue;
        models->v[i].partial = true;
        models->v[i].type = ARENA_NEW(arena, struct type);
        *models->v[i].type = (struct type){.kind = TYPE_ANY, .at = models->v[i].at};
    }
}

static bool check_circles(struct arena *arena, struct models *models, bool types_only, struct problems *problems, struct error *err)
{
    struct walk walk = {.models = models, .marks = ARENA_ARRAY(arena, enum mark, models->n + 1), .types_only = types_only, .err = err};
    bool ok = true;
    for (size_t i = 0; i < models->n; i++) {
        if (walk.marks[i] != MARK_NEW || visit(&walk, i, 0))
            continue;
        ok = problems_take(problems, err);
        close_walk(arena, models, &walk);
    }
    return ok;
}

bool models_check(struct arena *arena, struct models *models, struct problems *problems, struct error *err)
{
    const struct names names = {arena, models, problems, err};
    bool ok = true;
    for (size_t i = 0; i < models->n; i++)
        ok &= check_fields(&names, &models->v[i]);
    ok &= check_circles(arena, models, true, problems, err);
    if (!ok && !problems)
        return false;
    return check_circles(arena, models, false, problems, err) && ok;
}
