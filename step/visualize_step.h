/* step/visualize_step.h — making the report pages of a results directory: for visualize and ci. */
#ifndef STEP_VISUALIZE_STEP_H
#define STEP_VISUALIZE_STEP_H
#include "step/context.h"
#include "workload/workload.h"

struct visualize_request {
    const struct workload *workload;
    const char *results_dirname;
    const char *const *generate; /* names of reports, NULL-ended; NULL or none: all that we can make */
    const char *filters;         /* beside --filters; NULL or "": none */
    bool said_before;            /* as in struct parse_request */
    const char *directory;       /* where the pages go; made with its parents when it is not there */
};

/* Parses the tests and writes reports_index.html and a page for each report that can be made; what cannot be drawn yet, or is
 * unknown, is a warning. Gives the exit code: 0; 101 when every test is broken (the pages say why); 103 without a test; 105 … . All
 * pages are new, or all are as they were. */
int visualize_step(struct context *context, const struct visualize_request *request);

#endif
