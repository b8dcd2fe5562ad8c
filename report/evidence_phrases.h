/* report/evidence_phrases.h — how the numbers of a verdict's evidence are said: the test and its p, thresholds, the interval, repetitions.
 *
 * As report/phrases.h: texts live in the arena. "" where there is nothing to say.
 */
#ifndef REPORT_EVIDENCE_PHRASES_H
#define REPORT_EVIDENCE_PHRASES_H
#include "base/arena.h"
#include "regress/analysis.h"

/* "0.0002; after correction for the other questions and 8 tests 0.0032, level 0.05": a level is asked several (regress/answers.h). */
const char *evidence_phrases_p(const struct analysis *analysis, const struct kpi_result *kpi, struct arena *arena);
/* Which question that answers, with it: "step in history, p 0.0002; after correction …"; of another check than the level's by its name. */
const char *evidence_phrases_test(const struct analysis *analysis, const struct kpi_result *kpi, struct arena *arena);
/* What a change has to pass: "10 s (1.0 %), and 5 s", "no threshold"; "" without a level. */
const char *evidence_phrases_thresholds(const struct kpi_result *kpi, struct arena *arena);
/* Where one new run of the level is expected: "99.4 s to 100.6 s". */
const char *evidence_phrases_interval(const struct kpi_result *kpi, struct arena *arena);
/* What would flip it, as a sentence of its own without its end: "It would be ok below 104 s", "Its p99 would be ok below 104 s", "3 more runs would tell". */
const char *evidence_phrases_flip(const struct kpi_result *kpi, struct arena *arena);
/* "the mean of 3, between which the sd is 1.2 s"; "" for a single one. */
const char *evidence_phrases_repetitions(const struct kpi_result *kpi, struct arena *arena);

#endif
