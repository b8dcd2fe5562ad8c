/* regress/untested.h — the verdict on a KPI of which nothing can be tested, and why: missing, another unit, no history, nothing to analyse.
 */
#ifndef REGRESS_UNTESTED_H
#define REGRESS_UNTESTED_H
#include "regress/verdict.h"

/* has: the entry has a number (or list) for it. False: there is something to test; the verdict is not touched. */
bool untested_settle(struct hypothesis *h, bool has, struct arena *arena);

/* Says so: always true. reason, flip: a sentence each, see struct evidence. */
bool untested_say(struct hypothesis *h, enum verdict verdict, const char *reason, const char *flip);

#endif
