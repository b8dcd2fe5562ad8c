/* step/parse_step.h — parsing a results directory: what parse, upload_lts, analyze_lts and ci have in common. */
#ifndef STEP_PARSE_STEP_H
#define STEP_PARSE_STEP_H
#include "history/batch.h"
#include "kpi/openmetrics.h"
#include "lts/stream.h"
#include "step/context.h"
#include "workload/workload.h"

/* Sees the tests go by; each function returns false with *err set to stop. */
struct parse_visitor {
    bool (*begin)(void *visitor, const struct discovery *found, struct error *err); /* before the first test */
    bool (*visit)(void *visitor, const struct outcome *outcome, struct error *err); /* on the main thread, in order */
};

struct parse_request {
    const struct workload *workload;
    const char *results_dirname;
    const char *filters; /* beside --filters; or NULL */
    const char *matrix, *payloads, *kpis; /* files, "-" or NULL */
    struct openmetrics_style kpi_style;
    bool need_payloads; /* an incomplete test is an error, not a warning */
    struct log *payload_log; /* where what is wrong with payloads is said; findings are then warnings. NULL: all in one log */
    bool said_before;        /* what is wrong with tests goes only to the copy of the log: an earlier step has said it */
    bool pretty, strict;
    bool ignore_cache; /* parse caches are written, not read; as MATBENCH_STORE_IGNORE_CACHE */
    struct batch *batch; /* takes the valid payloads; or NULL */
    const struct parse_visitor *visitor; /* or NULL */
    void *visiting;                      /* its first argument */
};

struct parse_counts {
    size_t tests;    /* found, the broken ones included */
    size_t broken;   /* with an artifact that cannot be read, or settings that cannot */
    size_t skipped;
    size_t valid, invalid; /* payloads */
    size_t withheld;       /* valid, with a status other than Valid: never history */
    size_t from_cache;      /* parsed before, and nothing has changed */
    size_t from_cache_only; /* those of them whose artifacts are not there */
    bool whole;             /* all tests have gone by */
    bool written;           /* and the outputs are there */
};

/* Gives the exit code by contract C2.6, C3.1; everything has been logged. Outputs are complete or untouched. */
int parse_step(struct context *context, const struct parse_request *request, struct parse_counts *counts);

#endif
