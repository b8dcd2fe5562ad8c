/* matbench download_lts — copies the history into a folder of payload files, in the Python tool's layout. */
#include <string.h>
#include <sys/stat.h>

#include "cmd/command.h"
#include "history/folder/anchor.h"
#include "step/copy_step.h"

static const struct option options_download_only[] = {
    {"lts_results_dirname", OPTION_TEXT, "DIR", NULL, true, "The folder that the payloads go into; it is made."},
    {"opensearch_index", OPTION_TEXT, "NAME", NULL, false,
     "First part of the files' names; among several workloads, the one of that name. Default: the workload's name."},
    {"workload_name", OPTION_TEXT, "NAME", NULL, false, "Which workload's payloads, where the history has several."},
    {"filters", OPTION_TEXT, "K=V,…", NULL, false, "Only payloads with these labels; K=A:B: one of these; also as {\"label\": \"value\"}."},
    {"max_records", OPTION_NUMBER, "N", NULL, false, "At most so many, the newest; default: all."},
    {"force", OPTION_BOOL, NULL, "false", false, "Go on although the folder has a " FOLDER_ANCHOR " already."},
    {"clean", OPTION_BOOL, NULL, "false", false, "Remove the folder's other *.json, at the moment when the new ones are there."},
    {0},
};

static const struct option *const tables[] = {options_history, options_download_only, options_period, options_common, NULL};

static bool check_folder(struct context *context, const char *folder, const char *from, struct error *err)
{
    struct stat st;
    const char *anchor = arena_printf(context->arena, "%s/%s", folder, FOLDER_ANCHOR);
    if (copy_same_place(from, arena_printf(context->arena, "dir:%s", folder)))
        return error_set(err, ERR_USAGE, "%s: is the history itself; --lts_results_dirname names another folder", folder);
    if (lstat(anchor, &st) != 0)
        return true;
    return options_bool(context->options, "force") ||
           error_set(err, ERR_USAGE, "%s: is there already, from an earlier download; --force replaces it", anchor);
}

static int download(struct context *context, struct payload_source *source, const char *folder)
{
    const struct options *options = context->options;
    struct copy_request request = {.to = arena_printf(context->arena, "dir:%s", folder),
                                   .workload_name = options_text(options, "workload_name"),
                                   .index = options_text(options, "opensearch_index"),
                                   .renew = true,
                                   .download = true,
                                   .clean = options_bool(options, "clean")};
    if (!source->history || !history_exists(source->history)) {
        log_line(&context->log, LOG_WARNING, "%s: there is no history yet, so nothing is downloaded", source->from);
        return ERR_NO_INDEX;
    }
    return copy_step(context, source, &request);
}

static int run(struct context *context)
{
    struct error err = {0};
    struct payload_source source = {0};
    const char *folder = options_text(context->options, "lts_results_dirname"), *from = command_history_uri(context, &err);
    bool ok = from && check_folder(context, folder, from, &err) && payload_source_open(context, from, &source, &err);
    int code = ok ? download(context, &source, folder) : context_fail(context, &err);
    payload_source_close(&source);
    return code;
}

const struct command command_download_lts = {"download_lts", "Copies the history into a folder of payload files.", NULL, 0, tables, run};
