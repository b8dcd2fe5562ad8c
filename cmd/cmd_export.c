/* matbench export — payloads and KPIs without parsing again: from a payload file or a history into a history, OpenMetrics or CSV. */
#include <string.h>

#include "cmd/command.h"
#include "json/path.h"
#include "json/read.h"
#include "kpi/openmetrics.h"
#include "report/visualize/payload_csv.h"
#include "step/copy_step.h"

static const struct option options_export_only[] = {
    {"from", OPTION_TEXT, "FILE|URI", NULL, true, "Where the payloads are: lts_payload.json, or a history."},
    {"to", OPTION_TEXT, "URI|FILE", NULL, true, "Where they go: a history, FILE.om (KPIs as OpenMetrics) or FILE.csv (labels and KPIs)."},
    {"dry_run", OPTION_BOOL, NULL, "false", false, "Says what would be done, writes nothing."},
    {"workload", OPTION_TEXT, "NAME", NULL, false, "For FILE.om: whose KPIs, names and units. Default: the workload that the history names."},
    {"workload_base_dir", OPTION_TEXT, "DIR", NULL, false, "Where a relative workload path starts."},
    {"workload_name", OPTION_TEXT, "NAME", NULL, false,
     "Which workload's payloads, where the history has several; whose they are, where FILE or the folder does not say."},
    {"opensearch_index", OPTION_TEXT, "NAME", NULL, false, "First part of the files' names in a new folder (dir:FOLDER)."},
    {"filters", OPTION_TEXT, "K=V,…", NULL, false, "Only payloads of a history with these labels; K=A:B: one of these; also as {\"label\": \"value\"}."},
    {"max_records", OPTION_NUMBER, "N", NULL, false, "At most so many of a history, the newest."},
    {0},
};

static const struct option *const tables[] = {options_export_only, options_period, options_history_wait, options_servers,
                                            options_openmetrics, options_common, NULL};

/* A text form of payloads: looks at each of them first, then writes each of them. */
struct rendering {
    struct context *context;
    const char *to;
    struct output *out;
    struct payload_csv *csv;
    const struct workload *workload;
    struct openmetrics *metrics;
    struct openmetrics_style style;
    struct text *samples; /* one per KPI of the workload */
    struct text row;
    json_t *unknown; /* KPIs that the workload does not have: an object, for its order */
};

/* The payload's {"kpis": …}, and nothing else of it. */
static json_t *read_kpis(const struct history_payload *payload, const char *path, struct error *err)
{
    struct arena scratch = {0};
    const struct json_path *keep = json_path_parse(&scratch, path, (struct pos){0}, err);
    struct json_read_options options = {.file = payload->record.id, .keep = &keep, .keep_n = 1};
    json_t *kept = json_read(payload->text, payload->text_len, &options, err);
    arena_close(&scratch);
    return kept;
}

static bool each(struct rendering *rendering, const struct history_payload *payloads, size_t n, const char *path,
                 bool (*act)(struct rendering *rendering, const struct record *record, const json_t *kpis, struct error *err),
                 struct error *err)
{
    for (size_t i = 0; i < n; i++) {
        json_t *kept = read_kpis(&payloads[i], path, err);
        bool ok = kept && act(rendering, &payloads[i].record, json_object_get(kept, "kpis"), err);
        json_decref(kept);
        if (!ok)
            return false;
        if (context_stopped(rendering->context, "it is as it was before", err)) {
            error_prefix(err, "%s", rendering->to);
            return false;
        }
    }
    return true;
}

/* ---- CSV ---- */

static bool note_columns(struct rendering *rendering, const struct record *record, const json_t *kpis, struct error *err)
{
    (void)err;
    payload_csv_note(rendering->csv, record, kpis);
    return true;
}

static bool write_text(struct rendering *rendering, struct error *err)
{
    bool ok = !rendering->row.over || error_set(err, ERR_OUTPUT, "%s: a row is larger than 64 MB", rendering->to);
    ok = ok && output_write(rendering->out, rendering->row.s, rendering->row.len, err);
    text_clear(&rendering->row);
    return ok;
}

static bool write_row(struct rendering *rendering, const struct record *record, const json_t *kpis, struct error *err)
{
    payload_csv_row(rendering->csv, record, kpis, &rendering->row);
    return write_text(rendering, err);
}

static bool write_csv(struct rendering *rendering, const struct history_payload *payloads, size_t n, struct error *err)
{
    static const char values[] = "$.kpis.*.value";
    rendering->csv = payload_csv_open();
    bool ok = each(rendering, payloads, n, values, note_columns, err);
    payload_csv_head(rendering->csv, &rendering->row);
    ok = ok && write_text(rendering, err) && each(rendering, payloads, n, values, write_row, err);
    payload_csv_close(rendering->csv);
    return ok;
}

/* ---- OpenMetrics ---- */

static bool has_kpi(const struct workload *workload, const char *name)
{
    for (size_t i = 0; i < workload->kpis_n; i++)
        if (strcmp(workload->kpis[i].name, name) == 0)
            return true;
    return false;
}

static bool add_samples(struct rendering *rendering, const struct record *record, const json_t *kpis, struct error *err)
{
    const struct workload *workload = rendering->workload;
    const char *name;
    json_t *kpi;
    json_object_foreach((json_t *)kpis, name, kpi)
        if (!has_kpi(workload, name))
            json_object_set_new(rendering->unknown, name, json_null());
    for (size_t i = 0; i < workload->kpis_n; i++)
        text_clear(&rendering->samples[i]);
    openmetrics_render(workload, rendering->style, kpis, rendering->samples);
    return openmetrics_add(rendering->metrics, rendering->samples, NULL, record->id, err);
}

static void say_unknown(const struct rendering *rendering)
{
    const char *name;
    json_t *ignored;
    struct text names = text_open(1000);
    json_object_foreach(rendering->unknown, name, ignored)
        text_printf(&names, "%s%s", names.len ? ", " : "", name);
    if (names.len)
        log_line(&rendering->context->log, LOG_WARNING, "KPIs that workload '%s' does not have, which are left out: %s%s", rendering->workload->name,
                 names.s, names.over ? ", …" : "");
    text_close(&names);
}

static bool write_metrics(struct rendering *rendering, const struct history_payload *payloads, size_t n, struct error *err)
{
    size_t kpis_n = rendering->workload->kpis_n;
    rendering->samples = ARENA_ARRAY(rendering->context->arena, struct text, kpis_n + 1);
    for (size_t i = 0; i < kpis_n; i++)
        rendering->samples[i] = text_open(1 << 30);
    rendering->unknown = json_object();
    rendering->metrics = openmetrics_open(rendering->workload, rendering->style, err);
    bool ok = rendering->metrics && each(rendering, payloads, n, "$.kpis", add_samples, err);
    if (ok)
        say_unknown(rendering);
    ok = ok && openmetrics_finish(rendering->metrics, rendering->out, err);
    openmetrics_close(rendering->metrics);
    json_decref(rendering->unknown);
    for (size_t i = 0; i < kpis_n; i++)
        text_close(&rendering->samples[i]);
    return ok;
}

/* ---- the command ---- */

static bool ends_with(const char *text, const char *end)
{
    size_t n = strlen(text), m = strlen(end);
    return n > m && strcmp(text + n - m, end) == 0;
}

/* A payload says which KPIs it has, their units in words; how their families are called is the workload's to say. */
static struct workload *find_workload(struct context *context, const struct payload_source *source, struct error *err)
{
    const char *name = options_text(context->options, "workload");
    if (!name)
        name = options_text(context->options, "workload_name");
    if (!name && source->workloads_n == 1 && !source->workloads[0].is_index)
        name = source->workloads[0].name;
    struct workload *workload = name ? command_workload(context, name, err) : NULL;
    if (name && !workload && !options_text(context->options, "workload"))
        error_prefix(err, "--workload=NAME is not given, and what the payloads name cannot be used");
    if (name)
        return workload;
    error_set(err, ERR_USAGE, "--workload=NAME is missing: OpenMetrics needs its KPIs' units, and %s does not say whose payloads these are",
              source->from);
    return NULL;
}

static bool take(struct context *context, struct payload_source *source, struct batch *batch, struct error *err)
{
    const struct history_workload *chosen = NULL;
    if (source->history) {
        const char *name = options_text(context->options, "workload_name");
        chosen = payload_source_choose(source, name, options_text(context->options, "opensearch_index"), err);
        if (!chosen)
            return false;
    }
    return payload_source_take(context, source, chosen ? chosen->name : NULL, batch, err);
}

static bool write_file(struct rendering *rendering, struct batch *batch, size_t *n, struct error *err)
{
    struct history_payload *payloads;
    bool dry = options_bool(rendering->context->options, "dry_run");
    if (!batch_ordered(batch, &payloads, n, err) ||
        !(rendering->out = output_open(dry ? "/dev/null" : rendering->to, rendering->context->out_fd, err)))
        return false;
    rendering->row = text_open(64 << 20);
    bool ok = rendering->workload ? write_metrics(rendering, payloads, *n, err) : write_csv(rendering, payloads, *n, err);
    text_close(&rendering->row);
    return output_end(rendering->out, ok, err);
}

static int export_file(struct context *context, struct payload_source *source, const char *to)
{
    struct error err = {0};
    struct batch *batch = NULL;
    struct workload *workload = NULL;
    struct rendering rendering = {.context = context, .to = to};
    size_t n = 0;
    bool ok = command_openmetrics_style(context, &rendering.style, &err) &&
              (ends_with(to, ".csv") || (workload = find_workload(context, source, &err)));
    rendering.workload = workload;
    ok = ok && (batch = batch_open(&err)) && take(context, source, batch, &err) && write_file(&rendering, batch, &n, &err);
    batch_close(batch);
    workload_close(workload);
    if (!ok)
        return payload_source_fail(context, source, &err);
    bool dry = options_bool(context->options, "dry_run");
    log_line(&context->log, LOG_INFO, "%s%s: payloads%s: %zu", dry ? "--dry_run: " : "", to, dry ? " that would be written" : "", n);
    return 0;
}

static bool check_target(const char *from, const char *to, struct error *err)
{
    struct error why = {0};
    if (ends_with(to, ".om") || ends_with(to, ".csv"))
        return true;
    if (!history_is_known(to, &why))
        return error_set(err, ERR_USAGE, "--to=%s: expected a history's URI (sqlite:FILE, dir:FOLDER), FILE.om or FILE.csv", to);
    return !copy_same_place(from, to) || error_set(err, ERR_USAGE, "--from and --to are the same history: %s", to);
}

static int run(struct context *context)
{
    struct error err = {0};
    struct payload_source source = {0};
    const char *from = options_text(context->options, "from"), *to = options_text(context->options, "to");
    from = history_plain_uri(context->arena, from);
    to = history_plain_uri(context->arena, to);
    bool ok = check_target(from, to, &err) && payload_source_open(context, from, &source, &err);
    if (ok && source.history && !history_exists(source.history))
        ok = error_set(&err, ERR_STORE, "%s: there is no history there", from);
    int code;
    if (!ok) {
        code = context_fail(context, &err);
    } else if (history_is_known(to, &err)) {
        struct copy_request request = {.to = to, .workload_name = options_text(context->options, "workload_name"),
                                       .index = options_text(context->options, "opensearch_index"),
                                       .dry_run = options_bool(context->options, "dry_run")};
        code = copy_step(context, &source, &request);
    } else {
        code = export_file(context, &source, to);
    }
    payload_source_close(&source);
    return code;
}

const struct command command_export = {
    "export", "Payloads and KPIs without parsing again: into a history, OpenMetrics or CSV.", NULL, 0, tables, run};
