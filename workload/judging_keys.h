/* workload/judging_keys.h — reading the keys of a KPI that say how it is judged (workload/judging.h). For workload/kpis.c: each is the
 * `read` of a row of its table, with a struct kpi as target. */
#ifndef WORKLOAD_JUDGING_KEYS_H
#define WORKLOAD_JUDGING_KEYS_H
#include "workload/reader.h"

typedef bool judging_reader(const struct reader *reader, const struct node *node, void *target);

judging_reader judging_read_thresholds, judging_read_independent, judging_read_tails, judging_read_exact, judging_read_bounds,
    judging_read_budget, judging_read_reference, judging_read_method;
shape_maker shape_thresholds, shape_tails, shape_bounds, shape_budget, shape_reference;

/* What of one KPI does not go together; `at`: of its name. */
bool judging_check(const struct reader *reader, const struct kpi *kpi);

#endif
