/* matbench replay — the history replayed run by run, as the gate would have judged it. */
#include <math.h>
#include <string.h>

#include "cmd/command.h"
#include "detect/method.h"
#include "step/analyze_step.h"
#include "step/replay_step.h"

static const struct option options_replay_only[] = {
    {"filters", OPTION_TEXT, "K=V,…", NULL, false, "Only payloads with these labels; K=A:B: one of these; also as {\"label\": \"value\"}."},
    {"last", OPTION_NUMBER, "N", NULL, false, "Only the newest N invocations are judged; earlier ones are their history."},
    {"annotations", OPTION_TEXT, "FILE", NULL, false,
     "A file of acknowledgements whose `changes:` are the true ones. Without it changes are found by hindsight, with all runs at hand."},
    {"tolerance", OPTION_NUMBER, "RUNS", "2", false, "How far an alarm may say that a change is from where it is."},
    {"methods", OPTION_LIST, "auto|fixed|hunter|mann_whitney|stdev|threshold|zscore", NULL, false, "Replays once by each of these methods and compares them."},
    {"format", OPTION_TEXT, "text|json|md", "text", false, "For people, for programs, as Markdown."},
    {0},
};

static const struct option *const tables[] = {options_workload, options_replay_only, options_history, options_period, options_judging, options_common,
                                              NULL};

/* A whole number of the option from `least` on; *value stays where it has none. */
static bool read_whole(struct context *context, const char *option, double least, size_t *value, struct error *err)
{
    double given = options_number(context->options, option);
    if (isnan(given))
        return true;
    if (!(given >= least && given <= 1e9 && given == floor(given)))
        return error_set(err, ERR_USAGE, "--%s=%s: expected a whole number from %g on", option,
                         context_shown(context, options_text(context->options, option)), least);
    *value = (size_t)given;
    return true;
}

static bool read_format(struct context *context, enum replay_format *format, struct error *err)
{
    static const char *const names[] = {[REPLAY_TEXT] = "text", [REPLAY_MARKDOWN] = "md", [REPLAY_JSON] = "json"};
    const char *given = options_text(context->options, "format");
    for (size_t i = 0; i < sizeof(names) / sizeof(*names); i++) {
        *format = (enum replay_format)i;
        if (strcmp(given, names[i]) == 0)
            return true;
    }
    return error_set(err, ERR_USAGE, "--format=%s: expected text, json or md", context_shown(context, given));
}

static bool check_methods(struct context *context, const char *const *methods, struct error *err)
{
    struct text known = text_open(1000);
    for (size_t i = 0; method_at(i); i++)
        text_printf(&known, "%s%s", i ? ", " : "", method_at(i)->name);
    bool ok = true;
    for (; ok && *methods; methods++)
        ok = method_find(*methods) || error_set(err, ERR_USAGE, "--methods=%s: expected some of %s", context_shown(context, *methods), known.s);
    text_close(&known);
    return ok;
}

static int run(struct context *context)
{
    struct error err = {0};
    struct replay_step step = {.annotations = options_text(context->options, "annotations"), .methods = options_list(context->options, "methods")};
    bool ok = read_whole(context, "last", 1, &step.last, &err) && read_whole(context, "tolerance", 0, &step.tolerance, &err) &&
              read_format(context, &step.format, &err) && check_methods(context, step.methods, &err) && analyze_check_options(context, &err) &&
              (step.history = command_history_uri(context, &err));
    struct workload *workload = ok ? command_workload(context, options_text(context->options, "workload"), &err) : NULL;
    step.workload = workload;
    int code = workload ? replay_step(context, &step) : context_fail(context, &err);
    workload_close(workload);
    return code;
}

const struct command command_replay = {"replay", "Replays a history run by run: the alarms that the gate would have raised.", NULL, 0, tables, run};
