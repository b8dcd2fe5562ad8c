#include "cmd/command.h"

#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "cmd/history_uri.h"
#include "config/servers.h"
#include "regress/rules.h"
#include "step/access.h"
#include "store/parse.h"
#include "workload/find.h"

const struct option options_common[] = {
    {"log_level", OPTION_TEXT, "debug|info|warning|error", "info", false, "How much is logged on standard error."},
    {"jobs", OPTION_NUMBER, "N", NULL, false, "Workers that parse tests; default: one per processor."},
    {"artifact_dir", OPTION_TEXT, "DIR", NULL, false, "Where outputs that are not named go; default: the current directory (ci: $ARTIFACT_DIR where it is set)."},
    {0},
};

const struct option options_workload[] = {
    {"workload", OPTION_TEXT, "NAME", NULL, true, "The workload: a folder, a name among the shipped ones, or a Python module name that it replaces."},
    {"workload_base_dir", OPTION_TEXT, "DIR", NULL, false, "Where a relative workload path starts."},
    {0},
};

/* The tests of a run. */
#define RESULTS_ROWS(mandatory) \
    {"results_dirname", OPTION_TEXT, "DIR", NULL, mandatory, "The directory with the tests."}, \
    {"filters", OPTION_TEXT, "K=V,…", NULL, false, "Only tests with these settings; K=A:B: one of these."}, \
    {"allow_root", OPTION_LIST, "DIR", NULL, false, "Symbolic links in artifacts may lead into this directory too."}, \
    {"allow_env", OPTION_LIST, "NAME", NULL, false, "An environment variable that a workload's env: may read, beside the known CI variables."}, \
    {"shard", OPTION_TEXT, "I/N", NULL, false, "Only every N-th test, beginning with the I-th: for parsing on several machines."}

const struct option options_results[] = {
    RESULTS_ROWS(true),
    {0},
};

const struct option options_some_results[] = {
    RESULTS_ROWS(false),
    {0},
};

/* How a server is reached: of every command that may have to do with one. */
#define SERVER_ROWS \
    {"credentials", OPTION_TEXT, "FILE", NULL, false, "Logins of servers, a YAML list (docs/servers.md) that only its owner can read."}, \
    {"opensearch_ca_file", OPTION_TEXT, "FILE", NULL, false, "The CA (PEM) that the server's certificate comes from; default: the system's."}, \
    {"opensearch_insecure", OPTION_BOOL, NULL, NULL, false, "The server's certificate is not looked at: whoever is on the way can read and change everything."}, \
    {"http_attempts", OPTION_NUMBER, "N", NULL, false, "How often a request is sent to a server that is not there or busy; default: 5."}, \
    {"http_timeout", OPTION_NUMBER, "SECONDS", NULL, false, "How long a server may be silent; default: 60 (10 until it is connected)."}

const struct option options_servers[] = {
    SERVER_ROWS,
    {0},
};

#define WAIT_ROW \
    {"history_wait", OPTION_NUMBER, "SECONDS", "60", false, "How long to wait while other processes write into a file or folder."}

const struct option options_history_wait[] = {
    WAIT_ROW,
    {0},
};

const struct option options_history[] = {
    {"history", OPTION_TEXT, "URI", NULL, false, "Where payloads are kept; default: sqlite:history.db."},
    WAIT_ROW,
    SERVER_ROWS,
    {0},
};

const struct option options_push[] = {
    {"refresh", OPTION_BOOL, NULL, "true", false, "What was put into an OpenSearch is found at once; --norefresh: a second later."},
    {"upload_by_kpi", OPTION_BOOL, NULL, "false", false, "OpenSearch: a document per KPI too, in the index INDEX.KPI."},
    {0},
};

const struct option options_spool[] = {
    {"spool", OPTION_TEXT, "DIR", NULL, false,
     "Where payloads wait until a history on a server has them; default: $XDG_STATE_HOME/matbench/spool, else ~/.local/state/matbench/spool; none: nowhere."},
    {"spool_max", OPTION_TEXT, "SIZE", "1GB", false, "How large the spool may become."},
    {0},
};

const struct option options_period[] = {
    {"since", OPTION_TEXT, "WHEN", NULL, false,
     "Only payloads whose run started since then: 12h, 30d or 4w ago; 2025-10-31, 2025-10 or 2025; 2025-10-31T08:00; today; yesterday. UTC."},
    {"until", OPTION_TEXT, "WHEN", NULL, false, "Only those that started until then; a day, month or year counts as a whole."},
    {0},
};

const struct option options_history_unused[] = {
    {"history", OPTION_TEXT, "URI", NULL, false, "Not used here; accepted as every command does."},
    {0},
};

const struct option options_openmetrics[] = {
    {"openmetrics_flavor", OPTION_TEXT, "FLAVOR", "openmetrics", false,
     "How the KPIs are spelt: openmetrics; prometheus (text with times in milliseconds); seed; topsail (the Python tool's)."},
    {"openmetrics_times", OPTION_BOOL, NULL, "true", false, "KPIs carry the run's start; --noopenmetrics_times as the Pushgateway wants it."},
    {0},
};

bool command_openmetrics_style(struct context *context, struct openmetrics_style *style, struct error *err)
{
    *style = (struct openmetrics_style){.without_times = !options_bool(context->options, "openmetrics_times")};
    return openmetrics_flavor_parse(options_text(context->options, "openmetrics_flavor"), &style->flavor, err);
}

/* An installation wherever it was moved to; a build tree; an installation whose program does not know where it is (no /proc).
 * The build tree comes after the installation: from /usr/bin it would be a folder of the root directory. */
const char *const command_workload_places[] = {MB_WORKLOADS_BESIDE, "../../../workloads", MB_INSTALLED_WORKLOADS, NULL};

/* MATBENCH_WORKLOADS, then the places above. */
static const char *const *search_path(struct context *context)
{
    LIST_OF(const char *) places = {0};
    struct arena *arena = context->arena;
    const char *listed = variables_get(context->variables, "MATBENCH_WORKLOADS");
    while (listed && *listed) {
        size_t n = strcspn(listed, ":");
        if (n)
            *LIST_ADD(arena, &places) = arena_strndup(arena, listed, n);
        listed += n + (listed[n] == ':');
    }
    for (const char *const *place = command_workload_places; *place; place++) {
        char real[PATH_MAX];
        if (**place == '/')
            *LIST_ADD(arena, &places) = *place;
        else if (context->program_folder && realpath(arena_printf(arena, "%s/%s", context->program_folder, *place), real))
            *LIST_ADD(arena, &places) = arena_strdup(arena, real);
    }
    *LIST_ADD(arena, &places) = NULL;
    return places.v;
}

const char *command_workload_folder(struct context *context, const char *name, struct error *err)
{
    struct workload_places places = {.base_dir = options_text(context->options, "workload_base_dir"),
                                     .search = search_path(context)};
    return workload_find(context->arena, name, &places, err);
}

/* One error is the caller's to tell; of several, all but the last line are logged here. */
struct workload *command_workload(struct context *context, const char *name, struct error *err)
{
    const char *folder = command_workload_folder(context, name, err);
    struct problems problems = {0};
    struct workload *workload = folder ? workload_load_all(context->arena, folder, store_registry(), &problems) : NULL;
    if (problems.errors == 1)
        problems_first(&problems, err);
    for (size_t i = 0; problems.errors > 1 && i < problems.list.n; i++)
        log_line(&context->log, LOG_ERROR, "%s", problems.list.v[i].text);
    if (problems.errors > 1)
        problems_count(&problems, folder, err);
    access_set_workload(context, workload);
    if (workload) {
        context->workload_name = workload->name;
        context->workload_folder = folder;
    }
    return workload;
}

static void close_workload(void *workload)
{
    workload_close(workload);
}

const struct fingerprint_rule *command_fingerprints(struct context *context, const char *name)
{
    struct workload_places places = {.base_dir = options_find_text(context->options, "workload_base_dir"), .search = search_path(context)};
    struct error err = {0};
    const char *folder = context->workload_folder;
    if (!context->workload_name || strcmp(context->workload_name, name) != 0)
        folder = strchr(name, '/') ? NULL : workload_find(context->arena, name, &places, &err); /* a history says it: no path */
    struct workload *workload = folder ? workload_load(context->arena, folder, store_registry(), &err) : NULL;
    if (!workload) {
        log_line(&context->log, LOG_INFO, "payloads of '%s' get no fingerprints, since that workload is not here: comparing with them reads all "
                                          "of them", name);
        return NULL;
    }
    arena_defer(context->arena, close_workload, workload);
    return rules_of_fingerprints(context->arena, workload);
}

/* The server is only asked for where it counts: what names no server is no error of a run that has another history. */
static const char *choose_history(struct context *context, const char *folder, bool folder_by_flag, struct error *err)
{
    const char *index = options_find_text(context->options, "opensearch_index");
    struct history_clues clues = {.history = options_text(context->options, "history"), .folder = folder, .folder_by_flag = folder_by_flag,
                                  .opensearch_index = index ? index : variables_get(context->variables, "MATBENCH_OPENSEARCH_INDEX")};
    struct error why = {0};
    if (!clues.history && !folder_by_flag)
        clues.opensearch_url = servers_url(context->variables, context->arena, "opensearch", &why);
    if (!why.kind)
        return history_uri_choose(context->arena, &clues, err);
    *err = why;
    return NULL;
}

const char *command_history_uri(struct context *context, struct error *err)
{
    return choose_history(context, NULL, false, err);
}

const char *command_compared_uri(struct context *context, struct error *err)
{
    const char *folder = options_text(context->options, "lts_results_dirname");
    bool by_flag = folder && strcmp(options_source(context->options, "lts_results_dirname"), "command line") == 0;
    return choose_history(context, folder, by_flag, err);
}

bool command_push_check(struct context *context, const char *uri, struct error *err)
{
    if (!options_bool(context->options, "upload_by_kpi") || strncmp(uri, "opensearch+", strlen("opensearch+")) == 0)
        return true;
    return error_set(err, ERR_USAGE, "--upload_by_kpi needs OpenSearch, and %s is none; KPI values are in every history already: "
                                     "`matbench export --from=%s --to=kpis.csv` gives them as a table, kpis.om as OpenMetrics", uri, uri);
}

bool command_make_directory(const char *path, struct error *err)
{
    struct stat st;
    if (mkdir(path, 0777) == 0 || (errno == EEXIST && stat(path, &st) == 0 && S_ISDIR(st.st_mode)))
        return true;
    return error_set(err, ERR_OUTPUT, "%s: the directory for outputs cannot be made: %s", path, strerror(errno));
}
