/* workload/check.h — what can be wrong with a workload only as a whole: names that lead nowhere or clash. */
#ifndef WORKLOAD_CHECK_H
#define WORKLOAD_CHECK_H
#include "workload/workload.h"

/* ERR_USAGE with the place of the first that is wrong. Runs the Lua files once. */
bool workload_check(const struct workload *workload, const struct workload_registry *registry, struct error *err);

#endif
