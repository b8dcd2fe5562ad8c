/* regress/causes/incident_sentence.h — what an incident is, in one sentence for people:
 *
 *     "12 of 40 KPI results of model=x got worse by 8.2–12.4 % since v2.3.0 (3 more moved that way): one cause is likelier than 12"
 */
#ifndef REGRESS_CAUSES_INCIDENT_SENTENCE_H
#define REGRESS_CAUSES_INCIDENT_SENTENCE_H
#include "regress/analysis.h"

/* All but the incident's summary is set. `version_begins`: its onset is the first run of its version. */
const char *incident_sentence(const struct incident *incident, bool version_begins, struct arena *arena);

#endif
