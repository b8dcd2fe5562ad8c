/* workload/plots.h — which reports a workload's tests are shown with: the files data/<name>.yaml of its folder.
 *
 *     visualize:
 *     - id: scale_test
 *       generate: ["report: Error report", "report: LTS Documentation"]
 *       filters: [null, "tuning_method=lora"]     # one set of reports for each; null or "": all tests
 *
 * A project chooses the file by `matbench.config_file` or `matbench.preset`. The same file may hold `download:`, which is for
 * the download command and passed over here. Errors are ERR_USAGE with file:line:col. */
#ifndef WORKLOAD_PLOTS_H
#define WORKLOAD_PLOTS_H
#include "workload/workload.h"

struct plots_item {
    const char *id;
    const char *const *generate; /* NULL-ended; empty: the reports that every workload has */
    const char *const *filters;  /* NULL-ended, never empty; "": all tests */
};

struct plots {
    const struct plots_item *items;
    size_t n;
    const char *file; /* where it was read; NULL: there is none */
    bool downloads;   /* the file also says what to download */
};

/* `config_file`: "fms.yaml", or NULL for plots.yaml. A workload without a plots.yaml has one item, with no names and no filter. */
bool plots_load(struct arena *arena, const struct workload *workload, const char *config_file, struct plots *plots,
                struct error *err);

/* All names that the workload's files list under `generate`, sorted, NULL-ended; files that cannot be read are passed over. */
const char *const *plots_names(struct arena *arena, const struct workload *workload);

#endif
