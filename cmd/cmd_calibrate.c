/* matbench calibrate — how often this configuration cries wolf on this history, and what it would see. */
#include <math.h>
#include <string.h>

#include "cmd/command.h"
#include "proof/calibrate.h"
#include "step/analyze_step.h"
#include "step/calibrate_step.h"

static const struct option options_calibrate_only[] = {
    {"filters", OPTION_TEXT, "K=V,…", NULL, false, "Only payloads with these labels; K=A:B: one of these; also as {\"label\": \"value\"}."},
    {"replicates", OPTION_NUMBER, "N", "1000", false, "How often the history is shuffled, for the share of false alarms."},
    {"effect_replicates", OPTION_NUMBER, "N", NULL, false, "How often for the smallest changes that are seen; default: 100, down to 25 for many series; 0: not at all."},
    {"seed", OPTION_NUMBER, "N", "1", false, "Where chance begins: the same seed gives the same report."},
    {"format", OPTION_TEXT, "text|json", "text", false, "For people, or for programs."},
    {0},
};

static const struct option *const tables[] = {options_workload, options_calibrate_only, options_history, options_period, options_judging,
                                              options_common, NULL};

static bool read_whole(struct context *context, const char *option, double least, double most, double *value, struct error *err)
{
    *value = options_number(context->options, option);
    return (*value >= least && *value <= most && *value == floor(*value)) ||
           error_set(err, ERR_USAGE, "--%s=%s: expected a whole number from %g to %g", option,
                     context_shown(context, options_text(context->options, option)), least, most);
}

static bool read_options(struct context *context, struct calibrate_step *step, struct error *err)
{
    double replicates, effects = options_number(context->options, "effect_replicates"), seed;
    const char *format = options_text(context->options, "format");
    if (!read_whole(context, "replicates", 20, 1e6, &replicates, err) || (!isnan(effects) && !read_whole(context, "effect_replicates", 0, 1e5, &effects, err)) ||
        !read_whole(context, "seed", 0, 9007199254740992.0, &seed, err))
        return false;
    step->replicates = (size_t)replicates;
    step->effect_replicates = isnan(effects) ? CALIBRATE_AS_MANY : (size_t)effects;
    step->seed = (uint64_t)seed;
    step->json = strcmp(format, "json") == 0;
    return step->json || strcmp(format, "text") == 0 || error_set(err, ERR_USAGE, "--format=%s: expected text or json", context_shown(context, format));
}

static int run(struct context *context)
{
    struct error err = {0};
    struct calibrate_step step = {0};
    bool ok = read_options(context, &step, &err) && analyze_check_options(context, &err) && (step.history = command_history_uri(context, &err));
    struct workload *workload = ok ? command_workload(context, options_text(context->options, "workload"), &err) : NULL;
    step.workload = workload;
    int code = workload ? calibrate_step(context, &step) : context_fail(context, &err);
    workload_close(workload);
    return code;
}

const struct command command_calibrate = {"calibrate", "Measures false alarms and the smallest visible changes on this very history.", NULL, 0, tables,
                                          run};
