/* cmd/ci_outcome.h — what is left of a pass beside its outputs: outcome.json for programs, FAILURE for people.
 *
 *     {"format": 1, "exit_code": 1, "workload": "fine_tuning", "directory": "results",
 *      "steps": [{"step": "parse", "code": 0}, {"step": "gate", "code": 1}],
 *      "tests": {"parsed": 9, "broken": 0, "skipped": 1, "valid": 9, "invalid": 0},
 *      "verdicts": {"ok": 70, "regression": 2, …},
 *      "statuses": {"new": 1, "known": 1, …},
 *      "history": {"uri": "sqlite:history.db", "added": 9, "replaced": 0, "unchanged": 0, "not_stored": null},
 *      "passes": [{"workload": "…", "directory": "…", "artifacts": "…__all", "exit_code": 0}]}
 *
 * A step has `"tolerated": true` when its code does not count. `exit_code` is that of the whole command in the first pass's
 * file, and the pass's own in the files of second passes. docs/outcome.schema.json describes every member.
 */
#ifndef CMD_CI_OUTCOME_H
#define CMD_CI_OUTCOME_H
#include "cmd/ci_pass.h"

/* Grows by one when a reader of the older format could go wrong; new members alone do not change it. */
enum { CI_OUTCOME_FORMAT = 1 };

/* Writes outcome.json; `others` are the passes after this one. A failure is logged and added to the outcomes. */
void ci_outcome_write(struct ci_pass *pass, const struct ci_pass *others, size_t others_n, int exit_code);
/* Takes away what an earlier run left, so that a run that is refused, stopped or killed does not seem to have ended well. */
void ci_outcome_remove(struct context *context, const char *artifacts);
/* FAILURE says in a line each what went wrong; without anything that did, an older one is removed. */
void ci_failure_write(struct ci_pass *pass, const struct ci_pass *others, size_t others_n);

#endif
