/* regress/known.h — is the change that a verdict speaks of new, known, acknowledged, expired, fixed or back?
 *
 * Without a file of acknowledgements a regression is known when the run before this one would have been one, too, by the same level of
 * p; else it is new. With one (regress/acks/acks.h):
 * - a regression that began within MARKS_NEAR run points of an acknowledged change is that change, and the verdict `acknowledged`, unless
 *   the acknowledgement expired or the change went beyond its limit;
 * - with `until`, so is what began later, up to there;
 * - the acknowledged level is what newer runs are held against: what is worse than that is a change of its own, and gates. One that came
 *   after the acknowledged change was gone is `returned`;
 * - whether the acknowledged change is still there is asked by a second test against the levels before it, outside the correction: its p
 *   is multiplied by twice the number of tests. So it cannot make a regression of chance, and a true one that somebody acknowledged
 *   does not lower the bar for other KPIs. What it finds to begin before the acknowledged change is one that nobody knows only where the
 *   runs before that one showed it.
 */
#ifndef REGRESS_KNOWN_H
#define REGRESS_KNOWN_H
#include "regress/acks/marks.h"

/* After verdict_decide: fills result->change, turns the verdict of what is acknowledged, and gives the evidence of the acknowledged
 * change when that is what the verdict speaks of. */
void known_settle(struct hypothesis *h, const struct invocation *invocation, struct shuffles *shuffles, struct arena *arena);

/* Why the KPI of a run under test is left out by a line of the file, "this run is left out: the disk was full (acks.yaml:7)"; NULL: it is not. */
#define KNOWN_LEFT_OUT "this run is left out: "
const char *known_excluded(const struct analysis_options *options, const struct record *entry, const char *kpi, struct arena *arena);

/* For checks beside the level. The first run point of the newest accepted level; 0: there is none, n: the entry begins it. */
size_t known_accepted_from(const struct hypothesis *h);
bool known_begins_accepted(const struct hypothesis *h);
/* Where the change of the i-th acknowledgement begins; 0: it has no place before the entry, or is over. Their number: known_acknowledgements. */
size_t known_acknowledged_at(const struct hypothesis *h, size_t i);
size_t known_acknowledgements(const struct hypothesis *h);

#endif
