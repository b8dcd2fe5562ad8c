/* matbench analyze_lts — holds the payloads of a results directory against the history. */
#include <string.h>

#include "cmd/command.h"
#include "cmd/version.h"
#include "lts/schema.h"
#include "regress/gate.h"
#include "report/verdict_text.h"
#include "step/analyze_step.h"
#include "step/marker.h"
#include "step/parse_step.h"

static const struct option options_analyze_only[] = {
    {"lts_results_dirname", OPTION_TEXT, "DIR", NULL, false, "A folder of payload files as history (download_lts makes it), unless --history is given."},
    {"report_dest", OPTION_TEXT, "FILE", "regression_report.html", false,
     "Where the report goes, as one HTML page; its directory is made when it is not there, and markers are left in it."},
    {"summary_yaml_dest", OPTION_TEXT, "FILE", "regression_summary.yaml", false, "Where the counts go, as YAML."},
    {"verdicts_dest", OPTION_TEXT, "FILE", "regression_verdicts.json", false, "Where all verdicts and their evidence go, as JSON."},
    {0},
};

static const struct option *const tables[] = {options_workload, options_results, options_history, options_analyze, options_analyze_only,
                                              options_verdict_outputs, options_common, NULL};

/* Where the file goes: as it is named, else into --artifact_dir. */
static const char *dest(struct context *context, const char *option)
{
    const char *file = options_text(context->options, option), *folder = options_text(context->options, "artifact_dir");
    bool named = strcmp(options_source(context->options, option), "default") != 0;
    return named || !folder ? file : arena_printf(context->arena, "%s/%s", folder, file);
}

/* What it writes, and where it leaves markers. */
struct dests {
    const char *report, *summary, *verdicts, *markdown, *junit, *bundle, *folder;
    bool to_standard; /* one of them goes to standard output: nothing else does then */
};

/* What is not asked for is not written. */
static const char *asked_for(struct context *context, const char *option)
{
    return verdict_outputs_file(context, option, NULL);
}

static bool choose_dests(struct context *context, struct dests *dests, struct error *err)
{
    const struct {
        const char *option, **file;
        const char *(*choose)(struct context *, const char *);
    } rows[] = {{"report_dest", &dests->report, dest},          {"summary_yaml_dest", &dests->summary, dest},
                {"verdicts_dest", &dests->verdicts, dest},      {"markdown_dest", &dests->markdown, asked_for},
                {"junit_dest", &dests->junit, asked_for},       {"bundle", &dests->bundle, asked_for}};
    enum { N = sizeof(rows) / sizeof(rows[0]) };
    const char *other = options_bool(context->options, "github") ? "github" : NULL, *names[N], *files[N];
    for (size_t i = 0; i < N; i++) {
        names[i] = rows[i].option;
        files[i] = *rows[i].file = rows[i].choose(context, rows[i].option);
        if (!*rows[i].file || strcmp(*rows[i].file, "-") != 0)
            continue;
        if (other)
            return error_set(err, ERR_USAGE, strcmp(other, "github") == 0 ? "--%s and --%s='-': only one output can go to standard output"
                                                                          : "--%s and --%s are both '-': only one output can go to standard output",
                             other, rows[i].option);
        other = rows[i].option;
        dests->to_standard = true;
    }
    if (!verdict_outputs_apart(names, files, N, err) || !output_make_folders(dests->report, err))
        return false;
    dests->folder = marker_folder(context, dests->report);
    return true;
}

static void show(struct context *context, const struct analysis *analysis)
{
    struct text out = text_open(64 << 20);
    verdict_text_render(&out, analysis);
    fputs(out.s, context->out);
    text_close(&out);
}

static int analyze(struct context *context, const struct workload *workload, struct batch *batch, const char *uri, const struct gate *gate,
                   const struct dests *dests)
{
    struct parse_counts counts;
    struct parse_request parse = {.workload = workload,
                                  .results_dirname = options_text(context->options, "results_dirname"),
                                  .need_payloads = true,
                                  .batch = batch};
    int parsed = parse_step(context, &parse, &counts), code;
    if (context_interrupted(context))
        return context_interrupted(context);
    marker_set(context, dests->folder, MARKER_NO_RESULTS, counts.valid == 0);
    if (parsed && counts.valid == 0)
        return parsed;
    struct analyze_request request = {.workload = workload, .history = uri, .batch = batch,
                                      .tests = counts.tests, .without_payload = counts.tests - counts.valid,
                                      .outputs = {.report_html = dests->report, .summary_yaml = dests->summary,
                                                  .verdicts_json = dests->verdicts, .markdown = dests->markdown, .junit = dests->junit,
                                                  .bundle = dests->bundle, .program = version_name(), .github = options_bool(context->options, "github"), .gate = gate},
                                      .markers = dests->folder};
    const struct analysis *analysis = analyze_step(context, &request, &code);
    if (!analysis)
        return code;
    if (!dests->to_standard)
        show(context, analysis);
    if (!dests->to_standard && analysis->counts[VERDICT_REGRESSION])
        fprintf(context->out, "\nknown already? %s\n", analyze_ack_command(context, workload, dests->verdicts));
    const int codes[] = {parsed, code, gate_code(gate, analysis)};
    return gate_worst(codes, sizeof(codes) / sizeof(codes[0]));
}

static int run(struct context *context)
{
    struct error err = {0};
    struct gate gate;
    struct dests dests = {0};
    const char *uri = command_compared_uri(context, &err);
    struct workload *workload = NULL;
    struct batch *batch = NULL;
    const struct acks *acks;
    bool ok = uri && analyze_check_options(context, &err) && gate_parse(options_list(context->options, "fail_on"), &gate, &err) &&
              choose_dests(context, &dests, &err) &&
              (workload = command_workload(context, options_text(context->options, "workload"), &err)) &&
              lts_exists(workload, &err) && analyze_load_acks(context, workload, &acks, &err) && (batch = batch_open(&err));
    int code = ok ? analyze(context, workload, batch, uri, &gate, &dests) : context_fail(context, &err);
    if (code >= 100 && dests.folder && !context_interrupted(context))
        marker_fail(context, dests.folder, context->log.error);
    batch_close(batch);
    workload_close(workload);
    return code;
}

const struct command command_analyze = {"analyze_lts", "Compares the payloads of a results directory with the history.", NULL, 0,
                                        tables, run};
