/* step/analyze_step.h — holding a batch of payloads against a history: for analyze_lts and ci. */
#ifndef STEP_ANALYZE_STEP_H
#define STEP_ANALYZE_STEP_H
#include "history/batch.h"
#include "regress/analysis.h"
#include "step/context.h"
#include "step/verdict_outputs.h"
#include "workload/workload.h"

/* --fail-on, --min_history, … for every command that analyses. */
extern const struct option options_analyze[];
/* Those of them that say how is judged, without --fail_on and which history: for commands that look at all of it. */
extern const struct option options_judging[];

struct analyze_request {
    const struct workload *workload;
    const char *history; /* URI */
    struct batch *batch;
    size_t tests, without_payload; /* of the run that the batch is from */
    struct verdict_outputs outputs;
    const char *markers; /* the folder for NO_HISTORICAL_RESULTS (step/marker.h); NULL: none */
};

/* Whether the values of options_analyze make sense: asked before anything is parsed. ERR_USAGE. */
bool analyze_check_options(struct context *context, struct error *err);
/* The options of an analysis: what is given on the command line wins over the workload. */
void analyze_make_options(struct context *context, const struct workload *workload, struct analysis_options *options);

/* What is compared with what. */
struct analyze_input {
    struct analysis_options options;
    struct record *entries, *history;
    size_t entries_n, history_n;
};
/* The same that analyze_step analyses, for those who ask something else about it. */
bool analyze_load(struct context *context, const struct analyze_request *request, struct analyze_input *input, struct error *err);

/* The file of acknowledgements that --acks, else the workload names: *acks is NULL without one. Before anything is parsed, so that a
 * broken one is known then. ERR_USAGE. */
bool analyze_load_acks(struct context *context, const struct workload *workload, const struct acks **acks, struct error *err);
/* The command that acknowledges all regressions of the verdicts in that file. */
const char *analyze_ack_command(struct context *context, const struct workload *workload, const char *verdicts);
/* The analysis (in the run's arena), or NULL after logging the error with *code set. */
const struct analysis *analyze_step(struct context *context, const struct analyze_request *request, int *code);

#endif
