/* report/incident_members.h — which KPI results belong to an incident: they are told there, once. */
#ifndef REPORT_INCIDENT_MEMBERS_H
#define REPORT_INCIDENT_MEMBERS_H
#include "base/arena.h"
#include "regress/analysis.h"

struct incident_members {
    const struct kpi_result **v; /* sorted by address */
    size_t n;
};

struct incident_members incident_members_of(const struct analysis *analysis, struct arena *arena);
bool incident_members_has(const struct incident_members *members, const struct kpi_result *kpi);

#endif
