/* step/bundle_step.h — the file of --bundle, and what `matbench verify` does with it.
 *
 * docs/bundle.schema.json describes every member.
 *
 *     {"format": 1, "program": "matbench 0.1 (revision …)", "workload": "fine_tuning", "inputs_sha256": "…", "verdicts_sha256": "…",
 *      "inputs": {…},           proof/bundle.h
 *      "verdicts": {…}}         report/verdict_json.h
 *
 * inputs_sha256 is of `inputs` written without blanks; verdicts_sha256 of the whole file regression_verdicts.json. Compressed by its name: .gz,
 * .zst. The same analysis gives the same bytes. */
#ifndef STEP_BUNDLE_STEP_H
#define STEP_BUNDLE_STEP_H
#include "proof/bundle.h"
#include "step/context.h"

enum { BUNDLE_FORMAT = 1 };

/* `program` says who wrote it; `bundle` holds what `analysis` was made of. ERR_OUTPUT. */
bool bundle_step_write(struct context *context, const char *path, const char *program, const char *workload, const struct bundle *bundle,
                       const struct analysis *analysis, struct error *err);

/* Reads the file ("-": standard input), makes its verdicts again and holds them against those in it; tells on standard output. 0: the same
 * bytes; 1: others, what differs; 101: it is no bundle, broken, or changed since it was written; 100: its format is newer. */
int bundle_step_verify(struct context *context, const char *path, const char *program);

#endif
