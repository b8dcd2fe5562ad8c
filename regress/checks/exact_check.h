/* regress/checks/exact_check.h — a KPI that is declared to have no noise (instructions, bytes): any difference that passes the thresholds
 * is a change, from the first run point of history on.
 *
 * History is divided into stretches of one value (differences below the thresholds, from the stretch's first value, do not count).
 * The entry is held against the newest stretch, or, when that is worse than the best one of the window and the entry is no
 * nearer to the best, against the best: a regression stays one until it is fixed. So that a KPI that is not what it was declared to be
 * does not alarm at every run, it is judged as any other, and says so, where
 * - repetitions of one run differ, or
 * - the window has more than one change for every three runs (and the first).
 */
#ifndef REGRESS_CHECKS_EXACT_CHECK_H
#define REGRESS_CHECKS_EXACT_CHECK_H
#include "regress/checks/checks.h"

extern const struct check_type exact_check;

#endif
