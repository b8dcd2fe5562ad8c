/* matbench generate_lts_schema — the JSON Schema of a workload's payloads, the OpenSearch mapping beside it, Horreum's schema. */
#include <libgen.h>
#include <string.h>

#include "cmd/command.h"
#include "lts/horreum_schema.h"
#include "lts/schema.h"

static const struct option options_schema_only[] = {
    {"file", OPTION_TEXT, "FILE", "-", false, "Where the schema goes; with a file, opensearch_mapping.json is written beside it."},
    {"horreum_file", OPTION_TEXT, "FILE", NULL, false,
     "Where the schema goes as Horreum imports it, with its labels (docs/workload.md). Without --file only that is written."},
    {"horreum_owner", OPTION_TEXT, "TEAM", NULL, false, "The team in Horreum that the schema will belong to, as dev-team. Needed with --horreum_file."},
    {0},
};

/* What TOPSAIL passes to every command. */
static const struct option options_not_used[] = {
    {"results_dirname", OPTION_TEXT, "DIR", NULL, false, "Not used here; accepted as every command does."},
    {"filters", OPTION_TEXT, "K=V,…", NULL, false, "Not used here; accepted as every command does."},
    {0},
};

static const struct option *const tables[] = {options_workload, options_schema_only, options_not_used, options_history_unused,
                                              options_common, NULL};

static bool write_both(struct context *context, const struct workload *workload, const char *path, struct error *err)
{
    json_t *schema = lts_schema(workload, err), *mapping = NULL;
    bool ok = schema && context_write_json(context, path, schema, err);
    if (ok && strcmp(path, "-") != 0) {
        const char *beside = arena_printf(context->arena, "%s/opensearch_mapping.json", dirname(arena_strdup(context->arena, path)));
        mapping = lts_mapping(workload, err);
        ok = mapping && context_write_json(context, beside, mapping, err);
    }
    json_decref(schema);
    json_decref(mapping);
    return ok;
}

static bool write_horreum(struct context *context, const struct workload *workload, const char *path, struct error *err)
{
    const char *owner = options_text(context->options, "horreum_owner");
    if (!owner || !owner[0])
        return error_set(err, ERR_USAGE, "--horreum_file needs --horreum_owner=TEAM (or MATBENCH_HORREUM_OWNER): Horreum takes no schema without a team");
    json_t *schema = horreum_schema(workload, owner, err);
    bool ok = schema && context_write_json(context, path, schema, err);
    json_decref(schema);
    return ok;
}

static bool write_all(struct context *context, const struct workload *workload, struct error *err)
{
    const char *file = options_text(context->options, "file"), *horreum = options_text(context->options, "horreum_file");
    bool given = strcmp(options_source(context->options, "file"), "default") != 0;
    if (horreum && given && strcmp(file, horreum) == 0)
        return error_set(err, ERR_USAGE, "--file and --horreum_file cannot both be '%s': name another file for one of them", file);
    return (!horreum || write_horreum(context, workload, horreum, err)) && ((horreum && !given) || write_both(context, workload, file, err));
}

static int run(struct context *context)
{
    struct error err = {0};
    struct workload *workload = command_workload(context, options_text(context->options, "workload"), &err);
    bool ok = workload && write_all(context, workload, &err);
    workload_close(workload);
    return ok ? 0 : context_fail(context, &err);
}

const struct command command_schema = {
    "generate_lts_schema", "Writes the JSON Schema of the workload's LTS payloads.", NULL, 0, tables, run};
