/* regress/acks/sides.h — the values on both sides of a change that somebody marked, and whether it was gone later.
 *
 *     x:  100 101 100  99 | 88 87 88 | 100 101 99 | 88
 *                      at = 4      gone_at = 7
 *
 * The good side are the runs just before it, the bad side those from it on that stay nearer to it than to the good side. It was gone when
 * two runs in a row (three, where the spread of runs is not known) stood nearer to the good side, and so far from the bad one as
 * chance takes none (four standard errors, of the good side's spread).
 */
#ifndef REGRESS_ACKS_SIDES_H
#define REGRESS_ACKS_SIDES_H
#include "regress/series.h"

struct sides {
    double good, bad;
    bool worse;     /* bad is worse than good, by the thresholds */
    bool gone;      /* of history; the entry is not looked at */
    size_t gone_at; /* the first run of those that showed it */
};

/* from < at < n; the good side does not reach back beyond `from`. */
struct sides sides_of(const struct series *series, size_t from, size_t at);
/* Whether a value is nearer to the good side. */
bool sides_back(const struct series *series, const struct sides *sides, double value);

#endif
