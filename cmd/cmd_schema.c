/* matbench generate_lts_schema — the JSON Schema of a workload's payloads, and the OpenSearch mapping beside it. */
#include <libgen.h>
#include <string.h>

#include "cmd/command.h"
#include "lts/schema.h"

static const struct option options_schema_only[] = {
    {"file", OPTION_TEXT, "FILE", "-", false, "Where the schema goes; with a file, opensearch_mapping.json is written beside it."},
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

static int run(struct context *context)
{
    struct error err = {0};
    struct workload *workload = command_workload(context, options_text(context->options, "workload"), &err);
    bool ok = workload && write_both(context, workload, options_text(context->options, "file"), &err);
    workload_close(workload);
    return ok ? 0 : context_fail(context, &err);
}

const struct command command_schema = {
    "generate_lts_schema", "Writes the JSON Schema of the workload's LTS payloads.", NULL, 0, tables, run};
