#include "store/parse.h"

#include <fnmatch.h>
#include <stdlib.h>
#include <string.h>

#include "store/files.h"
#include "store/json_pass.h"
#include "store/parsing.h"

static const char *below_test(const struct test *test, const char *path)
{
    size_t n = strlen(test->relative);
    return strcmp(test->relative, ".") == 0 ? path : path + n + 1;
}

static const char *in_test(struct parsing *parsing, const char *name)
{
    const char *directory = parsing->test->relative;
    return strcmp(directory, ".") == 0 ? name : arena_printf(parsing->arena, "%s/%s", directory, name);
}

/* A pattern of one part and with wildcards: the listing of the test's directory, made once, has all that it can match, itself too. */
static bool match_here(struct parsing *parsing, const char *pattern, const struct root_names *here, struct root_names *matches)
{
    if (!here->n || strchr(pattern, '/') || !strpbrk(pattern, "*?["))
        return false;
    *matches = (struct root_names){.v = ARENA_ARRAY(parsing->arena, const char *, here->n),
                                   .kinds = ARENA_ARRAY(parsing->arena, mode_t, here->n)};
    for (size_t i = 0; i < here->n; i++) {
        if (strcmp(here->v[i], pattern) == 0)
            return false;
        if (fnmatch(pattern, here->v[i], FNM_PERIOD) != 0)
            continue;
        matches->v[matches->n] = in_test(parsing, here->v[i]);
        matches->kinds[matches->n++] = here->kinds[i];
    }
    return true;
}

/* A pattern that exists literally is itself; else its glob, the last match in sorted order (contract C2.4). */
static void resolve_dir(struct parsing *parsing, const struct artifact_dir *dir, const struct root_names *here,
                        struct resolved_dir *resolved)
{
    const struct test *test = parsing->test;
    const struct root *root = parsing->options->root;
    const char *literal = in_test(parsing, dir->pattern);
    struct root_names matches;
    if (!match_here(parsing, dir->pattern, here, &matches)) {
        matches = (struct root_names){.v = &literal, .n = 1};
        if (root_kind(root, literal) != S_IFDIR)
            matches = root_glob(root, strcmp(test->relative, ".") == 0 ? "" : test->relative, dir->pattern, parsing->arena);
    }
    const char **all = ARENA_ARRAY(parsing->arena, const char *, matches.n + 1);
    size_t n = 0;
    for (size_t i = 0; i < matches.n; i++) {
        mode_t kind = matches.kinds && matches.kinds[i] ? matches.kinds[i] : root_kind(root, matches.v[i]);
        if (kind == S_IFDIR || kind == 0) /* 0: a link that leaves the root: kept, so that reading it is refused loudly */
            all[n++] = below_test(test, matches.v[i]);
    }
    *resolved = (struct resolved_dir){.dir = dir, .path = n ? all[n - 1] : NULL, .all = all};
    if (n > 1 && !dir->all)
        parsing_note(parsing, FINDING_NOTE, dir->pattern, "%zu directories match, %s is used", n, resolved->path);
    if (!n)
        parsing_note(parsing, FINDING_NOTE, dir->pattern, "no directory matches (%s)", dir->name);
}

/* Names of directories need not be UTF-8. */
static json_t *path_json(const char *path)
{
    size_t ignored = 0;
    return parsing_clean(path, strlen(path), &ignored);
}

static json_t *dir_json(const struct resolved_dir *resolved)
{
    if (!resolved->dir->all)
        return resolved->path ? path_json(resolved->path) : json_null();
    json_t *list = json_array();
    for (const char *const *path = resolved->all; *path; path++)
        json_array_append_new(list, path_json(*path));
    return list;
}

static void resolve_dirs(struct parsing *parsing)
{
    const struct workload *workload = parsing->options->workload;
    struct root_names here = {0};
    struct error ignored = {0};
    parsing->dirs = ARENA_ARRAY(parsing->arena, struct resolved_dir, workload->artifact_dirs_n);
    if (workload->artifact_dirs_n)
        root_list(parsing->options->root, parsing->test->relative, parsing->arena, &here, &ignored);
    for (size_t i = 0; i < workload->artifact_dirs_n; i++)
        resolve_dir(parsing, &workload->artifact_dirs[i], &here, &parsing->dirs[i]);
}

static void make_globals(struct parsing *parsing)
{
    const struct test *test = parsing->test;
    json_t *dirs = json_object();
    for (size_t i = 0; i < parsing->options->workload->artifact_dirs_n; i++)
        json_object_set_new(dirs, parsing->dirs[i].dir->name, dir_json(&parsing->dirs[i]));
    parsing->values = json_object();
    parsing->globals = json_pack("{s:O s:O s:I s:o s:{s:o s:o s:o}}", "settings", test->settings, "import_settings",
                                 test->import_settings, "exit_code", (json_int_t)test->exit_code, "dirs", dirs, "test", "path",
                                 path_json(test->location), "dir", path_json(test->relative), "dirs", json_incref(dirs));
}

/* Whether another parser said the same ("'other': <text>"). */
static bool is_said(const struct parsing *parsing, const char *text)
{
    size_t len = strlen(text);
    for (size_t i = 0; i < parsing->findings.n; i++) {
        const struct finding *finding = &parsing->findings.v[i];
        size_t n = strlen(finding->text);
        if (finding->level == FINDING_BROKEN && n > len && strcmp(finding->text + n - len, text) == 0)
            return true;
    }
    return false;
}

/* A parser failed. When a file that it used, or that its values came from, is missing, that explains it; else the file that
 * it read last is the one that it could make no sense of. An expression reads none: nothing is wrong with those of its values. */
static void note_failure(struct parsing *parsing, const struct parser *parser, const struct error *err)
{
    for (size_t i = 0; i < parsing->files.n; i++) {
        const char *fault = parsing_fault(parsing, parsing->files.v[i]);
        if (fault && strcmp(fault, FAULT_ABSENT) == 0)
            return;
    }
    parsing->broken = true;
    recording_add_failure(&parsing->recording);
    bool reads = parsing->files.n && parser->kind != &parser_value;
    parsing_add_fault(parsing, reads ? parsing->files.v[parsing->files.n - 1] : parser->name, FAULT_BROKEN);
    if (!is_said(parsing, err->text))
        findings_add(parsing->arena, &parsing->findings, FINDING_BROKEN, "'%s': %s", parser->name, err->text);
}

static void run_parser(struct parsing *parsing, const struct parser *parser)
{
    struct error err = {0};
    parsing->files = (struct touched){0};
    bool each = parser->arguments[0].glob && parser->kind->arguments[0].kind == ARGUMENT_FILE;
    trace_begin(parsing->options->trace);
    json_t *value = each ? files_parse(parsing, parser, &err) : parser->kind->parse(parsing, parser, &err);
    trace_end(parsing->options->trace, parser->name);
    if (err.kind) {
        note_failure(parsing, parser, &err);
        json_decref(value);
        value = NULL;
    }
    if (!value)
        value = json_null();
    json_object_set(parsing->values, parser->name, value);
    json_object_set_new(parsing->globals, parser->name, value);
    *LIST_ADD(parsing->arena, &parsing->provenance) =
        (struct provenance){.name = parser->name, .files = parsing->files.v, .files_n = parsing->files.n};
}

/* The value that the cache has for a parser. */
static void set_value(struct parsing *parsing, const struct parser *parser)
{
    json_t *value = json_object_get(parsing->kept_values, parser->name);
    json_object_set(parsing->values, parser->name, value);
    json_object_set(parsing->globals, parser->name, value);
}

struct parsing *parsing_open(struct arena *arena, const struct store_options *options, const struct test *test)
{
    struct parsing *parsing = ARENA_NEW(arena, struct parsing);
    const struct workload *workload = options->workload;
    parsing->arena = arena;
    parsing->options = options;
    parsing->test = test;
    parsing->scratch = regex_scratch_open();
    parsing->folder = -1;
    resolve_dirs(parsing);
    bool taken = cache_take(parsing);
    make_globals(parsing);
    size_t kept = cache_parsers(parsing);
    for (size_t i = 0; i < kept; i++)
        if (taken)
            set_value(parsing, &workload->parse_once[i]);
        else
            run_parser(parsing, &workload->parse_once[i]);
    cache_keep(parsing);
    for (size_t i = kept; i < workload->parse_once_n; i++)
        run_parser(parsing, &workload->parse_once[i]);
    for (size_t i = 0; i < workload->parse_always_n; i++)
        run_parser(parsing, &workload->parse_always[i]);
    return parsing;
}

void parsing_close(struct parsing *parsing)
{
    if (!parsing)
        return;
    sandbox_close(parsing->sandbox);
    json_pass_close(parsing);
    for (size_t i = 0; i < parsing->yamls.n; i++)
        if (!parsing->yamls.v[i].shared)
            document_close(parsing->yamls.v[i].document);
    for (size_t i = 0; i < parsing->regexes.n; i++)
        regex_close(parsing->regexes.v[i].regex);
    regex_scratch_close(parsing->scratch);
    json_decref(parsing->values);
    json_decref(parsing->globals);
    json_decref(parsing->kept_values);
}

const struct test *parsing_test(const struct parsing *parsing)
{
    return parsing->test;
}

struct arena *parsing_arena(const struct parsing *parsing)
{
    return parsing->arena;
}

json_t *parsing_values(const struct parsing *parsing)
{
    return parsing->values;
}

const struct findings *parsing_findings(const struct parsing *parsing)
{
    return &parsing->findings;
}

bool parsing_broken(const struct parsing *parsing)
{
    return parsing->broken;
}

const struct provenance *parsing_provenance(const struct parsing *parsing, size_t *n)
{
    *n = parsing->provenance.n;
    return parsing->provenance.v;
}

struct root_names parsing_matches(struct parsing *parsing, const char *important)
{
    const char *path;
    struct error ignored = {0};
    struct root_names found = {0};
    if (!parsing_resolve(parsing, important, &path, &ignored) || !path)
        return found;
    const char *literal = in_test(parsing, path), *directory = parsing->test->relative;
    if (root_kind(parsing->options->root, literal)) {
        const char **one = ARENA_ARRAY(parsing->arena, const char *, 1);
        one[0] = literal;
        found = (struct root_names){.v = one, .n = 1};
    } else {
        found = root_glob(parsing->options->root, strcmp(directory, ".") == 0 ? "" : directory, path, parsing->arena);
    }
    for (size_t i = 0; i < found.n; i++)
        found.v[i] = below_test(parsing->test, found.v[i]);
    return found;
}

const struct cache_report *parsing_cache(const struct parsing *parsing)
{
    return &parsing->cache;
}

const struct workload_registry *store_registry(void)
{
    static const struct parser_kind *const parsers[] = {
        &parser_json,        &parser_jsonl,        &parser_yaml,       &parser_ini,         &parser_csv,    &parser_tsv,
        &parser_lines,       &parser_between,      &parser_text,       &parser_python,      &parser_exists, &parser_files,
        &parser_ansible_log, &parser_ansible_play, &parser_prometheus, &parser_openmetrics, &parser_junit,  &parser_robot,
        &parser_xml,         &parser_sqlite,       &parser_env,        &parser_lua,         &parser_value,  NULL};
    static const struct workload_registry registry = {.parsers = parsers, .helpers = store_helpers};
    return &registry;
}
