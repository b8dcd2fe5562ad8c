/* Loading a workload: the files in order (included ones first), each section by its table, then the checks that need the
 * whole. A later file's entry replaces an earlier one's of the same name, so that a flavour can change a shared base. */
#include <errno.h>
#include <libgen.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>

#include "base/digest.h"
#include "base/root.h"
#include "config/options.h"
#include "workload/check.h"
#include "workload/reader.h"

enum { WORKLOAD_FILE_MAX = 4 << 20, INCLUDE_DEPTH_MAX = 10 };

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

static bool read_flavour(const struct reader *reader, const struct node *node, void *target)
{
    static const struct section_key keys[] = {{"of", read_flavour_of}, {"name", read_flavour_name}, {NULL, NULL}};
    struct flavour *flavour = &((struct workload *)target)->flavour;
    if (!reader_section(reader, node, "flavour", keys, flavour))
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
    if (!reader_map(reader, node, "artifact_dirs"))
        return false;
    for (size_t i = 0; i < node->n; i++) {
        struct artifact_dir dir = {.name = node->keys[i]->string, .at = reader_pos(reader, node->keys[i])};
        if (!reader_name_valid(dir.name))
            return reader_wrong(reader, node->keys[i], "name of an artifact dir", "letters, digits and _");
        if (!read_artifact_dir(reader, node->items[i], &dir))
            return false;
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
    return true;
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
    return models_load(reader->arena, node, reader->file, workload->constants, &workload->models, reader->err);
}

static bool read_metadata(const struct reader *reader, const struct node *node, void *target)
{
    return reader_template_map(reader, node, "payload.metadata", &((struct workload *)target)->metadata);
}

static bool read_results(const struct reader *reader, const struct node *node, void *target)
{
    return reader_template_map(reader, node, "payload.results", &((struct workload *)target)->results);
}

static bool read_payload(const struct reader *reader, const struct node *node, void *target)
{
    static const struct section_key keys[] = {{"metadata", read_metadata}, {"results", read_results}, {NULL, NULL}};
    return reader_section(reader, node, "payload", keys, target);
}

static bool read_labels(const struct reader *reader, const struct node *node, void *target)
{
    return reader_template_map(reader, node, "labels", &((struct workload *)target)->labels);
}

static bool read_lts(const struct reader *reader, const struct node *node, void *target)
{
    static const char *const words[] = {"none", NULL};
    size_t which;
    ((struct workload *)target)->lts = false;
    return reader_word(reader, node, "lts", words, &which);
}

static bool read_comparison_keys(const struct reader *reader, const struct node *node, void *target)
{
    struct analyze *analyze = target;
    return reader_placed_names(reader, node, "comparison_keys", &analyze->comparison_keys, &analyze->comparison_at);
}

static bool read_ignored_keys(const struct reader *reader, const struct node *node, void *target)
{
    struct analyze *analyze = target;
    return reader_placed_names(reader, node, "ignored_keys", &analyze->ignored_keys, &analyze->ignored_at);
}

static bool read_sorting_keys(const struct reader *reader, const struct node *node, void *target)
{
    struct analyze *analyze = target;
    return reader_placed_names(reader, node, "sorting_keys", &analyze->sorting_keys, &analyze->sorting_at);
}

static bool read_ignored_entries(const struct reader *reader, const struct node *node, void *target)
{
    struct analyze *analyze = target;
    if (!reader_map(reader, node, "ignored_entries"))
        return false;
    analyze->ignored_entries_n = node->n;
    analyze->ignored_entries = ARENA_ARRAY(reader->arena, struct ignored_entry, node->n);
    for (size_t i = 0; i < node->n; i++) {
        json_t *values = node_json(node->items[i], NULL);
        json_array_append_new(reader->workload->constants, values);
        analyze->ignored_entries[i] = (struct ignored_entry){node->keys[i]->string, values};
    }
    return true;
}

static bool read_min_history(const struct reader *reader, const struct node *node, void *target)
{
    double number;
    if (!reader_number(reader, node, "min_history", &number))
        return false;
    if (number < 3 || number > 1000 || node->kind != NODE_INT)
        return reader_wrong(reader, node, "min_history", "3 to 1000");
    ((struct analyze *)target)->min_history = (int)number;
    return true;
}

static bool read_least(const struct reader *reader, const struct node *node, const char *what, double *out)
{
    return reader_number(reader, node, what, out) && (*out >= 0 || reader_wrong(reader, node, what, "0 or more"));
}

static bool read_min_relative(const struct reader *reader, const struct node *node, void *target)
{
    return read_least(reader, node, "min_relative", &((struct analyze *)target)->min_relative);
}

static bool read_min_absolute(const struct reader *reader, const struct node *node, void *target)
{
    return read_least(reader, node, "min_absolute", &((struct analyze *)target)->min_absolute);
}

static bool read_analyze(const struct reader *reader, const struct node *node, void *target)
{
    static const struct section_key keys[] = {
        {"comparison_keys", read_comparison_keys}, {"ignored_keys", read_ignored_keys},
        {"sorting_keys", read_sorting_keys},       {"ignored_entries", read_ignored_entries},
        {"min_history", read_min_history},         {"min_relative", read_min_relative},
        {"min_absolute", read_min_absolute},       {NULL, NULL}};
    return reader_section(reader, node, "analyze", keys, &((struct workload *)target)->analyze);
}

static bool read_drop(const struct reader *reader, const struct node *node, void *target)
{
    return reader_names(reader, node, "rewrite_settings: drop", &((struct rewrite *)target)->drop);
}

static bool read_rename(const struct reader *reader, const struct node *node, void *target)
{
    struct rewrite *rewrite = target;
    if (!reader_map(reader, node, "rewrite_settings: rename"))
        return false;
    rewrite->renames_n = node->n;
    rewrite->renames = arena_alloc(reader->arena, node->n * sizeof(*rewrite->renames));
    for (size_t i = 0; i < node->n; i++) {
        rewrite->renames[i].from = node->keys[i]->string;
        if (!reader_text(reader, node->items[i], "rewrite_settings: rename", &rewrite->renames[i].to))
            return false;
    }
    return true;
}

static bool read_set(const struct reader *reader, const struct node *node, void *target)
{
    for (size_t i = 0; node->kind == NODE_MAP && i < node->n; i++)
        if (node->items[i]->kind == NODE_MAP || node->items[i]->kind == NODE_LIST)
            return reader_wrong(reader, node->items[i], "rewrite_settings: set", "an expression, a number, true, false or null");
    return reader_template_map(reader, node, "rewrite_settings: set", &((struct rewrite *)target)->set);
}

static bool read_rewrite_function(const struct reader *reader, const struct node *node, void *target)
{
    return reader_text(reader, node, "rewrite_settings: lua", &((struct rewrite *)target)->function);
}

static bool read_rewrite(const struct reader *reader, const struct node *node, void *target)
{
    static const struct section_key keys[] = {
        {"drop", read_drop}, {"rename", read_rename}, {"set", read_set}, {"lua", read_rewrite_function}, {NULL, NULL}};
    struct rewrite *rewrite = &((struct workload *)target)->rewrite;
    rewrite->at = reader_pos(reader, node);
    return reader_section(reader, node, "rewrite_settings", keys, rewrite);
}

static bool read_error_report(const struct reader *reader, const struct node *node, void *target)
{
    for (size_t i = 0; node->kind == NODE_MAP && i < node->n; i++)
        if (node->items[i]->kind == NODE_MAP || node->items[i]->kind == NODE_LIST)
            return reader_wrong(reader, node->items[i], "reports: error", "an expression, a number, true, false or null");
    return reader_template_map(reader, node, "reports: error", &((struct workload *)target)->error_report);
}

static bool read_reports(const struct reader *reader, const struct node *node, void *target)
{
    static const struct section_key keys[] = {{"error", read_error_report}, {NULL, NULL}};
    return reader_section(reader, node, "reports", keys, target);
}

static const struct section_key workload_keys[] = {
    {"workload", read_name},
    {"schema_version", read_schema_version},
    {"aliases", read_aliases},
    {"flavour", read_flavour},
    {"include", read_nothing},
    {"lua", read_nothing},
    {"artifact_dirs", read_artifact_dirs},
    {"important_files", read_important_files},
    {"parse_once", parsers_read_once},
    {"parse_always", parsers_read_always},
    {"models", read_models},
    {"payload", read_payload},
    {"labels", read_labels},
    {"lts", read_lts},
    {"kpis", kpis_read},
    {"analyze", read_analyze},
    {"rewrite_settings", read_rewrite},
    {"reports", read_reports},
    {NULL, NULL},
};

/* ---- the files ---- */

/* One YAML file of the workload; `open` chains the files that include each other. */
struct source {
    const char *relative; /* below the root */
    const char *shown;
    struct node *node;
    const struct source *includer;
};

struct gathering {
    struct arena *arena;
    struct root *root; /* the folder that holds the workload's folder */
    struct workload *workload;
    LIST_OF(struct source) sources;
    LIST_OF(struct code) lua;
    struct digest *digest;
    struct error *err;
};

static bool read_file(struct gathering *gathering, const char *relative, const char *shown, struct pos at,
                      const char **bytes, size_t *len)
{
    struct error why = {0};
    if (gathering->sources.n + gathering->lua.n >= WORKLOAD_FILES_MAX)
        return error_at(gathering->err, ERR_USAGE, at, "the workload has more than %d files", (int)WORKLOAD_FILES_MAX);
    if (relative[0] == '/' || strncmp(relative, "../", 3) == 0)
        return error_at(gathering->err, ERR_USAGE, at, "%s: lies outside the folder that holds the workload's folder", shown);
    enum root_found found =
        root_read(gathering->root, relative, WORKLOAD_FILE_MAX, gathering->arena, bytes, len, &why);
    if (found == ROOT_FOUND) {
        digest_add(gathering->digest, len, sizeof(*len)); /* so that bytes cannot move from one file to the next */
        digest_add(gathering->digest, *bytes, *len);
        return true;
    }
    return error_at(gathering->err, ERR_USAGE, at.file ? at : (struct pos){.file = shown}, "%s%s%s", at.file ? shown : "",
                    at.file ? ": " : "", found == ROOT_ABSENT ? "no such file" : why.text);
}

/* The path of `name` as seen from the file `relative`; leading "../" are taken up, for shorter messages. */
static const char *beside(struct arena *arena, const char *relative, const char *name)
{
    const char *slash = strrchr(relative, '/');
    size_t n = slash ? (size_t)(slash - relative) : 0;
    while (n && strncmp(name, "../", 3) == 0 && !(n >= 2 && memcmp(relative + n - 2, "..", 2) == 0)) {
        name += 3;
        while (n && relative[n - 1] != '/')
            n--;
        n -= n > 0;
    }
    return n ? arena_printf(arena, "%.*s/%s", (int)n, relative, name) : name;
}

static bool gather_lua(struct gathering *gathering, const struct source *source)
{
    const struct node *node = node_member(source->node, "lua");
    struct reader reader = {.arena = gathering->arena, .file = source->shown, .err = gathering->err};
    const char *const *names = NULL;
    const struct pos *at;
    if (node && !reader_placed_names(&reader, node, "lua", &names, &at))
        return false;
    for (; names && *names; names++) {
        const char *bytes, *shown = beside(gathering->arena, source->shown, *names);
        size_t len;
        struct code code;
        if (!read_file(gathering, beside(gathering->arena, source->relative, *names), shown, *at++, &bytes, &len) ||
            !sandbox_compile_file(gathering->arena, bytes, len, *names, &code, gathering->err))
            return false;
        *LIST_ADD(gathering->arena, &gathering->lua) = code;
    }
    return true;
}

static bool gather(struct gathering *gathering, const char *relative, const char *shown, struct pos at,
                   const struct source *includer, int depth);

static bool gather_includes(struct gathering *gathering, const struct source *source, int depth)
{
    const struct node *node = node_member(source->node, "include");
    struct reader reader = {.arena = gathering->arena, .file = source->shown, .err = gathering->err};
    const char *const *names = NULL;
    const struct pos *at;
    if (node && !reader_placed_names(&reader, node, "include", &names, &at))
        return false;
    for (; names && *names; names++)
        if (!gather(gathering, beside(gathering->arena, source->relative, *names),
                    beside(gathering->arena, source->shown, *names), *at++, source, depth + 1))
            return false;
    return true;
}

static bool gather(struct gathering *gathering, const char *relative, const char *shown, struct pos at,
                   const struct source *includer, int depth)
{
    struct source source = {.relative = relative, .shown = shown, .includer = includer};
    for (const struct source *open = includer; open; open = open->includer)
        if (strcmp(open->shown, shown) == 0)
            return error_at(gathering->err, ERR_USAGE, at, "%s includes itself", shown);
    if (depth > INCLUDE_DEPTH_MAX)
        return error_at(gathering->err, ERR_USAGE, at, "%s: includes are nested more than %d deep", shown, (int)INCLUDE_DEPTH_MAX);
    const char *bytes;
    size_t len;
    if (!read_file(gathering, relative, shown, at, &bytes, &len))
        return false;
    source.node = yaml_parse(gathering->arena, bytes, len, shown, gathering->err);
    if (!source.node)
        return false;
    if (source.node->kind != NODE_MAP)
        return error_at(gathering->err, ERR_USAGE, (struct pos){.file = shown}, "expected a map of workload keys, found %s",
                        node_kind_name(source.node->kind));
    if (!gather_includes(gathering, &source, depth) || !gather_lua(gathering, &source))
        return false;
    source.includer = NULL;
    *LIST_ADD(gathering->arena, &gathering->sources) = source;
    return true;
}

/* ---- loading ---- */

static bool load_sources(struct gathering *gathering, const struct workload_registry *registry)
{
    for (size_t i = 0; i < gathering->sources.n; i++) {
        struct reader reader = {.arena = gathering->arena, .file = gathering->sources.v[i].shown, .err = gathering->err,
                                .workload = gathering->workload, .registry = registry};
        if (!reader_section(&reader, gathering->sources.v[i].node, "", workload_keys, gathering->workload))
            return false;
    }
    gathering->workload->lua = gathering->lua.v;
    gathering->workload->lua_n = gathering->lua.n;
    return workload_check(gathering->workload, registry, gathering->err);
}

/* "folder" or "folder/workload.yaml" → the folder and the file's name. */
static bool split_path(struct arena *arena, const char *path, const char **folder, const char **file, struct error *err)
{
    char real[PATH_MAX];
    struct stat st;
    if (!realpath(path, real) || stat(real, &st) != 0)
        return error_at(err, ERR_USAGE, (struct pos){.file = path}, "%s", strerror(errno));
    if (S_ISDIR(st.st_mode)) {
        *folder = arena_strdup(arena, real);
        *file = "workload.yaml";
        return true;
    }
    *folder = arena_strdup(arena, dirname(arena_strdup(arena, real)));
    *file = arena_strdup(arena, basename(arena_strdup(arena, real)));
    return true;
}

static void take_digest(struct gathering *gathering)
{
    unsigned char whole[DIGEST_SIZE];
    digest_end(gathering->digest, whole);
    digest_hex(whole, gathering->workload->digest);
    digest_close(gathering->digest);
}

struct workload *workload_load(struct arena *arena, const char *path, const struct workload_registry *registry,
                               struct error *err)
{
    const char *folder, *file;
    if (!split_path(arena, path, &folder, &file, err))
        return NULL;
    struct workload *workload = ARENA_NEW(arena, struct workload);
    struct gathering gathering = {.arena = arena, .workload = workload, .err = err};
    size_t n = strlen(path);
    bool is_folder = strcmp(file, "workload.yaml") == 0 && (n < 5 || strcmp(path + n - 5, ".yaml") != 0);
    workload->lts = true;
    workload->constants = memory_need(json_array());
    workload->folder = folder;
    while (n > 1 && path[n - 1] == '/')
        n--;
    workload->file = is_folder ? arena_printf(arena, "%.*s/%s", (int)n, path, file) : path;
    gathering.root = root_open(dirname(arena_strdup(arena, folder)), NULL, err);
    if (gathering.root)
        root_describe(gathering.root, "the folder that holds the workload's folder");
    const char *relative = arena_printf(arena, "%s/%s", basename(arena_strdup(arena, folder)), file);
    gathering.digest = digest_open();
    bool ok = gathering.root && gather(&gathering, relative, workload->file, (struct pos){0}, NULL, 0) &&
              load_sources(&gathering, registry);
    take_digest(&gathering);
    root_close(gathering.root);
    if (ok)
        return workload;
    workload_close(workload);
    return NULL;
}

/* ---- closing ---- */

void workload_close(struct workload *workload)
{
    if (!workload)
        return;
    for (size_t i = 0; i < workload->patterns.n; i++)
        regex_close(workload->patterns.v[i]);
    json_decref(workload->constants);
}
