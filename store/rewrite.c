#include "store/rewrite.h"

#include <string.h>

#include "store/parsing.h"

static bool set_members(const struct rewrite *rewrite, struct sandbox *sandbox, json_t *settings, struct error *err)
{
    for (size_t i = 0; rewrite->set && i < rewrite->set->members_n; i++) {
        const struct template *member = &rewrite->set->members[i];
        struct sandbox_result result = {0};
        if (member->kind == TEMPLATE_CONSTANT)
            result.value = json_incref(member->constant);
        else if (!sandbox_evaluate(sandbox, &member->code, &result, err))
            return false;
        json_object_set_new(settings, member->name, result.value ? result.value : json_null());
    }
    return true;
}

static bool call_function(const struct rewrite *rewrite, struct sandbox *sandbox, json_t **settings, struct error *err)
{
    struct sandbox_result result = {0};
    if (!sandbox_call(sandbox, rewrite->function, rewrite->at, *settings, &result, err))
        return false;
    if (result.value && !json_is_object(result.value)) {
        json_decref(result.value);
        return error_at(err, ERR_USAGE, rewrite->at, "rewrite_settings: %s must give a table or nil", rewrite->function);
    }
    json_decref(*settings);
    *settings = result.value;
    return true;
}

/* The sandbox's helpers want a parsing; this one has no test. */
static bool run_code(const struct workload *workload, json_t **settings, struct error *err)
{
    struct arena arena = {0};
    struct parsing parsing = {.arena = &arena, .scratch = regex_scratch_open()};
    struct sandbox_options options = {.files = workload->lua, .files_n = workload->lua_n, .helpers = store_helpers_without_test,
                                      .context = &parsing};
    struct sandbox *sandbox = sandbox_open(&options, err);
    json_t *globals = json_pack("{s:O}", "settings", *settings);
    if (sandbox)
        sandbox_globals(sandbox, globals);
    bool ok = sandbox && set_members(&workload->rewrite, sandbox, *settings, err) &&
              (!workload->rewrite.function || call_function(&workload->rewrite, sandbox, settings, err));
    sandbox_close(sandbox);
    json_decref(globals);
    parsing_close(&parsing);
    arena_close(&arena);
    return ok;
}

bool settings_rewrite(const struct workload *workload, json_t **settings, struct error *err)
{
    const struct rewrite *rewrite = &workload->rewrite;
    for (const char *const *key = rewrite->drop; key && *key; key++)
        json_object_del(*settings, *key);
    for (size_t i = 0; i < rewrite->renames_n; i++) {
        json_t *value = json_incref(json_object_get(*settings, rewrite->renames[i].from));
        if (!value)
            continue;
        json_object_del(*settings, rewrite->renames[i].from);
        json_object_set_new(*settings, rewrite->renames[i].to, value);
    }
    return (!rewrite->set && !rewrite->function) || run_code(workload, settings, err);
}
