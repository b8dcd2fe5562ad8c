/* regress/causes/causes.h — what else changed where a level changed: labels that differ between the runs before and the runs since, the last good
 * and the first bad run, their links, ranges of commits.
 *
 * A difference is a hint, no proof: what changed only there is named first. Two numbers rank them:
 *   share      ½ (d(a) - d(b)), d(v) the share of the runs before with the value v less that of the runs since; a, b the values with the
 *              largest and the smallest d. 1: always a before and always b since; a label with another value in each run has little.
 *   elsewhere  pairs of neighbouring runs of the whole history, of one level, between which it changed.
 * Shares are compared in steps of a tenth, so that one stray run does not put what changes all the time before what changed once.
 */
#ifndef REGRESS_CAUSES_CAUSES_H
#define REGRESS_CAUSES_CAUSES_H
#include "regress/analysis.h"

enum { CAUSES_MAX = 20 }; /* differences of a KPI that are kept */
#define CAUSES_SHARE_MIN 0.25 /* what tells the sides apart less is no difference, but for versions and ranges of commits */

/* Fills last_good…, differences and cause of every KPI whose verdict speaks of a change (evidence.since_version). */
void causes_find(struct analysis *analysis, struct arena *arena);

#endif
