#include "report/incident_members.h"

#include <stdlib.h>

static int compare(const void *a, const void *b)
{
    const struct kpi_result *const *x = a, *const *y = b;
    return (*x > *y) - (*x < *y);
}

struct incident_members incident_members_of(const struct analysis *analysis, struct arena *arena)
{
    struct incident_members members = {0};
    size_t n = 0;
    for (size_t i = 0; i < analysis->incidents_n; i++)
        n += analysis->incidents[i].members_n;
    members.v = ARENA_ARRAY(arena, const struct kpi_result *, n + 1);
    for (size_t i = 0; i < analysis->incidents_n; i++)
        for (size_t k = 0; k < analysis->incidents[i].members_n; k++)
            members.v[members.n++] = analysis->incidents[i].members[k];
    if (members.n)
        qsort(members.v, members.n, sizeof(*members.v), compare);
    return members;
}

bool incident_members_has(const struct incident_members *members, const struct kpi_result *kpi)
{
    return members->n && bsearch(&kpi, members->v, members->n, sizeof(*members->v), compare);
}
