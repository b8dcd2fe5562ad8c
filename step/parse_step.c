#include "step/parse_step.h"

#include <stdlib.h>
#include <string.h>

#include "kpi/openmetrics.h"

/* A JSON list that is written element by element. */
struct list_output {
    struct output *out;
    bool pretty, begun;
};

struct step {
    struct context *context;
    const struct parse_request *request;
    struct parse_counts *counts;
    struct list_output matrix, payloads;
    struct output *kpis;
    struct openmetrics *metrics;
    struct log quiet;  /* with said_before: the log without the screen */
    bool empty_shard; /* there are tests, and none is this shard's */
    size_t unwritable; /* directories that take no cache */
    const char *unwritable_first, *unwritable_why;
    struct error err;
};

/* ---- outputs ---- */

static bool open_one(struct step *step, const char *path, struct output **out)
{
    if (path)
        *out = output_open(path, step->context->out_fd, &step->err);
    return !path || *out;
}

static bool open_outputs(struct step *step)
{
    const struct parse_request *request = step->request;
    const char *const paths[] = {request->matrix, request->payloads, request->kpis};
    for (size_t i = 0; i < 3; i++)
        for (size_t k = 0; k < i; k++)
            if (paths[i] && paths[k] && strcmp(paths[i], paths[k]) == 0 && strcmp(paths[i], "/dev/null") != 0)
                return error_set(&step->err, ERR_USAGE, "two outputs cannot both be '%s': name another file for one of them",
                                 paths[i]);
    step->matrix.pretty = step->payloads.pretty = request->pretty;
    return open_one(step, request->matrix, &step->matrix.out) && open_one(step, request->payloads, &step->payloads.out) &&
           open_one(step, request->kpis, &step->kpis) &&
           (!request->kpis || (step->metrics = openmetrics_open(request->workload, request->kpi_style, &step->err)));
}

/* json.dumps of a list, piece by piece. */
static bool list_add(struct list_output *list, const struct text *element, struct error *err)
{
    const char *before = list->pretty ? (list->begun ? ",\n    " : "[\n    ") : (list->begun ? ", " : "[");
    list->begun = true;
    return output_write(list->out, before, strlen(before), err) && output_write(list->out, element->s, element->len, err);
}

static bool list_finish(struct list_output *list, struct error *err)
{
    const char *after = !list->begun ? "[]\n" : list->pretty ? "\n]\n" : "]\n";
    bool ok = output_write(list->out, after, strlen(after), err);
    struct output *out = list->out;
    list->out = NULL;
    return output_end(out, ok, err);
}

static bool finish_kpis(struct step *step)
{
    bool ok = openmetrics_finish(step->metrics, step->kpis, &step->err);
    struct output *out = step->kpis;
    step->kpis = NULL;
    return output_end(out, ok, &step->err);
}

static bool finish_outputs(struct step *step)
{
    return (!step->matrix.out || list_finish(&step->matrix, &step->err)) &&
           (!step->payloads.out || list_finish(&step->payloads, &step->err)) && (!step->kpis || finish_kpis(step));
}

static void close_outputs(struct step *step)
{
    output_abort(step->matrix.out);
    output_abort(step->payloads.out);
    output_abort(step->kpis);
    openmetrics_close(step->metrics);
}

/* ---- a test's outcome ---- */

static enum log_level level_of(const struct step *step, const struct finding *finding, bool test_fails)
{
    static const enum log_level levels[] = {[FINDING_NOTE] = LOG_INFO, [FINDING_WARNING] = LOG_WARNING,
                                            [FINDING_LACK] = LOG_WARNING, [FINDING_BROKEN] = LOG_WARNING};
    bool fails = finding->level >= FINDING_LACK && test_fails;
    (void)step;
    return fails ? LOG_ERROR : levels[finding->level];
}

/* Where what is wrong with tests is said. */
static struct log *finding_log(struct step *step)
{
    return step->request->said_before ? &step->quiet : &step->context->log;
}

/* Where what is wrong with payloads is said. */
static struct log *payload_log(struct step *step)
{
    return step->request->payload_log ? step->request->payload_log : finding_log(step);
}

/* Violations that differ only in their pointer are one line: "/results/a, /results/b: found null, …". */
static void log_violations(struct step *step, const struct outcome *outcome, enum log_level level)
{
    struct arena scratch = {0};
    const struct payload *payload = outcome->payload;
    size_t n = payload->violations_n;
    const char **what = ARENA_ARRAY(&scratch, const char *, n + 1);
    for (size_t i = 0; i < n; i++)
        what[i] = payload_violation_text(&scratch, &payload->violations[i]);
    for (size_t i = 0; i < n; i++) {
        struct text where = text_open(LOG_LINE_MAX / 2);
        const char *said = what[i];
        for (size_t k = i; said && k < n; k++) {
            if (!what[k] || strcmp(what[k], said) != 0)
                continue;
            text_printf(&where, "%s%s", where.len ? ", " : "", payload_violation_where(&payload->violations[k]));
            what[k] = NULL;
        }
        if (said)
            log_line(payload_log(step), level, "%s: lts-error: %s%s: %s", outcome->test->relative, where.s,
                     where.over ? ", …" : "", said);
        text_close(&where);
    }
    arena_close(&scratch);
}

static void log_outcome(struct step *step, const struct outcome *outcome)
{
    bool invalid = outcome->payload->violations_n > 0;
    bool apart = step->request->payload_log != NULL; /* the log of parsing: only --strict makes its findings errors */
    bool wrong = step->request->need_payloads && invalid, strict = step->request->strict && outcome->broken;
    for (size_t i = 0; i < outcome->findings->n; i++) {
        const struct finding *finding = &outcome->findings->v[i];
        if (finding->level == FINDING_BROKEN && invalid && !apart)
            continue; /* said below, as a violation */
        log_line(finding_log(step), level_of(step, finding, strict || (wrong && !apart)), "%s: %s", outcome->test->relative,
                 finding->text);
    }
    log_violations(step, outcome, wrong || strict ? LOG_ERROR : LOG_WARNING);
}

/* What became of the test's cache: said loudly only when somebody should look. */
static void log_cache(struct step *step, const struct outcome *outcome)
{
    struct context *context = step->context;
    const struct cache_report *report = parsing_cache(outcome->parsing);
    const char *test = outcome->test->relative;
    if (report->passed_over)
        log_line(&context->log, report->odd ? LOG_INFO : LOG_DEBUG, "%s: " CACHE_NAME " is not used: %s", test, report->passed_over);
    if (report->unkept && !report->unwritable)
        log_line(&context->log, LOG_DEBUG, "%s: " CACHE_NAME " is not written: %s", test, report->unkept);
    if (report->unwritable && !step->unwritable++) {
        step->unwritable_first = arena_strdup(context->arena, test);
        step->unwritable_why = arena_strdup(context->arena, report->unkept);
    }
    step->counts->from_cache += report->use != CACHE_NONE;
    step->counts->from_cache_only += report->use == CACHE_ALONE;
}

static void log_caches(struct step *step)
{
    struct log *log = &step->context->log;
    const struct parse_counts *counts = step->counts;
    if (step->unwritable)
        log_line(log, LOG_INFO, "%s: no parse cache can be written (%s); directories like that: %zu", step->unwritable_first,
                 step->unwritable_why, step->unwritable);
    log_line(log, LOG_DEBUG, "parse cache: %zu of %zu tests came from it, %zu of them without their artifacts", counts->from_cache,
             counts->tests, counts->from_cache_only);
}

static void count_outcome(struct step *step, const struct outcome *outcome)
{
    step->counts->tests++;
    step->counts->broken += outcome->broken;
    step->counts->valid += outcome->valid;
    step->counts->invalid += outcome->payload->json && !outcome->valid;
    step->counts->withheld += outcome->valid && outcome->payload->invalid_status;
}

static bool write_outcome(struct step *step, struct outcome *outcome)
{
    struct error *err = &step->err;
    const struct parse_request *request = step->request;
    if (step->matrix.out && !list_add(&step->matrix, &outcome->matrix, err))
        return false;
    if (request->visitor && !request->visitor->visit(request->visiting, outcome, err))
        return false;
    if (!outcome->valid)
        return true;
    const json_t *metadata = json_object_get(outcome->payload->json, "metadata");
    if (step->payloads.out && !list_add(&step->payloads, &outcome->payload_text, err))
        return false;
    if (step->metrics && !openmetrics_add(step->metrics, outcome->samples, json_object_get(metadata, "settings"),
                                          outcome->test->relative, err))
        return false;
    return !request->batch || outcome->payload->invalid_status ||
           batch_add(request->batch, outcome->payload->json, outcome->compact.s, outcome->compact.len,
                     outcome->test->location, err);
}

/* What was cut at its maximum must not be written as if it were whole. */
static bool check_size(struct step *step, const struct outcome *outcome)
{
    if (!outcome->matrix.over && !outcome->payload_text.over && !outcome->compact.over)
        return true;
    return error_at(&step->err, ERR_ARTIFACT, (struct pos){.file = outcome->test->relative},
                    "its values are larger than 1 GB as JSON; the workload can select less of its artifacts");
}

static bool deliver(void *context, struct outcome *outcome)
{
    struct step *step = context;
    if (*step->context->signal || !check_size(step, outcome))
        return false;
    log_outcome(step, outcome);
    log_cache(step, outcome);
    count_outcome(step, outcome);
    return write_outcome(step, outcome);
}

/* ---- the step ---- */

/* "2/5": digits, and nothing else. */
static bool parse_shard(const char *shard, unsigned long *i, unsigned long *n)
{
    static const char digits[] = "0123456789";
    size_t before = strspn(shard, digits), after = shard[before] == '/' ? strspn(shard + before + 1, digits) : 0;
    if (!before || before > 9 || !after || after > 9 || shard[before + 1 + after])
        return false;
    *i = strtoul(shard, NULL, 10);
    *n = strtoul(shard + before + 1, NULL, 10);
    return *i >= 1 && *i <= *n;
}

/* "2/5" → every fifth test, from the second. What is found has been sorted, freed of duplicates and made uniform before, so that each
 * test is in just one shard, with the payload that it has without shards. */
static bool take_shard(struct step *step, const char *shard, struct discovery *found)
{
    unsigned long i, n;
    if (!parse_shard(shard, &i, &n))
        return error_set(&step->err, ERR_USAGE, "--shard=%s: expected I/N with 1 ≤ I ≤ N", shard);
    size_t kept = 0;
    step->empty_shard = found->n > 0 && i > found->n;
    for (size_t k = 0; k < found->n; k++) {
        if (k % n == i - 1) {
            found->tests[kept++] = found->tests[k];
            continue;
        }
        json_decref(found->tests[k].settings);
        json_decref(found->tests[k].import_settings);
    }
    found->n = kept;
    return true;
}

/* --filters and the request's: both have to hold; NULL when there is none. */
static const char *filters_of(const struct step *step)
{
    const char *a = options_text(step->context->options, "filters"), *b = step->request->filters;
    a = a && *a ? a : NULL;
    b = b && *b ? b : NULL;
    return a && b ? arena_printf(step->context->arena, "%s,%s", a, b) : a ? a : b;
}

static bool find_tests(struct step *step, const struct root *root, struct discovery *found)
{
    struct context *context = step->context;
    struct filters filters = {0};
    const char *shard = options_text(context->options, "shard");
    if (!filters_parse(context->arena, filters_of(step), FILTERS_OF_SETTINGS, &filters, &step->err) ||
        !discover_tests(context->arena, root, step->request->workload, filters.v, filters.n, found, &step->err) ||
        (shard && !take_shard(step, shard, found)))
        return false;
    for (size_t i = 0; i < found->findings.n; i++) {
        const struct finding *finding = &found->findings.v[i];
        bool fails = finding->level == FINDING_BROKEN && (step->request->strict || step->request->need_payloads);
        log_line(finding_log(step), fails ? LOG_ERROR : finding->level == FINDING_NOTE ? LOG_INFO : LOG_WARNING, "%s", finding->text);
    }
    step->counts->tests = step->counts->broken = found->broken;
    step->counts->skipped = found->skipped;
    return true;
}

static bool run_stream(struct step *step, const struct store_options *store, const struct lts *lts,
                       const struct discovery *found)
{
    const struct parse_request *request = step->request;
    struct context *context = step->context;
    if (request->visitor && !request->visitor->begin(request->visiting, found, &step->err))
        return false;
    struct stream_options options = {
        .store = *store,
        .lts = lts,
        .workers = context_jobs(context),
        .matrix = request->matrix != NULL,
        .payload_text = request->payloads != NULL,
        .kpi_text = request->kpis != NULL,
        .kpi_style = request->kpi_style,
        .compact = request->batch != NULL,
        .pretty = request->pretty,
    };
    return stream_run(&options, found->tests, found->n, deliver, step);
}

static void say_no_test(struct step *step, const struct discovery *found)
{
    struct context *context = step->context;
    const char *directory = step->request->results_dirname, *filters = filters_of(step),
               *shard = options_text(context->options, "shard");
    if (shard)
        log_line(&context->log, LOG_ERROR, "%s: no test found for --shard=%s", directory, shard);
    else if (found->skipped)
        log_line(&context->log, LOG_ERROR, "%s: no test found%s%s: all were skipped (%zu)", directory,
                 filters ? " for --filters=" : "", filters ? filters : "", found->skipped);
    else
        log_line(&context->log, LOG_ERROR, "%s: no test found: a test is a directory with settings.yaml and a non-empty exit_code",
                 directory);
}

static int judge(struct step *step, const struct discovery *found)
{
    struct context *context = step->context;
    const struct parse_counts *counts = step->counts;
    size_t parsed = counts->tests - counts->broken;
    if (step->empty_shard) {
        log_line(&context->log, LOG_INFO, "--shard=%s has no test: there are fewer", options_text(context->options, "shard"));
        return 0;
    }
    if (found->n == 0 && found->broken == 0) {
        say_no_test(step, found);
        return ERR_NO_TEST;
    }
    if (step->request->need_payloads && counts->invalid) {
        log_line(payload_log(step), LOG_ERROR, "%zu of %zu payloads violate their schema", counts->invalid,
                 counts->invalid + counts->valid);
        return ERR_INVALID;
    }
    if (parsed == 0 || (counts->broken && (step->request->strict || step->request->need_payloads))) {
        log_line(&context->log, LOG_ERROR, "%zu of %zu tests are broken", counts->broken, counts->tests);
        return ERR_ARTIFACT;
    }
    return 0;
}

/* As the Python tool reads it, and 1. */
static bool ignores_cache(struct context *context)
{
    static const char *const words[] = {"yes", "y", "true", "True", "1"};
    const char *given = variables_get(context->variables, "MATBENCH_STORE_IGNORE_CACHE");
    for (size_t i = 0; given && i < sizeof(words) / sizeof(words[0]); i++)
        if (strcmp(given, words[i]) == 0)
            return true;
    return false;
}

int parse_step(struct context *context, const struct parse_request *request, struct parse_counts *counts)
{
    struct step step = {.context = context, .request = request, .counts = counts};
    struct discovery found = {0};
    struct lts *lts = NULL;
    struct error stopped = {0};
    int code;
    *counts = (struct parse_counts){0};
    step.quiet = context->log;
    step.quiet.out = NULL;
    struct root *root = root_open(request->results_dirname, options_list(context->options, "allow_root"), &step.err);
    if (!root && strncmp(step.err.text, "--allow_root", 12) != 0)
        error_prefix(&step.err, "the results directory");
    struct cache *cache = cache_open(request->ignore_cache || ignores_cache(context));
    struct store_options store = {.root = root, .workload = request->workload, .environment = context->environment, .cache = cache,
                                  .env_allowed = options_list(context->options, "allow_env")};
    bool ok = root && store_check(&store, &step.err) && (lts = lts_open(context->arena, request->workload, &step.err)) &&
              open_outputs(&step) && find_tests(&step, root, &found);
    if (ok && (found.n > 0 || step.empty_shard)) /* without a test, older outputs stay */
        ok = counts->written = (counts->whole = run_stream(&step, &store, lts, &found)) && finish_outputs(&step);
    if (context_stopped(context, "the outputs are as they were before", &stopped))
        code = context_fail(context, &stopped);
    else if (!ok)
        code = context_fail(context, &step.err);
    else
        code = judge(&step, &found);
    if (counts->written)
        log_caches(&step);
    close_outputs(&step);
    discovery_close(&found);
    lts_close(lts);
    cache_close(cache);
    root_close(root);
    return code;
}
