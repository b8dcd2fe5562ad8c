#include "step/check_step.h"

#include <stdio.h>
#include <string.h>

#include "json/write.h"
#include "step/check_model.h"
#include "store/discover.h"

enum { VALUE_MAX = 76, VALUE_MAX_JSON = 2000, NAME_WIDTH = 34 };

/* ---- text ---- */

static long member_number(const json_t *object, const char *name)
{
    return (long)json_integer_value(json_object_get(object, name));
}

static const char *member_text(const json_t *object, const char *name)
{
    return json_string_value(json_object_get(object, name));
}

/* "run.log:12", "run.log:12-40 (3 pieces)", "pod.json $['a'][0]", "run.log (was not found)". The file is said once for all its parts. */
static void show_place(FILE *out, const json_t *place, const char *before)
{
    long first = member_number(place, "first"), last = member_number(place, "last"), pieces = member_number(place, "pieces");
    const char *file = member_text(place, "file"), *part = member_text(place, "part"), *fault = member_text(place, "fault");
    if (!before || !part || strcmp(before, file) != 0)
        fprintf(out, "%s%s", file, part ? " " : "");
    if (first && pieces == 1)
        fprintf(out, ":%ld", first);
    else if (first)
        fprintf(out, ":%ld-%ld (%ld pieces)", first, last, pieces);
    if (part)
        fprintf(out, "%s", part);
    if (fault)
        fprintf(out, " (%s)", fault);
}

/* How many pieces the places from `i` on stand for. */
static size_t places_left(const json_t *from, size_t i)
{
    size_t n = 0;
    for (; i < json_array_size(from); i++)
        n += 1 + (size_t)member_number(json_array_get(from, i), "more");
    return n;
}

static void show_from(FILE *out, const json_t *line)
{
    enum { SHOWN_MAX = 4 };
    const json_t *from = json_object_get(line, "from"), *ms = json_object_get(line, "ms");
    size_t n = json_array_size(from);
    if (!n && !ms)
        return;
    fprintf(out, "  %-*s ", NAME_WIDTH, "");
    for (size_t i = 0; i < n && i < SHOWN_MAX; i++) {
        fprintf(out, "%s", i ? ", " : "from ");
        show_place(out, json_array_get(from, i), i ? member_text(json_array_get(from, i - 1), "file") : NULL);
    }
    size_t left = places_left(from, SHOWN_MAX);
    if (left)
        fprintf(out, " and %zu more", left);
    if (ms)
        fprintf(out, "%s%.2f ms", n ? "; " : "", json_real_value(ms));
    fprintf(out, "\n");
}

static void show_lines(FILE *out, const char *title, const json_t *lines)
{
    if (!lines)
        return;
    fprintf(out, "%s\n", title);
    for (size_t i = 0; i < json_array_size(lines); i++) {
        const json_t *line = json_array_get(lines, i);
        fprintf(out, "  %-*s %s\n", NAME_WIDTH, member_text(line, "name"), member_text(line, "value"));
        show_from(out, line);
    }
}

/* "title: a, b" on one line. */
static void show_files(FILE *out, const char *title, const json_t *files)
{
    for (size_t i = 0; i < json_array_size(files); i++)
        fprintf(out, "%s%s", i ? ", " : title, json_string_value(json_array_get(files, i)));
    if (json_array_size(files))
        fprintf(out, "\n");
}

static void show_test(FILE *out, const json_t *model)
{
    static const char *const titles[] = {"parsed", "labels", "results", "kpis"};
    const json_t *notes = json_object_get(model, "notes"), *violations = json_object_get(model, "violations");
    fprintf(out, "\n%s\n", member_text(model, "test"));
    for (size_t i = 0; i < sizeof(titles) / sizeof(titles[0]); i++)
        show_lines(out, titles[i], json_object_get(model, titles[i]));
    for (size_t i = 0; i < json_array_size(notes); i++)
        fprintf(out, "note: %s\n", json_string_value(json_array_get(notes, i)));
    show_files(out, "missing important files: ", json_object_get(model, "missing"));
    show_files(out, "files that nothing reads: ", json_object_get(model, "unread"));
    for (size_t i = 0; i < json_array_size(violations); i++) {
        const json_t *violation = json_array_get(violations, i);
        fprintf(out, "violation: %s: %s\n", member_text(violation, "at"), member_text(violation, "text"));
    }
    bool valid = json_is_true(json_object_get(model, "valid")), payload = json_object_get(model, "kpis");
    fprintf(out, "%s\n", valid ? payload ? "the payload is valid" : "parsed" : payload ? "the payload is not valid" : "an artifact is broken");
}

/* ---- tests ---- */

static int code_of(const json_t *model)
{
    if (json_is_true(json_object_get(model, "valid")))
        return 0;
    return json_is_true(json_object_get(model, "broken")) ? ERR_ARTIFACT : ERR_INVALID;
}

static int check_found(struct context *context, const struct check_step *step, const struct check_options *options,
                       const struct discovery *found, json_t *models)
{
    int code = 0;
    for (size_t i = 0; i < found->n && code < ERR_INTERRUPTED; i++) {
        json_t *model = check_model(context, options, &found->tests[i]);
        int one = context_interrupted(context);
        one = one ? one : code_of(model);
        code = one > code ? one : code; /* 101 < 102 < 130 */
        if (!step->json)
            show_test(context->out, model);
        json_array_append_new(models, model);
        if (!step->json)
            json_array_clear(models);
    }
    return code;
}

static int check_tests(struct context *context, const struct check_step *step, json_t *models)
{
    struct error err = {0};
    struct discovery found = {0};
    struct lts *lts = NULL;
    struct trace trace = {.arena = context->arena};
    struct root *root = root_open(step->directory, step->allow_root, &err);
    struct store_options options = {.root = root, .workload = step->workload, .environment = context->environment,
                                    .env_allowed = step->env_allowed, .trace = &trace};
    bool ok = root && store_check(&options, &err) && (lts = lts_open(context->arena, step->workload, &err)) &&
              discover_tests(context->arena, root, step->workload, NULL, 0, &found, &err);
    int code = ok ? 0 : context_fail(context, &err);
    for (size_t i = 0; ok && i < found.findings.n; i++)
        log_line(&context->log, LOG_WARNING, "%s", found.findings.v[i].text);
    if (ok && found.n == 0) {
        log_line(&context->log, LOG_ERROR, "%s: no test found: a test is a directory with settings.yaml and a non-empty exit_code",
                 step->directory);
        code = ERR_NO_TEST;
    }
    if (ok && found.n) {
        struct check_options how = {.store = &options, .lts = lts, .times = step->times, .value_max = step->json ? VALUE_MAX_JSON : VALUE_MAX};
        code = check_found(context, step, &how, &found, models);
    }
    discovery_close(&found);
    lts_close(lts);
    root_close(root);
    return code;
}

/* ---- the declaration ---- */

static void show_problems(struct context *context, const struct problems *problems)
{
    for (size_t i = 0; i < problems->list.n; i++)
        if (problems->list.v[i].note)
            fprintf(context->out, "note: %s\n", problems->list.v[i].text);
}

static json_t *problems_json(struct context *context, const struct problems *problems)
{
    json_t *all = json_array();
    for (size_t i = 0; i < problems->list.n; i++) {
        const struct problem *problem = &problems->list.v[i];
        json_array_append_new(all, json_pack("{s:s s:o s:i s:i s:o}", "severity", problem->note ? "note" : "error", "file",
                                             json_string(context_shown(context, problem->file)), "line", problem->line, "column", problem->col,
                                             "message", json_string(context_shown(context, problem->message))));
    }
    return all;
}

static void log_problems(struct context *context, const struct problems *problems, const char *shown)
{
    struct error err = {0};
    for (size_t i = 0; i < problems->list.n; i++)
        if (!problems->list.v[i].note)
            log_line(&context->log, LOG_ERROR, "%s", problems->list.v[i].text);
    problems_count(problems, shown, &err);
    if (problems->errors > 1)
        context_fail(context, &err);
}

int check_step(struct context *context, const struct check_step *step)
{
    const struct workload *workload = step->workload;
    json_t *models = json_array();
    int code = step->problems->errors ? ERR_USAGE : 0;
    log_problems(context, step->problems, step->shown);
    if (!step->json)
        show_problems(context, step->problems);
    if (!code && !step->json)
        fprintf(context->out, "%s: workload '%s' is right (parsers: %zu, models: %zu, KPIs: %zu)\n", workload->file, workload->name,
                workload->parse_once_n + workload->parse_always_n, workload->models.n, workload->kpis_n);
    if (workload && step->directory) {
        int tests = check_tests(context, step, models);
        code = code && tests < ERR_INTERRUPTED ? code : tests;
    }
    json_t *all = json_pack("{s:o s:o}", "problems", problems_json(context, step->problems), "tests", models);
    struct error err = {0};
    if (step->json && !context_write_json(context, "-", all, &err))
        code = context_fail(context, &err);
    json_decref(all);
    return code;
}
