/* matbench ci [DIR] — the whole post-test step: parse → payloads and KPIs → compare with history → store → one screen.
 *
 * One pass with the workload; with a prom_workload a second one, then one for each directory below the results that holds a
 * Prometheus database of its own. The exit code is the first of all their outcomes in the order of contract C6.4. */
#include <errno.h>
#include <string.h>
#include <sys/stat.h>

#include "cmd/ci_outcome.h"
#include "cmd/ci_screen.h"
#include "history/history.h"
#include "json/write.h"
#include "step/analyze_step.h"
#include "step/download_step.h"
#include "store/download_list.h"
#include "store/marked.h"

static const struct option *const tables[] = {options_ci, options_history, options_push, options_spool, options_analyze, options_verdict_outputs,
                                              options_common, NULL};

#define PROM_MARK ".matbench_prom_db_dir"
enum { PASSES_MAX = 1000 };

struct ci {
    struct context *context;
    struct ci_plan plan;
    struct workload *workload, *prom_workload;
    struct plots plots, prom_plots;
    struct fetch_url url; /* of plan.url; url is NULL when there is none */
    struct {
        struct ci_pass *v;
        size_t n, cap;
    } passes;
};

static struct ci_pass *add_pass(struct ci *ci, const struct workload *workload, const char *directory, const char *artifacts)
{
    struct ci_pass *pass = LIST_ADD(ci->context->arena, &ci->passes);
    *pass = (struct ci_pass){.context = ci->context, .plan = &ci->plan, .workload = workload, .directory = directory,
                             .artifacts = artifacts, .history = ci->plan.history, .lts = ci->plan.lts && workload->lts};
    return pass;
}

/* The name of a second pass's folder: a workload may be named by a path. */
static const char *artifacts_of(struct ci *ci, const char *of)
{
    char *name = arena_printf(ci->context->arena, "%s__%s", ci->plan.prom_workload, of);
    for (char *c = name; *c; c++)
        if (*c == '/')
            *c = '_';
    return arena_join(ci->context->arena, ci->plan.artifacts, name);
}

/* The history of another index, with the suffix in its name: dir:lts-prom, sqlite:history-prom.db, …/index-prom. A test has one payload of each
 * workload under the same id, so they cannot share one. */
static const char *prom_history(struct ci *ci, const char *uri)
{
    const char *suffix = ci->plan.prom_suffix;
    if (!uri)
        return NULL;
    const char *dot = strncmp(uri, "sqlite:", 7) == 0 ? strrchr(uri, '.') : NULL, *slash = strrchr(uri, '/');
    size_t n = dot && (!slash || dot > slash + 1) ? (size_t)(dot - uri) : strlen(uri);
    return arena_printf(ci->context->arena, "%.*s%s%s", (int)n, uri, suffix, uri + n);
}

static const char *last_part(const char *path)
{
    const char *slash = strrchr(path, '/');
    return slash ? slash + 1 : path;
}

static bool is_taken(const struct ci *ci, const char *artifacts)
{
    for (size_t i = 0; i < ci->passes.n; i++)
        if (strcmp(ci->passes.v[i].artifacts, artifacts) == 0)
            return true;
    return false;
}

static void plan_first(struct ci *ci)
{
    const struct ci_plan *plan = &ci->plan;
    struct ci_pass *first = add_pass(ci, ci->workload, plan->directory, plan->artifacts);
    first->analyze = plan->analyze && first->lts;
    first->upload = plan->upload && first->lts;
    first->horreum = first->lts ? plan->horreum : NULL;
    first->plots = ci->plots;
}

/* After the download: which databases there are shows only then. */
static bool plan_second(struct ci *ci, struct error *err)
{
    const struct ci_plan *plan = &ci->plan;
    if (!ci->prom_workload)
        return true;
    struct ci_pass *all = add_pass(ci, ci->prom_workload, plan->directory, artifacts_of(ci, "all"));
    all->analyze = plan->analyze && all->lts;
    all->upload = plan->upload && all->lts;
    all->history = prom_history(ci, plan->history);
    all->horreum = all->lts ? prom_history(ci, plan->horreum) : NULL;
    all->plots = ci->prom_plots;
    struct root *root = root_open(plan->directory, options_list(ci->context->options, "allow_root"), err);
    if (!root)
        return false;
    struct root_names marked = marked_directories(root, PROM_MARK, PASSES_MAX + 1, ci->context->arena);
    if (marked.n > PASSES_MAX) {
        log_line(&ci->context->log, LOG_WARNING, "prom_workload: more than %d directories have a " PROM_MARK ": the first ones are parsed on their own",
                 (int)PASSES_MAX);
        marked.n = PASSES_MAX;
    }
    for (size_t i = 0; i < marked.n; i++) {
        const char *artifacts = artifacts_of(ci, last_part(marked.v[i]));
        if (is_taken(ci, artifacts))
            artifacts = artifacts_of(ci, marked.v[i]);
        const char *directory = arena_printf(ci->context->arena, "%s/%s", plan->directory, marked.v[i]);
        struct ci_pass *each = add_pass(ci, ci->prom_workload, directory, artifacts);
        each->lts = false;
        each->plots = ci->prom_plots;
    }
    root_close(root);
    return true;
}

static bool load_workload(struct ci *ci, const char *name, struct workload **workload, struct plots *plots, struct error *err)
{
    struct context *context = ci->context;
    *workload = command_workload(context, name, err);
    return *workload && (!options_bool(context->options, "visualize") ||
                         plots_load(context->arena, *workload, ci->plan.config_file, plots, err));
}

/* A preset's file may say what to download too. */
static void apply_preset(struct ci *ci)
{
    if (ci->plan.preset && ci->plots.downloads && !ci->plan.url)
        ci->plan.url_file = ci->plots.file;
}

/* Everything that has to be known before the first file is written. */
static bool prepare(struct ci *ci, struct error *err)
{
    if (!ci_plan_make(ci->context, &ci->plan, err) || !load_workload(ci, ci->plan.workload, &ci->workload, &ci->plots, err))
        return false;
    if (ci->plan.prom_workload && !load_workload(ci, ci->plan.prom_workload, &ci->prom_workload, &ci->prom_plots, err)) {
        error_prefix(err, "matbench.prom_workload (null: no second pass)");
        return false;
    }
    apply_preset(ci);
    const struct acks *acks;
    if (ci->plan.analyze && !analyze_load_acks(ci->context, ci->workload, &acks, err))
        return false;
    if (ci->plan.url && !fetch_url_parse(ci->context->arena, ci->plan.url, &ci->url, err))
        return false;
    return command_make_directory(ci->plan.artifacts, err);
}

/* ---- downloading ---- */

static void add_quoted(struct text *out, const char *before, const char *value)
{
    json_t *string = json_string(value);
    text_add(out, before);
    json_write(out, string, &(struct json_style){.indent = -1}, 0);
    text_addc(out, '\n');
    json_decref(string);
}

/* What was downloaded, for those who find the outputs: the URL, or the list of them, without credentials. */
static int write_source(struct ci *ci)
{
    struct error err = {0};
    struct text out = text_open(16 << 20);
    struct download_list list = {0};
    bool ok = !ci->plan.url_file || download_list_load(ci->context->arena, ci->plan.url_file, &list, &err);
    if (ci->plan.url_file)
        text_add(&out, "download:\n");
    else
        text_printf(&out, "%s\n", ci->url.url);
    for (size_t i = 0; ok && i < list.n; i++) {
        add_quoted(&out, "- url: ", list.v[i].url.url);
        add_quoted(&out, "  dest_dir: ", list.v[i].dest_dir);
    }
    ok = ok && context_write(ci->context, ci_pass_file(ci->passes.v, "source_url"), &out, &err);
    text_close(&out);
    return ok ? 0 : context_fail(ci->context, &err);
}

/* False when what is to be parsed did not come: older files in its place must not be taken for it. */
static bool download(struct ci *ci)
{
    const struct ci_plan *plan = &ci->plan;
    struct ci_pass *first = ci->passes.v;
    struct download_counts counts;
    if (!plan->url && !plan->url_file)
        return true;
    struct download_request request = {.workload = ci->workload, .results_dirname = plan->directory, .do_download = true,
                                       .url = plan->url_file ? NULL : plan->url, .url_file = plan->url_file,
                                       .mode = plan->download_mode};
    ci_pass_log(first, "", "_matbench_download.log");
    int code = download_step(ci->context, &request, &counts);
    if (!code)
        code = write_source(ci);
    ci_pass_add(first, "download", code);
    ci_pass_unlog(first);
    return code == 0;
}

static void save_downloaded(struct ci *ci)
{
    struct download_counts counts;
    struct ci_pass *first = ci->passes.v;
    if (ci->plan.save_to_artifacts)
        ci_pass_add(first, "save_to_artifacts", download_save(ci->context, ci->workload, ci->plan.directory,
                                                              ci_pass_file(first, "downloaded"), &counts));
}

/* ---- the passes ---- */

static void say_skipped(struct ci *ci)
{
    const struct ci_plan *plan = &ci->plan;
    if (!plan->skipped)
        return;
    log_line(&ci->context->log, plan->skipped_fails ? LOG_ERROR : LOG_WARNING, "nothing is compared or stored: %s", plan->skipped);
    (plan->skipped_fails ? ci_pass_add : ci_pass_tolerate)(ci->passes.v, "credentials", ERR_USAGE);
}

static bool run_pass(struct ci_pass *pass)
{
    struct error err = {0};
    if (strcmp(pass->artifacts, pass->plan->artifacts) != 0) /* those of the first pass went before anything was planned */
        ci_outcome_remove(pass->context, pass->artifacts);
    if (!command_make_directory(pass->artifacts, &err)) {
        ci_pass_add(pass, "outputs", context_fail(pass->context, &err));
        return true;
    }
    return ci_pass_run(pass);
}

static int finish(struct ci *ci)
{
    struct ci_pass *passes = ci->passes.v;
    size_t n = ci->passes.n;
    int codes[PASSES_MAX + 2];
    for (size_t i = 1; i < n; i++) {
        ci_failure_write(&passes[i], NULL, 0);
        ci_outcome_write(&passes[i], NULL, 0, ci_pass_code(&passes[i]));
    }
    ci_failure_write(passes, passes + 1, n - 1);
    for (size_t i = 0; i < n; i++)
        codes[i] = ci_pass_code(&passes[i]);
    ci_outcome_write(passes, passes + 1, n - 1, gate_worst(codes, n));
    for (size_t i = 0; i < n; i++) {
        codes[i] = ci_pass_code(&passes[i]);
        ci_screen_show(&passes[i]);
    }
    int code = gate_worst(codes, n);
    ci_screen_code(passes, n, code);
    return code;
}

/* False when a signal stopped it. */
static bool run_passes(struct ci *ci)
{
    struct error err = {0};
    plan_first(ci);
    say_skipped(ci);
    if (!download(ci) || context_interrupted(ci->context))
        return !context_interrupted(ci->context);
    save_downloaded(ci);
    if (!plan_second(ci, &err))
        ci_pass_add(ci->passes.v, "prom_workload", context_fail(ci->context, &err));
    bool goes_on = true;
    for (size_t i = 0; goes_on && i < ci->passes.n; i++)
        goes_on = run_pass(&ci->passes.v[i]);
    return goes_on;
}

/* A step that was stopped may have said so itself; what is in the history by now only we know. */
static int say_stopped(struct ci *ci)
{
    struct context *context = ci->context;
    int code = context_interrupted(context);
    const char *stored = NULL;
    for (size_t i = 0; i < ci->passes.n; i++)
        if (ci->passes.v[i].uploaded)
            stored = ci->passes.v[i].history;
    if (stored)
        log_line(&context->log, LOG_ERROR, "stopped by %s: without a verdict; the payloads are stored in %s already", code == ERR_INTERRUPTED ? "SIGINT" : "SIGTERM",
                 context_shown(context, stored));
    else if (strncmp(context->log.error, "stopped by ", 11) != 0)
        log_line(&context->log, LOG_ERROR, "stopped by %s: without a verdict; nothing was stored", code == ERR_INTERRUPTED ? "SIGINT" : "SIGTERM");
    return code;
}

static int run(struct context *context)
{
    struct error err = {0};
    struct ci ci = {.context = context};
    bool ready = prepare(&ci, &err);
    ci_outcome_remove(context, ci.plan.artifacts);
    int code = !ready ? context_fail(context, &err) : run_passes(&ci) ? finish(&ci) : say_stopped(&ci);
    for (size_t i = 0; i < ci.passes.n; i++)
        ci_pass_close(&ci.passes.v[i]);
    workload_close(ci.workload);
    workload_close(ci.prom_workload);
    return code;
}

const struct command command_ci = {
    "ci", "The whole post-test step: parses, compares, stores, says what regressed.", "[DIR]", 1, tables, run};
