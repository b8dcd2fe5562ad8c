/* matbench check WORKLOAD [TEST_DIR] — is the workload right, and what does each of its lines give for a test? */
#include <string.h>

#include "cmd/command.h"
#include "json/write.h"
#include "lts/payload.h"
#include "store/discover.h"

static const struct option options_check_only[] = {
    {"workload_base_dir", OPTION_TEXT, "DIR", NULL, false, "Where a relative workload path starts."},
    {"allow_root", OPTION_LIST, "DIR", NULL, false, "Symbolic links in artifacts may lead into this directory too."},
    {"allow_env", OPTION_LIST, "NAME", NULL, false, "An environment variable that env: may read."},
    {0},
};

static const struct option *const tables[] = {options_check_only, options_common, NULL};

enum { VALUE_MAX = 76 };

static void show_value(struct context *context, const char *name, const json_t *value)
{
    struct text out = text_open(64 << 20);
    json_write(&out, value, &(struct json_style){.indent = 0}, 0);
    char *shown = arena_strdup(context->arena, out.s);
    error_shorten(shown, VALUE_MAX);
    fprintf(context->out, "  %-34s %s\n", name, shown);
    text_close(&out);
}

static void show_members(struct context *context, const char *title, json_t *object)
{
    const char *name;
    json_t *value;
    fprintf(context->out, "%s\n", title);
    json_object_foreach(object, name, value)
        show_value(context, name, value);
}

static void show_kpis(struct context *context, json_t *kpis)
{
    const char *name;
    json_t *kpi;
    fprintf(context->out, "kpis\n");
    json_object_foreach(kpis, name, kpi)
        show_value(context, name, json_object_get(kpi, "value"));
}

/* Shows what the workload makes of the test; true when the payload is valid. */
static bool show_test(struct context *context, const struct store_options *options, const struct lts *lts, const struct test *test)
{
    struct payload payload;
    struct parsing *parsing = parsing_open(context->arena, options, test);
    payload_build(lts, parsing, &payload);
    fprintf(context->out, "\n%s\n", context_shown(context, test->location));
    show_members(context, "parsed", parsing_values(parsing));
    if (payload.json) {
        show_members(context, "labels", json_object_get(json_object_get(payload.json, "metadata"), "settings"));
        show_members(context, "results", json_object_get(payload.json, "results"));
        show_kpis(context, json_object_get(payload.json, "kpis"));
    }
    const struct findings *findings = parsing_findings(parsing);
    for (size_t i = 0; i < findings->n; i++)
        fprintf(context->out, "note: %s\n", context_shown(context, findings->v[i].text));
    for (size_t i = 0; i < payload.violations_n; i++)
        fprintf(context->out, "violation: %s: %s\n", context_shown(context, payload_violation_where(&payload.violations[i])),
                context_shown(context, payload_violation_text(context->arena, &payload.violations[i])));
    bool valid = payload.violations_n == 0 && !parsing_broken(parsing);
    fprintf(context->out, "%s\n", !valid ? "the payload is not valid" : payload.json ? "the payload is valid" : "parsed");
    payload_close(&payload);
    parsing_close(parsing);
    return valid;
}

static int check_test(struct context *context, const struct workload *workload, const char *directory)
{
    struct error err = {0};
    struct discovery found = {0};
    struct lts *lts = NULL;
    struct root *root = root_open(directory, options_list(context->options, "allow_root"), &err);
    struct store_options options = {.root = root, .workload = workload, .environment = context->environment,
                                    .env_allowed = options_list(context->options, "allow_env")};
    bool ok = root && store_check(&options, &err) && (lts = lts_open(context->arena, workload, &err)) &&
              discover_tests(context->arena, root, workload, NULL, 0, &found, &err);
    int code = ok ? 0 : context_fail(context, &err);
    for (size_t i = 0; ok && i < found.findings.n; i++)
        log_line(&context->log, LOG_WARNING, "%s", found.findings.v[i].text);
    if (ok && found.n == 0) {
        log_line(&context->log, LOG_ERROR, "%s: no test found: a test is a directory with settings.yaml and a non-empty exit_code", directory);
        code = ERR_NO_TEST;
    }
    for (size_t i = 0; ok && i < found.n; i++)
        if (!show_test(context, &options, lts, &found.tests[i]))
            code = ERR_INVALID;
    discovery_close(&found);
    lts_close(lts);
    root_close(root);
    return code;
}

static int run(struct context *context)
{
    struct error err = {0};
    const char *name = options_positional(context->options, 0), *directory = options_positional(context->options, 1);
    if (!name) {
        log_line(&context->log, LOG_ERROR, "check: expected a workload: matbench check WORKLOAD [TEST_DIR]");
        return ERR_USAGE;
    }
    struct workload *workload = command_workload(context, name, &err);
    if (!workload)
        return context_fail(context, &err);
    struct lts *lts = lts_open(context->arena, workload, &err); /* models, schema */
    int code = lts ? 0 : context_fail(context, &err);
    lts_close(lts);
    if (code == 0)
        fprintf(context->out, "%s: workload '%s' is right (parsers: %zu, models: %zu, KPIs: %zu)\n", workload->file, workload->name,
                workload->parse_once_n + workload->parse_always_n, workload->models.n, workload->kpis_n);
    if (code == 0 && directory)
        code = check_test(context, workload, directory);
    workload_close(workload);
    return code;
}

const struct command command_check = {
    "check", "Checks a workload; with a test directory shows what every line of it gives.", "WORKLOAD [TEST_DIR]", 2, tables, run};
