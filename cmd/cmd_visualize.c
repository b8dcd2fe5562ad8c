/* matbench visualize — report pages of a results directory, as HTML files. */
#include "cmd/command.h"
#include "report/visualize/report_list.h"
#include "step/visualize_step.h"

static const struct option options_visualize_only[] = {
    {"generate", OPTION_TEXT, "QUERY", NULL, false,
     "Which reports: 'stats=report: Error report&stats=report: LTS Documentation&…'. Default: all that can be made."},
    {"lts_results_dirname", OPTION_TEXT, "DIR", NULL, false, "Not used by visualize; accepted as the Python tool does."},
    {0},
};

/* As options_common, but for where the pages go: TOPSAIL has $ARTIFACT_DIR set and wants them in the current directory. */
static const struct option *const tables[] = {options_workload, options_results, options_visualize_only, options_history_unused,
                                              options_common, NULL};

static int run(struct context *context)
{
    struct error err = {0};
    const char *query = options_text(context->options, "generate"), *directory = options_text(context->options, "artifact_dir");
    const char *const *names = NULL, *const *unused = NULL;
    struct workload *workload = NULL;
    if ((query && !report_query_parse(context->arena, query, &names, &unused, &err)) ||
        !(workload = command_workload(context, options_text(context->options, "workload"), &err)))
        return context_fail(context, &err);
    for (; unused && *unused; unused++)
        log_line(&context->log, LOG_WARNING, "--generate: '%s' is not used: only stats=NAME is; --filters chooses tests", *unused);
    const struct visualize_request request = {.workload = workload,
                                              .results_dirname = options_text(context->options, "results_dirname"),
                                              .generate = names,
                                              .directory = directory && *directory ? directory : "."};
    int code = visualize_step(context, &request);
    workload_close(workload);
    return code;
}

const struct command command_visualize = {
    "visualize", "Makes HTML reports of the tests: KPI tables, errors, LTS documentation.", NULL, 0, tables, run};
