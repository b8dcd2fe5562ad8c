/* regress/checks/drift_check.h — slow drift against a budget: "at most 5 % since 4.18" (detect/drift.h).
 *
 * The newest runs, up to eight, this one among them, against the runs whose first comparison key the budget's `since` names
 * (order_names), or against the oldest ones. One more hypothesis in the correction: the budget is the threshold of its own,
 * the KPI's thresholds do not count. Asks for the same history as any regression does, and for at least DRIFT_MIN runs.
 */
#ifndef REGRESS_CHECKS_DRIFT_CHECK_H
#define REGRESS_CHECKS_DRIFT_CHECK_H
#include "regress/checks/checks.h"

extern const struct check_type drift_check;

/* Whether the budget would have been a regression with the run before this one as the newest, at this level of p. */
bool drift_check_shown_before(const struct hypothesis *h, const struct invocation *invocation, double alpha);

#endif
