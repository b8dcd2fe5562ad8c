#include <string.h>

#include "config/options.h"
#include "workload/check.h"
#include "workload/review.h"

/* One object of the payload: what fills it, and what fields it may have. */
struct object {
    const struct workload *workload;
    struct problems *problems;
    const char *what;          /* "payload.results" */
    const struct model *model; /* may be NULL: only the fields in `own` */
    const char *const *own;    /* fields that every payload has here; NULL-ended */
    bool partial;              /* what fills it is not all known */
};

static void review_object(const struct object *object, const struct template *template);

static bool in_list(const char *const *names, const char *name)
{
    for (; *names; names++)
        if (strcmp(*names, name) == 0)
            return true;
    return false;
}

static const char *const *field_names(const struct object *object)
{
    struct arena *arena = object->problems->arena;
    LIST_OF(const char *) names = {0};
    for (size_t i = 0; object->model && i < object->model->fields_n; i++)
        *LIST_ADD(arena, &names) = object->model->fields[i].name;
    for (const char *const *name = object->own; *name; name++)
        *LIST_ADD(arena, &names) = *name;
    *LIST_ADD(arena, &names) = NULL;
    return names.v;
}

static void review_member(const struct object *object, const struct template *member)
{
    static const char *const none[] = {NULL};
    const struct field *field = object->model ? model_field(object->model, member->name) : NULL;
    bool any = object->model ? object->model->extra || object->model->partial
                             : problems_doubted(object->problems, "models", "Metadata");
    if (!field && !any && !in_list(object->own, member->name)) {
        problems_add(object->problems, member->at, "%s.%s: the model '%s' has no such field%s", object->what, member->name,
                     object->model ? object->model->name : "Metadata",
                     review_nearest(object->problems->arena, member->name, field_names(object)));
        return;
    }
    const struct model *inner = field ? models_of(&object->workload->models, field->type) : NULL;
    if (!inner || member->kind != TEMPLATE_MAP)
        return;
    const struct object below = {object->workload, object->problems, arena_printf(object->problems->arena, "%s.%s", object->what, member->name),
                                 inner, none, false};
    review_object(&below, member);
}

static void review_object(const struct object *object, const struct template *template)
{
    for (size_t i = 0; i < template->members_n; i++)
        review_member(object, &template->members[i]);
    for (size_t i = 0; object->model && !object->partial && i < object->model->fields_n; i++) {
        const struct field *field = &object->model->fields[i];
        if (template_member(template, field->name) || in_list(object->own, field->name))
            continue;
        if (field->fallback || field->refused || models_vague(&object->workload->models, field->type))
            continue;
        if (problems_doubted(object->problems, "payload", field->name)) /* under a key that is none */
            continue;
        if (!models_optional(&object->workload->models, field->type))
            problems_add(object->problems, field->at, "model '%s': %s does not fill the field '%s', which every payload must have",
                         object->model->name, object->what, field->name);
        else
            problems_note(object->problems, field->at, "model '%s': %s never fills the optional field '%s'", object->model->name,
                          object->what, field->name);
    }
}

/* What every payload must have beside the model Metadata; lts_schema_version may come from schema_version. */
static void review_needed(const struct workload *workload, struct problems *problems)
{
    static const char *const needed[] = {"start", "end", "test_uuid", "settings", NULL};
    for (const char *const *name = needed; *name; name++)
        if (!template_member(workload->metadata, *name) && !problems_doubted(problems, "payload", *name))
            problems_add(problems, workload->metadata->at, "payload.metadata: expected %s, which every payload must have", *name);
    if (!workload->schema_version && !template_member(workload->metadata, "lts_schema_version") &&
        !problems_doubted(problems, "schema_version", NULL))
        problems_add(problems, (struct pos){.file = workload->file}, "expected a key `schema_version`, as \"1.0\"");
}

/* As the schema says it where it is made, which is not tried when models were refused. */
static void review_present(const struct workload *workload, struct problems *problems)
{
    static const char *const needed[] = {"Settings", "Results", NULL};
    for (const char *const *name = needed; *name; name++)
        if (!models_find(&workload->models, *name) && !problems_doubted(problems, "models", *name))
            problems_add(problems, (struct pos){.file = workload->file}, "models: expected a model '%s'", *name);
}

/* Of Settings and Results that are no fields but a dict or Any nothing more is known: NULL. */
static const struct model *named_model(const struct workload *workload, const char *name)
{
    return models_of(&workload->models, &(struct type){.kind = TYPE_NAME, .name = name});
}

void review_models(const struct workload *workload, struct problems *problems)
{
    static const char *const own[] = {"lts_schema_version", "start", "end", "settings", "test_uuid", "status", "urls", "exit_code", NULL};
    static const char *const none[] = {NULL};
    const struct template *settings = template_member(workload->metadata, "settings");
    const struct model *settings_model = named_model(workload, "Settings"), *results_model = named_model(workload, "Results");
    bool metadata = !problems_doubted(problems, "payload", "metadata"), results = !problems_doubted(problems, "payload", "results");
    if (!workload->lts || !workload->metadata || problems_doubted(problems, "lts", NULL))
        return;
    review_present(workload, problems);
    if (metadata)
        review_needed(workload, problems);
    review_object(&(struct object){workload, problems, "payload.metadata", models_find(&workload->models, "Metadata"), own, !metadata},
                  workload->metadata);
    if (results_model && workload->results)
        review_object(&(struct object){workload, problems, "payload.results", results_model, none, !results}, workload->results);
    if (settings_model && settings && settings->kind == TEMPLATE_MAP)
        review_object(&(struct object){workload, problems, "payload.metadata.settings", settings_model, none, !metadata}, settings);
}
