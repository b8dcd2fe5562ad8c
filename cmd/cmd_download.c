/* matbench download — results of another job → a results directory. */
#include "cmd/command.h"
#include "step/download_step.h"

static const struct option options_download_only[] = {
    {"results_dirname", OPTION_TEXT, "DIR", NULL, true, "Where the results go; made when it is not there."},
    {"url", OPTION_TEXT, "URL", NULL, false, "The results to fetch: file:///absolute/directory, or an absolute path. They go to DIR/expe/from_url."},
    {"url_file", OPTION_TEXT, "FILE", NULL, false, "A YAML file with a list `download:` of entries with url, dest_dir and settings."},
    {"mode", OPTION_TEXT, "MODE", "prefer_cache", false, "Of each test: important (its important files), cache_only (its cache), prefer_cache (its cache, else its important files), all."},
    {"do_download", OPTION_BOOL, NULL, "false", false, "Fetches; without it the files are listed with their sizes, and nothing is written."},
    {"allow_root", OPTION_LIST, "DIR", NULL, false, "Symbolic links in the source may lead into this directory too."},
    {"filters", OPTION_TEXT, "K=V,…", NULL, false, "Not used by download; accepted as every command does."},
    {0},
};

static const struct option *const tables[] = {options_workload, options_download_only, options_history_unused, options_common, NULL};

static int run(struct context *context)
{
    struct error err = {0};
    struct download_counts counts;
    struct workload *workload = command_workload(context, options_text(context->options, "workload"), &err);
    if (!workload)
        return context_fail(context, &err);
    struct download_request request = {
        .workload = workload,
        .results_dirname = options_text(context->options, "results_dirname"),
        .url = options_text(context->options, "url"),
        .url_file = options_text(context->options, "url_file"),
        .mode = options_text(context->options, "mode"),
        .do_download = options_bool(context->options, "do_download"),
    };
    int code = download_step(context, &request, &counts);
    workload_close(workload);
    return code;
}

const struct command command_download = {
    "download", "Fetches the results of another job into a results directory.", NULL, 0, tables, run};
