#include "cmd/ci_plan.h"

#include <string.h>

#include "config/servers.h"
#include "history/history.h"
#include "net/http.h"
#include "step/access.h"
#include "step/analyze_step.h"

const struct option options_ci[] = {
    {"config", OPTION_TEXT, "FILE", NULL, false, "A YAML file with a `matbench:` block; flags win over it. Default: $TOPSAIL_FROM_CONFIG_FILE."},
    {"workload", OPTION_TEXT, "NAME", NULL, false, "The workload: a folder, a shipped name or a Python module name. Default: the block's."},
    {"workload_base_dir", OPTION_TEXT, "DIR", NULL, false, "Where a relative workload path starts."},
    {"results_dirname", OPTION_TEXT, "DIR", NULL, false, "The directory with the tests; as the argument DIR, else the block's test_directory."},
    {"filters", OPTION_TEXT, "K=V,…", NULL, false, "Only tests with these settings; K=A:B: one of these."},
    {"allow_root", OPTION_LIST, "DIR", NULL, false, "Symbolic links in artifacts may lead into this directory too."},
    {"allow_env", OPTION_LIST, "NAME", NULL, false, "An environment variable that a workload's env: may read."},
    {"shard", OPTION_TEXT, "I/N", NULL, false, "Only every N-th test, beginning with the I-th."},
    {"upload", OPTION_BOOL, NULL, NULL, false, "Store the payloads after comparing; --noupload only compares."},
    {"replot", OPTION_BOOL, NULL, NULL, false, "Results are looked at again: compare and store only where the block's enabled_on_replot says so. "
     "Default: whether PR_POSITIONAL_ARG_0 ends in -plot."},
    {"prom_workload", OPTION_TEXT, "NAME", NULL, false, "The workload of a second pass over the same results; none: no second pass. Default: the block's."},
    {"visualize", OPTION_BOOL, NULL, "true", false, "Make the report pages; --novisualize saves the time."},
    {"pretty", OPTION_BOOL, NULL, "true", false, "JSON with indentation."},
    {0},
};

struct planning {
    struct context *context;
    struct ci_plan *plan;
    const struct block *block;
    bool history_named; /* by a flag, a variable or the block */
    bool server_named;  /* opensearch_host is, in an env file or the environment: they count more than the block's instance */
    bool stores;        /* whether anything may be stored, wherever that is */
};

/* ---- where values come from ---- */

static const char *environment(const struct context *context, const char *name)
{
    size_t n = strlen(name);
    for (const char *const *entry = context->environment; *entry; entry++)
        if (strncmp(*entry, name, n) == 0 && (*entry)[n] == '=' && (*entry)[n + 1])
            return *entry + n + 1;
    return NULL;
}

/* What TOPSAIL keeps at the top of a project's configuration, or in the environment of the step. */
static const char *argument_of_pull_request(const struct planning *p, const char *name)
{
    const char *text = block_project_text(p->block, name);
    return text ? text : environment(p->context, name);
}

static bool load_block(struct planning *p, struct error *err)
{
    const char *file = options_text(p->context->options, "config");
    if (!file && (file = environment(p->context, "TOPSAIL_FROM_CONFIG_FILE")))
        log_line(&p->context->log, LOG_INFO, "the configuration is %s (TOPSAIL_FROM_CONFIG_FILE)", file);
    return !file || (p->block = block_load(p->context->arena, file, err));
}

/* What the block says counts where neither a flag nor a variable does. */
static bool apply_block(struct planning *p, struct error *err)
{
    static const struct {
        const char *option, *path;
    } rows[] = {{"workload", "workload"},
                {"prom_workload", "prom_workload"},
                {"results_dirname", "test_directory"},
                {"history", "lts.history.uri"},
                {"fail_on", "lts.gate.fail_on"},
                {"min_history", "lts.gate.min_history"},
                {"history_since", "lts.gate.history_since"},
                {"history_until", "lts.gate.history_until"},
                {"false_alarm_rate", "lts.gate.false_alarm_rate"},
                {"suspect_level", "lts.gate.suspect_level"},
                {"correction", "lts.gate.correction"},
                {"method", "lts.gate.method"},
                {"window", "lts.gate.window"}};
    for (size_t i = 0; p->block && i < sizeof(rows) / sizeof(rows[0]); i++) {
        const char *text = block_text(p->block, rows[i].path);
        const char *source = arena_printf(p->context->arena, "matbench.%s", rows[i].path);
        if (text && !options_fallback(p->context->options, rows[i].option, text, source, err))
            return false;
    }
    return true;
}

/* ---- downloads and places ---- */

/* A preset is a URL, or the name of a file in the workload's data/ that says what to draw and what to download. */
static bool plan_preset(struct planning *p, struct error *err)
{
    struct ci_plan *plan = p->plan;
    const char *preset = plan->replot ? argument_of_pull_request(p, "PR_POSITIONAL_ARG_1") : NULL;
    if (!preset)
        preset = block_text(p->block, "preset");
    if (!preset)
        return true;
    if (strstr(preset, "://")) {
        plan->url = preset;
        return true;
    }
    if (strchr(preset, '/') || preset[0] == '.')
        return error_set(err, ERR_USAGE, "preset '%s': expected a URL, or the name of a file in the workload's data folder", preset);
    plan->preset = preset;
    plan->config_file = arena_printf(p->context->arena, "%s.yaml", preset);
    return true;
}

static bool plan_download(struct planning *p, struct error *err)
{
    struct ci_plan *plan = p->plan;
    plan->url = block_text(p->block, "download.url");
    plan->url_file = block_text(p->block, "download.url_file");
    plan->config_file = block_text(p->block, "config_file");
    plan->download_mode = block_text(p->block, "download.mode");
    plan->ignore_cache = plan->download_mode && strcmp(plan->download_mode, "prefer_cache") != 0;
    plan->save_to_artifacts = block_flag(p->block, "download.save_to_artifacts", false);
    return plan_preset(p, err);
}

/* First of all: what is refused later must know whose older outcome.json is no longer true. */
static void plan_artifacts(struct planning *p)
{
    const char *given = options_text(p->context->options, "artifact_dir");
    if (!given)
        given = environment(p->context, "ARTIFACT_DIR");
    p->plan->artifacts = given ? given : ".";
}

static bool plan_places(struct planning *p, struct error *err)
{
    struct ci_plan *plan = p->plan;
    const struct options *options = p->context->options;
    const char *positional = options_positional(options, 0);
    plan->directory = positional ? positional : options_text(options, "results_dirname");
    plan->workload = options_text(options, "workload");
    plan->prom_workload = options_text(options, "prom_workload");
    if (plan->prom_workload && (!plan->prom_workload[0] || strcmp(plan->prom_workload, "none") == 0))
        plan->prom_workload = NULL;
    plan->prom_suffix = block_text(p->block, "lts.opensearch.prom_index_suffix");
    if (!plan->prom_suffix)
        plan->prom_suffix = "-prom";
    if (!plan->directory && (plan->url || plan->url_file || plan->preset))
        plan->directory = "matrix_benchmarking_results";
    if (!plan->directory)
        return error_set(err, ERR_USAGE, "ci: expected the directory with the tests: matbench ci DIR, --results_dirname=DIR, or "
                                         "matbench.test_directory in --config");
    if (!plan->workload)
        return error_set(err, ERR_USAGE, "ci: --workload=NAME is missing (or MATBENCH_WORKLOAD, or matbench.workload in --config)");
    return true;
}

/* ---- comparing and storing ---- */

static void plan_replot(struct planning *p)
{
    const struct options *options = p->context->options;
    const char *first = argument_of_pull_request(p, "PR_POSITIONAL_ARG_0");
    size_t n = first ? strlen(first) : 0;
    p->plan->replot = options_text(options, "replot") ? options_bool(options, "replot")
                                                      : n >= 5 && strcmp(first + n - 5, "-plot") == 0;
}

/* Upload: the flag, then lts.history.upload, then whether a history is named, then the server's switch. On a replot nothing is
 * stored and compared unless the block says so. */
static bool plan_steps(struct planning *p, struct error *err)
{
    struct ci_plan *plan = p->plan;
    const struct block *block = p->block;
    const struct options *options = p->context->options;
    bool chosen = strcmp(options_source(options, "fail_on"), "default") != 0; /* says more than fail_test_on_regression */
    if (!analyze_check_options(p->context, err) || !gate_parse(options_list(options, "fail_on"), &plan->gate, err))
        return false;
    bool upload = p->history_named || block_flag(block, "lts.opensearch.export.enabled", true);
    plan->lts = block_flag(block, "lts.generate", true);
    plan->analyze = block_flag(block, "lts.regression_analyses.enabled", true) &&
                    (!plan->replot || block_flag(block, "lts.regression_analyses.enabled_on_replot", false));
    plan->upload = block_flag(block, "lts.history.upload", upload) &&
                   (!plan->replot || block_flag(block, "lts.opensearch.export.enabled_on_replot", false));
    p->stores = block_flag(block, "lts.history.upload", true) && (!plan->replot || block_flag(block, "lts.opensearch.export.enabled_on_replot", false));
    if (options_text(options, "upload"))
        plan->upload = p->stores = options_bool(options, "upload");
    plan->analyze &= plan->lts;
    plan->upload &= plan->lts;
    p->stores &= plan->lts;
    plan->upload_on_regression = block_flag(block, "lts.regression_analyses.upload_lts_on_regression", true);
    plan->upload_may_fail = !block_flag(block, "lts.opensearch.export.fail_test_on_fail", true);
    if (!chosen && !block_flag(block, "lts.regression_analyses.fail_test_on_regression", true))
        plan->gate.fails[VERDICT_REGRESSION] = false;
    return true;
}

/* The project's own history is a server: its instance is asked for, or an analysis that names no other place. */
static bool wants_server(const struct planning *p)
{
    const struct ci_plan *plan = p->plan;
    bool exports = plan->upload && block_has(p->block, "lts.opensearch.export.enabled") &&
                   block_flag(p->block, "lts.opensearch.export.enabled", false);
    bool compares = plan->analyze && block_flag(p->block, "lts.regression_analyses.enabled", false) &&
                    block_has(p->block, "lts.opensearch.instance");
    return !p->history_named && !p->server_named && (exports || compares);
}

/* The file of instances as TOPSAIL finds it: $<secrets.dir.env_key>/<secrets.opensearch_instances>. */
static bool find_instance(const struct planning *p, struct instance *instance, struct error *err)
{
    const char *key = block_project_text(p->block, "secrets.dir.env_key"), *folder = key ? environment(p->context, key) : NULL;
    const char *file = block_project_text(p->block, "secrets.opensearch_instances"), *name = block_text(p->block, "lts.opensearch.instance");
    if (!key || !file)
        return error_set(err, ERR_USAGE, "the configuration has no %s", key ? "secrets.opensearch_instances" : "secrets.dir.env_key");
    if (!folder)
        return error_set(err, ERR_USAGE, "the variable %s (secrets.dir.env_key) is not set", key);
    if (!name)
        return error_set(err, ERR_USAGE, "the configuration has no matbench.lts.opensearch.instance");
    return instance_load(p->context->arena, arena_printf(p->context->arena, "%s/%s", folder, file), name, instance, err);
}

/* The name of the index as TOPSAIL puts it together; NULL: none. */
static const char *block_index(const struct planning *p)
{
    const char *prefix = block_text(p->block, "lts.opensearch.index_prefix"), *index = block_text(p->block, "lts.opensearch.index");
    return index ? arena_printf(p->context->arena, "%s%s", prefix ? prefix : "", index) : NULL;
}

/* The instance's index becomes the history of this run. */
static bool use_instance(struct planning *p, const struct instance *instance, struct error *err)
{
    const char *index = block_index(p), *url;
    if (!index)
        return error_set(err, ERR_USAGE, "matbench.lts.opensearch.index is not set: expected the index of the instance '%s' that the payloads "
                                         "are kept in", instance->name);
    return (url = access_add_instance(p->context, instance, err)) &&
           options_fallback(p->context->options, "history", arena_printf(p->context->arena, "opensearch+%s/%s", url, index),
                            "matbench.lts.opensearch", err);
}

/* Where an env file has a server and no index, the block's is meant. */
static bool use_block_index(struct planning *p, struct error *err)
{
    const char *index = block_index(p), *url = NULL;
    if (!index || variables_get(p->context->variables, "MATBENCH_OPENSEARCH_INDEX"))
        return true;
    return (url = servers_url(p->context->variables, p->context->arena, "opensearch", err)) &&
           options_fallback(p->context->options, "history", arena_printf(p->context->arena, "opensearch+%s/%s", url, index),
                            "matbench.lts.opensearch", err);
}

/* Credentials that cannot be read skip the analysis and the upload, as in TOPSAIL. */
static bool plan_server(struct planning *p, struct error *err)
{
    struct ci_plan *plan = p->plan;
    struct instance instance;
    struct error why = {0};
    if (p->server_named && !p->history_named)
        return use_block_index(p, err);
    if (!wants_server(p))
        return true;
    if (find_instance(p, &instance, &why))
        return use_instance(p, &instance, err);
    plan->analyze = plan->upload = false;
    plan->skipped = arena_printf(p->context->arena, "the credentials of matbench.lts.opensearch cannot be read: %s", why.text);
    plan->skipped_fails = block_flag(p->block, "lts.opensearch.export.fail_test_on_fail", true) ||
                          block_flag(p->block, "lts.regression_analyses.fail_test_on_regression", true);
    return true;
}

/* A Horreum gets the payloads too, or alone when nothing else is configured; then it is also what is compared with. */
static bool plan_horreum(struct planning *p, struct error *err)
{
    struct ci_plan *plan = p->plan;
    const char *test = block_text(p->block, "lts.horreum.test_name"), *url;
    if (!plan->lts || !test)
        return true;
    struct error why = {0};
    if (!(url = servers_url(p->context->variables, p->context->arena, "horreum", &why)))
        return error_set(err, ERR_USAGE, "matbench.lts.horreum.test_name is set, and %s", why.kind ? why.text : "no Horreum is known: "
                         "expected horreum_url in an env file, or MATBENCH_HORREUM_URL; null switches it off");
    const char *uri = arena_printf(p->context->arena, "horreum+%s/%s", url, http_encode(p->context->arena, test));
    if (!history_is_known(uri, err))
        return false;
    if (!p->history_named && !p->server_named && !wants_server(p)) {
        plan->upload = p->stores;
        return options_fallback(p->context->options, "history", uri, "matbench.lts.horreum", err);
    }
    plan->horreum = p->stores && !plan->skipped ? uri : NULL;
    return true;
}

/* Keys that ask for what this version has not: refused, never silently ignored. */
static bool check_absent(const struct planning *p, struct error *err)
{
    if (p->plan->analyze && block_flag(p->block, "lts.regression_analyses.notification.enabled", false))
        return error_set(err, ERR_USAGE, "matbench.lts.regression_analyses.notification.enabled is true, and this version sends no "
                                         "notifications; set it to false");
    return !p->plan->upload || command_push_check(p->context, p->plan->history, err);
}

/* Only what is used has to be there. */
static bool plan_history(struct planning *p, struct error *err)
{
    struct ci_plan *plan = p->plan;
    if (plan->analyze || plan->upload)
        return (plan->history = command_history_uri(p->context, err)) && history_is_known(plan->history, err);
    plan->history = options_text(p->context->options, "history");
    return true;
}

bool ci_plan_make(struct context *context, struct ci_plan *plan, struct error *err)
{
    struct planning p = {.context = context, .plan = plan};
    *plan = (struct ci_plan){0};
    plan_artifacts(&p);
    if (!load_block(&p, err) || !apply_block(&p, err))
        return false;
    p.history_named = options_text(context->options, "history") != NULL;
    p.server_named = variables_get(context->variables, "MATBENCH_OPENSEARCH_HOST") || variables_get(context->variables, "MATBENCH_OPENSEARCH_URL");
    plan_replot(&p);
    return plan_download(&p, err) && plan_places(&p, err) && plan_steps(&p, err) && plan_server(&p, err) &&
           plan_horreum(&p, err) && plan_history(&p, err) && check_absent(&p, err);
}
