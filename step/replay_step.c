#include "step/replay_step.h"

#include <string.h>

#include "detect/method.h"
#include "proof/replay.h"
#include "regress/acks/acks_file.h"
#include "regress/rules.h"
#include "report/proof/replay_report.h"
#include "step/analyze_step.h"
#include "step/past_source.h"
#include "step/telling.h"

enum { TEXT_MAX = 1 << 30 };

/* One replay, by the method of that name (NULL: what the workload says). */
static const struct replay *replay_by(struct context *context, const struct replay_step *step, const struct past *past,
                                      const struct analysis_options *analysis, const struct acks *notes, const char *name, struct error *err)
{
    struct analysis_options *own = arena_copy(context->arena, analysis, sizeof(*analysis));
    struct replay_options *options = ARENA_NEW(context->arena, struct replay_options);
    if (name)
        rules_use_method(own, method_find(name), context->arena);
    struct telling telling = {.context = context, .what = name ? name : "runs replayed"};
    *options = (struct replay_options){.analysis = own, .last = step->last, .tolerance = step->tolerance, .workers = context_jobs(context),
                                       .notes = notes, .go_on = telling_go_on, .context = &telling};
    const struct replay *replay = replay_run(context->arena, past, options);
    telling_close(&telling);
    if (!replay)
        context_stopped(context, "nothing was written", err);
    return replay;
}

static bool replay_all(struct context *context, const struct replay_step *step, const struct past *past, const struct analysis_options *analysis,
                       const struct acks *notes, struct replay_report *report, struct error *err)
{
    size_t n = 0;
    while (step->methods[n])
        n++;
    report->names = n ? step->methods : NULL;
    report->n = n ? n : 1;
    report->replays = ARENA_ARRAY(context->arena, const struct replay *, report->n);
    for (size_t i = 0; i < report->n; i++)
        if (!(report->replays[i] = replay_by(context, step, past, analysis, notes, n ? step->methods[i] : NULL, err)))
            return false;
    return true;
}

static void say_unmatched(struct context *context, const struct replay *replay)
{
    for (const struct ack_border *const *note = replay->unmatched; *note; note++)
        log_line(&context->log, LOG_WARNING, "%s: the change at '%s' is of no run of this history (of a series that is judged)",
                 (*note)->line.place, context_shown(context, (*note)->at.text ? (*note)->at.text : ""));
}

static void print(struct context *context, const struct replay_step *step, const struct replay_report *report)
{
    static void (*const renderers[])(struct text *, const struct replay_report *) = {
        [REPLAY_TEXT] = replay_text_render, [REPLAY_MARKDOWN] = replay_markdown_render, [REPLAY_JSON] = replay_json_render};
    struct text out = text_open(TEXT_MAX);
    renderers[step->format](&out, report);
    fwrite(out.s, 1, out.len, context->out);
    text_close(&out);
}

int replay_step(struct context *context, const struct replay_step *step)
{
    struct error err = {0};
    struct past past;
    struct analysis_options *analysis = ARENA_NEW(context->arena, struct analysis_options);
    struct acks *notes = NULL;
    struct replay_report report = {.history = step->history, .workload = step->workload->name, .annotations = step->annotations};
    analyze_make_options(context, step->workload, analysis);
    if ((step->annotations && !(notes = acks_load(context->arena, step->annotations, true, &err))) ||
        !past_load(context, step->workload, step->history, analysis, notes, &past, &err))
        return context_fail(context, &err);
    if (!past.runs_n)
        return past_say_empty(context, step->workload, step->history);
    const struct acks *truth = notes && notes->changes_n ? notes : NULL;
    if (notes && !truth)
        log_line(&context->log, LOG_WARNING, "%s: has no `changes:`, so that changes are found by hindsight", step->annotations);
    if (!replay_all(context, step, &past, analysis, truth, &report, &err))
        return context_fail(context, &err);
    say_unmatched(context, report.replays[0]);
    print(context, step, &report);
    return 0;
}
