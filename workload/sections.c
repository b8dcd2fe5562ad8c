/* The sections of a workload file that need few lines, and the table of all. */
#include <string.h>

#include "workload/reader.h"

static bool read_name(const struct reader *reader, const struct node *node, void *target)
{
    return reader_text(reader, node, "workload", &((struct workload *)target)->name);
}

static bool read_schema_version(const struct reader *reader, const struct node *node, void *target)
{
    return reader_text(reader, node, "schema_version", &((struct workload *)target)->schema_version);
}

static bool read_aliases(const struct reader *reader, const struct node *node, void *target)
{
    return reader_names(reader, node, "aliases", &((struct workload *)target)->aliases);
}

static bool read_flavour_of(const struct reader *reader, const struct node *node, void *target)
{
    return reader_text(reader, node, "flavour: of", &((struct flavour *)target)->of);
}

static bool read_flavour_name(const struct reader *reader, const struct node *node, void *target)
{
    return reader_text(reader, node, "flavour: name", &((struct flavour *)target)->name);
}

static const struct section_key flavour_keys[] = {
    {"of", read_flavour_of, shape_text, "The name that stands for several workloads together."},
    {"name", read_flavour_name, shape_text, "Which of them this one is."},
    {0},
};

static json_t *shape_flavour(const struct workload_registry *registry)
{
    static const char *const needed[] = {"of", "name", NULL};
    return shape_section(flavour_keys, needed, registry);
}

static bool read_flavour(const struct reader *reader, const struct node *node, void *target)
{
    struct flavour *flavour = &((struct workload *)target)->flavour;
    if (!reader_section(reader, node, "flavour", flavour_keys, flavour))
        return false;
    return (flavour->of && flavour->name) || reader_wrong(reader, node, "flavour", "of and name");
}

/* include and lua were seen to when the files were gathered. */
static bool read_nothing(const struct reader *reader, const struct node *node, void *target)
{
    (void)reader, (void)node, (void)target;
    return true;
}

static bool read_artifact_dir(const struct reader *reader, const struct node *node, struct artifact_dir *dir)
{
    const char *what = arena_printf(reader->arena, "artifact dir '%s'", dir->name);
    const struct node *pattern = node, *all = NULL;
    if (node->kind == NODE_MAP) {
        pattern = node_member(node, "glob");
        all = node_member(node, "all");
        if (!pattern || node->n != 1 + (size_t)(all != NULL))
            return reader_wrong(reader, node, what, "a pattern, or a map of glob and all");
    }
    return reader_text(reader, pattern, what, &dir->pattern) && (!all || reader_flag(reader, all, what, &dir->all));
}

static bool read_artifact_dirs(const struct reader *reader, const struct node *node, void *target)
{
    struct workload *workload = target;
    bool all = true;
    if (!reader_map(reader, node, "artifact_dirs"))
        return false;
    for (size_t i = 0; i < node->n; i++) {
        struct artifact_dir dir = {.name = node->keys[i]->string, .at = reader_pos(reader, node->keys[i])};
        bool ok = reader_name_valid(dir.name) ? read_artifact_dir(reader, node->items[i], &dir)
                                              : reader_wrong(reader, node->keys[i], "name of an artifact dir", "letters, digits and _");
        all &= reader_collect(reader, ok);
        if (!ok) /* of a name that is none nobody knows how it is named elsewhere */
            problems_doubt(reader->problems, "artifact_dirs", reader_name_valid(dir.name) ? dir.name : NULL);
        if (!ok)
            continue;
        size_t k = 0;
        while (k < workload->artifact_dirs_n && strcmp(workload->artifact_dirs[k].name, dir.name) != 0)
            k++;
        if (k == workload->artifact_dirs_n) {
            struct artifact_dir *wider = ARENA_ARRAY(reader->arena, struct artifact_dir, k + 1);
            if (k)
                memcpy(wider, workload->artifact_dirs, k * sizeof(*wider));
            workload->artifact_dirs = wider;
            workload->artifact_dirs_n++;
        }
        workload->artifact_dirs[k] = dir;
    }
    return all;
}

static json_t *shape_artifact_dirs(const struct workload_registry *registry)
{
    json_t *map = json_pack("{s:s s:{s:o s:o} s:[s] s:b}", "type", "object", "properties", "glob", shape_text(registry), "all",
                            shape_flag(registry), "required", "glob", "additionalProperties", 0);
    return shape_map(SHAPE_NAME, json_pack("{s:[o o]}", "anyOf", shape_text(registry), map));
}

static size_t names_count(const char *const *names)
{
    size_t n = 0;
    while (names && names[n])
        n++;
    return n;
}

/* Important files of all sources together. */
static bool read_important_files(const struct reader *reader, const struct node *node, void *target)
{
    struct workload *workload = target;
    const char *const *more;
    const struct pos *more_at;
    if (!reader_placed_names(reader, node, "important_files", &more, &more_at))
        return false;
    size_t had = names_count(workload->important_files), n = names_count(more);
    const char **all = ARENA_ARRAY(reader->arena, const char *, had + n + 1);
    struct pos *all_at = ARENA_ARRAY(reader->arena, struct pos, had + n);
    for (size_t i = 0; i < had + n; i++) {
        all[i] = i < had ? workload->important_files[i] : more[i - had];
        all_at[i] = i < had ? workload->important_at[i] : more_at[i - had];
    }
    workload->important_files = all;
    workload->important_at = all_at;
    return true;
}

static bool read_models(const struct reader *reader, const struct node *node, void *target)
{
    struct workload *workload = target;
    return models_load(reader->arena, node, reader->file, workload->constants, &workload->models, reader->problems,
                       reader->err);
}

static bool read_metadata(const struct reader *reader, const struct node *node, void *target)
{
    if (node->kind != NODE_MAP)
        problems_doubt(reader->problems, "payload", "metadata");
    return reader_template_map(reader, node, "payload.metadata", &((struct workload *)target)->metadata);
}

static bool read_results(const struct reader *reader, const struct node *node, void *target)
{
    if (node->kind != NODE_MAP)
        problems_doubt(reader->problems, "payload", "results");
    return reader_template_map(reader, node, "payload.results", &((struct workload *)target)->results);
}

static const struct section_key payload_keys[] = {
    {"metadata", read_metadata, shape_trees, "What the payload says of the test: start, end, test_uuid, settings (its labels), and the fields of the model Metadata."},
    {"results", read_results, shape_trees, "The fields of the model Results."},
    {0},
};

static json_t *shape_payload(const struct workload_registry *registry)
{
    return shape_section(payload_keys, NULL, registry);
}

static bool read_payload(const struct reader *reader, const struct node *node, void *target)
{
    return reader_section(reader, node, "payload", payload_keys, target);
}

static bool read_labels(const struct reader *reader, const struct node *node, void *target)
{
    return reader_template_map(reader, node, "labels", &((struct workload *)target)->labels);
}

static const char *const lts_words[] = {"none", NULL};

static bool read_lts(const struct reader *reader, const struct node *node, void *target)
{
    size_t which;
    ((struct workload *)target)->lts = false;
    return reader_word(reader, node, "lts", lts_words, &which);
}

static bool read_error_report(const struct reader *reader, const struct node *node, void *target)
{
    for (size_t i = 0; node->kind == NODE_MAP && i < node->n; i++)
        if (node->items[i]->kind == NODE_MAP || node->items[i]->kind == NODE_LIST)
            return reader_wrong(reader, node->items[i], "reports: error", "an expression, a number, true, false or null");
    return reader_template_map(reader, node, "reports: error", &((struct workload *)target)->error_report);
}

static const struct section_key reports_keys[] = {
    {"error", read_error_report, shape_scalars, "Title → expression: what the error report shows of each test."},
    {0},
};

static json_t *shape_reports(const struct workload_registry *registry)
{
    return shape_section(reports_keys, NULL, registry);
}

static bool read_reports(const struct reader *reader, const struct node *node, void *target)
{
    return reader_section(reader, node, "reports", reports_keys, target);
}

static json_t *shape_lts(const struct workload_registry *registry)
{
    (void)registry;
    return shape_word(lts_words);
}

static const struct section_key workload_keys[] = {
    {"workload", read_name, shape_text, "The workload's name; histories keep payloads by it."},
    {"schema_version", read_schema_version, shape_text, "Version of the payload's schema, as \"1.0\": becomes metadata.lts_schema_version."},
    {"aliases", read_aliases, shape_names, "Other names that --workload takes for it."},
    {"flavour", read_flavour, shape_flavour, "One of several workloads that another name stands for together."},
    {"include", read_nothing, shape_names, "YAML files read before this one, relative to it."},
    {"lua", read_nothing, shape_names, "Lua files with functions, relative to this file."},
    {"artifact_dirs", read_artifact_dirs, shape_artifact_dirs, "Names for directories below a test: a pattern, or {glob: PATTERN, all: true}."},
    {"important_files", read_important_files, shape_names, "The files that parsing needs, as ${DIR}/name: what a download brings."},
    {"parse_once", parsers_read_once, shape_parsers, "The parsers: name → {PARSER: FILE, argument: …}. What they give is kept for the next run."},
    {"parse_always", parsers_read_always, shape_parsers, "Parsers that run every time, as those of the environment."},
    {"models", read_models, shape_models, "Which fields settings, metadata and results have: Settings, Metadata, Results and models that they name."},
    {"payload", read_payload, shape_payload, "How metadata and results are filled."},
    {"labels", read_labels, shape_trees, "KPI labels beside the settings: expressions over metadata and results."},
    {"lts", read_lts, shape_lts, "none: a workload without payloads, KPIs and history."},
    {"kpis", kpis_read, shape_kpis, "The KPIs: name → {help, unit, better, value, …}."},
    {"analyze", analyze_read, shape_analyze, "Which runs are compared, and how entries are ordered."},
    {"rewrite_settings", rewrite_read, shape_rewrite, "Changes to a test's settings before anything else."},
    {"reports", read_reports, shape_reports, "What the reports of `visualize` show."},
    {0},
};

const struct section_key *sections_keys(void)
{
    return workload_keys;
}
