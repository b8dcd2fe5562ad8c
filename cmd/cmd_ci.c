/* matbench ci [DIR] — the whole post-test step: parse → payloads and KPIs → compare with history → store → one screen.
 *
 * One pass with the workload; with a prom_workload a second one, then one for each directory below the results that holds a
 * Prometheus database of its own. The exit code is the first of all their outcomes in the order of contract C6.4. */
#include <errno.h>
#include <string.h>
#include <sys/stat.h>

#include "cmd/analyze_step.h"
#include "cmd/ci_outcome.h"
#include "cmd/ci_screen.h"
#include "history/history.h"
#include "store/marked.h"

static const struct option *const tables[] = {options_ci, options_analyze, options_common, NULL};

#define PROM_MARK ".matbench_prom_db_dir"
enum { PASSES_MAX = 1000 };

struct ci {
    struct context *context;
    struct ci_plan plan;
    struct workload *workload, *prom_workload;
    struct {
        struct ci_pass *v;
        size_t n, cap;
    } passes;
};

static bool make_directory(const char *path, struct error *err)
{
    struct stat st;
    if (mkdir(path, 0777) == 0 || (errno == EEXIST && stat(path, &st) == 0 && S_ISDIR(st.st_mode)))
        return true;
    return error_set(err, ERR_OUTPUT, "%s: the directory for outputs cannot be made: %s", path, strerror(errno));
}

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
    return strcmp(ci->plan.artifacts, ".") == 0 ? name : arena_printf(ci->context->arena, "%s/%s", ci->plan.artifacts, name);
}

/* The history of another index, with the suffix in its name: dir:lts-prom, sqlite:history-prom.db. A test has one payload of each
 * workload under the same id, so they cannot share one. */
static const char *prom_history(struct ci *ci)
{
    const char *uri = ci->plan.history, *suffix = ci->plan.prom_suffix;
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

static bool plan_passes(struct ci *ci, struct error *err)
{
    const struct ci_plan *plan = &ci->plan;
    struct ci_pass *first = add_pass(ci, ci->workload, plan->directory, plan->artifacts);
    first->analyze = plan->analyze && first->lts;
    first->upload = plan->upload && first->lts;
    if (!ci->prom_workload)
        return true;
    struct ci_pass *all = add_pass(ci, ci->prom_workload, plan->directory, artifacts_of(ci, "all"));
    all->analyze = plan->analyze && all->lts;
    all->upload = plan->upload && all->lts;
    all->history = prom_history(ci);
    struct root *root = root_open(plan->directory, options_list(ci->context->options, "allow_root"), err);
    if (!root)
        return false;
    struct root_names marked = marked_directories(root, PROM_MARK, PASSES_MAX, ci->context->arena);
    for (size_t i = 0; i < marked.n; i++) {
        const char *artifacts = artifacts_of(ci, last_part(marked.v[i]));
        if (is_taken(ci, artifacts))
            artifacts = artifacts_of(ci, marked.v[i]);
        add_pass(ci, ci->prom_workload, arena_printf(ci->context->arena, "%s/%s", plan->directory, marked.v[i]), artifacts)->lts = false;
    }
    root_close(root);
    return true;
}

/* Everything that has to be known before the first file is written. */
static bool prepare(struct ci *ci, struct error *err)
{
    struct context *context = ci->context;
    if (!ci_plan_make(context, &ci->plan, err) || !(ci->workload = command_workload(context, ci->plan.workload, err)))
        return false;
    if (ci->plan.prom_workload && !(ci->prom_workload = command_workload(context, ci->plan.prom_workload, err))) {
        error_prefix(err, "matbench.prom_workload");
        return false;
    }
    return make_directory(ci->plan.artifacts, err);
}

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
    if (!make_directory(pass->artifacts, &err)) {
        ci_pass_add(pass, "outputs", command_fail(pass->context, &err));
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

static int run(struct context *context)
{
    struct error err = {0};
    struct ci ci = {.context = context};
    bool ok = prepare(&ci, &err) && plan_passes(&ci, &err), stopped = false;
    if (ok)
        say_skipped(&ci);
    for (size_t i = 0; ok && !stopped && i < ci.passes.n; i++)
        stopped = !run_pass(&ci.passes.v[i]);
    int code = !ok ? command_fail(context, &err) : stopped ? command_interrupted(context) : finish(&ci);
    workload_close(ci.workload);
    workload_close(ci.prom_workload);
    return code;
}

const struct command command_ci = {
    "ci", "The whole post-test step: parses, compares, stores, says what regressed.", "[DIR]", 1, tables, run};
