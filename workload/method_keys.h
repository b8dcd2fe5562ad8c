/* workload/method_keys.h — reading `method:`, of a KPI and of `analyze:`: `method: hunter` or `method: {name: zscore, deviations: 3}`.
 *
 * | option | of | what |
 * |---|---|---|
 * | deviations | stdev, zscore | standard deviations that are too many: 3 |
 * | share | hunter, threshold | of the level: 0.05 |
 * | base | threshold | mean, or previous: what it is a share of |
 * | alpha | mann_whitney | p at most: 0.05 |
 * | p | hunter | p at most, as it understands it: 0.001 |
 */
#ifndef WORKLOAD_METHOD_KEYS_H
#define WORKLOAD_METHOD_KEYS_H
#include "workload/reader.h"

bool method_keys_read(const struct reader *reader, const struct node *node, struct method_choice *out);
shape_maker shape_method;

#endif
