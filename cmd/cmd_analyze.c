/* matbench analyze_lts — holds the payloads of a results directory against the history. */
#include <string.h>

#include "cmd/analyze_step.h"
#include "cmd/markers.h"
#include "cmd/parse_step.h"
#include "regress/gate.h"
#include "report/verdict_text.h"

static const struct option options_analyze_only[] = {
    {"summary_yaml_dest", OPTION_TEXT, "FILE", "regression_summary.yaml", false, "Where the counts go, as YAML."},
    {"verdicts_dest", OPTION_TEXT, "FILE", "regression_verdicts.json", false, "Where all verdicts and their evidence go, as JSON."},
    {0},
};

static const struct option *const tables[] = {options_workload, options_results, options_analyze, options_analyze_only,
                                              options_common, NULL};

/* Where the file goes: as it is named, else into --artifact_dir. */
static const char *dest(struct context *context, const char *option)
{
    const char *file = options_text(context->options, option), *folder = options_text(context->options, "artifact_dir");
    bool named = strcmp(options_source(context->options, option), "default") != 0;
    return named || !folder ? file : arena_printf(context->arena, "%s/%s", folder, file);
}

static int analyze(struct context *context, const struct workload *workload, struct batch *batch, const char *uri, const struct gate *gate)
{
    struct parse_counts counts;
    struct parse_request parse = {.workload = workload,
                                  .results_dirname = options_text(context->options, "results_dirname"),
                                  .need_payloads = true,
                                  .batch = batch};
    const char *summary = dest(context, "summary_yaml_dest"), *folder = marker_folder(context, summary);
    int parsed = parse_step(context, &parse, &counts), code;
    bool none = parsed == ERR_NO_TEST || ((parsed == ERR_ARTIFACT || parsed == ERR_INVALID) && counts.valid == 0);
    marker_set(context, folder, MARKER_NO_RESULTS, none);
    if (parsed && counts.valid == 0)
        return parsed;
    struct analyze_request request = {.workload = workload, .history = uri, .batch = batch,
                                      .summary_yaml = summary, .verdicts_json = dest(context, "verdicts_dest"),
                                      .markers = folder};
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
    const char *uri = command_history_uri(context, &err);
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
