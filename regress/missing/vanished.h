/* regress/missing/vanished.h — label sets that the last runs of history had, and this run has not (for regress/missing/expect.c). */
#ifndef REGRESS_MISSING_VANISHED_H
#define REGRESS_MISSING_VANISHED_H
#include "regress/analysis.h"

struct vanished {
    const char *const *names; /* "gpu=8 model=x": the labels by which it differs from the entries and from the others */
    size_t n;
};

/* `recent`: the newest records of the history, whatever their labels. Nothing vanished before there are EXPECT_RUNS runs. A label set that
 * an entry has but for keys that are not on both sides is not named: a key list changed, and the entry says so. */
struct vanished vanished_find(const struct analysis *analysis, const struct record *recent, size_t recent_n, struct arena *arena);

#endif
