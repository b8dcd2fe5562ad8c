/* report/change_phrases.h — how a change is said: what people know of it, what else changed there, which runs are around it; and what
 * decided a verdict where it was not the level.
 *
 * As report/phrases.h: texts live in the arena, and hold what comes from artifacts as it is. */
#ifndef REPORT_CHANGE_PHRASES_H
#define REPORT_CHANGE_PHRASES_H
#include "base/arena.h"
#include "regress/analysis.h"

/* "new with this run", "new: no run before this one showed it", "known since v2.8.0, 3 runs ago", "acknowledged by ann until 2027-01-31 (acks.yaml:12): the new driver"; "" when
 * the verdict speaks of no change. */
const char *change_phrases_status(const struct kpi_result *kpi, struct arena *arena);
/* The status beside the reason: "" where that says it. */
const char *change_phrases_beside(const struct kpi_result *kpi, struct arena *arena);
/* The status in a word or two, for a cell: "new", "known", "acknowledged by ann"; "" for none. */
const char *change_phrases_word(const struct kpi_result *kpi, struct arena *arena);
/* The status of a regression or suspect, as a title says it: "new", "known since v2.8.0", "acknowledgement expired", "returned"; "" for others. */
const char *change_phrases_state(const struct kpi_result *kpi, struct arena *arena);
/* "last good v2.7.0, first bad v2.8.0"; "" when they are not known. */
const char *change_phrases_runs(const struct kpi_result *kpi, struct arena *arena);
/* What else changed in one line: the sentence that the analysis made of it, else the first `most` differences, and how many more there are; ""
 * when nothing is known. */
const char *change_phrases_differences(const struct kpi_result *kpi, size_t most, struct arena *arena);

/* The check that decided, or NULL when the level did. */
const struct check *change_phrases_decided(const struct kpi_result *kpi);
/* Whether the level did, of a list that of a part: its thresholds count. */
bool change_phrases_by_level(const struct kpi_result *kpi);
/* "bound", "p99" of a list, "zscore method": a check by its kind and part. */
const char *change_phrases_check(const struct check *check, struct arena *arena);
/* "regression. 195 ms is above the bound …": its verdict and what it found; a part of a list that did not decide has no verdict of its own. */
const char *change_phrases_found(const struct kpi_result *kpi, const struct check *check, struct arena *arena);
/* Whether the reason says what the check found, as that decided. */
bool change_phrases_told(const struct kpi_result *kpi, const struct check *check);
/* What is worth saying of a KPI that is ok: a bound that the next run may cross; NULL. */
const char *change_phrases_warning(const struct kpi_result *kpi);
/* "12 of 40 KPI results shift together since v2.8.0", or the incident's own sentence. */
const char *change_phrases_incident(const struct incident *incident, struct arena *arena);
/* What was found; where nothing is said of it, what is missing. */
const char *change_phrases_absence(const struct absence *absence);
/* Whether no KPI result stands for it: else that says so itself. How many such there are. */
bool change_phrases_own_absence(const struct absence *absence);
size_t change_phrases_own_absences(const struct analysis *analysis);

/* The links of a run: its label `urls`, an object of texts. NULL-ended pairs of name and address; one without a name is named "link". */
const char *const *change_phrases_urls(const struct entry_result *entry, struct arena *arena);

#endif
