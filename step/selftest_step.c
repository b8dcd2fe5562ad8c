#include "step/selftest_step.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "proof/selftest.h"
#include "report/proof/replay_report.h"
#include "report/proof/selftest_report.h"
#include "step/analyze_step.h"
#include "step/parse_step.h"
#include "step/past_source.h"
#include "step/telling.h"

enum { TEXT_MAX = 1 << 30 };

bool selftest_read_change(const char *text, double *share, const char **kpi, struct error *err)
{
    char *end;
    double percent = strtod(text, &end);
    bool number = end > text && isfinite(percent) && *end == '%' && (end[1] == '\0' || (end[1] == ':' && end[2]));
    *kpi = number && end[1] ? end + 2 : NULL;
    *share = percent / 100;
    if (number && percent > 0 && *share <= SELFTEST_MOST)
        return true;
    return error_set(err, ERR_USAGE, "--inject=%.*s: expected how much worse the KPIs are made, as 10%% or 10%%:train_runtime, more than 0%% and up to %g%%",
                     text_cut(text, strlen(text), 60), text, 100 * SELFTEST_MOST);
}

/* What is changed, and against what it is held. */
struct input {
    struct analyze_input analysis;
    struct batch *batch; /* open as long as its records are looked at */
    const char *source;
};

/* The payloads of the tests; false with *code set. */
static bool take_results(struct context *context, const struct selftest_step *step, struct input *input, int *code)
{
    struct error err = {0};
    struct parse_counts counts;
    if (!(input->batch = batch_open(&err))) {
        *code = context_fail(context, &err);
        return false;
    }
    struct parse_request parse = {.workload = step->workload, .results_dirname = step->results_dirname, .need_payloads = true, .batch = input->batch};
    *code = parse_step(context, &parse, &counts);
    if (context_interrupted(context) || counts.valid == 0) {
        *code = context_interrupted(context) ? context_interrupted(context) : *code;
        return false;
    }
    struct analyze_request request = {.workload = step->workload, .history = step->history, .batch = input->batch};
    input->source = step->results_dirname;
    if (analyze_load(context, &request, &input->analysis, &err))
        return true;
    *code = context_fail(context, &err);
    return false;
}

static bool take_newest(struct context *context, const struct selftest_step *step, struct input *input, int *code)
{
    struct error err = {0};
    struct past past;
    struct analysis_options *options = &input->analysis.options;
    analyze_make_options(context, step->workload, options);
    if (!analyze_load_acks(context, step->workload, &options->acks, &err) ||
        !past_load(context, step->workload, step->history, options, NULL, &past, &err)) {
        *code = context_fail(context, &err);
        return false;
    }
    if (!past.runs_n) {
        *code = past_say_empty(context, step->workload, step->history);
        return false;
    }
    const struct past_run *newest = &past.runs[past.runs_n - 1];
    options->now_us = newest->start_us; /* as the gate saw it: what expired since had not yet */
    input->analysis.entries = past.records + newest->at;
    input->analysis.entries_n = newest->n;
    input->analysis.history = past.records;
    input->analysis.history_n = newest->at;
    input->source = arena_printf(context->arena, "the newest invocation of %s, %s", step->history,
                                 context_shown(context, replay_run_shown(newest, context->arena)));
    return true;
}

static void print(struct context *context, const struct selftest_step *step, const struct selftest_report *report)
{
    struct text out = text_open(TEXT_MAX);
    (step->json ? selftest_json_render : selftest_text_render)(&out, report);
    fwrite(out.s, 1, out.len, context->out);
    text_close(&out);
}

static int test(struct context *context, const struct selftest_step *step, const struct input *input)
{
    struct error err = {0};
    struct telling telling = {.context = context, .what = "KPIs tested alone"};
    struct selftest_options options = {.analysis = &input->analysis.options, .share = step->share, .kpi = step->kpi, .go_on = telling_go_on, .context = &telling};
    const struct selftest *selftest = selftest_run(context->arena, &options, input->analysis.entries, input->analysis.entries_n, input->analysis.history,
                                                   input->analysis.history_n);
    telling_close(&telling);
    if (!selftest) {
        context_stopped(context, "nothing was changed", &err);
        return context_fail(context, &err);
    }
    if (!selftest->known || !selftest->kpis_n) {
        error_set(&err, ERR_USAGE, "--inject: %s%s%s", step->kpi ? "'" : "", step->kpi ? context_shown(context, step->kpi) : "none of the workload's KPIs",
                  step->kpi ? selftest->known ? "' is judged in none of these payloads" : "' is no KPI of the workload" : " is judged in these payloads");
        return context_fail(context, &err);
    }
    struct selftest_report report = {selftest, step->gate, input->source};
    print(context, step, &report);
    if (step->asserts)
        return selftest_passes(selftest) ? 0 : SELFTEST_FAILED;
    return gate_code(step->gate, selftest->changed);
}

int selftest_step(struct context *context, const struct selftest_step *step)
{
    struct input input = {0};
    int code = 0;
    if ((step->results_dirname ? take_results : take_newest)(context, step, &input, &code))
        code = test(context, step, &input);
    batch_close(input.batch);
    return code;
}
