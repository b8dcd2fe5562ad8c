#include "step/visualize_step.h"

#include <limits.h>
#include <stdlib.h>
#include <string.h>

#include "regress/rules.h"
#include "report/visualize/report.h"
#include "report/visualize/reports_index.h"
#include "step/parse_step.h"
#include "workload/plots.h"

enum { INDEX_MAX = 16 << 20 };

/* A page under way. */
struct sheet {
    struct report *report;
    struct output *out;
};

struct visualizing {
    struct context *context;
    const struct visualize_request *request;
    struct report_list list;
    struct report_options options;
    struct sheet *sheets; /* those of the list that are made */
    size_t sheets_n;
    struct output *index;
    const char *const *variables; /* settings that vary among the tests */
    const char *const *titles;    /* of all tests */
    const char *from, *results;   /* absolute paths of where the pages go and of the results */
    struct findings found;
    size_t tests, wrong;
    struct arena test; /* what one test needs */
};

static const char *path_in(const struct visualizing *v, const char *name)
{
    return arena_join(v->context->arena, v->request->directory, name);
}

static const char *absolute(struct arena *arena, const char *path)
{
    char real[PATH_MAX];
    return realpath(path, real) ? arena_strdup(arena, real) : NULL;
}

/* ---- a test ---- */

/* A file that is not there or broken says better why there is no value than what the expression ran into. */
static const char *trouble_of(struct arena *arena, const struct parsing *parsing, const struct provenance *sources, const struct error *err)
{
    for (size_t i = 0; i < sources->files_n; i++) {
        const char *fault = parsing_fault(parsing, sources->files[i]);
        if (fault)
            return arena_printf(arena, "%s %s", sources->files[i], fault);
    }
    return err->kind ? arena_strdup(arena, err->text) : NULL;
}

/* The value is the caller's. */
static json_t *evaluate(struct arena *arena, struct parsing *parsing, const struct template *member, const char **trouble)
{
    struct sandbox_result result = {0};
    struct provenance sources = {0};
    struct error err = {0};
    if (member->kind != TEMPLATE_EXPRESSION)
        return json_incref(member->constant);
    parsing_evaluate(parsing, &member->code, &result, &sources, &err);
    if (!result.value)
        *trouble = trouble_of(arena, parsing, &sources, &err);
    return result.value ? result.value : json_null();
}

/* What `reports: error:` of the workload gives for the test; *values owns them. */
static struct view_field *evaluate_fields(struct visualizing *v, struct parsing *parsing, json_t **values, size_t *n)
{
    const struct template *wanted = v->request->workload->error_report;
    *n = wanted && report_list_has(&v->list, REPORT_ERROR) ? wanted->members_n : 0;
    struct view_field *fields = ARENA_ARRAY(&v->test, struct view_field, *n);
    *values = memory_need(json_array());
    for (size_t i = 0; i < *n; i++) {
        fields[i].title = wanted->members[i].name;
        json_array_append_new(*values, evaluate(&v->test, parsing, &wanted->members[i], &fields[i].trouble));
        fields[i].value = json_array_get(*values, i);
    }
    return fields;
}

static struct view_violation *violations_of(struct arena *arena, const struct payload *payload)
{
    struct view_violation *violations = ARENA_ARRAY(arena, struct view_violation, payload->violations_n);
    for (size_t i = 0; i < payload->violations_n; i++)
        violations[i] = (struct view_violation){payload_violation_where(&payload->violations[i]),
                                                payload_violation_text(arena, &payload->violations[i])};
    return violations;
}

static bool visit(void *visitor, const struct outcome *outcome, struct error *err)
{
    struct visualizing *v = visitor;
    struct arena *arena = &v->test;
    const struct test *test = outcome->test;
    json_t *values;
    (void)err;
    struct test_view view = {
        .path = test->relative,
        .title = v->titles[v->tests],
        .name = test_view_name(arena, test->settings, v->variables),
        .settings = test->settings,
        .payload = outcome->payload->json,
        .values = parsing_values(outcome->parsing),
        .exit_code = test->exit_code,
        .valid = outcome->valid,
        .findings = outcome->findings->v,
        .findings_n = outcome->findings->n,
        .violations = violations_of(arena, outcome->payload),
        .violations_n = outcome->payload->violations_n,
    };
    if (v->from && v->results)
        view.link = test_view_link(arena, v->from, arena_printf(arena, "%s/%s", v->results, strcmp(test->relative, ".") ? test->relative : ""));
    view.fields = evaluate_fields(v, outcome->parsing, &values, &view.fields_n);
    for (size_t i = 0; i < v->sheets_n; i++)
        report_add(v->sheets[i].report, &view);
    v->tests++;
    v->wrong += test_view_wrong(&view);
    json_decref(values);
    arena_clear(arena);
    return true;
}

/* All tests are known: so is what tells them apart. */
static bool begin(void *visitor, const struct discovery *found, struct error *err)
{
    struct visualizing *v = visitor;
    struct arena *arena = v->context->arena;
    (void)err;
    v->found = found->findings;
    v->variables = test_view_variables(arena, found->tests, found->n);
    v->titles = test_view_titles(arena, found->tests, found->n);
    for (size_t i = 0; i < v->sheets_n; i++)
        report_begin(v->sheets[i].report, v->titles, found->n);
    return true;
}

/* ---- what is asked for ---- */

static void say_kind(const struct visualizing *v, enum report_kind kind, const char *what)
{
    struct text names = text_open(LOG_LINE_MAX / 2);
    for (size_t i = 0; i < v->list.n; i++)
        if (v->list.v[i].kind == kind)
            text_printf(&names, "%s'%s'", names.len ? ", " : "", v->list.v[i].name);
    if (names.len)
        log_line(&v->context->log, LOG_WARNING, "%s: %s%s", what, names.s, names.over ? ", …" : "");
    text_close(&names);
}

static const char *known_names(struct arena *arena, const char *const *pictures)
{
    struct text names = text_open(LOG_LINE_MAX / 3);
    for (int kind = 0; kind < REPORT_MADE; kind++)
        text_printf(&names, "%s'%s'", names.len ? ", " : "", report_name((enum report_kind)kind));
    if (*pictures)
        text_add(&names, "; not drawn yet:");
    for (size_t i = 0; pictures[i]; i++)
        text_printf(&names, "%s '%s'", i ? "," : "", pictures[i]);
    const char *all = arena_strdup(arena, names.s);
    text_close(&names);
    return all;
}

static void choose_reports(struct visualizing *v)
{
    struct arena *arena = v->context->arena;
    const char *const *names = plots_names(arena, v->request->workload);
    v->list = report_list_of(arena, v->request->generate, names);
    LIST_OF(const char *) pictures = {0};
    const struct report_list all = report_list_of(arena, names, names);
    for (size_t i = 0; *names && i < all.n; i++)
        if (all.v[i].kind == REPORT_PICTURES)
            *LIST_ADD(arena, &pictures) = all.v[i].name;
    *LIST_ADD(arena, &pictures) = NULL;
    say_kind(v, REPORT_PICTURES, "not drawn yet: pictures come with a later version");
    if (report_list_has(&v->list, REPORT_UNKNOWN))
        say_kind(v, REPORT_UNKNOWN, arena_printf(arena, "unknown reports are left out (there are %s)", known_names(arena, pictures.v)));
}

/* ---- pages ---- */

/* Before anything is parsed, so that a place that cannot be written to is known at once. */
static bool open_sheets(struct visualizing *v, struct error *err)
{
    if (!output_make_folders(path_in(v, REPORTS_INDEX_FILE), err))
        return false;
    v->from = absolute(v->context->arena, v->request->directory);
    v->results = absolute(v->context->arena, v->request->results_dirname);
    v->sheets = ARENA_ARRAY(v->context->arena, struct sheet, v->list.n);
    v->index = output_open(path_in(v, REPORTS_INDEX_FILE), v->context->out_fd, err);
    for (size_t i = 0; v->index && i < v->list.n; i++) {
        const struct report_item *item = &v->list.v[i];
        if (!item->file)
            continue;
        struct sheet sheet = {.out = output_open(path_in(v, item->file), v->context->out_fd, err)};
        if (!sheet.out)
            return false;
        sheet.report = report_open(item, &v->options, sheet.out);
        v->sheets[v->sheets_n++] = sheet;
    }
    return v->index;
}

static bool write_index(struct visualizing *v, struct error *err)
{
    const char *a = options_text(v->context->options, "filters"), *b = v->request->filters;
    const struct reports_index index = {
        .workload = v->request->workload->name,
        .results_dirname = v->request->results_dirname,
        .filters = a && *a && b && *b ? arena_printf(v->context->arena, "%s, %s", a, b) : b && *b ? b : a,
        .tests = v->tests,
        .wrong = v->wrong,
        .list = &v->list};
    struct text text = text_open(INDEX_MAX);
    bool ok = reports_index_render(&index, &text, err) && output_write(v->index, text.s, text.len, err);
    text_close(&text);
    return ok;
}

static bool commit(struct output **out, struct error *err)
{
    struct output *whole = *out;
    *out = NULL;
    return output_commit(whole, err);
}

/* Everything is on the disk before the first page replaces an older one. */
static bool settle_sheets(struct visualizing *v, struct error *err)
{
    bool ok = output_settle(v->index, err);
    for (size_t i = 0; ok && i < v->sheets_n; i++)
        ok = output_settle(v->sheets[i].out, err);
    return ok;
}

/* All are written before the first one replaces an older one; the index comes last. */
static bool finish_sheets(struct visualizing *v, struct error *err)
{
    for (size_t i = 0; i < v->sheets_n; i++) {
        if (!report_finish(v->sheets[i].report, &v->found, err))
            return false;
        const char *warning = report_warning(v->sheets[i].report);
        if (warning)
            log_line(&v->context->log, LOG_WARNING, "%s", warning);
    }
    if (!write_index(v, err) || !settle_sheets(v, err))
        return false;
    for (size_t i = 0; i < v->sheets_n; i++)
        if (!commit(&v->sheets[i].out, err))
            return false;
    return commit(&v->index, err);
}

static void close_sheets(struct visualizing *v)
{
    for (size_t i = 0; i < v->sheets_n; i++) {
        report_close(v->sheets[i].report);
        output_abort(v->sheets[i].out);
    }
    output_abort(v->index);
    arena_close(&v->test);
}

/* ---- the step ---- */

static int parse_and_write(struct visualizing *v)
{
    static const struct parse_visitor visitor = {begin, visit};
    struct error err = {0};
    struct parse_counts counts;
    struct parse_request parse = {.workload = v->request->workload,
                                  .results_dirname = v->request->results_dirname,
                                  .filters = v->request->filters,
                                  .said_before = v->request->said_before,
                                  .visitor = &visitor,
                                  .visiting = v};
    int code = parse_step(v->context, &parse, &counts);
    if ((code && code != ERR_ARTIFACT) || !counts.written || !v->tests)
        return code;
    if (!finish_sheets(v, &err))
        return context_fail(v->context, &err);
    log_line(&v->context->log, LOG_INFO, "%s: reports: %zu, tests: %zu, of which something went wrong with %zu",
             path_in(v, REPORTS_INDEX_FILE), v->sheets_n, v->tests, v->wrong);
    return code;
}

int visualize_step(struct context *context, const struct visualize_request *request)
{
    struct error err = {0};
    struct visualizing v = {
        .context = context,
        .request = request,
        .options = {.rules = rules_of_kpis(context->arena, request->workload),
                    .rules_n = request->workload->kpis_n,
                    .sorting_keys = request->workload->analyze.sorting_keys}};
    choose_reports(&v);
    int code = open_sheets(&v, &err) ? parse_and_write(&v) : context_fail(context, &err);
    close_sheets(&v);
    return code;
}
