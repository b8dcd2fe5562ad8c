/* report/phrases.h — how verdicts are said: the same words on the screen and on pages.
 *
 * All texts live in the arena; what comes from artifacts is in them as it is, for the renderer to clean or escape. */
#ifndef REPORT_PHRASES_H
#define REPORT_PHRASES_H
#include "base/arena.h"
#include "regress/analysis.h"
#include "regress/gate.h"

/* In the order in which people should look at them: regressions first. */
extern const enum verdict phrases_by_weight[VERDICT_COUNT];

/* The whole analysis in one sentence: "1 regression in 1 of 5 entries.", "No regression in 40 KPI results of 5 entries." */
const char *phrases_verdict(const struct analysis *analysis, struct arena *arena);
/* What nobody may take for green, NULL-ended: "NOT GATED: no history for 5 of 5 entries". */
const char *const *phrases_not_gated(const struct analysis *analysis, struct arena *arena);
/* "18 KPI results of 3 entries: 1 regression, 2 missing, 15 ok." */
const char *phrases_counts(const struct analysis *analysis, struct arena *arena);
/* "16 tested against 24 records of history; chance of any false alarm: 0.05." */
const char *phrases_tested(const struct analysis *analysis, struct arena *arena);

/* "The gate fails with exit code 1: a regression.", "The gate passes (exit code 0)." The gate's own code: a step may have others. */
const char *phrases_gate(const struct analysis *analysis, const struct gate *gate, struct arena *arena);
/* "3 ok, 1 no history": KPI results of an entry by verdict, the gravest first. */
const char *phrases_entry_counts(const struct entry_result *entry, struct arena *arena);
/* Whether somebody should look at it: regression, missing, suspect, acknowledged, improvement, `cannot tell` in place of a regression. */
bool phrases_matters(const struct kpi_result *kpi);
/* Missing because a key list changed: said once, with NOT GATED and in the entry's notes. */
bool phrases_said_elsewhere(const struct entry_result *entry, enum verdict verdict);

/* What the change is told of: of a drift or a bound the newest runs (this one) and the reference (the bound), else this run and the level. */
struct phrases_numbers {
    double value, against; /* NAN: none */
};
struct phrases_numbers phrases_numbers(const struct kpi_result *kpi);
/* Whether these are this run and the level. */
bool phrases_of_level(const struct kpi_result *kpi, struct phrases_numbers numbers);
/* "-12.4 %"; without a relative change the change itself; "" when there is none. */
const char *phrases_change(const struct kpi_result *kpi, struct arena *arena);
/* The same against the level, whatever decided: beside columns that say this run's value and the level. */
const char *phrases_level_change(const struct kpi_result *kpi, struct arena *arena);
/* "16 runs at 104.9 ms: +4.9 % against the level, with 95 % confidence +4.1 % to +5.6 %". Only with evidence.after_n. */
const char *phrases_size(const struct kpi_result *kpi, struct arena *arena);
/* The smallest change for the worse that would most likely have been seen: "2.1 %", of a level of 0 "3 errors"; "" when nothing was tested. */
const char *phrases_seen(const struct kpi_result *kpi, struct arena *arena);
/* Whether there is a since to be told. */
bool phrases_has_since(const struct evidence *e);
/* "since v1.3 of 2025-01-04, 2 runs ago; the last run before it: v1.2 of 2025-01-03"; of a drift, which begins with no run, "counted from
 * the runs up to v1.2 of 2025-01-03, 80 runs ago". Only with phrases_has_since. */
const char *phrases_since(const struct entry_result *entry, const struct evidence *e, struct arena *arena);
/* The same without the last run before it, and how large it has been since: "since v1.3 of 2025-01-04, 2 runs ago, by +4.9 % (+4.1 % to +5.6 %)". */
const char *phrases_since_by(const struct entry_result *entry, const struct kpi_result *kpi, struct arena *arena);
/* "held against v1.0…v1.2, 8 run points". Only with evidence.level_n. */
const char *phrases_against(const struct evidence *e, struct arena *arena);
/* "higher is better", "neither higher nor lower is better". */
const char *phrases_direction(enum direction better);

/* What people should know about the history of an entry, NULL-ended: a changed key list, near misses, newer versions left out,
 * ignored labels that vary. */
const char *const *phrases_notes(const struct entry_result *entry, struct arena *arena);

/* What ends it as a sentence: "." or, where it has an end, "". */
const char *phrases_end(const char *sentence);
/* The text with a capital letter, where it begins with one of ASCII. */
const char *phrases_capital(const char *text, struct arena *arena);

#endif
