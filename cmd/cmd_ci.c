/* matbench ci [DIR] — the whole post-test step: parse → payloads and KPIs → compare with history → store → one screen.
 *
 * Compares first and stores then, so that a run is never its own history. What happened is kept as a list of outcomes; the exit
 * code is the first of them in the order of contract C6.4. */
#include <string.h>
#include <sys/stat.h>

#include "cmd/analyze_step.h"
#include "cmd/parse_step.h"
#include "cmd/upload_step.h"
#include "config/block.h"
#include "lts/schema.h"
#include "regress/gate.h"
#include "report/verdict_text.h"

static const struct option options_ci_only[] = {
    {"config", OPTION_TEXT, "FILE", NULL, false, "A YAML file with a `matbench:` block; flags win over it."},
    {"workload", OPTION_TEXT, "NAME", NULL, false, "The workload: a folder, a shipped name or a Python module name. Default: the block's."},
    {"workload_base_dir", OPTION_TEXT, "DIR", NULL, false, "Where a relative workload path starts."},
    {"results_dirname", OPTION_TEXT, "DIR", NULL, false, "The directory with the tests; as the argument DIR, else the block's test_directory."},
    {"filters", OPTION_TEXT, "K=V,…", NULL, false, "Only tests with these settings."},
    {"allow_root", OPTION_LIST, "DIR", NULL, false, "Symbolic links in artifacts may lead into this directory too."},
    {"allow_env", OPTION_LIST, "NAME", NULL, false, "An environment variable that a workload's env: may read."},
    {"shard", OPTION_TEXT, "I/N", NULL, false, "Only every N-th test, beginning with the I-th."},
    {"upload", OPTION_BOOL, NULL, NULL, false, "Store the payloads after comparing; --noupload only compares."},
    {"pretty", OPTION_BOOL, NULL, "true", false, "JSON with indentation."},
    {0},
};

static const struct option *const tables[] = {options_ci_only, options_analyze, options_common, NULL};

enum { CODES_MAX = 8 };

struct ci {
    struct context *context;
    const struct block *block;
    const struct workload *workload;
    const char *directory, *history, *artifacts;
    struct gate gate;
    bool lts, analyze, upload, upload_on_regression;
    struct batch *batch;
    struct parse_counts parsed;
    const struct analysis *analysis;
    struct history_counts stored;
    const char *not_stored; /* why nothing was stored; NULL */
    bool uploaded;
    struct {
        const char *step;
        int code;
    } outcomes[CODES_MAX];
    size_t outcomes_n;
};

static void add_outcome(struct ci *ci, const char *step, int code)
{
    if (ci->outcomes_n < CODES_MAX) {
        ci->outcomes[ci->outcomes_n].step = step;
        ci->outcomes[ci->outcomes_n++].code = code;
    }
}

static int exit_code(const struct ci *ci)
{
    int codes[CODES_MAX];
    for (size_t i = 0; i < ci->outcomes_n; i++)
        codes[i] = ci->outcomes[i].code;
    return gate_worst(codes, ci->outcomes_n);
}

static const char *artifact(struct ci *ci, const char *name)
{
    return strcmp(ci->artifacts, ".") == 0 ? name : arena_printf(ci->context->arena, "%s/%s", ci->artifacts, name);
}

/* ---- what to do: flags, then the block ---- */

/* Keys that ask for what this version has not: refused, never silently ignored. */
static bool check_backends(const struct block *block, struct error *err)
{
    static const struct {
        const char *path, *within; /* counts only while `within` is on; NULL: always */
    } flags[] = {{"lts.opensearch.export.enabled", NULL},
                 {"lts.regression_analyses.notification.enabled", "lts.regression_analyses.enabled"},
                 {"download.save_to_artifacts", NULL}};
    static const char *const texts[] = {"lts.horreum.test_name", "download.url", "download.url_file", "prom_workload", "preset"};
    for (size_t i = 0; i < sizeof(flags) / sizeof(flags[0]); i++)
        if (block_flag(block, flags[i].path, false) && (!flags[i].within || block_flag(block, flags[i].within, true)))
            return error_set(err, ERR_USAGE, "matbench.%s is true, and this version has nothing behind it; set it to false%s", flags[i].path,
                             i == 0 ? ", and lts.history.uri: sqlite:FILE for a history" : "");
    for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++)
        if (block_text(block, texts[i]))
            return error_set(err, ERR_USAGE, "matbench.%s is set, and this version has nothing behind it; set it to null", texts[i]);
    return true;
}

/* What the block says counts where neither a flag nor a variable does. */
static bool apply_block(struct ci *ci, struct error *err)
{
    static const struct {
        const char *option, *path;
    } rows[] = {{"workload", "workload"},
                {"results_dirname", "test_directory"},
                {"history", "lts.history.uri"},
                {"fail_on", "lts.gate.fail_on"},
                {"min_history", "lts.gate.min_history"},
                {"false_alarm_rate", "lts.gate.false_alarm_rate"}};
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        const char *text = block_text(ci->block, rows[i].path);
        const char *source = arena_printf(ci->context->arena, "matbench.%s", rows[i].path);
        if (text && !options_fallback(ci->context->options, rows[i].option, text, source, err))
            return false;
    }
    return true;
}

static bool choose_places(struct ci *ci, struct error *err)
{
    struct context *context = ci->context;
    const char *config = options_text(context->options, "config"), *positional = options_positional(context->options, 0);
    if (config && !(ci->block = block_load(context->arena, config, err)))
        return false;
    if (ci->block && !(check_backends(ci->block, err) && apply_block(ci, err)))
        return false;
    ci->directory = positional ? positional : options_text(context->options, "results_dirname");
    ci->history = command_history_uri(context, err);
    ci->artifacts = options_text(context->options, "artifact_dir");
    if (!ci->artifacts)
        ci->artifacts = variables_get(context->variables, "MATBENCH_ARTIFACT_DIR");
    for (const char *const *entry = context->environment; !ci->artifacts && *entry; entry++)
        if (strncmp(*entry, "ARTIFACT_DIR=", 13) == 0 && (*entry)[13])
            ci->artifacts = *entry + 13;
    if (!ci->artifacts)
        ci->artifacts = ".";
    if (!ci->directory)
        return error_set(err, ERR_USAGE, "ci: expected the directory with the tests: matbench ci DIR, --results_dirname=DIR, or "
                                         "matbench.test_directory in --config");
    return ci->history && history_is_known(ci->history, err);
}

static bool choose_steps(struct ci *ci, struct error *err)
{
    const struct options *options = ci->context->options;
    const char *upload = options_text(options, "upload");
    bool chosen = strcmp(options_source(options, "fail_on"), "default") != 0; /* says more than fail_test_on_regression */
    if (!analyze_check_options(ci->context, err) || !gate_parse(options_list(options, "fail_on"), &ci->gate, err))
        return false;
    ci->lts = block_flag(ci->block, "lts.generate", true);
    ci->analyze = ci->lts && block_flag(ci->block, "lts.regression_analyses.enabled", true);
    ci->upload_on_regression = block_flag(ci->block, "lts.regression_analyses.upload_lts_on_regression", true);
    if (!chosen && !block_flag(ci->block, "lts.regression_analyses.fail_test_on_regression", true))
        ci->gate.fails[VERDICT_REGRESSION] = false;
    ci->upload = ci->lts && (upload ? options_bool(options, "upload")
                                    : block_flag(ci->block, "lts.history.upload", true));
    return true;
}

static struct workload *choose_workload(struct ci *ci, struct error *err)
{
    const char *name = options_text(ci->context->options, "workload");
    if (!name) {
        error_set(err, ERR_USAGE, "ci: --workload=NAME is missing (or MATBENCH_WORKLOAD, or matbench.workload in --config)");
        return NULL;
    }
    struct workload *workload = command_workload(ci->context, name, err);
    if (workload && !workload->lts)
        ci->lts = ci->analyze = ci->upload = false;
    return workload;
}

/* ---- steps ---- */

static void parse(struct ci *ci)
{
    struct parse_request request = {
        .workload = ci->workload,
        .results_dirname = ci->directory,
        .matrix = artifact(ci, "internal_matrix.json"),
        .payloads = ci->lts ? artifact(ci, "lts_payload.json") : NULL,
        .kpis = ci->lts && ci->workload->kpis_n ? artifact(ci, "kpis.om") : NULL,
        .need_payloads = ci->lts,
        .pretty = options_bool(ci->context->options, "pretty"),
        .batch = ci->lts ? ci->batch : NULL,
    };
    add_outcome(ci, "parse", parse_step(ci->context, &request, &ci->parsed));
}

static void analyze(struct ci *ci)
{
    size_t n;
    batch_records(ci->batch, &n);
    if (!ci->analyze || n == 0)
        return;
    struct analyze_request request = {.workload = ci->workload, .history = ci->history, .batch = ci->batch,
                                      .summary_yaml = artifact(ci, "regression_summary.yaml"),
                                      .verdicts_json = artifact(ci, "regression_verdicts.json")};
    int code;
    ci->analysis = analyze_step(ci->context, &request, &code);
    add_outcome(ci, "analyze", code);
    if (ci->analysis)
        add_outcome(ci, "gate", gate_code(&ci->gate, ci->analysis));
}

/* Only a gated regression may stand beside an upload; anything else stops it. */
static void upload(struct ci *ci)
{
    size_t n;
    batch_records(ci->batch, &n);
    int worst = exit_code(ci);
    if (!ci->upload)
        ci->not_stored = "--noupload";
    else if (n == 0)
        ci->not_stored = "there is no valid payload";
    for (size_t i = 0; i < ci->outcomes_n && !ci->not_stored; i++)
        if (ci->outcomes[i].code >= 100)
            ci->not_stored = ci->outcomes[i].code == ERR_INVALID  ? "not all payloads are valid (matbench upload_lts --valid_only stores the others)"
                             : ci->outcomes[i].code == ERR_ARTIFACT ? "some tests are broken (matbench upload_lts --valid_only stores the others)"
                                                                  : "an earlier step failed";
    if (!ci->not_stored && worst == 1 && !ci->upload_on_regression)
        ci->not_stored = "there is a regression, and upload_lts_on_regression is false";
    if (ci->not_stored)
        return;
    int code = upload_step(ci->context, ci->workload, ci->history, ci->batch, &ci->stored);
    ci->uploaded = code == 0;
    add_outcome(ci, "upload", code);
}

static void write_schema(struct ci *ci)
{
    struct error err = {0};
    json_t *schema = ci->lts ? lts_schema(ci->workload, &err) : NULL;
    if (schema && !command_write_json(ci->context, artifact(ci, "lts_payload.schema.json"), schema, &err))
        add_outcome(ci, "schema", command_fail(ci->context, &err));
    json_decref(schema);
}

static json_t *steps_json(const struct ci *ci)
{
    json_t *steps = json_array();
    for (size_t i = 0; i < ci->outcomes_n; i++)
        json_array_append_new(steps, json_pack("{s:s s:i}", "step", ci->outcomes[i].step, "code", ci->outcomes[i].code));
    return steps;
}

static json_t *verdicts_json(const struct ci *ci)
{
    json_t *verdicts = json_object();
    for (int verdict = 0; ci->analysis && verdict < VERDICT_COUNT; verdict++)
        json_object_set_new(verdicts, verdict_name((enum verdict)verdict), json_integer((json_int_t)ci->analysis->counts[verdict]));
    return verdicts;
}

/* A file's name need not be UTF-8. */
static json_t *name_json(const char *name)
{
    struct text clean = text_open(10000);
    text_add_utf8(&clean, name, strlen(name));
    json_t *value = json_stringn(clean.s, clean.len);
    text_close(&clean);
    return value;
}

static void write_outcomes(struct ci *ci)
{
    const struct parse_counts *parsed = &ci->parsed;
    const struct history_counts *stored = &ci->stored;
    struct error err = {0};
    json_t *tests = json_pack("{s:I s:I s:I s:I s:I}", "parsed", (json_int_t)parsed->tests, "broken", (json_int_t)parsed->broken,
                              "skipped", (json_int_t)parsed->skipped, "valid", (json_int_t)parsed->valid, "invalid",
                              (json_int_t)parsed->invalid);
    json_t *history = json_pack("{s:o s:I s:I s:I s:o}", "uri", name_json(ci->history), "added", (json_int_t)stored->added, "replaced",
                                (json_int_t)stored->replaced, "unchanged", (json_int_t)stored->unchanged, "not_stored",
                                ci->not_stored ? json_string(ci->not_stored) : json_null());
    json_t *whole = json_pack("{s:i s:o s:o s:o s:o}", "exit_code", exit_code(ci), "steps", steps_json(ci), "tests", tests, "verdicts",
                              verdicts_json(ci), "history", history);
    if (!command_write_json(ci->context, artifact(ci, "outcome.json"), whole, &err))
        add_outcome(ci, "outcome", command_fail(ci->context, &err));
    json_decref(whole);
}

/* ---- the screen ---- */

static void show_parsed(const struct ci *ci)
{
    const struct parse_counts *n = &ci->parsed;
    fprintf(ci->context->out, "\n%s: tests: %zu read", command_shown(ci->context, ci->directory), n->tests);
    if (n->broken)
        fprintf(ci->context->out, ", %zu of them broken", n->broken);
    if (n->skipped)
        fprintf(ci->context->out, ", %zu skipped", n->skipped);
    if (ci->lts)
        fprintf(ci->context->out, "; payloads: %zu valid, %zu invalid", n->valid, n->invalid);
    fprintf(ci->context->out, "\n");
}

static void show_stored(const struct ci *ci)
{
    if (!ci->lts)
        return;
    if (ci->uploaded)
        fprintf(ci->context->out, "stored in %s: %zu added, %zu replaced, %zu there already\n", command_shown(ci->context, ci->history), ci->stored.added,
                ci->stored.replaced, ci->stored.unchanged);
    else
        fprintf(ci->context->out, "nothing stored in %s: %s\n", command_shown(ci->context, ci->history),
                ci->not_stored ? ci->not_stored : "it failed, see above");
}

static const char *meaning(int code)
{
    static const struct {
        int code;
        const char *meaning;
    } rows[] = {{0, "no regression"}, {1, "a regression"}, {2, "suspect"}, {3, "missing data"}, {4, "an improvement"},
                {ERR_USAGE, "wrong usage or configuration"}, {ERR_ARTIFACT, "broken artifacts"}, {ERR_INVALID, "invalid payloads"},
                {ERR_NO_TEST, "no test found"}, {ERR_OUTPUT, "an output could not be written"},
                {ERR_STORE, "the history cannot be used"}};
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
        if (rows[i].code == code)
            return rows[i].meaning;
    return "trouble";
}

/* Every outcome, so that none hides behind the one that makes the exit code. */
static void show_codes(const struct ci *ci)
{
    int code = exit_code(ci);
    bool gated = ci->analysis && ci->analysis->counts[VERDICT_OK] + ci->analysis->counts[VERDICT_SUSPECT] +
                                         ci->analysis->counts[VERDICT_REGRESSION] + ci->analysis->counts[VERDICT_IMPROVEMENT] > 0;
    fprintf(ci->context->out, "exit code %d: %s", code, code == 0 && !gated ? "nothing was gated" : meaning(code));
    for (size_t i = 0; i < ci->outcomes_n; i++)
        if (ci->outcomes[i].code && ci->outcomes[i].code != code)
            fprintf(ci->context->out, "; also %d: %s", ci->outcomes[i].code, meaning(ci->outcomes[i].code));
    fprintf(ci->context->out, "\n");
}

/* What people should do now: for the worst that happened first. */
static void show_next(const struct ci *ci)
{
    const size_t *counts = ci->analysis ? ci->analysis->counts : NULL;
    FILE *out = ci->context->out;
    if (ci->parsed.invalid || ci->parsed.broken)
        fprintf(out, "next: the log says what is wrong with each test; matbench check %s TEST_DIR shows what every line gave\n",
                ci->workload->name);
    if (counts && counts[VERDICT_REGRESSION])
        fprintf(out, "next: look at what changed since the last run before it; another run of the same version would confirm it\n");
    if (counts && counts[VERDICT_SUSPECT])
        fprintf(out, "next: run the suspect configurations again; the last column says how often\n");
    if (counts && counts[VERDICT_NO_HISTORY] + counts[VERDICT_CANNOT_TELL])
        fprintf(out, "next: keep running: %d run points of history (%d of one version) are needed before a change is called a regression\n",
                ci->analysis->options->min_history,
                ci->analysis->options->min_history_same ? ci->analysis->options->min_history_same : ci->analysis->options->min_history);
}

static void show(struct ci *ci)
{
    show_parsed(ci);
    if (ci->analysis) {
        struct text out = text_open(64 << 20);
        text_addc(&out, '\n');
        verdict_text_render(&out, ci->analysis);
        fprintf(ci->context->out, "%s\n", out.s);
        text_close(&out);
    } else if (ci->lts) {
        fprintf(ci->context->out, "NOT GATED: %s\n", ci->analyze ? "there is no valid payload to compare" : "the analysis is off");
    }
    show_stored(ci);
    fprintf(ci->context->out, "files in %s: %s%s%s%soutcome.json\n",
            strcmp(ci->artifacts, ".") == 0 ? "this directory" : ci->artifacts, ci->parsed.written ? "internal_matrix.json, " : "",
            ci->parsed.written && ci->lts ? "lts_payload.json, lts_payload.schema.json, " : "",
            ci->parsed.written && ci->lts && ci->workload->kpis_n ? "kpis.om, " : "",
            ci->analysis ? "regression_summary.yaml, regression_verdicts.json, " : "");
    show_next(ci);
    show_codes(ci);
}

static bool make_artifact_dir(const struct ci *ci, struct error *err)
{
    struct stat st;
    if (stat(ci->artifacts, &st) == 0 && S_ISDIR(st.st_mode))
        return true;
    return error_set(err, ERR_OUTPUT, "%s: the directory for outputs is not there (--artifact_dir)", ci->artifacts);
}

static int run_steps(struct ci *ci)
{
    parse(ci);
    if (!command_interrupted(ci->context))
        analyze(ci);
    if (!command_interrupted(ci->context))
        upload(ci);
    if (command_interrupted(ci->context))
        return command_interrupted(ci->context);
    write_schema(ci);
    write_outcomes(ci);
    show(ci);
    return exit_code(ci);
}

static int run(struct context *context)
{
    struct error err = {0};
    struct ci ci = {.context = context};
    struct workload *workload = NULL;
    bool ok = choose_places(&ci, &err) && choose_steps(&ci, &err) && (workload = choose_workload(&ci, &err)) &&
              make_artifact_dir(&ci, &err) && (ci.batch = batch_open(&err));
    ci.workload = workload;
    int code = ok ? run_steps(&ci) : command_fail(context, &err);
    batch_close(ci.batch);
    workload_close(workload);
    return code;
}

const struct command command_ci = {
    "ci", "The whole post-test step: parses, compares, stores, says what regressed.", "[DIR]", 1, tables, run};
