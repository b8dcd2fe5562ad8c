/* regress/verdict.h — from the tests of one KPI to its verdict and the evidence for it.
 */
#ifndef REGRESS_VERDICT_H
#define REGRESS_VERDICT_H
#include "regress/series.h"

/* A tested KPI of an entry. */
struct hypothesis {
    struct kpi_result *result;
    const char *version; /* of the entry */
    struct series series;
    struct findings findings;
    const struct began *began; /* the regression that p_worse speaks of; NULL: the newest run alone */
    double p_worse, p_better;  /* what the correction gets */
    double corrected_worse, corrected_better;
};

/* What the whole invocation gives to each verdict. */
struct invocation {
    const struct analysis_options *options;
    size_t tested;
    size_t rejected; /* hypotheses whose corrected p_worse is within the level */
};

/* Run points that a regression of this series needs. */
int verdict_min_history(const struct hypothesis *h, const struct analysis_options *options);

/* Verdicts that need no test: ignored, no direction, no number, no history, missing. False: it must be tested;
 * h->series is then filled. `changed_key`: see entry_result. */
bool verdict_without_test(struct hypothesis *h, const struct selection *selection, const struct record *entry,
                          struct arena *arena);

/* Fills result->verdict and result->evidence of a hypothesis (tested, or with too little history to be). */
void verdict_decide(struct hypothesis *h, const struct invocation *invocation, struct arena *arena);

#endif
