/* cmd/parse_step.h — parsing a results directory: what parse, upload_lts, analyze_lts and ci have in common. */
#ifndef CMD_PARSE_STEP_H
#define CMD_PARSE_STEP_H
#include "cmd/command.h"
#include "history/batch.h"
#include "lts/payload.h"

struct parse_request {
    const struct workload *workload;
    const char *results_dirname;
    const char *matrix, *payloads, *kpis; /* files, "-" or NULL */
    bool need_payloads; /* an incomplete test is an error, not a warning */
    bool pretty, strict;
    bool ignore_cache; /* parse caches are written, not read; as MATBENCH_STORE_IGNORE_CACHE */
    struct batch *batch; /* takes the valid payloads; or NULL */
};

struct parse_counts {
    size_t tests;    /* found, the broken ones included */
    size_t broken;   /* with an artifact that cannot be read, or settings that cannot */
    size_t skipped;
    size_t valid, invalid; /* payloads */
    size_t withheld;       /* valid, with a status other than Valid: never history */
    size_t from_cache;      /* parsed before, and nothing has changed */
    size_t from_cache_only; /* those of them whose artifacts are not there */
    bool written;          /* the outputs are there */
};

/* Gives the exit code by contract C2.6, C3.1; everything has been logged. Outputs are complete or untouched. */
int parse_step(struct context *context, const struct parse_request *request, struct parse_counts *counts);

#endif
