#include "cmd/ci_pass.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "cmd/version.h"
#include "lts/schema.h"
#include "step/analyze_step.h"
#include "step/marker.h"
#include "step/upload_step.h"
#include "step/visualize_step.h"

/* The same of the same step once: a file of reports may ask for thousands of them. So there are as many as there are steps and codes. */
static void add(struct ci_pass *pass, const char *step, int code, bool tolerated)
{
    for (size_t i = 0; i < pass->outcomes.n; i++) {
        const struct ci_outcome *known = &pass->outcomes.v[i];
        if (strcmp(known->step, step) == 0 && known->code == code && known->tolerated == tolerated)
            return;
    }
    *LIST_ADD(pass->context->arena, &pass->outcomes) = (struct ci_outcome){step, code, tolerated};
}

void ci_pass_add(struct ci_pass *pass, const char *step, int code)
{
    add(pass, step, code, false);
}

void ci_pass_tolerate(struct ci_pass *pass, const char *step, int code)
{
    add(pass, step, code, true);
}

int ci_pass_code(const struct ci_pass *pass)
{
    int *codes = ARENA_ARRAY(pass->context->arena, int, pass->outcomes.n + 1);
    for (size_t i = 0; i < pass->outcomes.n; i++)
        codes[i] = pass->outcomes.v[i].tolerated ? 0 : pass->outcomes.v[i].code;
    return gate_worst(codes, pass->outcomes.n);
}

const char *ci_pass_file(const struct ci_pass *pass, const char *name)
{
    return arena_join(pass->context->arena, pass->artifacts, name);
}

const char *ci_code_meaning(int code)
{
    static const struct {
        int code;
        const char *meaning;
    } rows[] = {{0, "no regression"}, {1, "a regression"}, {2, "suspect"}, {3, "missing data"}, {4, "an improvement"},
                {ERR_USAGE, "wrong usage or configuration"}, {ERR_ARTIFACT, "broken artifacts"}, {ERR_INVALID, "invalid payloads"},
                {ERR_NO_TEST, "no test found"}, {ERR_OUTPUT, "an output could not be written"},
                {ERR_STORE, "the history cannot be used"},
                {ERR_REFUSED, "refused credentials or TLS"}, {ERR_PARTLY, "stored in part, the rest waits in the spool"}};
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
        if (rows[i].code == code)
            return rows[i].meaning;
    return "trouble";
}

/* ---- step logs ---- */

/* A log is a help, never a reason to stop. */
static FILE *open_log(struct ci_pass *pass, const char *file)
{
    int fd = open(file, O_WRONLY | O_CREAT | O_TRUNC | O_NOFOLLOW | O_CLOEXEC, 0666);
    FILE *log = fd < 0 ? NULL : fdopen(fd, "w");
    if (!log) {
        log_line(&pass->context->log, LOG_WARNING, "%s: no log of this step: %s", file, strerror(errno));
        if (fd >= 0)
            close(fd);
    }
    return log;
}

void ci_pass_log(struct ci_pass *pass, const char *folder, const char *name)
{
    const char *file = arena_printf(pass->context->arena, "%s%s%s", folder, folder[0] ? "/" : "", name);
    pass->context->log.copy = open_log(pass, ci_pass_file(pass, file));
}

static void close_log(FILE *log)
{
    if (log)
        fclose(log);
}

void ci_pass_unlog(struct ci_pass *pass)
{
    close_log(pass->context->log.copy);
    pass->context->log.copy = NULL;
}

/* "3_matbench_analyze_lts.log" */
static const char *next_log(struct ci_pass *pass, const char *step)
{
    return arena_printf(pass->context->arena, "%zu_matbench_%s.log", pass->logs_n++, step);
}

static void log_step(struct ci_pass *pass, const char *step)
{
    ci_pass_log(pass, "", next_log(pass, step));
}

/* ---- steps ---- */

static const char *step_file(struct ci_pass *pass, bool wanted, const char *name)
{
    return wanted ? ci_pass_file(pass, name) : NULL;
}

/* Tests and findings go to the log of parsing, what is wrong with payloads to that of their making, as two runs of the Python
 * tool have it. */
static void parse(struct ci_pass *pass)
{
    struct context *context = pass->context;
    struct log payload_log = context->log;
    struct parse_request request = {
        .workload = pass->workload,
        .results_dirname = pass->directory,
        .matrix = ci_pass_file(pass, "internal_matrix.json"),
        .payloads = step_file(pass, pass->lts, "lts_payload.json"),
        .kpis = step_file(pass, pass->lts && pass->workload->kpis_n, "kpis.om"),
        .need_payloads = pass->lts,
        .payload_log = pass->lts ? &payload_log : NULL,
        .pretty = options_bool(context->options, "pretty"),
        .ignore_cache = pass->plan->ignore_cache,
        .batch = pass->lts ? pass->batch : NULL,
    };
    log_step(pass, "parse");
    if (pass->lts)
        payload_log.copy = open_log(pass, ci_pass_file(pass, next_log(pass, "generate_lts")));
    int code = parse_step(context, &request, &pass->parsed);
    bool invalid = code == ERR_INVALID;
    ci_pass_add(pass, "parse", !invalid ? code : pass->parsed.broken ? ERR_ARTIFACT : 0);
    if (pass->lts)
        ci_pass_add(pass, "generate_lts", invalid ? code : 0);
    close_log(payload_log.copy);
    ci_pass_unlog(pass);
}

static void write_schema(struct ci_pass *pass)
{
    struct error err = {0};
    if (!pass->lts)
        return;
    log_step(pass, "generate_lts_schema");
    json_t *schema = lts_schema(pass->workload, &err);
    bool ok = schema && context_write_json(pass->context, ci_pass_file(pass, "lts_payload.schema.json"), schema, &err);
    ci_pass_add(pass, "generate_lts_schema", ok ? 0 : context_fail(pass->context, &err));
    json_decref(schema);
    ci_pass_unlog(pass);
}

/* Everything that the gate names, not only what makes the code. */
static void judge(struct ci_pass *pass)
{
    int codes[VERDICT_COUNT];
    size_t n = gate_codes(&pass->plan->gate, pass->analysis, codes);
    for (size_t i = 0; i < n; i++)
        ci_pass_add(pass, "gate", codes[i]);
    if (n == 0)
        ci_pass_add(pass, "gate", 0);
}

/* The markers of analyze_lts, of this run: an older run's go. FAILURE is the whole step's, and written at its end (ci_outcome.h). */
static void mark(struct ci_pass *pass)
{
    marker_set(pass->context, pass->artifacts, MARKER_NO_RESULTS, pass->analyze && pass->parsed.valid == 0);
    marker_set(pass->context, pass->artifacts, MARKER_NO_HISTORY, false);
}

/* A file that an option names: among the outputs, unless it is absolute; of a later pass always among its own. */
static const char *asked_file(const struct ci_pass *pass, const char *option, const char *fallback)
{
    const char *file = verdict_outputs_file(pass->context, option, fallback), *slash = file ? strrchr(file, '/') : NULL;
    bool first = strcmp(pass->artifacts, pass->plan->artifacts) == 0;
    if (!file || (first && file[0] == '/'))
        return file;
    return ci_pass_file(pass, first || !slash ? file : slash + 1);
}

static void analyze(struct ci_pass *pass)
{
    size_t n;
    int code;
    batch_records(pass->batch, &n);
    mark(pass);
    if (!pass->analyze || n == 0 || ci_pass_is_cut(pass))
        return; /* of a part of the tests nobody could tell what it says about the rest */
    pass->markdown = asked_file(pass, "markdown_dest", "regression_report.md");
    pass->junit = asked_file(pass, "junit_dest", "regression_junit.xml");
    struct analyze_request request = {.workload = pass->workload, .history = pass->history, .batch = pass->batch,
                                      .tests = pass->parsed.tests, .without_payload = pass->parsed.tests - pass->parsed.valid,
                                      .outputs = {.report_html = ci_pass_file(pass, "regression_report.html"),
                                                  .summary_yaml = ci_pass_file(pass, "regression_summary.yaml"),
                                                  .verdicts_json = ci_pass_file(pass, "regression_verdicts.json"),
                                                  .markdown = pass->markdown, .junit = pass->junit,
                                                  .bundle = asked_file(pass, "bundle", NULL), .program = version_name(),
                                                  .github = options_bool(pass->context->options, "github"), .gate = &pass->plan->gate},
                                      .markers = pass->artifacts};
    log_step(pass, "analyze_lts");
    pass->analysis = analyze_step(pass->context, &request, &code);
    ci_pass_add(pass, "analyze_lts", code);
    pass->reported = pass->analysis && code == 0;
    if (pass->analysis)
        judge(pass);
    ci_pass_unlog(pass);
}

/* Why nothing may be stored, wherever that is, or NULL: only a gated regression may stand beside an upload; any other error stops it. */
static const char *upload_obstacle(const struct ci_pass *pass, size_t payloads)
{
    bool regressed = false;
    if (payloads == 0 && !ci_pass_is_cut(pass))
        return "there is no valid payload";
    for (size_t i = 0; i < pass->outcomes.n; i++) {
        int code = pass->outcomes.v[i].code;
        regressed |= code == 1;
        if (code >= 100)
            return code == ERR_INVALID    ? "not all payloads are valid (matbench upload_lts --valid_only stores the others)"
                   : code == ERR_ARTIFACT ? "some tests are broken (matbench upload_lts --valid_only stores the others)"
                                          : "an earlier step failed";
    }
    return regressed && !pass->plan->upload_on_regression ? "there is a regression, and upload_lts_on_regression is false" : NULL;
}

static const char *switched_off(const struct ci_pass *pass)
{
    return pass->plan->skipped ? pass->plan->skipped
           : pass->plan->replot ? "this is a replot, and lts.opensearch.export.enabled_on_replot is not true"
                                : "it is switched off (--noupload, lts.history.upload, lts.opensearch.export.enabled)";
}

static bool store(struct ci_pass *pass, const char *step, const char *uri, struct history_counts *counts)
{
    log_step(pass, step);
    int code = upload_step(pass->context, pass->workload, uri, pass->batch, counts);
    if (code && pass->plan->upload_may_fail)
        log_line(&pass->context->log, LOG_WARNING, "the failed upload (%d) does not count: fail_test_on_fail is false", code);
    add(pass, step, code, pass->plan->upload_may_fail);
    ci_pass_unlog(pass);
    return code == 0;
}

/* Each history has its own luck: that one cannot be reached keeps no payload from the other. */
static void upload(struct ci_pass *pass)
{
    size_t n;
    batch_records(pass->batch, &n);
    const char *obstacle = upload_obstacle(pass, n);
    pass->not_stored = pass->upload ? obstacle : switched_off(pass);
    if (obstacle && pass->upload)
        upload_waiting(pass->context, pass->history);
    if (obstacle && pass->horreum)
        upload_waiting(pass->context, pass->horreum);
    if (!pass->not_stored)
        pass->uploaded = store(pass, "upload_lts", pass->history, &pass->stored);
    if (!obstacle && pass->horreum && !context_interrupted(pass->context))
        pass->horreum_uploaded = store(pass, "upload_horreum", pass->horreum, &pass->horreum_stored);
}

/* One set of reports for each filter of each item, in the folder of the filter, as TOPSAIL has it. */
static void draw(struct ci_pass *pass, const struct plots_item *item, const char *filter)
{
    struct error err = {0};
    const char *folder = filter[0] ? ci_pass_file(pass, filter) : pass->artifacts;
    const char *log = next_log(pass, "visualize");
    if (filter[0] && !command_make_directory(folder, &err)) {
        ci_pass_add(pass, "visualize", context_fail(pass->context, &err));
        return;
    }
    ci_pass_log(pass, filter, log);
    struct visualize_request request = {.workload = pass->workload, .results_dirname = pass->directory, .generate = item->generate,
                                        .filters = filter, .said_before = true, .directory = folder};
    int code = visualize_step(pass->context, &request);
    pass->drawn |= code == 0;
    ci_pass_add(pass, "visualize", code);
    ci_pass_unlog(pass);
}

static void visualize(struct ci_pass *pass)
{
    if (!pass->parsed.written || pass->parsed.tests == pass->parsed.broken)
        return;
    for (size_t i = 0; i < pass->plots.n; i++)
        for (const char *const *filter = pass->plots.items[i].filters; *filter && !context_interrupted(pass->context); filter++)
            draw(pass, &pass->plots.items[i], *filter);
}

bool ci_pass_is_cut(const struct ci_pass *pass)
{
    for (size_t i = 0; i < pass->outcomes.n; i++)
        if (strcmp(pass->outcomes.v[i].step, "parse") == 0)
            return !pass->parsed.whole && pass->outcomes.v[i].code && pass->outcomes.v[i].code != ERR_NO_TEST;
    return false;
}

bool ci_pass_run(struct ci_pass *pass)
{
    struct error err = {0};
    void (*const steps[])(struct ci_pass *) = {parse, write_schema, analyze, upload, visualize};
    pass->batch = batch_open(&err);
    if (!pass->batch)
        ci_pass_add(pass, "parse", context_fail(pass->context, &err));
    for (size_t i = 0; pass->batch && i < sizeof(steps) / sizeof(steps[0]) && !context_interrupted(pass->context); i++)
        steps[i](pass);
    if (!pass->analysis)
        ci_pass_close(pass); /* nothing borrows from it, and there may be more passes than files that can be open */
    return !context_interrupted(pass->context);
}

void ci_pass_close(struct ci_pass *pass)
{
    batch_close(pass->batch);
    pass->batch = NULL;
}
