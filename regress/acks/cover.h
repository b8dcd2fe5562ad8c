/* regress/acks/cover.h — which acknowledgement speaks of a change.
 *
 * One that names a run speaks of what began within MARKS_NEAR run points of it, unless the change was gone by then; of a bound that the level
 * from there on breaks, however often a run is within; with `until` of what began later, too; one that names no run, of whatever began.
 */
#ifndef REGRESS_ACKS_COVER_H
#define REGRESS_ACKS_COVER_H
#include "regress/acks/marks.h"

/* Where a change begins. */
struct cover_begin {
    size_t point;                  /* among the run points that are looked at; n: with the entry */
    const struct run_point *older; /* as evidence.since_older: before them */
};

/* Of those that speak of a change that began there: one that holds before one that is over, the nearest first; NULL: none does. */
const struct mark *cover_find(const struct hypothesis *h, struct cover_begin begin);

/* Whether what began later is meant, too: up to a run, and only what is not worse than the acknowledged level. */
bool cover_later(const struct hypothesis *h, const struct mark *mark);
/* By its day or its last run. */
bool cover_is_over(const struct mark *mark);

#endif
