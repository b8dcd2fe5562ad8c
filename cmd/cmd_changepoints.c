/* matbench changepoints FILE — where the series of a CSV or JSON file changed, and whether the newest run is worse. */
#include <math.h>
#include <signal.h>
#include <string.h>
#include <strings.h>

#include "cmd/command.h"
#include "config/options.h"
#include "detect/method.h"
#include "step/changepoints_step.h"

static const struct option options_changepoints_only[] = {
    {"column", OPTION_LIST, "NAME", NULL, false, "Only this column, by its name or its number from 1; may be given more than once. Else every column of numbers."},
    {"time", OPTION_TEXT, "NAME", NULL, false, "The column that says when a run was: the rows are put in its order. Else they are in order as they stand."},
    {"better", OPTION_TEXT, "higher|lower", NULL, false, "Which values are better: 'lower' for a run time. Without it the text tells of both ways, and JSON has change points only."},
    {"method", OPTION_TEXT, "auto|hunter|mann_whitney|stdev|threshold|zscore", "auto", false, "'auto' keeps its promise on false alarms; 'hunter' finds the change points that Apache Otava (formerly Hunter) finds; the others judge the newest run as other gates do."},
    {"false_alarm_rate", OPTION_NUMBER, "P", NULL, false, "The chance of any false alarm in a series that did not change, 0.05 (for the newest run: in all series together). For 'hunter' the p below which a change counts: 0.001."},
    {"magnitude", OPTION_NUMBER, "SHARE", "0", false, "Changes smaller than this share of the level do not count: 0.05 is 5 %."},
    {"fail_on", OPTION_LIST, "regression|suspect|missing|cannot-tell|change", NULL, false, "The exit code tells: 1 for a newest run that is worse (regression), 2 for one that may be (suspect), 3 when its value is missing or nothing can be told, 1 for any change point (change)."},
    {"format", OPTION_TEXT, "text|json", "text", false, "For people, or for programs."},
    {0},
};

static const struct option *const tables[] = {options_changepoints_only, options_common, NULL};

static bool refuse(struct context *context, const char *option, const char *value, const char *expected)
{
    log_line(&context->log, LOG_ERROR, "--%s=%s: expected %s", option, context_shown(context, value), expected);
    return false;
}

/* Change points have two methods; the newest run alone may be judged by another tool's. */
static bool read_method(struct context *context, struct changepoints_step *step)
{
    static const char *const names[] = {"auto", "hunter", "mann_whitney", "stdev", "threshold", "zscore", NULL};
    const char *name = options_text(context->options, "method");
    if (changes_method_parse(name, &step->changes.method))
        return true;
    step->method = method_find(name);
    if (step->method && step->method != &method_fixed)
        return true;
    const char *nearest = option_nearest(name, names);
    return refuse(context, "method", name, arena_printf(context->arena, "auto or hunter (change points), or mann_whitney, stdev, threshold or zscore (the newest run only)%s%s%s",
                                                        nearest ? "; did you mean '" : "", nearest ? nearest : "", nearest ? "'?" : ""));
}

static bool read_better(struct context *context, struct changepoints_step *step)
{
    const char *better = options_text(context->options, "better");
    if (!better)
        return true;
    if (strcmp(better, "higher") != 0 && strcmp(better, "lower") != 0)
        return refuse(context, "better", better, "higher or lower");
    step->better = better[0] == 'h' ? DIRECTION_HIGHER : DIRECTION_LOWER;
    return true;
}

static bool read_format(struct context *context, struct changepoints_step *step)
{
    const char *format = options_text(context->options, "format");
    step->json = strcmp(format, "json") == 0;
    return step->json || strcmp(format, "text") == 0 || refuse(context, "format", format, "text or json");
}

static bool read_numbers(struct context *context, struct changepoints_step *step)
{
    double rate = options_number(context->options, "false_alarm_rate"), magnitude = options_number(context->options, "magnitude");
    if (!isnan(rate) && !(rate >= 1e-4 && rate <= 0.5))
        return refuse(context, "false_alarm_rate", options_text(context->options, "false_alarm_rate"), "a number from 0.0001 to 0.5");
    if (!(magnitude >= 0))
        return refuse(context, "magnitude", options_text(context->options, "magnitude"), "a share from 0 on, as 0.05");
    step->changes.false_alarm_rate = isnan(rate) ? 0 : rate;
    step->changes.magnitude = magnitude;
    step->false_alarm_rate = isnan(rate) || step->changes.method == CHANGES_HUNTER ? 0.05 : rate;
    return true;
}

/* "change" is the command's own; the others are the gate's, which need to know what is worse. */
static bool read_gate(struct context *context, struct changepoints_step *step, struct error *err)
{
    const char *const *words = options_list(context->options, "fail_on");
    size_t n = 0;
    while (words[n])
        n++;
    const char **verdicts = ARENA_ARRAY(context->arena, const char *, n + 1);
    size_t kept = 0;
    for (size_t i = 0; i < n; i++) {
        bool change = strcasecmp(words[i], "change") == 0;
        step->fails_on_change |= change;
        if (!change)
            verdicts[kept++] = words[i];
    }
    if (!kept)
        return true;
    if (!gate_parse(verdicts, &step->gate, err))
        return false;
    if (step->better != DIRECTION_NONE || strcasecmp(verdicts[0], "none") == 0)
        return true;
    return error_set(err, ERR_USAGE, "--fail_on=%s: needs --better=higher or --better=lower, to know what is worse", verdicts[0]);
}

static int run(struct context *context)
{
    const struct options *options = context->options;
    struct changepoints_step step = {.file = options_positional(options, 0), .columns = {options_list(options, "column"), options_text(options, "time")}};
    struct error err = {0};
    if (!step.file) {
        log_line(&context->log, LOG_ERROR, "changepoints: expected a file: matbench changepoints FILE.csv ('-': standard input)");
        return ERR_USAGE;
    }
    if (!read_method(context, &step) || !read_better(context, &step) || !read_format(context, &step) || !read_numbers(context, &step))
        return ERR_USAGE;
    if (step.method && step.json && step.better == DIRECTION_NONE) {
        log_line(&context->log, LOG_ERROR, "--method=%s judges the newest run: --format=json needs --better=higher or --better=lower for that", step.method->name);
        return ERR_USAGE;
    }
    if (!read_gate(context, &step, &err))
        return context_fail(context, &err);
    signal(SIGINT, SIG_DFL); /* nothing is half done: it may end at once */
    signal(SIGTERM, SIG_DFL);
    return changepoints_run(context, &step);
}

const struct command command_changepoints = {
    "changepoints", "Finds where a CSV or JSON file's series changed; is the newest run worse?", "FILE", 1, tables, run};
