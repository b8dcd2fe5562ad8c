/* cmd/command.h — what a subcommand is, and what several of them have in common.
 *
 * A command is a row: its name, its options as tables, and a function that validates them, calls steps and stages, and prints. */
#ifndef CMD_COMMAND_H
#define CMD_COMMAND_H
#include "history/fingerprint.h"
#include "kpi/openmetrics.h"
#include "step/context.h"
#include "workload/workload.h"

struct command {
    const char *name, *summary; /* one line for `matbench --help` */
    const char *arguments;      /* "DIR" for the usage line; NULL: none */
    size_t positional_max;
    const struct option *const *tables; /* NULL-ended */
    int (*run)(struct context *context); /* gives the exit code; errors have been logged */
};

extern const struct command command_ci, command_parse, command_schema, command_upload, command_download_lts, command_analyze,
    command_visualize, command_download, command_export, command_check, command_validate, command_new, command_print_schema,
     command_history, command_query, command_spool, command_changepoints, command_verify, command_ack, command_accept, command_replay,
     command_calibrate, command_selftest;

extern const struct option options_common[], options_workload[], options_results[], options_openmetrics[], options_history[],
    options_some_results[], /* the same, of a command that can do without */
    options_period[], /* --since, --until: step/payload_source.h */
    options_history_wait[], options_servers[], options_spool[], options_push[],
    options_history_unused[]; /* of a command that has no use for it, but gets it from TOPSAIL as all do */

/* What --openmetrics_flavor and --openmetrics_times of a command with options_openmetrics say. */
bool command_openmetrics_style(struct context *context, struct openmetrics_style *style, struct error *err);
/* Where shipped workloads are: relative to the program's folder, or absolute. NULL-ended. */
extern const char *const command_workload_places[];
/* The folder of the workload that --workload means, or its file. */
const char *command_workload_folder(struct context *context, const char *name, struct error *err);
/* The workload. When it has several problems, all are logged, and *err counts them. */
struct workload *command_workload(struct context *context, const char *name, struct error *err);
/* By which rule payloads of the workload of that name get their fingerprints (history/history.h). NULL when it is not found or faulty, which is
 * told and no failure: comparing takes longer then. */
const struct fingerprint_rule *command_fingerprints(struct context *context, const char *workload);
/* Where history is (cmd/history_uri.h), for a command that reads or stores; and for one that compares, with --lts_results_dirname. */
const char *command_history_uri(struct context *context, struct error *err);
const char *command_compared_uri(struct context *context, struct error *err);
/* Whether the history can do what options_push ask for. ERR_USAGE. */
bool command_push_check(struct context *context, const char *uri, struct error *err);
/* A directory for outputs: made (not its parents) when it is not there. ERR_OUTPUT. */
bool command_make_directory(const char *path, struct error *err);

#endif
