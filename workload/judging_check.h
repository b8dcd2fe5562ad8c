/* workload/judging_check.h — what of judging can be wrong only in the workload as a whole: labels that no payload has, KPIs that are not
 * there, KPIs that are divided by each other in a circle. A part of workload_check. */
#ifndef WORKLOAD_JUDGING_CHECK_H
#define WORKLOAD_JUDGING_CHECK_H
#include "workload/workload.h"

/* `labels`: the names of the payload's labels, NULL-ended; NULL: not known. */
void judging_check_all(const struct workload *workload, const char *const *labels, struct problems *problems);

#endif
