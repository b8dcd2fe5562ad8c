#include "workload/check.h"

#include <string.h>

static bool is_function_argument(const struct parser *parser, size_t i)
{
    return parser->kind->arguments[i].kind == ARGUMENT_FUNCTION && parser->arguments[i].given;
}

/* ${NAME} at most once, and NAME an artifact dir. */
static bool check_dir(const struct workload *workload, const char *text, struct pos at, struct error *err)
{
    const char *open = strstr(text, "${"), *close = open ? strchr(open, '}') : NULL;
    if (!open)
        return true;
    size_t n = close ? (size_t)(close - open - 2) : 0;
    for (size_t i = 0; i < workload->artifact_dirs_n; i++) {
        const char *known = workload->artifact_dirs[i].name;
        if (strlen(known) == n && memcmp(known, open + 2, n) == 0)
            return !strstr(close, "${") || error_at(err, ERR_USAGE, at, "'%s': more than one ${…}", text);
    }
    return error_at(err, ERR_USAGE, at, "'%s': ${…} names no artifact dir of the workload", text);
}

static bool check_parser(const struct workload *workload, struct sandbox *sandbox, const struct parser *parser, struct error *err)
{
    for (size_t k = 0; parser->kind->arguments[k].name; k++) {
        const struct argument *argument = &parser->arguments[k];
        if (is_function_argument(parser, k) && !sandbox_has_function(sandbox, argument->text))
            return error_at(err, ERR_USAGE, parser->at, "'%s': there is no function '%s' in the workload's Lua files", parser->name,
                            argument->text);
        if (parser->kind->arguments[k].kind == ARGUMENT_TEXT && argument->given &&
            !check_dir(workload, argument->text, parser->at, err))
            return false;
    }
    return true;
}

static bool check_parsers(const struct workload *workload, struct sandbox *sandbox, const struct parser *parsers, size_t n,
                          struct error *err)
{
    for (size_t i = 0; i < n; i++)
        if (!check_parser(workload, sandbox, &parsers[i], err))
            return false;
    return true;
}

static const char *const kpi_fields[] = {"help", "unit", "@timestamp", "value", "test_uuid", "lower_better", "status", "format",
                                         "full_format", "ignored_for_regression", "divisor", "divisor_unit", NULL};

static bool in_names(const char *const *names, const char *name)
{
    for (; names && *names; names++)
        if (strcmp(*names, name) == 0)
            return true;
    return false;
}

/* A parsed value may be named as a function of the workload, but not as what every workload has. */
static bool check_names(const struct workload *workload, const struct workload_registry *registry, struct error *err)
{
    static const char *const own[] = {"settings", "import_settings", "exit_code", "dirs", "test", "lts", NULL};
    struct sandbox *bare = sandbox_open(&(struct sandbox_options){.helpers = registry->helpers}, err);
    bool ok = bare != NULL;
    for (size_t i = 0; ok && i < workload->parse_once_n + workload->parse_always_n; i++) {
        const struct parser *parser = i < workload->parse_once_n ? &workload->parse_once[i]
                                                                 : &workload->parse_always[i - workload->parse_once_n];
        if (in_names(own, parser->name) || sandbox_has_name(bare, parser->name))
            ok = error_at(err, ERR_USAGE, parser->at, "'%s': the name means something else in every workload", parser->name);
    }
    sandbox_close(bare);
    return ok;
}

static bool check_important(const struct workload *workload, struct error *err)
{
    for (size_t i = 0; workload->important_files && workload->important_files[i]; i++)
        if (!check_dir(workload, workload->important_files[i], workload->important_at[i], err))
            return false;
    return true;
}

static const struct template *template_member(const struct template *map, const char *name)
{
    for (size_t i = 0; map && map->kind == TEMPLATE_MAP && i < map->members_n; i++)
        if (strcmp(map->members[i].name, name) == 0)
            return &map->members[i];
    return NULL;
}

/* Labels stand beside a KPI's own fields in one object: none may hide the other. */
static bool check_labels(const struct workload *workload, struct error *err)
{
    const struct template *settings = template_member(workload->metadata, "settings");
    const struct template *both[] = {settings, workload->labels};
    for (size_t i = 0; i < 2; i++)
        for (size_t k = 0; both[i] && k < both[i]->members_n; k++)
            if (in_names(kpi_fields, both[i]->members[k].name))
                return error_at(err, ERR_USAGE, both[i]->members[k].at, "label '%s' clashes with a field that every KPI has", both[i]->members[k].name);
    for (size_t k = 0; workload->labels && k < workload->labels->members_n; k++)
        if (template_member(settings, workload->labels->members[k].name))
            return error_at(err, ERR_USAGE, workload->labels->members[k].at, "label '%s' is a setting too", workload->labels->members[k].name);
    return true;
}

/* The same of labels that are called otherwise in the payload. */
static bool check_aliases(const struct workload *workload, struct error *err)
{
    const struct model *settings = models_find(&workload->models, "Settings");
    for (size_t i = 0; settings && i < settings->fields_n; i++)
        if (in_names(kpi_fields, settings->fields[i].document))
            return error_at(err, ERR_USAGE, settings->fields[i].at, "label '%s' clashes with a field that every KPI has", settings->fields[i].document);
    return true;
}

/* Labels are what the payload calls them: the aliases of settings; settings with a default are there without being given. */
static bool is_label(const struct workload *workload, const struct template *settings, const char *key)
{
    const struct model *model = models_find(&workload->models, "Settings");
    for (size_t i = 0; i < settings->members_n; i++) {
        const struct field *field = model ? model_field(model, settings->members[i].name) : NULL;
        if (strcmp(field ? field->document : settings->members[i].name, key) == 0)
            return true;
    }
    for (size_t i = 0; model && i < model->fields_n; i++)
        if (model->fields[i].fallback && strcmp(model->fields[i].document, key) == 0)
            return true;
    return false;
}

/* Keys that no payload can have select nothing or everything: refused. */
static bool check_keys(const struct workload *workload, const char *const *keys, const struct pos *at, const char *what,
                       struct error *err)
{
    const struct template *settings = template_member(workload->metadata, "settings");
    for (size_t i = 0; settings && settings->kind == TEMPLATE_MAP && keys && keys[i]; i++)
        if (!is_label(workload, settings, keys[i]))
            return error_at(err, ERR_USAGE, at[i], "analyze: %s: '%s' is not among payload.metadata.settings", what, keys[i]);
    return true;
}

bool workload_check(const struct workload *workload, const struct workload_registry *registry, struct error *err)
{
    struct pos at = {.file = workload->file};
    const struct analyze *analyze = &workload->analyze;
    if (!workload->name)
        return error_at(err, ERR_USAGE, at, "expected a key `workload: NAME`");
    if (workload->lts && workload->kpis_n && !(workload->metadata && workload->results))
        return error_at(err, ERR_USAGE, at, "KPIs need `payload:` with metadata and results");
    struct sandbox *sandbox = sandbox_open(
        &(struct sandbox_options){.files = workload->lua, .files_n = workload->lua_n, .helpers = registry->helpers}, err);
    if (!sandbox) {
        error_prefix(err, "%s", workload->file);
        return false;
    }
    bool ok = check_parsers(workload, sandbox, workload->parse_once, workload->parse_once_n, err) &&
              check_parsers(workload, sandbox, workload->parse_always, workload->parse_always_n, err);
    if (ok && workload->rewrite.function && !sandbox_has_function(sandbox, workload->rewrite.function))
        ok = error_at(err, ERR_USAGE, workload->rewrite.at, "rewrite_settings: there is no function '%s'", workload->rewrite.function);
    sandbox_close(sandbox);
    return ok && check_names(workload, registry, err) && check_important(workload, err) && check_labels(workload, err) &&
           check_aliases(workload, err) &&
           check_keys(workload, analyze->comparison_keys, analyze->comparison_at, "comparison_keys", err) &&
           check_keys(workload, analyze->ignored_keys, analyze->ignored_at, "ignored_keys", err) &&
           check_keys(workload, analyze->sorting_keys, analyze->sorting_at, "sorting_keys", err);
}
