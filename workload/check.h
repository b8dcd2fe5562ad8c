/* workload/check.h — what can be wrong with a workload only as a whole: names that lead nowhere or clash. */
#ifndef WORKLOAD_CHECK_H
#define WORKLOAD_CHECK_H
#include "workload/workload.h"

/* Adds all that is wrong. Runs the Lua files once. What refers to a part that was refused (problems_doubted) is let pass. Files that do
 * not run are doubted ("lua"). */
void workload_check(const struct workload *workload, const struct workload_registry *registry, struct problems *problems);

/* Whether all labels of payload.metadata.settings are known: nothing was refused that may have held one. */
bool check_labels_known(const struct workload *workload, const struct problems *problems);

/* The member of a TEMPLATE_MAP of that name; NULL when there is none, or no map. */
const struct template *template_member(const struct template *map, const char *name);

#endif
