/* cmd/command.h — what a subcommand is, and what it gets.
 *
 * A command is a row: its name, its options as tables, and a function that validates them, calls stages and prints. Values
 * live on the stack or in the run's arena; nothing is global but the signal flag that main owns. */
#ifndef CMD_COMMAND_H
#define CMD_COMMAND_H
#include <signal.h>
#include <stdio.h>

#include "base/output.h"
#include "cmd/log.h"
#include "config/envfiles.h"
#include "config/options.h"
#include "kpi/openmetrics.h"
#include "workload/workload.h"

enum { JOBS_MAX = 256 };

struct context {
    struct arena *arena;
    FILE *out; /* results */
    int out_fd;
    struct log log;
    const char *const *environment;
    const struct variables *variables;
    struct options *options;
    const volatile sig_atomic_t *signal; /* the signal that asks to stop, or 0 */
    const char *program_folder;          /* where the program is: shipped workloads are found from there */
};

struct command {
    const char *name, *summary; /* one line for `matbench --help` */
    const char *arguments;      /* "DIR" for the usage line; NULL: none */
    size_t positional_max;
    const struct option *const *tables; /* NULL-ended */
    int (*run)(struct context *context); /* gives the exit code; errors have been logged */
};

extern const struct command command_ci, command_parse, command_schema, command_upload, command_download_lts, command_analyze,
    command_visualize, command_download, command_export, command_check, command_history;

extern const struct option options_common[], options_workload[], options_results[], options_openmetrics[];

/* How KPIs are spelt, of a command with options_openmetrics. */
bool command_openmetrics_style(struct context *context, struct openmetrics_style *style, struct error *err);
/* Logs the error and gives its exit code. */
int command_fail(struct context *context, const struct error *err);
/* The exit code when a signal asked to stop: 130 or 143; else 0. */
int command_interrupted(const struct context *context);

/* Where shipped workloads are: relative to the program's folder, or absolute. NULL-ended. */
extern const char *const command_workload_places[];
/* The workload that --workload means. */
struct workload *command_workload(struct context *context, const char *name, struct error *err);
/* Where history is (cmd/history_uri.h), for a command that reads or stores; and for one that compares, with --lts_results_dirname. */
const char *command_history_uri(struct context *context, struct error *err);
const char *command_compared_uri(struct context *context, struct error *err);
/* A file name or another text of an input, as it may stand in a line on the screen. */
const char *command_shown(struct context *context, const char *text);
/* Writes a whole file ("-": standard output), or leaves the older one. */
bool command_write(struct context *context, const char *path, const struct text *text, struct error *err);
/* The value as indented JSON with a newline at its end. */
bool command_write_json(struct context *context, const char *path, const json_t *value, struct error *err);
/* A directory for outputs: made (not its parents) when it is not there. ERR_OUTPUT. */
bool command_make_directory(const char *path, struct error *err);
unsigned command_jobs(const struct context *context);

#endif
