/* regress/missing/expect.h — the completeness gate: what should be there and is not. A green gate over half of the runs is no green gate.
 *
 * Asked for by the workload (analyze: expect:, struct expect of workload/judging.h); needs no history:
 *   label sets    each needs an entry that it fits
 *   runs          every label set of this run has that many payloads
 *   KPIs          every entry has a number for them
 *   age           the newest run that an entry is compared with is no older, against options->now_us, else against the entry's start
 * Held against history, with options->completeness:
 *   label sets    those that each of the last EXPECT_RUNS runs had. A run is (comparison-key values, run_id); without a run_id all payloads of
 *                 a version. Of newer versions than the entries' nothing is expected
 *   KPIs          those that each of the last EXPECT_RUNS runs of an entry had, and no entry has
 *   schema version  kpi_settings_version and lts_schema_version are those of the newest run
 *   runs          as many payloads as the median of the last EXPECT_USUAL runs had
 * And always, as numbers of different units cannot be compared: KPIs whose unit is not history's (regress/missing/unit_change.h).
 *
 * Each absence counts as VERDICT_MISSING, unless KPI results say so themselves (absence.results).
 */
#ifndef REGRESS_MISSING_EXPECT_H
#define REGRESS_MISSING_EXPECT_H
#include "regress/analysis.h"

enum {
    EXPECT_RUNS = 3,
    EXPECT_USUAL = 8,
    EXPECT_RECENT_MAX = 1000, /* records of history among which the last runs are looked for */
    EXPECT_NAMED_MAX = 3      /* entries that a sentence names; the rest it counts */
};

/* Fills analysis->absences and adds them to counts[VERDICT_MISSING]. The verdicts have to be settled. `history`, ordered by start, stands
 * in where options->recent is NULL. */
void expect_find(struct analysis *analysis, const struct record *history, size_t history_n, struct arena *arena);

/* Days from the newest run that the entry is compared with to the entry's start; 0 when there is none, or it is younger. */
double expect_age_days(const struct entry_result *entry);

#endif
