/* matbench parse — artifact directories → matrix, payloads, KPIs. */
#include <string.h>

#include "cmd/command.h"
#include "lts/schema.h"
#include "step/clean_step.h"
#include "step/parse_step.h"

static const struct option options_parse_only[] = {
    {"output_matrix", OPTION_TEXT, "FILE", NULL, false, "Writes all that was parsed as JSON, one entry a test; '-' is standard output."},
    {"output_lts", OPTION_TEXT, "FILE", NULL, false, "Writes the valid LTS payloads as a JSON list; an invalid one makes the exit code 102."},
    {"output_kpis", OPTION_TEXT, "FILE", NULL, false, "Writes the KPIs as OpenMetrics text."},
    {"pretty", OPTION_BOOL, NULL, "true", false, "JSON with indentation; --nopretty writes one line."},
    {"strict", OPTION_BOOL, NULL, "false", false, "A broken test makes the exit code 101 even when others were parsed."},
    {"clean", OPTION_BOOL, NULL, "false", false, "Parses nothing: lists the tests' parse caches, for --run to remove."},
    {"run", OPTION_BOOL, NULL, "false", false, "With --clean: removes them."},
    {0},
};

static const struct option *const tables[] = {options_workload,       options_results, options_parse_only, options_openmetrics,
                                              options_history_unused, options_common,  NULL};

static int parse(struct context *context, const struct workload *workload)
{
    struct parse_counts counts;
    struct error err = {0};
    struct openmetrics_style style;
    if (!command_openmetrics_style(context, &style, &err))
        return context_fail(context, &err);
    struct parse_request request = {
        .workload = workload,
        .results_dirname = options_text(context->options, "results_dirname"),
        .matrix = options_text(context->options, "output_matrix"),
        .payloads = options_text(context->options, "output_lts"),
        .kpis = options_text(context->options, "output_kpis"),
        .pretty = options_bool(context->options, "pretty"),
        .kpi_style = style,
        .strict = options_bool(context->options, "strict"),
    };
    request.need_payloads = request.payloads != NULL;
    bool ok = (!request.payloads && !request.kpis) || lts_exists(workload, &err);
    int code = ok ? parse_step(context, &request, &counts) : context_fail(context, &err);
    if (ok && counts.written && counts.tests) {
        const char *alone = counts.from_cache_only ? arena_printf(context->arena, "; from cache only: %zu", counts.from_cache_only) : "";
        log_line(&context->log, LOG_INFO, "tests: %zu read, %zu of them broken, %zu skipped; payloads: %zu valid, %zu invalid%s",
                 counts.tests, counts.broken, counts.skipped, counts.valid, counts.invalid, alone);
    }
    return code;
}

static int run(struct context *context)
{
    struct error err = {0};
    bool clean = options_bool(context->options, "clean");
    bool given = strcmp(options_source(context->options, "run"), "command line") == 0; /* the variable may be somebody else's */
    if (given && options_bool(context->options, "run") && !clean)
        error_set(&err, ERR_USAGE, "--run: only with --clean, which it makes remove the parse caches");
    struct workload *workload = err.kind ? NULL : command_workload(context, options_text(context->options, "workload"), &err);
    int code = !workload ? context_fail(context, &err) : clean ? clean_step(context, workload) : parse(context, workload);
    workload_close(workload);
    return code;
}

const struct command command_parse = {
    "parse", "Parses test artifacts; writes the matrix, the LTS payloads and the KPIs.", NULL, 0, tables, run};
