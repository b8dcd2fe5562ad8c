/* step/changepoints_step.h — `matbench changepoints`: the change points of the series in a file, and whether its newest run is worse.
 */
#ifndef STEP_CHANGEPOINTS_STEP_H
#define STEP_CHANGEPOINTS_STEP_H
#include "columns/changes.h"
#include "columns/columns.h"
#include "regress/gate.h"
#include "step/context.h"

struct changepoints_step {
    const char *file; /* "-": standard input */
    struct columns_options columns;
    struct changes_options changes;
    enum direction better; /* NONE: not said */
    double false_alarm_rate;
    const struct method *method; /* by which the newest run is judged; NULL: by ours */
    bool json;
    struct gate gate;      /* of the newest run's verdicts */
    bool fails_on_change;  /* any change point gives 1 */
};

/* Prints, and gives the exit code. */
int changepoints_run(struct context *context, const struct changepoints_step *step);

#endif
