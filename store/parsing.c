#include "store/parsing.h"

#include <string.h>

#include "json/read.h"
#include "json/repairs.h"

enum { REGEX_CACHE_MAX = 200, FAULTS_MAX = 1000 /* files of one test that something is said about */ };

void parsing_note(struct parsing *parsing, enum finding_level level, const char *file, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    const char *what = arena_vprintf(parsing->arena, format, args);
    va_end(args);
    if (level == FINDING_BROKEN)
        parsing->broken = true;
    const char *text = arena_printf(parsing->arena, "%s: %s", file, what);
    for (size_t i = 0; i < parsing->findings.n; i++)
        if (parsing->findings.v[i].level == level && strcmp(parsing->findings.v[i].text, text) == 0)
            return; /* several parsers of one file see the same */
    findings_add(parsing->arena, &parsing->findings, level, "%s", text);
}

static const struct resolved_dir *find_dir(const struct parsing *parsing, const char *name, size_t len)
{
    const struct workload *workload = parsing->options->workload;
    for (size_t i = 0; i < workload->artifact_dirs_n; i++) {
        const char *known = workload->artifact_dirs[i].name;
        if (strlen(known) == len && memcmp(known, name, len) == 0)
            return &parsing->dirs[i];
    }
    return NULL;
}

/* Whether a path stays in the directory that it starts from, links aside. */
static bool stays_below(const char *path)
{
    int depth = 0;
    for (const char *p = path; *p && depth >= 0; p += strspn(p, "/")) {
        size_t n = strcspn(p, "/");
        bool up = n == 2 && memcmp(p, "..", 2) == 0, here = n == 0 || (n == 1 && *p == '.');
        depth += up ? -1 : !here;
        p += n;
    }
    return depth >= 0 && path[0] != '/';
}

bool parsing_resolve(struct parsing *parsing, const char *name, const char **path, struct error *err)
{
    *path = NULL;
    const char *open = strstr(name, "${"), *close = open ? strchr(open, '}') : NULL;
    if (!open) {
        *path = name;
        return stays_below(name) || error_at(err, ERR_USAGE, (struct pos){.file = name}, "leads out of the test's directory");
    }
    const struct resolved_dir *dir = close ? find_dir(parsing, open + 2, (size_t)(close - open - 2)) : NULL;
    if (!dir)
        return error_set(err, ERR_USAGE, "'%s': ${…} names no artifact dir of the workload", name);
    if (dir->path)
        *path = arena_printf(parsing->arena, "%.*s%s%s", (int)(open - name), name, dir->path, close + 1);
    return !*path || stays_below(*path) ||
           error_at(err, ERR_USAGE, (struct pos){.file = *path}, "leads out of the test's directory");
}

void parsing_add_provenance(struct parsing *parsing, const char *file)
{
    touched_add(parsing->arena, &parsing->files, file);
}

struct trace *parsing_trace(const struct parsing *parsing)
{
    return parsing->options ? parsing->options->trace : NULL; /* rewrite_settings has no test */
}

const char *parsing_fault(const struct parsing *parsing, const char *file)
{
    for (size_t i = 0; i < parsing->faults.n; i++)
        if (strcmp(parsing->faults.v[i].file, file) == 0)
            return parsing->faults.v[i].what;
    return NULL;
}

bool parsing_add_fault(struct parsing *parsing, const char *file, const char *what)
{
    if (parsing_fault(parsing, file) || parsing->faults.n >= FAULTS_MAX)
        return false;
    *LIST_ADD(parsing->arena, &parsing->faults) = (struct fault){file, what};
    return true;
}

/* ---- documents ---- */

static void note_document(struct parsing *parsing, const char *path, const struct document *document)
{
    const struct yaml_findings *found = &document->findings;
    if (found->repeated_keys)
        parsing_note(parsing, FINDING_WARNING, path, "%zu keys are given twice (the last counts), first at %d:%d",
                     found->repeated_keys, found->first_line, found->first_col);
    if (document->non_finite)
        parsing_note(parsing, FINDING_WARNING, path, "%zu numbers are not finite (read as null)", document->non_finite);
}

struct document *parsing_yaml(struct parsing *parsing, const char *name, bool many, struct error *err)
{
    for (size_t i = 0; i < parsing->yamls.n; i++) {
        if (parsing->yamls.v[i].many == many && strcmp(parsing->yamls.v[i].file, name) == 0) {
            const char *path;
            if (parsing_resolve(parsing, name, &path, err) && path)
                parsing_add_provenance(parsing, path);
            return parsing->yamls.v[i].document;
        }
    }
    const char *bytes, *path;
    size_t len;
    bool shared = false;
    if (parsing_read(parsing, name, &bytes, &len, &path, err) != ROOT_FOUND)
        return NULL;
    struct document *document =
        many ? documents_read_all(parsing->arena, bytes, len, path, err)
             : documents_read(parsing->options->documents, parsing->arena, bytes, len, path, &shared, err);
    if (document) {
        note_document(parsing, path, document);
        *LIST_ADD(parsing->arena, &parsing->yamls) = (struct cached_yaml){name, document, shared, many};
    }
    return document;
}

void parsing_note_repairs(struct parsing *parsing, const char *path, const struct json_repairs *repairs)
{
    struct json_repair kinds[JSON_REPAIRS_MAX];
    for (size_t i = 0, n = json_repairs_list(repairs, kinds); i < n; i++)
        parsing_note(parsing, FINDING_WARNING, path, "%zu %s, first at byte %zu", kinds[i].n, kinds[i].what, repairs->first_offset);
}

json_t *parsing_json(struct parsing *parsing, const char *name, struct json_path *const *keep, size_t keep_n,
                     struct error *err)
{
    struct artifact artifact;
    if (artifact_open(parsing, name, &artifact, err) != ROOT_FOUND)
        return NULL;
    struct json_repairs repairs = {0};
    struct json_read_options options = {.file = artifact.path, .keep = (const struct json_path *const *)keep, .keep_n = keep_n,
                                        .repairs = &repairs};
    json_t *document = json_read_content(artifact.content, &options, err);
    parsing_note_repairs(parsing, artifact.path, &repairs);
    artifact_close(parsing, &artifact);
    return document;
}

json_t *parsing_clean(const char *bytes, size_t len, size_t *bad)
{
    if (text_utf8_valid(bytes, len) == len)
        return json_stringn_nocheck(bytes, len);
    struct text out = text_open(len * 3 + 1);
    *bad += text_add_utf8(&out, bytes, len);
    json_t *string = json_stringn_nocheck(out.s, out.len);
    text_close(&out);
    return string;
}

json_t *parsing_string(struct parsing *parsing, const char *file, const char *bytes, size_t len)
{
    size_t bad = 0;
    json_t *string = parsing_clean(bytes, len, &bad);
    if (bad)
        parsing_note(parsing, FINDING_WARNING, file, "%zu bytes are not UTF-8 (read as U+FFFD)", bad);
    return string;
}

struct regex *parsing_regex(struct parsing *parsing, const char *pattern, struct error *err)
{
    for (size_t i = 0; i < parsing->regexes.n; i++)
        if (strcmp(parsing->regexes.v[i].pattern, pattern) == 0)
            return parsing->regexes.v[i].regex;
    if (parsing->regexes.n >= REGEX_CACHE_MAX) {
        error_set(err, ERR_ARTIFACT, "more than %d different patterns", (int)REGEX_CACHE_MAX);
        return NULL;
    }
    struct regex *regex = regex_compile(pattern, strlen(pattern), &(struct regex_options){0}, (struct pos){0}, err);
    if (regex)
        *LIST_ADD(parsing->arena, &parsing->regexes) = (struct cached_regex){arena_strdup(parsing->arena, pattern), regex};
    return regex;
}

/* Tells which parts of the document that was read last were selected; at most `most` of them count. */
static void trace_nodes(struct parsing *parsing, const struct json_nodes *nodes, size_t most)
{
    size_t n = nodes->n < most ? nodes->n : most;
    for (size_t i = 0; i < n && i < TRACE_PLACES_MAX; i++) {
        struct text part = text_open(1000);
        json_place_render(&part, nodes->places[i]);
        trace_part(parsing_trace(parsing), parsing->files.v[parsing->files.n - 1], part.s);
        text_close(&part);
    }
    for (size_t i = TRACE_PLACES_MAX; i < n; i++)
        trace_more(parsing_trace(parsing));
}

json_t *parsing_select(struct parsing *parsing, json_t *document, const struct argument *select, const struct argument *first,
                       struct error *err)
{
    if (!document || !select->given)
        return json_incref(document);
    bool traced = parsing_trace(parsing) && parsing->files.n;
    struct json_nodes nodes = (traced ? json_path_locate : json_path_find)(select->paths[0], document, parsing->arena);
    if (traced)
        trace_nodes(parsing, &nodes, first && first->given && first->flag ? 1 : nodes.n);
    if (nodes.over) {
        const char *file = parsing->files.n ? parsing->files.v[parsing->files.n - 1] : NULL;
        error_at(err, ERR_ARTIFACT, (struct pos){.file = file}, PARSING_PATH_LIMIT, json_path_text(select->paths[0]), nodes.limit);
        return NULL;
    }
    if ((first && first->given && first->flag) || json_path_singular(select->paths[0]))
        return nodes.n ? json_incref(nodes.v[0]) : NULL;
    json_t *list = json_array();
    for (size_t i = 0; i < nodes.n; i++)
        json_array_append(list, nodes.v[i]);
    return list;
}

/* ---- expressions ---- */

/* An expression looked at a name: what that value came from, this one comes from too. */
static void touched(void *context, const char *name)
{
    struct parsing *parsing = context;
    recording_use_name(&parsing->recording, name);
    for (size_t i = 0; i < parsing->provenance.n; i++) {
        const struct provenance *known = &parsing->provenance.v[i];
        if (strcmp(known->name, name) != 0)
            continue;
        for (size_t k = 0; k < known->files_n; k++)
            parsing_add_provenance(parsing, known->files[k]);
    }
}

/* A member of the global `test` was looked at; NULL: all of it. Its dirs are looked at in any case. */
static void looked(void *context, const char *member)
{
    struct parsing *parsing = context;
    if (parsing->recording.on && (!member || strcmp(member, "path") == 0))
        parsing->recording.used |= USED_LOCATION;
    if (parsing->recording.on && (!member || strcmp(member, "dir") == 0))
        parsing->recording.used |= USED_RELATIVE;
}

struct sandbox *parsing_sandbox(struct parsing *parsing, struct error *err)
{
    if (parsing->sandbox)
        return parsing->sandbox;
    const struct workload *workload = parsing->options->workload;
    struct sandbox_options options = {.sandboxes = parsing->options->sandboxes, .files = workload->lua, .files_n = workload->lua_n,
                                      .helpers = store_helpers, .context = parsing, .touched = touched, .looked = looked,
                                      .watched = json_object_get(parsing->globals, "test")};
    parsing->sandbox = sandbox_open(&options, err);
    if (!parsing->sandbox)
        return NULL;
    sandbox_globals(parsing->sandbox, parsing->globals);
    if (parsing->recording.on && workload->lua_n && !sandbox_state(parsing->sandbox, &parsing->recording.state))
        recording_refuse(&parsing->recording, "its Lua files keep too much in tables");
    return parsing->sandbox;
}

bool parsing_evaluate(struct parsing *parsing, const struct code *expression, struct sandbox_result *result,
                      struct provenance *sources, struct error *err)
{
    *result = (struct sandbox_result){0};
    struct sandbox *sandbox = parsing_sandbox(parsing, err);
    if (!sandbox)
        return false;
    sandbox_globals(sandbox, parsing->globals);
    parsing->files = (struct touched){0};
    bool ok = sandbox_evaluate(sandbox, expression, result, err);
    *sources = (struct provenance){.files = parsing->files.v, .files_n = parsing->files.n};
    return ok;
}

struct sandbox *parsing_sandbox_with(struct parsing *parsing, json_t *globals, struct error *err)
{
    struct sandbox *sandbox = parsing_sandbox(parsing, err);
    if (sandbox)
        sandbox_globals(sandbox, globals);
    return sandbox;
}
