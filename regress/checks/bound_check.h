/* regress/checks/bound_check.h — fixed bounds (SLO): outside is a regression, whatever history says.
 *
 * The entry's own value decides, as it was measured, without its control; a value on a bound is within. Within, it is told
 * when the next run may well cross a bound: Student's t with the run-to-run spread of the current level. Bounds that hold
 * leave the level its verdict, unless the KPI's method is `fixed`.
 */
#ifndef REGRESS_CHECKS_BOUND_CHECK_H
#define REGRESS_CHECKS_BOUND_CHECK_H
#include "regress/checks/checks.h"

extern const struct check_type bound_check;

#endif
