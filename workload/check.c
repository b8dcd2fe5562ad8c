#include "workload/check.h"

#include <string.h>

#include "config/options.h"
#include "workload/judging_check.h"
#include "workload/names.h"

static bool in_names(const char *const *names, const char *name)
{
    for (; names && *names; names++)
        if (strcmp(*names, name) == 0)
            return true;
    return false;
}

/* "; did you mean 'x'?", or "". */
static const char *meant(struct arena *arena, const char *name, const char *const *names)
{
    const char *nearest = option_nearest(name, names);
    return nearest ? arena_printf(arena, "; did you mean '%s'?", nearest) : "";
}

/* Those that the workload's Lua files define, NULL-ended. */
static const char *const *functions_of(const struct workload *workload, struct arena *arena)
{
    LIST_OF(const char *) names = {0};
    for (size_t i = 0; i < workload->lua_n; i++)
        for (const char *const *name = names_functions(arena, workload->lua[i].source); *name; name++)
            *LIST_ADD(arena, &names) = *name;
    *LIST_ADD(arena, &names) = NULL;
    return names.v;
}

static bool is_function_argument(const struct parser *parser, size_t i)
{
    return parser->kind->arguments[i].kind == ARGUMENT_FUNCTION && parser->arguments[i].given;
}

/* ${NAME} at most once, and NAME an artifact dir. */
static void check_dir(const struct workload *workload, const char *text, struct pos at, struct problems *problems)
{
    const char *open = strstr(text, "${"), *close = open ? strchr(open, '}') : NULL;
    if (!open)
        return;
    size_t n = close ? (size_t)(close - open - 2) : 0;
    const char *name = arena_strndup(problems->arena, open + 2, n);
    const char **names = ARENA_ARRAY(problems->arena, const char *, workload->artifact_dirs_n + 1);
    for (size_t i = 0; i < workload->artifact_dirs_n; i++)
        names[i] = workload->artifact_dirs[i].name;
    bool known = in_names(names, name);
    size_t before = problems->errors;
    if (known && strstr(close, "${"))
        problems_add(problems, at, "'%s': more than one ${…}", text);
    if (!known && !problems_doubted(problems, "artifact_dirs", name))
        problems_add(problems, at, "'%s': ${…} names no artifact dir of the workload%s", text, meant(problems->arena, name, names));
    if (problems->errors > before) /* which file it means nobody knows */
        problems_doubt(problems, "sections", "important_files");
}

/* `sandbox`: NULL when there is none. */
static void check_parser(const struct workload *workload, struct sandbox *sandbox, const struct parser *parser, struct problems *problems)
{
    for (size_t k = 0; parser->kind->arguments[k].name; k++) {
        const struct argument *argument = &parser->arguments[k];
        if (sandbox && is_function_argument(parser, k) && !sandbox_has_function(sandbox, argument->text))
            problems_add(problems, parser->at, "'%s': there is no function '%s' in the workload's Lua files%s", parser->name,
                         argument->text, meant(problems->arena, argument->text, functions_of(workload, problems->arena)));
        enum argument_kind kind = parser->kind->arguments[k].kind;
        if ((kind == ARGUMENT_TEXT || kind == ARGUMENT_FILE || kind == ARGUMENT_FILES) && argument->given)
            check_dir(workload, argument->text, parser->at, problems);
    }
}

static void check_parsers(const struct workload *workload, struct sandbox *sandbox, const struct parser *parsers, size_t n,
                          struct problems *problems)
{
    for (size_t i = 0; i < n; i++)
        check_parser(workload, sandbox, &parsers[i], problems);
}

static const char *const kpi_fields[] = {"help", "unit", "@timestamp", "value", "test_uuid", "lower_better", "status", "format",
                                         "full_format", "ignored_for_regression", "divisor", "divisor_unit", NULL};

/* A parsed value may be named as a function of the workload, but not as what every workload has. */
static void check_names(const struct workload *workload, const struct workload_registry *registry, struct problems *problems)
{
    static const char *const own[] = {"settings", "import_settings", "exit_code", "dirs", "test", "lts", NULL};
    struct error err = {0};
    struct sandbox *bare = sandbox_open(&(struct sandbox_options){.helpers = registry->helpers}, &err);
    for (size_t i = 0; bare && i < workload->parse_once_n + workload->parse_always_n; i++) {
        const struct parser *parser = i < workload->parse_once_n ? &workload->parse_once[i]
                                                                 : &workload->parse_always[i - workload->parse_once_n];
        if (in_names(own, parser->name) || sandbox_has_name(bare, parser->name))
            problems_add(problems, parser->at, "'%s': the name means something else in every workload", parser->name);
    }
    problems_take(problems, &err);
    sandbox_close(bare);
}

static void check_important(const struct workload *workload, struct problems *problems)
{
    for (size_t i = 0; workload->important_files && workload->important_files[i]; i++)
        check_dir(workload, workload->important_files[i], workload->important_at[i], problems);
}

const struct template *template_member(const struct template *map, const char *name)
{
    for (size_t i = 0; map && map->kind == TEMPLATE_MAP && i < map->members_n; i++)
        if (strcmp(map->members[i].name, name) == 0)
            return &map->members[i];
    return NULL;
}

/* Labels stand beside a KPI's own fields in one object: none may hide the other. */
static void check_labels(const struct workload *workload, struct problems *problems)
{
    const struct template *settings = template_member(workload->metadata, "settings");
    const struct template *both[] = {settings, workload->labels};
    for (size_t i = 0; i < 2; i++)
        for (size_t k = 0; both[i] && k < both[i]->members_n; k++)
            if (both[i]->kind == TEMPLATE_MAP && in_names(kpi_fields, both[i]->members[k].name))
                problems_add(problems, both[i]->members[k].at, "label '%s' clashes with a field that every KPI has", both[i]->members[k].name);
    const struct model *model = models_find(&workload->models, "Settings");
    for (size_t i = 0; model && i < model->fields_n; i++)
        if (strcmp(model->fields[i].document, model->fields[i].name) != 0 && in_names(kpi_fields, model->fields[i].document))
            problems_add(problems, model->fields[i].at, "label '%s' clashes with a field that every KPI has", model->fields[i].document);
    for (size_t k = 0; workload->labels && k < workload->labels->members_n; k++)
        if (template_member(settings, workload->labels->members[k].name))
            problems_add(problems, workload->labels->members[k].at, "label '%s' is a setting too", workload->labels->members[k].name);
}

/* Labels are what the payload calls them: the aliases of settings; settings with a default are there without being given. NULL-ended. */
static const char *const *label_names(const struct workload *workload, const struct template *settings, struct arena *arena)
{
    LIST_OF(const char *) names = {0};
    const struct model *model = models_find(&workload->models, "Settings");
    for (size_t i = 0; i < settings->members_n; i++) {
        const struct field *field = model ? model_field(model, settings->members[i].name) : NULL;
        *LIST_ADD(arena, &names) = field ? field->document : settings->members[i].name;
    }
    for (size_t i = 0; model && i < model->fields_n; i++)
        if (model->fields[i].fallback || model->fields[i].refused)
            *LIST_ADD(arena, &names) = model->fields[i].document;
    *LIST_ADD(arena, &names) = NULL;
    return names.v;
}

bool check_labels_known(const struct workload *workload, const struct problems *problems)
{
    const struct model *model = models_find(&workload->models, "Settings");
    bool doubted = problems_doubted(problems, "payload", "metadata") || problems_doubted(problems, "payload", "settings");
    return !doubted && (model ? !model->partial : !problems_doubted(problems, "models", "Settings"));
}

/* The labels of the payload; NULL when they are not known. */
static const char *const *known_labels(const struct workload *workload, const struct problems *problems)
{
    const struct template *settings = template_member(workload->metadata, "settings");
    if (!settings || settings->kind != TEMPLATE_MAP || !check_labels_known(workload, problems))
        return NULL;
    return label_names(workload, settings, problems->arena);
}

/* Keys that no payload can have select nothing or everything: refused. */
static void check_keys(const char *const *names, const char *const *keys, const struct pos *at, const char *what, struct problems *problems)
{
    for (size_t i = 0; names && keys && keys[i]; i++) {
        if (problems_doubted(problems, "payload", keys[i])) /* under a key that is none */
            continue;
        if (!in_names(names, keys[i]))
            problems_add(problems, at[i], "analyze: %s: '%s' is not among payload.metadata.settings%s", what, keys[i],
                         meant(problems->arena, keys[i], names));
    }
}

static bool has_kpis(const struct workload *workload)
{
    for (size_t i = 0; i < workload->kpis_n; i++)
        if (!workload->kpis[i].refused)
            return true;
    return false;
}

static void check_whole(const struct workload *workload, struct problems *problems)
{
    struct pos at = {.file = workload->file};
    if (!workload->name && !problems_doubted(problems, "workload", NULL))
        problems_add(problems, at, "expected a key `workload: NAME`");
    bool metadata = workload->metadata || problems_doubted(problems, "payload", "metadata");
    bool results = workload->results || problems_doubted(problems, "payload", "results");
    if (workload->lts && has_kpis(workload) && !(metadata && results))
        problems_add(problems, at, "KPIs need `payload:` with metadata and results");
}

/* The sandbox with the workload's functions; NULL when a Lua file was refused, or does not run. */
static struct sandbox *open_functions(const struct workload *workload, const struct workload_registry *registry, struct problems *problems)
{
    struct error err = {0};
    if (problems_doubted(problems, "lua", NULL))
        return NULL;
    struct sandbox *sandbox = sandbox_open(
        &(struct sandbox_options){.files = workload->lua, .files_n = workload->lua_n, .helpers = registry->helpers}, &err);
    if (sandbox)
        return sandbox;
    error_prefix(&err, "%s", workload->file);
    problems_take(problems, &err);
    problems_doubt(problems, "lua", NULL);
    return NULL;
}

void workload_check(const struct workload *workload, const struct workload_registry *registry, struct problems *problems)
{
    const struct analyze *analyze = &workload->analyze;
    struct sandbox *sandbox = open_functions(workload, registry, problems);
    check_whole(workload, problems);
    check_parsers(workload, sandbox, workload->parse_once, workload->parse_once_n, problems);
    check_parsers(workload, sandbox, workload->parse_always, workload->parse_always_n, problems);
    if (sandbox && workload->rewrite.function && !sandbox_has_function(sandbox, workload->rewrite.function))
        problems_add(problems, workload->rewrite.at, "rewrite_settings: there is no function '%s'%s", workload->rewrite.function,
                     meant(problems->arena, workload->rewrite.function, functions_of(workload, problems->arena)));
    sandbox_close(sandbox);
    check_names(workload, registry, problems);
    check_important(workload, problems);
    check_labels(workload, problems);
    const char *const *labels = known_labels(workload, problems);
    check_keys(labels, analyze->comparison_keys, analyze->comparison_at, "comparison_keys", problems);
    check_keys(labels, analyze->ignored_keys, analyze->ignored_at, "ignored_keys", problems);
    check_keys(labels, analyze->sorting_keys, analyze->sorting_at, "sorting_keys", problems);
    judging_check_all(workload, labels, problems);
}
