/* regress/checks/method_check.h — a KPI that is judged by another tool's method (detect/method.h), in place of the change of its level.
 *
 * Where the method has a p, that enters the correction of the invocation, two-sided as the method believes it: what it flags is
 * a regression when the corrected p is within the level, else suspect. Where it has none its flag decides, and the reason says that
 * nothing is promised. A change that does not pass the KPI's thresholds never counts. It speaks from the history on that it needs itself,
 * whatever min_history says: a gate is moved over as it is. `fixed` is the bounds' own check (regress/checks/bound_check.h).
 */
#ifndef REGRESS_CHECKS_METHOD_CHECK_H
#define REGRESS_CHECKS_METHOD_CHECK_H
#include "regress/checks/checks.h"

extern const struct check_type method_check;

#endif
