/* regress/checks/checks.h — several questions about one KPI: what it gets asked beyond the change of its level, and which of the
 * answers is its verdict.
 *
 * A check is a row (struct check_type): a new one is a pair regress/checks/<name>_check.[ch] and a line in checks.c. Its p, where
 * it has one, goes into the correction of the invocation beside those of the levels; what it finds is judged after it. The
 * verdict of a KPI is the gravest of its checks': regression, suspect, cannot tell, improvement, ok; of equals the first.
 * A check that could not be made says so, and decides nothing, unless it stands in place of the level.
 */
#ifndef REGRESS_CHECKS_CHECKS_H
#define REGRESS_CHECKS_CHECKS_H
#include "regress/verdict.h"

enum check_place {
    CHECK_NONE,   /* the KPI of this entry does not get it */
    CHECK_BESIDE, /* beside the level */
    CHECK_INSTEAD /* in place of the level, which is not tested */
};

/* A check at work. */
struct checking {
    const struct check_type *type;
    enum check_place place;
    struct check check; /* p_* and corrected_* are NAN until test and correction say more; verdict: cannot tell */
    void *kept;         /* from test to judge */
};

struct check_type {
    enum check_kind kind;
    /* Of KPIs without a number, too. */
    enum check_place (*place)(const struct hypothesis *h, const struct invocation *invocation);
    /* Sets tested, the numbers and p. By a worker: looks at nothing that other hypotheses change. Of the invocation only
     * what is known before the tests. After the level's own test, so that h->answers may be used. */
    void (*test)(const struct hypothesis *h, const struct invocation *invocation, struct checking *checking,
                 struct arena *arena);
    /* After the correction: verdict, found, flip, more_runs, smallest_seen, ok_from. */
    void (*judge)(const struct hypothesis *h, const struct invocation *invocation, struct checking *checking,
                  struct arena *arena);
};

/* Which checks the KPI gets; h->level is cleared when one of them stands in its place. */
void checks_plan(struct hypothesis *h, const struct invocation *invocation, struct arena *arena);
void checks_test(struct hypothesis *h, const struct invocation *invocation, struct arena *arena);
/* After the level's own verdict and evidence: judges the checks and takes the gravest. */
void checks_decide(struct hypothesis *h, const struct invocation *invocation, struct arena *arena);

/* Since when it is so: by the place among all run points of the series, older ones included, of the first that it is so of; 0: not known. */
void checks_set_since(struct check *check, const struct series *series, size_t first);

/* Makes what one check says the KPI's verdict, reason and evidence. */
void checks_take(struct hypothesis *h, const struct check *check);

/* For the rows: the verdict that p before and after correction give. `enough`: the history that a regression needs is
 * there. */
enum verdict checks_verdict(const struct check *check, const struct invocation *invocation, bool enough);
/* The level of p at which a hypothesis with this corrected p alone would become a regression, given what else is one. */
double checks_alpha(const struct invocation *invocation, double corrected);
/* "p = 0.0003 after correction for 24 tests, level 0.05". */
const char *checks_p(const struct check *check, const struct invocation *invocation, struct arena *arena);

#endif
