/* workload/check.h — what can be wrong with a workload only as a whole: names that lead nowhere or clash. */
#ifndef WORKLOAD_CHECK_H
#define WORKLOAD_CHECK_H
#include "workload/workload.h"

/* Adds all that is wrong. Runs the Lua files once. What refers to a part that was refused (problems_doubted) is let pass. */
void workload_check(const struct workload *workload, const struct workload_registry *registry, struct problems *problems);

/* The member of a TEMPLATE_MAP of that name; NULL when there is none, or no map. */
const struct template *template_member(const struct template *map, const char *name);

#endif
