/* cmd/ci_pass.h — one pass of `matbench ci` over a results directory with one workload: parse, compare, store.
 *
 * Compares first and stores then, so that a run is never its own history. Each step has its own log file beside the outputs,
 * <n>_matbench_<step>.log; what happened is a list of outcomes.
 */
#ifndef CMD_CI_PASS_H
#define CMD_CI_PASS_H
#include "cmd/ci_plan.h"
#include "regress/analysis.h"
#include "step/parse_step.h"
#include "workload/plots.h"

struct ci_outcome {
    const char *step; /* "parse", "gate", … */
    int code;
    bool tolerated;   /* it happened, and the configuration says that it does not count */
};

struct ci_pass {
    /* set by the caller */
    struct context *context;
    const struct ci_plan *plan;
    const struct workload *workload;
    const char *directory, *artifacts;
    const char *history; /* URI or NULL */
    const char *horreum; /* URI of a Horreum test that gets the payloads besides, or NULL */
    bool lts, analyze, upload;
    struct plots plots;  /* the reports to draw; none: nothing is drawn */

    /* what came of it */
    struct batch *batch;             /* the valid payloads; the analysis borrows from it */
    struct parse_counts parsed;
    const struct analysis *analysis; /* NULL: nothing was compared */
    const char *markdown, *junit;    /* the verdicts' files that may be named, or NULL */
    struct history_counts stored, horreum_stored;
    bool uploaded, reported, drawn; /* stored; the regression report is there; reports_index.html is */
    bool horreum_uploaded;
    const char *not_stored; /* why nothing was stored in the history; NULL */
    struct {
        struct ci_outcome *v; /* one of each step; of visualize one of each filter */
        size_t n, cap;
    } outcomes;
    size_t logs_n; /* step logs so far: the number of the next */
};

/* Runs the steps; false when a signal stopped it. The outputs' directory exists. */
bool ci_pass_run(struct ci_pass *pass);
/* Parsing ended before all tests had gone by: the outputs could not be written, say. */
bool ci_pass_is_cut(const struct ci_pass *pass);
void ci_pass_close(struct ci_pass *pass); /* after the last look at the analysis */
/* Opens the log of a step beside the outputs, so that everything logged goes there too, until ci_pass_unlog; `folder` within the
 * outputs: "" or a filter. A log that cannot be written is a warning. */
void ci_pass_log(struct ci_pass *pass, const char *folder, const char *name);
void ci_pass_unlog(struct ci_pass *pass);
void ci_pass_add(struct ci_pass *pass, const char *step, int code);
void ci_pass_tolerate(struct ci_pass *pass, const char *step, int code);
/* The one code for all outcomes (contract C6.4). */
int ci_pass_code(const struct ci_pass *pass);
/* A file among the outputs: "artifacts/name". */
const char *ci_pass_file(const struct ci_pass *pass, const char *name);
/* What an exit code means, in a few words: "broken artifacts". */
const char *ci_code_meaning(int code);

#endif
