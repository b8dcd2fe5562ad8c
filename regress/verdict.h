/* regress/verdict.h — from the tests of one KPI to its verdict and the evidence for it.
 */
#ifndef REGRESS_VERDICT_H
#define REGRESS_VERDICT_H
#include "regress/answers.h"

struct checking; /* regress/checks/checks.h */
struct list_kpi; /* regress/checks/list_check.h */
struct marks;    /* regress/acks/marks.h */

/* A KPI of an entry that is judged: by the change of its level, and by the checks that it gets. */
struct hypothesis {
    struct kpi_result *result;
    const struct record *entry;
    const struct selection *selection;
    const char *version; /* of the entry */
    bool level;          /* its level is tested; else it has no history, or a check stands in its place */
    const char *elsewhere; /* why it is judged with another entry (regress/checks/pair_check.h): only bounds are its own; NULL: here */
    struct checking *checks;
    size_t checks_n;
    struct list_kpi *list; /* NULL: a number. Of a list series, answers and began are those of one part */
    size_t others;         /* run points in which it is a list instead of a number, or the reverse */
    uint64_t labels;       /* fingerprint of the entry's labels that are compared */
    struct marks *marks;   /* what people said of the series; NULL: nothing */
    struct series series;
    struct answers answers;
    const struct began *began; /* the regression that p_worse speaks of; NULL: the newest run alone */
    double p_worse, p_better;  /* what the correction gets */
    double corrected_worse, corrected_better;
};

/* What the whole invocation gives to each verdict. */
struct invocation {
    const struct analysis_options *options;
    const struct control_index *controls; /* NULL: none */
    const struct pair_index *pairs;       /* NULL: none */
    size_t tested;   /* hypotheses in the correction: levels and checks; known after the tests, like */
    size_t rejected; /* those whose corrected p for the worse is within the level */
};

/* Run points that a regression of this series needs. */
int verdict_min_history(const struct hypothesis *h, const struct analysis_options *options);

/* The series of the hypothesis under a rule, divided by its control. */
void verdict_gather(const struct hypothesis *h, const struct invocation *invocation, const struct kpi_rule *rule, struct series *series,
                    struct arena *arena);
/* The p that the correction gets, of answers whose level is known. */
void verdict_weigh(struct hypothesis *h);
/* Whether a change of half its level would be seen. */
bool verdict_can_see(const struct hypothesis *h, const struct analysis_options *options);

/* Fills h->series, and settles what needs no test of the level: ignored, no direction, no number, no history, missing.
 * Else h->level is set. Then plans the checks. False: there is nothing to test. */
bool verdict_plan(struct hypothesis *h, const struct invocation *invocation, struct arena *arena);

/* Fills result->verdict and result->evidence of a hypothesis (tested, or with too little history to be). */
void verdict_decide(struct hypothesis *h, const struct invocation *invocation, struct arena *arena);

#endif
