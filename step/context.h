/* step/context.h — what a command and its steps work with: options, where results and the log go, whether to stop.
 *
 * The program makes one for the run. Nothing in it is global but the signal flag, which main owns. */
#ifndef STEP_CONTEXT_H
#define STEP_CONTEXT_H
#include <jansson.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>

#include "base/arena.h"
#include "base/text.h"
#include "config/envfiles.h"
#include "config/options.h"
#include "step/log.h"

struct history_access;   /* history/history.h */
struct fingerprint_rule; /* history/fingerprint.h */

enum { JOBS_MAX = 256 };

struct context {
    struct arena *arena; /* until the run ends */
    FILE *out;           /* results */
    int out_fd;
    struct log log;
    const char *const *environment;
    const struct variables *variables;
    struct options *options;             /* of the command */
    const volatile sig_atomic_t *signal; /* the signal that asks to stop, or 0 */
    const struct history_access *access; /* how servers' histories are reached; NULL: none can be */
    /* By which rule payloads of a workload get fingerprints (history_access); made by the commands, which know where workloads are. */
    const struct fingerprint_rule *(*fingerprints)(struct context *context, const char *workload);
    const char *workload_name, *workload_folder; /* of the run's own workload; NULL: it has none */
    const char *program_folder;          /* where the program is: shipped workloads are found from there; NULL: not known */
};

/* Logs the error and gives its exit code. */
int context_fail(struct context *context, const struct error *err);
/* The exit code when a signal asked to stop: 130 or 143; else 0. */
int context_interrupted(const struct context *context);
/* Whether a signal asked to stop; *err is then "stopped by SIGINT: <left>", of the kind that is its exit code. `left` says what the
 * user finds now: "the outputs are as they were before". */
bool context_stopped(const struct context *context, const char *left, struct error *err);

/* Microseconds since 1970; $SOURCE_DATE_EPOCH (seconds) stands in the clock's place. */
int64_t context_now_us(const struct context *context);
/* How many workers --jobs means; without it one per processor. */
unsigned context_jobs(const struct context *context);
/* A file name or another text of an input, as it may stand in a line on the screen; in the run's arena. */
const char *context_shown(struct context *context, const char *text);
/* Writes a whole file ("-": standard output), or leaves the older one. */
bool context_write(struct context *context, const char *path, const struct text *text, struct error *err);
/* The value as indented JSON with a newline at its end. */
bool context_write_json(struct context *context, const char *path, const json_t *value, struct error *err);

#endif
