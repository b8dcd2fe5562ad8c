/* regress/answers.h — every question that is asked of a series (regress/series.h), and what was found.
 *
 * Four questions are asked about "worse". Newest: is the newest run outside what its history's current level gives? Few: are the newest two,
 * three or four runs all outside what the ones before them give, as a group? Recent: are the newest 4 to 12 runs a level of their own
 * (detect/recent.h, all starts at once)? Step: did history settle on a level that is worse than the best one before, and the entry stands
 * with it? Each has its share of the level. About "better" only the newest run is asked.
 *
 * The tables of what this promises and costs, beside the peers, are in docs/statistics.md; bench/gate_tables.c makes them.
 */
#ifndef REGRESS_ANSWERS_H
#define REGRESS_ANSWERS_H
#include "detect/baseline.h"
#include "detect/levels.h"
#include "regress/series.h"

enum { ANSWERS_TESTED_MIN = 3 }; /* run points of history below which nothing is tested */
/* Shares of the level. The newest run's is smaller below ANSWERS_FEW points, where the tail of a skewed family shows less
 * than the test assumes; what is then left is not spent. */
enum { ANSWERS_FEW = 12 };
#define ANSWERS_NEWEST_SHARE 0.5
#define ANSWERS_NEWEST_SHARE_FEW 0.3
#define ANSWERS_FEW_SHARE 0.2
#define ANSWERS_RECENT_SHARE 0.2
#define ANSWERS_STEP_SHARE 0.1
enum { ANSWERS_FEW_MIN = 2, ANSWERS_FEW_MAX = 4 };
#define ANSWERS_FEW_TRIES 2

/* A regression that began at x[start], against an earlier level. */
struct began {
    bool found;
    double p; /* before its share */
    size_t start;
    struct baseline reference;
};

/* What tells how sure a step in history is. */
struct stepped {
    struct levels levels; /* up to the best one, and then one change for all that came after it */
    const double *x;      /* the run points of history but those of levels that were twice as bad as the last one, or worse */
    size_t n;
};

struct answers {
    bool tested;
    struct levels levels;   /* of history */
    struct baseline now;    /* current level of history */
    double p_worse, p_better; /* of the newest run alone */
    struct levels before;   /* the first of `levels`, up to the one that the newest runs are held against */
    struct began few;       /* the newest two, three or four runs are all outside */
    struct began recent;    /* the newest runs are a level of their own */
    struct began step;      /* history settled on a worse level, and the entry stands with it */
    struct stepped stepped; /* when step was found */
};

/* The share of the newest run. */
double answers_newest_share(const struct series *series);
/* What of a level is left for one question to this series alone: less where several are one hypothesis. */
double answers_lone_level(const struct series *series, double level);

/* `shuffles`: see levels_find_with. */
struct answers answers_of(const struct series *series, struct shuffles *shuffles, struct arena *arena);

/* p of "nothing got worse" for the gate: the questions with their shares, only where thresholds are passed; at most 1.
 * *began: which regression it is, NULL for the newest run alone. */
double answers_worse(const struct series *series, const struct answers *answers, const struct began **began);

/* Whether a regression with this corrected p is one that the promised level holds for: not where few runs of skewed noise cannot show how
 * far out the next one may be. */
bool answers_level_kept(const struct series *series, const struct answers *answers, const struct began *began, double corrected, double level);

/* Finds the p of resampling again, for the level that the correction asks of a single series. */
void answers_resolve(const struct series *series, struct answers *answers, struct shuffles *shuffles, double alpha);

#endif
