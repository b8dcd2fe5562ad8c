/* matbench analyze_lts — holds the payloads of a results directory against the history. */
#include "cmd/analyze_step.h"
#include "cmd/parse_step.h"
#include "regress/gate.h"
#include "report/verdict_text.h"

static const struct option options_analyze_only[] = {
    {"lts_results_dirname", OPTION_TEXT, "DIR", NULL, false, "A folder of payload files as history (download_lts makes it), unless --history is given."},
    {"summary_yaml_dest", OPTION_TEXT, "FILE", "regression_summary.yaml", false, "Where the counts go, as YAML."},
    {"verdicts_dest", OPTION_TEXT, "FILE", "regression_verdicts.json", false, "Where all verdicts and their evidence go, as JSON."},
    {0},
};

static const struct option *const tables[] = {options_workload, options_results, options_analyze, options_analyze_only,
                                              options_common, NULL};

static int analyze(struct context *context, const struct workload *workload, struct batch *batch, const char *uri, const struct gate *gate)
{
    struct parse_counts counts;
    struct parse_request parse = {.workload = workload,
                                  .results_dirname = options_text(context->options, "results_dirname"),
                                  .need_payloads = true,
                                  .batch = batch};
    int parsed = parse_step(context, &parse, &counts), code;
    if (parsed && counts.valid == 0)
        return parsed;
    struct analyze_request request = {.workload = workload, .history = uri, .batch = batch,
                                      .summary_yaml = options_text(context->options, "summary_yaml_dest"),
                                      .verdicts_json = options_text(context->options, "verdicts_dest")};
    const struct analysis *analysis = analyze_step(context, &request, &code);
    if (!analysis)
        return code;
    struct text out = text_open(64 << 20);
    verdict_text_render(&out, analysis);
    fputs(out.s, context->out);
    text_close(&out);
    const int codes[] = {parsed, code, gate_code(gate, analysis)};
    return gate_worst(codes, sizeof(codes) / sizeof(codes[0]));
}

static int run(struct context *context)
{
    struct error err = {0};
    struct gate gate;
    const char *uri = command_compared_uri(context, &err);
    struct workload *workload = NULL;
    struct batch *batch = NULL;
    bool ok = uri && analyze_check_options(context, &err) && gate_parse(options_list(context->options, "fail_on"), &gate, &err) &&
              (workload = command_workload(context, options_text(context->options, "workload"), &err)) && (batch = batch_open(&err));
    int code = ok ? analyze(context, workload, batch, uri, &gate) : command_fail(context, &err);
    batch_close(batch);
    workload_close(workload);
    return code;
}

const struct command command_analyze = {"analyze_lts", "Compares the payloads of a results directory with the history.", NULL, 0,
                                        tables, run};
