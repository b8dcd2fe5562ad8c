/* regress/causes/incidents.h — KPIs of one run that shift together at one run point: one incident, not forty regressions.
 *
 * Changes (regression, improvement, suspect, acknowledged) that began with the same run, or with its neighbour in the same history, are
 * taken together. They are an incident when they are three or more, and
 * - so many of all judged KPIs of the scope moved to that side there, those too that are ok, that coins would do it in at most
 *   INCIDENT_P of cases (sign test, times the number of scopes that were looked at), and their mean shift, in standard deviations, is
 *   beyond what it was in the runs before (prediction interval of Student's t, as rare), or
 * - a quarter of them or more changed beyond the corrected level (few KPIs, or some for the better and some for the worse).
 * The scope is all entries, or those that share a label's value, whichever makes chance least likely; when all members are of one entry
 * and an incident of it alone, that entry by its name.
 *
 * The sign test takes KPIs for independent. Those of one run hang together (they are measured in the same seconds), so its p is too
 * small; the mean shift needs no independence, as it is held against itself. It still takes the runs of a history for independent of each
 * other, so both are approximate. tests/regress_incidents_test.c measures how often quiet data has an incident.
 */
#ifndef REGRESS_CAUSES_INCIDENTS_H
#define REGRESS_CAUSES_INCIDENTS_H
#include "regress/analysis.h"

enum {
    INCIDENT_MEMBERS_MIN = 3,
    INCIDENTS_MAX = 16,
    INCIDENT_RUNS_BEFORE = 8, /* runs before it whose median a KPI's shift is measured from */
    INCIDENT_RUNS_MIN = 5,    /* runs before it that the mean shift needs */
    INCIDENT_RUNS_MAX = 100   /* and looks at */
};
#define INCIDENT_P 0.01
#define INCIDENT_SHARE 0.25 /* of the judged that changed; of the members that the smaller side has, for a mixed one */

/* Fills analysis->incidents. The verdicts have to be settled, acknowledgements too. */
void incidents_find(struct analysis *analysis, struct arena *arena);

#endif
