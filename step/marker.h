/* step/marker.h — files beside a report that tell a CI system at a glance why there is no comparison (contract C5.8).
 *
 *     NO_RESULTS_FOUND       empty: there is no test, or no valid payload
 *     NO_HISTORICAL_RESULTS  empty: the history has no record of the workload
 *     FAILURE                a line for each time that analyze_lts ended with trouble (a code from 100 on); ci, the whole step,
 *                            writes its own anew (cmd/ci_outcome.h)
 *
 * The first two are made or removed by each run, so that they are true of the newest; FAILURE only grows, and its readers remove it.
 */
#ifndef STEP_MARKER_H
#define STEP_MARKER_H
#include "step/context.h"

#define MARKER_NO_RESULTS "NO_RESULTS_FOUND"
#define MARKER_NO_HISTORY "NO_HISTORICAL_RESULTS"

/* Makes the marker in `folder`, or removes an older run's. A marker that cannot be written is a warning. */
void marker_set(struct context *context, const char *folder, const char *marker, bool on);
/* Appends a line to FAILURE in `folder`. */
void marker_fail(struct context *context, const char *folder, const char *text);
/* The folder of a file: "." for a bare name. */
const char *marker_folder(struct context *context, const char *file);

#endif
