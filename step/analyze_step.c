#include "step/analyze_step.h"

#include <math.h>
#include <string.h>

#include "config/period.h"
#include "detect/method.h"
#include "regress/acks/acks_file.h"
#include "regress/missing/expect.h"
#include "regress/relabel.h"
#include "regress/rules.h"
#include "regress/select.h"
#include "regress/series.h"
#include "step/bundle_step.h"
#include "step/copy_step.h"
#include "step/marker.h"
#include "step/payload_source.h"

/* How is judged: of every command that does, also of those that look at a whole history. */
#define JUDGING_ROWS \
    {"min_history", OPTION_NUMBER, "N", NULL, false, "Run points of history that a regression needs; default: the workload's, else 8, or 5 " \
     "where all of them are of the version under test."}, \
    {"false_alarm_rate", OPTION_NUMBER, "P", "0.05", false, "Promised probability of any regression when nothing changed, per invocation."}, \
    {"suspect_level", OPTION_NUMBER, "P", "0.05", false, "The uncorrected probability from which a run is suspect."}, \
    {"correction", OPTION_TEXT, "bh|holm", NULL, false, \
     "How the many tests of one invocation are corrected: bh (Benjamini–Hochberg) or holm, which is stricter where some KPIs did change; " \
     "default: the workload's, else bh."}, \
    {"method", OPTION_TEXT, "auto|fixed|hunter|mann_whitney|stdev|threshold|zscore", NULL, false, \
     "Judges every KPI by this method, to move a gate over as it is; auto: by matbench's own; default: what the workload says."}, \
    {"window", OPTION_NUMBER, "N", "30", false, "Run points before the level of now in which the best earlier one is looked for: what was better there is what a run is held against."}, \
    {"history_scope", OPTION_TEXT, "older|all", "older", false, "older: versions up to the entry's own; all: newer ones too."}
#define KPI_FILTER_ROW \
    {"kpi_filter", OPTION_TEXT, "TEXT", NULL, false, "Only KPIs whose name contains this."}

const struct option options_analyze[] = {
    {"fail_on", OPTION_LIST, "regression|new-regression|known-regression|suspect|missing|no-history|cannot-tell|improvement|none", "regression", false,
     "Which verdicts make the exit code: regression (1), of these only new-regression or known-regression (1), suspect (2), missing, "
     "no-history, cannot-tell (3), improvement (4), or none."},
    {"acks", OPTION_TEXT, "FILE", NULL, false, "The file of acknowledgements, accepted levels and runs to leave out; default: the workload's."},
    JUDGING_ROWS,
    {"history_since", OPTION_TEXT, "WHEN", NULL, false,
     "Only history that started since then: 12h, 30d or 4w ago; 2025-10-31, 2025-10 or 2025; 2025-10-31T08:00; today; yesterday. UTC."},
    {"history_until", OPTION_TEXT, "WHEN", NULL, false, "Only history that started until then; a day, month or year counts as a whole."},
    KPI_FILTER_ROW,
    {0},
};

const struct option options_judging[] = {
    JUDGING_ROWS,
    KPI_FILTER_ROW,
    {0},
};

struct records {
    struct record *v;
    size_t n;
    size_t left_out;  /* by rewrite_settings */
    size_t elsewhere; /* of the history: those that were not read, since they are like no entry */
};

/* Their labels as today's workload names them. */
static bool relabel(struct context *context, const struct workload *workload, struct records *records, struct error *err)
{
    size_t n = 0;
    for (size_t i = 0; i < records->n; i++) {
        bool kept;
        if (!relabel_record(context->arena, workload, &records->v[i], &kept, err))
            return false;
        if (kept)
            records->v[n++] = records->v[i];
    }
    records->left_out = records->n - n;
    records->n = n;
    return true;
}

/* What of the history can be like an entry. */
static struct history_likeness *likeness_of(struct context *context, const struct workload *workload, const struct records *entries)
{
    struct fingerprint_rule *rule = rules_of_fingerprints(context->arena, workload);
    size_t n = entries->n;
    struct history_likeness *like = ARENA_NEW(context->arena, struct history_likeness);
    const char **fingerprints = ARENA_ARRAY(context->arena, const char *, n + 1), **ids = ARENA_ARRAY(context->arena, const char *, n + 1);
    *like = (struct history_likeness){.rule = rule, .fingerprints = fingerprints, .ids = ids, .ids_n = n};
    for (size_t i = 0; i < n; i++) {
        char print[FINGERPRINT_SIZE];
        bool known = false;
        fingerprint_of_changed(rule, &entries->v[i], print);
        for (size_t k = 0; k < like->fingerprints_n && !known; k++)
            known = strcmp(fingerprints[k], print) == 0;
        if (!known)
            fingerprints[like->fingerprints_n++] = arena_strdup(context->arena, print);
        ids[i] = entries->v[i].id;
    }
    return like;
}

/* Whether every entry has something to be compared with: else the rest of the history is asked for near misses. */
static bool suffices(const struct analysis_options *options, const struct records *records, const struct records *entries)
{
    struct arena scratch = {0};
    const struct select_index *index = select_open(&scratch, options, records->v, records->n);
    bool all = true;
    for (size_t i = 0; i < entries->n && all; i++)
        all = select_any(index, &entries->v[i], &scratch);
    arena_close(&scratch);
    return all;
}

static bool choose_period(struct context *context, struct period *period, struct error *err)
{
    return period_parse(options_find_text(context->options, "history_since"), options_find_text(context->options, "history_until"), "history_since",
                        "history_until", copy_now_us(), period, err);
}

static bool stop_at_first(void *found, const struct record *record)
{
    (void)record;
    *(bool *)found = true;
    return false;
}

/* That there is history, but none of the time that was asked for: else it would look like a first run. */
static bool say_other_times(struct context *context, struct history *history, const char *workload, struct error *err)
{
    struct history_selection all = {.workload = workload, .bare = true};
    bool any = false;
    if (!history_scan(history, &all, stop_at_first, &any, err))
        return false;
    if (any)
        log_line(&context->log, LOG_WARNING, "%s: has payloads of '%s', but none in the time that --history_since and --history_until name",
                 history_uri(history), workload);
    return true;
}

static bool read_history(struct context *context, struct history *history, const struct analyze_request *request,
                         const struct analysis_options *options, const struct records *entries, const struct period *period,
                         struct records *records, struct error *err)
{
    struct history_selection selection = {.workload = request->workload->name, .from_us = period->from_us, .to_us = period->to_us};
    selection.like = likeness_of(context, request->workload, entries);
    bool ok = history_records(history, &selection, context->arena, &records->v, &records->n, err) &&
              relabel(context, request->workload, records, err);
    records->elsewhere = selection.like->left_out;
    if (!ok || records->elsewhere == 0 || suffices(options, records, entries))
        return ok;
    selection.like = NULL;
    records->elsewhere = 0;
    return history_records(history, &selection, context->arena, &records->v, &records->n, err) &&
           relabel(context, request->workload, records, err);
}

/* The newest records whatever their labels, without those that this workload never analyses: what the last runs had (regress/missing/expect.h). */
static bool read_recent(struct context *context, struct history *history, const struct analyze_request *request,
                        const struct period *period, const struct records *records, struct analysis_options *options, struct error *err)
{
    struct history_selection selection = {.workload = request->workload->name, .from_us = period->from_us, .to_us = period->to_us,
                                          .newest = EXPECT_RECENT_MAX};
    struct records recent = {0};
    size_t kept = 0;
    if (records->elsewhere) {
        if (!history_records(history, &selection, context->arena, &recent.v, &recent.n, err) ||
            !relabel(context, request->workload, &recent, err))
            return false;
    } else {
        recent.n = records->n < EXPECT_RECENT_MAX ? records->n : EXPECT_RECENT_MAX;
        recent.v = arena_copy(context->arena, records->v + (records->n - recent.n), recent.n * sizeof(*recent.v));
    }
    for (size_t i = 0; i < recent.n; i++)
        if (!rules_ignore(request->workload, &recent.v[i]))
            recent.v[kept++] = recent.v[i];
    options->recent = records->elsewhere || kept < recent.n ? recent.v : NULL; /* NULL: the history as it is */
    options->recent_n = options->recent ? kept : 0;
    return true;
}

static bool load_history(struct context *context, const struct analyze_request *request, struct analysis_options *options,
                         const struct records *entries, struct records *records, struct error *err)
{
    struct history *history = history_open(request->history, HISTORY_READ, context->access, err);
    struct period period = {0};
    bool ok = history && choose_period(context, &period, err) &&
              read_history(context, history, request, options, entries, &period, records, err) &&
              (!options->completeness || read_recent(context, history, request, &period, records, options, err));
    if (ok)
        payload_source_log_findings(context, history);
    if (ok && !records->n && !records->left_out && !records->elsewhere && (period.from_us || period.to_us))
        ok = say_other_times(context, history, request->workload->name, err);
    history_close(history);
    return ok;
}

static bool refuse_method(struct context *context, const char *method, struct error *err)
{
    const char *names[20], *all = "";
    size_t n = 0;
    for (; method_at(n); n++) {
        names[n] = method_at(n)->name;
        all = arena_printf(context->arena, "%s%s%s", all, n ? ", " : "", names[n]);
    }
    names[n] = NULL;
    const char *nearest = option_nearest(method, names);
    return error_set(err, ERR_USAGE, "--method=%s: there is no such method; %s%s%s", context_shown(context, method),
                     nearest ? "did you mean '" : "there are ", nearest ? nearest : all, nearest ? "'?" : "");
}

/* Those of the tests themselves. */
static bool check_tests(struct context *context, struct error *err)
{
    double level = options_number(context->options, "suspect_level"), window = options_number(context->options, "window");
    const char *rule = options_text(context->options, "correction"), *method = options_text(context->options, "method");
    enum correction correction;
    if (!(level > 0 && level < 1))
        return error_set(err, ERR_USAGE, "--suspect_level=%g: expected a probability between 0 and 1", level);
    if (!(window >= 1 && window <= SERIES_MAX && window == floor(window)))
        return error_set(err, ERR_USAGE, "--window=%g: expected a whole number from 1 to %d", window, (int)SERIES_MAX);
    if (rule && !stats_correction_of(rule, &correction))
        return error_set(err, ERR_USAGE, "--correction=%s: expected bh or holm", context_shown(context, rule));
    return !method || method_find(method) || refuse_method(context, method, err);
}

bool analyze_check_options(struct context *context, struct error *err)
{
    double min_history = options_number(context->options, "min_history"), rate = options_number(context->options, "false_alarm_rate");
    const char *scope = options_text(context->options, "history_scope");
    if (!isnan(min_history) && !(min_history >= 3 && min_history <= 1000 && min_history == floor(min_history)))
        return error_set(err, ERR_USAGE, "--min_history=%g: expected a whole number from 3 to 1000", min_history);
    if (!(rate > 0 && rate < 1))
        return error_set(err, ERR_USAGE, "--false_alarm_rate=%g: expected a probability between 0 and 1", rate);
    if (strcmp(scope, "older") != 0 && strcmp(scope, "all") != 0)
        return error_set(err, ERR_USAGE, "--history_scope=%s: expected older or all", scope);
    if (!check_tests(context, err))
        return false;
    struct period ignored;
    return choose_period(context, &ignored, err);
}

bool analyze_load_acks(struct context *context, const struct workload *workload, const struct acks **acks, struct error *err)
{
    const char *file = options_text(context->options, "acks"), *beside = workload->analyze.acknowledgements;
    *acks = NULL;
    if (!file && !beside)
        return true;
    *acks = file ? acks_load(context->arena, file, true, err) : acks_load_beside(context->arena, workload->folder, beside, err);
    return *acks != NULL;
}

/* As a shell reads it. */
static const char *shell_word(struct context *context, const char *text)
{
    static const char safe[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_./:@%+,=-";
    struct text out = text_open(1 << 20);
    if (text[0] && text[strspn(text, safe)] == '\0')
        return text;
    text_addc(&out, '\'');
    for (; *text; text++)
        text_addn(&out, *text == '\'' ? "'\\''" : text, *text == '\'' ? 4 : 1);
    text_addc(&out, '\'');
    const char *word = context_shown(context, out.s);
    text_close(&out);
    return word;
}

const char *analyze_ack_command(struct context *context, const struct workload *workload, const char *verdicts)
{
    const char *file = options_text(context->options, "acks"), *beside = workload->analyze.acknowledgements;
    const char *where = file ? arena_printf(context->arena, " --acks=%s", shell_word(context, file))
                        : beside ? arena_printf(context->arena, " --workload=%s", shell_word(context, options_text(context->options, "workload"))) : "";
    return arena_printf(context->arena, "matbench ack --from=%s%s --reason=…", shell_word(context, verdicts), where);
}

/* Lines of that file which mean nothing, or may go. */
static void log_notes(struct context *context, const struct analysis *analysis)
{
    for (size_t i = 0; i < analysis->notes_n; i++)
        log_line(&context->log, analysis->notes[i].warning ? LOG_WARNING : LOG_INFO, "%s", context_shown(context, analysis->notes[i].text));
}

/* Whether the command line leaves tests out: what is not there was not asked for then. */
static bool only_part(struct context *context)
{
    const char *filters = options_find_text(context->options, "filters"), *shard = options_find_text(context->options, "shard");
    return (filters && filters[0]) || (shard && shard[0]);
}

/* What is given on the command line wins over the workload. */
void analyze_make_options(struct context *context, const struct workload *workload, struct analysis_options *options)
{
    double min_history = options_number(context->options, "min_history");
    *options = rules_of_analysis(context->arena, workload);
    options->kpi_filter = options_text(context->options, "kpi_filter");
    options->scope = strcmp(options_text(context->options, "history_scope"), "all") == 0 ? SCOPE_ALL : SCOPE_OLDER;
    options->false_alarm_rate = options_number(context->options, "false_alarm_rate");
    options->suspect_level = options_number(context->options, "suspect_level");
    options->window = (int)options_number(context->options, "window");
    if (options_text(context->options, "correction"))
        stats_correction_of(options_text(context->options, "correction"), &options->correction);
    if (options_text(context->options, "method"))
        rules_use_method(options, method_find(options_text(context->options, "method")), context->arena);
    if (!isnan(min_history)) {
        options->min_history = (int)min_history;
        options->min_history_same = 0;
    }
    options->completeness = !only_part(context);
}

/* The payloads under analysis, with the labels that are compared; those of ignored_entries are left out. */
static bool load_entries(struct context *context, const struct analyze_request *request, struct records *entries, struct error *err)
{
    size_t kept = 0;
    const struct record *records = batch_records(request->batch, &entries->n);
    entries->v = arena_copy(context->arena, records, entries->n * sizeof(*records));
    if (!relabel(context, request->workload, entries, err))
        return false;
    for (size_t i = 0; i < entries->n; i++)
        if (!rules_ignore(request->workload, &entries->v[i]))
            entries->v[kept++] = entries->v[i];
    entries->n = kept;
    return true;
}

/* Without need for the clock the same analysis gives the same bundle at any time. */
static bool needs_clock(const struct analysis_options *options)
{
    bool expires = false;
    for (size_t i = 0; options->acks && i < options->acks->acknowledged_n; i++)
        expires |= options->acks->acknowledged[i].expires != NULL;
    return expires || (options->expect && options->expect->max_age_s > 0);
}

static bool write_bundle(struct context *context, const struct analyze_request *request, const struct analysis *analysis, const struct records *entries,
                         const struct records *history, struct error *err)
{
    struct bundle bundle = {.options = *analysis->options, .entries = entries->v, .entries_n = entries->n, .history = history->v,
                            .history_n = history->n, .tests = request->tests, .without_payload = request->without_payload,
                            .elsewhere = history->elsewhere};
    if (!needs_clock(&bundle.options))
        bundle.options.now_us = 0;
    return bundle_step_write(context, request->outputs.bundle, request->outputs.program ? request->outputs.program : "matbench",
                             request->workload->name, &bundle, analysis, err);
}

const struct analysis *analyze_step(struct context *context, const struct analyze_request *request, int *code)
{
    struct error err = {0};
    struct records records = {0}, entries = {0};
    struct analysis_options *options = ARENA_NEW(context->arena, struct analysis_options);
    analyze_make_options(context, request->workload, options);
    options->now_us = context_now_us(context);
    if (!analyze_load_acks(context, request->workload, &options->acks, &err) || !load_entries(context, request, &entries, &err) ||
        !load_history(context, request, options, &entries, &records, &err)) {
        *code = context_fail(context, &err);
        return NULL;
    }
    if (request->markers)
        marker_set(context, request->markers, MARKER_NO_HISTORY, records.n + records.elsewhere == 0);
    if (records.left_out || entries.left_out)
        log_line(&context->log, LOG_INFO, "rewrite_settings leaves out %zu records of the history and %zu payloads",
                 records.left_out, entries.left_out);
    struct analysis *analysis =
        analysis_run(context->arena, options, entries.v, entries.n, records.v, records.n);
    analysis->history_records += records.elsewhere;
    log_notes(context, analysis);
    analysis->tests = request->tests;
    analysis->without_payload = request->without_payload;
    bool written = verdict_outputs_write(context, &request->outputs, request->workload, analysis, &err);
    *code = written ? 0 : context_fail(context, &err);
    struct error bundle = {0};
    if (request->outputs.bundle && !write_bundle(context, request, analysis, &entries, &records, &bundle))
        *code = context_fail(context, &bundle);
    return analysis;
}

bool analyze_load(struct context *context, const struct analyze_request *request, struct analyze_input *input, struct error *err)
{
    struct records records = {0}, entries = {0};
    analyze_make_options(context, request->workload, &input->options);
    input->options.now_us = context_now_us(context);
    bool ok = analyze_load_acks(context, request->workload, &input->options.acks, err) && load_entries(context, request, &entries, err) &&
              load_history(context, request, &input->options, &entries, &records, err);
    input->entries = entries.v;
    input->entries_n = entries.n;
    input->history = records.v;
    input->history_n = records.n;
    return ok;
}
