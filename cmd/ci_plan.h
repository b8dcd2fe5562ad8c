/* cmd/ci_plan.h — what `matbench ci` will do: flags and variables, then the `matbench:` block, then the project around it.
 *
 * Everything that can be refused is refused here, before a file is written. Source: contract C6, TOPSAIL's post-test step.
 */
#ifndef CMD_CI_PLAN_H
#define CMD_CI_PLAN_H
#include "cmd/command.h"
#include "config/block.h"
#include "regress/gate.h"

extern const struct option options_ci[];

struct ci_plan {
    const char *workload, *prom_workload; /* names; prom_workload: NULL, or what the second pass parses with */
    const char *prom_suffix;              /* what the second pass adds to the name of its history; never NULL */
    const char *directory;                /* the results; with a download: where it goes */
    const char *artifacts;                /* where outputs go */
    const char *history;                  /* URI; NULL: none is used or named */
    const char *horreum;                  /* URI of the Horreum test that gets the payloads besides; NULL: none */
    const char *preset, *config_file;     /* names of files in the workload's data/; NULL: none */
    const char *url, *url_file;           /* what is downloaded first; NULL: nothing (the preset may name a url_file) */
    const char *download_mode;
    bool save_to_artifacts;               /* the downloaded results are copied beside the outputs */
    bool ignore_cache;
    bool replot;
    bool lts, analyze, upload;
    bool upload_on_regression;            /* false: a gated regression is not stored */
    bool upload_may_fail;                 /* a failed upload does not make the exit code */
    struct gate gate;
    const char *skipped;                  /* why analysis and upload are skipped: the server's credentials; NULL */
    bool skipped_fails;                   /* and that makes the exit code */
};

/* ERR_USAGE: wrong values, a key that asks for what this version has not. */
bool ci_plan_make(struct context *context, struct ci_plan *plan, struct error *err);

#endif
