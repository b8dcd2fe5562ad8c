/* proof/selftest.h — would the gate see it? A synthetic change put into the payloads under analysis, and what the gate says then.
 *
 * Three analyses of the same payloads against the same history: as they are; with every KPI at the level of its history, which is no change
 * and must be no regression; and with the change, made to all chosen KPIs at once. What that did not show is also asked for alone,
 * and which change would have been seen.
 */
#ifndef PROOF_SELFTEST_H
#define PROOF_SELFTEST_H
#include "regress/analysis.h"

struct selftest_options {
    const struct analysis_options *analysis;
    double share;    /* how much worse: 0.1 is 10 % of the value */
    const char *kpi; /* only this one; NULL: all that are analysed */
    bool (*go_on)(void *context, size_t done, size_t all); /* false stops */
    void *context;
};

enum selftest_outcome {
    SELFTEST_SEEN,    /* it became a regression */
    SELFTEST_ALREADY, /* it was one without it */
    SELFTEST_NOT_SEEN
};

struct selftest_kpi {
    const struct entry_result *entry; /* with the change */
    const struct kpi_result *as_is, *same, *changed;
    double value, changed_value;
    enum selftest_outcome outcome;
    bool seen_alone; /* with nothing else changed */
    double needed;   /* the share that would be a regression, alone; INFINITY: none up to SELFTEST_MOST */
};
#define SELFTEST_MOST 10.0

struct selftest {
    const struct selftest_options *options;
    const struct analysis *as_is, *same, *changed;
    struct selftest_kpi *kpis; /* those that were changed, by entry */
    size_t kpis_n;
    size_t outcomes[SELFTEST_NOT_SEEN + 1];
    size_t same_regressions; /* of the chosen KPIs, where nothing changed: a bound that is violated, or a mistake */
    bool known;              /* the chosen KPI is one of the workload's */
};

/* NULL when go_on said to stop. */
struct selftest *selftest_run(struct arena *arena, const struct selftest_options *options, const struct record *entries, size_t entries_n,
                              const struct record *history, size_t history_n);
/* Whether the gate does as it should: no regression without a change, and every change is seen, one at least: where all KPIs were
 * regressions before, nothing is shown. */
bool selftest_passes(const struct selftest *selftest);

#endif
