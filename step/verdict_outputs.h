/* step/verdict_outputs.h — all files that one analysis is written into, and what GitHub Actions is told. */
#ifndef STEP_VERDICT_OUTPUTS_H
#define STEP_VERDICT_OUTPUTS_H
#include "regress/analysis.h"
#include "regress/gate.h"
#include "step/context.h"
#include "workload/workload.h"

/* --markdown_dest, --junit_dest, --github, --bundle. */
extern const struct option options_verdict_outputs[];

/* Files to write, or NULL. */
struct verdict_outputs {
    const char *report_html, *summary_yaml, *verdicts_json, *markdown, *junit;
    const char *bundle, *program; /* see step/bundle_step.h: written by analyze_step, which knows what the analysis was made of */
    bool github;        /* annotations to standard output; the Markdown to the end of $GITHUB_STEP_SUMMARY, where that is set */
    const struct gate *gate; /* what fails; NULL: the default */
};

/* The file that an option names, NULL for "none" and the like; `fallback` when it names nothing. */
const char *verdict_outputs_file(struct context *context, const char *option, const char *fallback);

/* For a command whose standard output is a screen: none of them may go there. ERR_USAGE. */
bool verdict_outputs_check(struct context *context, struct error *err);

/* Two outputs in one file: one of them would be lost. Devices take several; NULL and "-" are no files. Both lists have n elements. ERR_USAGE. */
bool verdict_outputs_apart(const char *const *options, const char *const *files, size_t n, struct error *err);

/* Writes them. One that cannot be written does not keep the others from being written; of several that cannot
 * the first is in err, the others are logged. ERR_OUTPUT. */
bool verdict_outputs_write(struct context *context, const struct verdict_outputs *outputs, const struct workload *workload,
                           const struct analysis *analysis, struct error *err);

#endif
