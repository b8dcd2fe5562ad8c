/* matbench selftest — a synthetic change in the newest payloads: does the gate see it? */
#include <string.h>

#include "cmd/command.h"
#include "lts/schema.h"
#include "step/analyze_step.h"
#include "step/selftest_step.h"

static const struct option options_selftest_only[] = {
    {"inject", OPTION_TEXT, "N%[:KPI]", "10%", false, "How much worse the KPIs are made, in memory only: all of them, or the one that is named."},
    {"assert", OPTION_BOOL, NULL, "false", false,
     "The exit code tells whether the gate does as it should: 0 when every change is seen and nothing else is, else 3. Without it, it is the gate's own."},
    {"format", OPTION_TEXT, "text|json", "text", false, "For people, or for programs."},
    {0},
};

static const struct option *const tables[] = {options_workload, options_selftest_only, options_some_results, options_history, options_analyze,
                                              options_common, NULL};

static bool read_format(struct context *context, bool *json, struct error *err)
{
    const char *format = options_text(context->options, "format");
    *json = strcmp(format, "json") == 0;
    return *json || strcmp(format, "text") == 0 || error_set(err, ERR_USAGE, "--format=%s: expected text or json", context_shown(context, format));
}

static int run(struct context *context)
{
    struct error err = {0};
    struct gate gate;
    struct selftest_step step = {.results_dirname = options_text(context->options, "results_dirname"), .gate = &gate,
                                 .asserts = options_bool(context->options, "assert")};
    bool ok = selftest_read_change(options_text(context->options, "inject"), &step.share, &step.kpi, &err) && read_format(context, &step.json, &err) &&
              gate_parse(options_list(context->options, "fail_on"), &gate, &err) && analyze_check_options(context, &err) &&
              (step.history = command_history_uri(context, &err));
    struct workload *workload = ok ? command_workload(context, options_text(context->options, "workload"), &err) : NULL;
    step.workload = workload;
    ok = workload && (!step.results_dirname || lts_exists(workload, &err));
    int code = ok ? selftest_step(context, &step) : context_fail(context, &err);
    workload_close(workload);
    return code;
}

const struct command command_selftest = {"selftest", "Puts a change into the newest payloads, in memory: does the gate see it?", NULL, 0, tables,
                                         run};
