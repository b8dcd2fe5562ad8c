#include "step/calibrate_step.h"

#include "report/proof/calibrate_report.h"
#include "step/analyze_step.h"
#include "step/past_source.h"
#include "step/telling.h"

enum { TEXT_MAX = 1 << 30 };

static void print(struct context *context, const struct calibrate_step *step, const struct calibrate_report *report)
{
    struct text out = text_open(TEXT_MAX);
    (step->json ? calibrate_json_render : calibrate_text_render)(&out, report);
    fwrite(out.s, 1, out.len, context->out);
    text_close(&out);
}

int calibrate_step(struct context *context, const struct calibrate_step *step)
{
    struct error err = {0};
    struct past past;
    struct analysis_options analysis;
    analyze_make_options(context, step->workload, &analysis);
    if (!past_load(context, step->workload, step->history, &analysis, NULL, &past, &err))
        return context_fail(context, &err);
    if (!past.runs_n)
        return past_say_empty(context, step->workload, step->history);
    struct telling telling = {.context = context, .what = "shuffled"};
    struct calibrate_options options = {.analysis = &analysis, .replicates = step->replicates, .effect_replicates = step->effect_replicates,
                                        .seed = step->seed, .workers = context_jobs(context), .go_on = telling_go_on,
                                        .stopped = telling_stopped, .context = &telling};
    const struct calibration *calibration = calibrate_run(context->arena, &past, &options);
    telling_close(&telling);
    if (!calibration) {
        context_stopped(context, "nothing was written", &err);
        return context_fail(context, &err);
    }
    print(context, step, &(struct calibrate_report){calibration, step->history, step->workload->name});
    return 0;
}
