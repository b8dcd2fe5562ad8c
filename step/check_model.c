#include "step/check_model.h"

#include <string.h>

#include "json/write.h"

enum {
    RENDERED_MAX = 64 << 20,
    LISTED_MAX = 20,       /* files that nothing reads */
    LOOKED_AT_MAX = 20000, /* files and directories of a test */
    DEPTH_MAX = 20
};

static json_t *shown_text(struct context *context, const char *text)
{
    return json_string(context_shown(context, text));
}

static json_t *shown_value(struct context *context, const struct check_options *options, const json_t *value)
{
    struct text out = text_open(RENDERED_MAX);
    json_write(&out, value, &(struct json_style){.indent = 0}, 0);
    char *shown = arena_strdup(context->arena, out.s);
    text_close(&out);
    error_shorten(shown, options->value_max);
    return json_string(shown);
}

static json_t *place_json(struct context *context, const struct trace_place *place)
{
    json_t *json = json_pack("{s:o}", "file", shown_text(context, place->file));
    if (place->part)
        json_object_set_new(json, "part", shown_text(context, place->part));
    if (place->part && place->n > 1)
        json_object_set_new(json, "more", json_integer((json_int_t)place->n - 1));
    if (place->first > 0) {
        json_object_set_new(json, "first", json_integer(place->first));
        json_object_set_new(json, "last", json_integer(place->last));
        json_object_set_new(json, "pieces", json_integer((json_int_t)place->n));
    }
    return json;
}

/* The places in the file, if its parser told any; else the file. */
static void add_file(struct context *context, json_t *from, const struct parsing *parsing, const struct trace_value *traced, const char *file)
{
    const char *fault = parsing_fault(parsing, file);
    size_t before = json_array_size(from);
    for (size_t i = 0; traced && i < traced->places.n; i++)
        if (strcmp(traced->places.v[i].file, file) == 0)
            json_array_append_new(from, place_json(context, &traced->places.v[i]));
    if (json_array_size(from) > before && !fault)
        return;
    json_t *json = json_pack("{s:o}", "file", shown_text(context, file));
    if (fault)
        json_object_set_new(json, "fault", json_string(fault));
    json_array_append_new(from, json);
}

static const struct trace_value *find_traced(const struct trace *trace, const char *name)
{
    for (size_t i = 0; i < trace->values.n; i++)
        if (strcmp(trace->values.v[i].name, name) == 0)
            return &trace->values.v[i];
    return NULL;
}

static json_t *parsed_json(struct context *context, const struct check_options *options, const struct parsing *parsing)
{
    json_t *all = json_array();
    size_t n;
    const struct provenance *provenance = parsing_provenance(parsing, &n);
    for (size_t i = 0; i < n; i++) {
        const struct trace_value *traced = find_traced(options->store->trace, provenance[i].name);
        json_t *from = json_array();
        for (size_t k = 0; k < provenance[i].files_n; k++)
            add_file(context, from, parsing, traced, provenance[i].files[k]);
        json_t *value = json_object_get(parsing_values(parsing), provenance[i].name);
        json_t *line = json_pack("{s:o s:o s:o}", "name", shown_text(context, provenance[i].name), "value",
                                 shown_value(context, options, value), "from", from);
        if (options->times && traced)
            json_object_set_new(line, "ms", json_real((double)(traced->ns / 10000) / 100));
        json_array_append_new(all, line);
    }
    return all;
}

/* The members of an object as lines; of each KPI, its value. */
static json_t *members_json(struct context *context, const struct check_options *options, json_t *object, const char *member)
{
    json_t *all = json_array(), *value;
    const char *name;
    json_object_foreach(object, name, value)
        json_array_append_new(all, json_pack("{s:o s:o}", "name", shown_text(context, name), "value",
                                             shown_value(context, options, member ? json_object_get(value, member) : value)));
    return all;
}

/* ---- notes ---- */

static void add_note(struct context *context, json_t *notes, const char *text)
{
    json_array_append_new(notes, shown_text(context, text));
}

/* What a download is to bring and is not there; parsers that read it have said so. */
static json_t *missing_json(struct context *context, struct parsing *parsing, const struct workload *workload)
{
    json_t *missing = json_array();
    for (const char *const *file = workload->important_files; file && *file; file++) {
        const char *slash = strrchr(*file, '/'), *name = slash ? slash + 1 : *file;
        bool said = false;
        for (size_t i = 0; i < parsing_findings(parsing)->n; i++)
            said |= parsing_findings(parsing)->v[i].level == FINDING_LACK && strstr(parsing_findings(parsing)->v[i].text, name);
        if (!said && parsing_matches(parsing, *file).n == 0)
            add_note(context, missing, *file);
    }
    return missing;
}

/* Walks through a test's directory. */
struct walk {
    struct parsing *parsing;
    const struct check_options *options;
    struct arena *arena;
    struct context *context;
    json_t *unread; /* the first of them */
    size_t looked;
};

static bool is_used(const struct walk *walk, const char *path)
{
    static const char *const own[] = {"settings.yaml", "exit_code", ".matbench-cache", "cache.pickle", NULL};
    const struct trace *trace = walk->options->store->trace;
    for (const char *const *name = own; *name; name++)
        if (strcmp(*name, path) == 0)
            return true;
    for (size_t i = 0; i < trace->asked.n; i++)
        if (strcmp(trace->asked.v[i], path) == 0)
            return true;
    return parsing_has_read(walk->parsing, path);
}

static void look_at(struct walk *walk, const char *path)
{
    if (json_array_size(walk->unread) < LISTED_MAX && !is_used(walk, path))
        add_note(walk->context, walk->unread, path);
}

static void walk_below(struct walk *walk, const char *directory, int depth)
{
    const char *test = parsing_test(walk->parsing)->relative;
    const struct root *root = walk->options->store->root;
    struct root_names names = {0};
    struct error ignored = {0};
    root_list(root, arena_join(walk->arena, test, directory), walk->arena, &names, &ignored);
    for (size_t i = 0; i < names.n && walk->looked < LOOKED_AT_MAX; i++) {
        const char *path = arena_join(walk->arena, directory, names.v[i]);
        walk->looked++;
        if (names.kinds[i] == S_IFDIR && depth < DEPTH_MAX) /* links to directories are not followed */
            walk_below(walk, path, depth + 1);
        else if (names.kinds[i] == S_IFREG)
            look_at(walk, path);
    }
}

static json_t *unread_json(struct context *context, const struct check_options *options, struct parsing *parsing)
{
    struct walk walk = {.parsing = parsing, .options = options, .arena = parsing_arena(parsing), .context = context, .unread = json_array()};
    walk_below(&walk, ".", 0);
    return walk.unread;
}

static json_t *notes_json(struct context *context, const struct parsing *parsing)
{
    json_t *notes = json_array();
    const struct findings *findings = parsing_findings(parsing);
    for (size_t i = 0; i < findings->n; i++)
        add_note(context, notes, findings->v[i].text);
    return notes;
}

static json_t *violations_json(struct context *context, const struct payload *payload)
{
    json_t *all = json_array();
    for (size_t i = 0; i < payload->violations_n; i++)
        json_array_append_new(all, json_pack("{s:o s:o}", "at", shown_text(context, payload_violation_where(&payload->violations[i])), "text",
                                             shown_text(context, payload_violation_text(context->arena, &payload->violations[i]))));
    return all;
}

json_t *check_model(struct context *context, const struct check_options *options, const struct test *test)
{
    struct payload payload;
    struct trace *trace = options->store->trace;
    *trace = (struct trace){.arena = context->arena};
    struct parsing *parsing = parsing_open(context->arena, options->store, test);
    payload_build(options->lts, parsing, &payload);
    json_t *metadata = json_object_get(payload.json, "metadata");
    bool broken = parsing_broken(parsing);
    json_t *model = json_pack("{s:o s:b s:b s:o}", "test", shown_text(context, test->location), "valid",
                              payload.violations_n == 0 && !broken, "broken", broken, "parsed", parsed_json(context, options, parsing));
    if (payload.json) {
        json_object_set_new(model, "labels", members_json(context, options, json_object_get(metadata, "settings"), NULL));
        json_object_set_new(model, "results", members_json(context, options, json_object_get(payload.json, "results"), NULL));
        json_object_set_new(model, "kpis", members_json(context, options, json_object_get(payload.json, "kpis"), "value"));
    }
    json_object_set_new(model, "notes", notes_json(context, parsing));
    json_object_set_new(model, "missing", missing_json(context, parsing, options->store->workload));
    json_object_set_new(model, "unread", unread_json(context, options, parsing));
    json_object_set_new(model, "violations", violations_json(context, &payload));
    payload_close(&payload);
    parsing_close(parsing);
    return model;
}
