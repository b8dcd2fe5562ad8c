#include "regress/missing/unit_change.h"

#include <stdlib.h>
#include <string.h>

static int compare_names(const void *name, const void *kpi)
{
    return strcmp(name, ((const struct kpi_value *)kpi)->name);
}

/* "" when it has no such KPI, or says no unit. */
static const char *unit_of(const struct record *record, const char *kpi)
{
    if (!record->units || !record->kpis_n)
        return "";
    const struct kpi_value *found = bsearch(kpi, record->kpis, record->kpis_n, sizeof(*found), compare_names);
    return found ? record_unit(record, (size_t)(found - record->kpis)) : "";
}

bool unit_differs(const struct record *a, const struct record *b, const char *kpi)
{
    const char *x = unit_of(a, kpi), *y = *x ? unit_of(b, kpi) : "";
    return *x && *y && strcmp(x, y) != 0;
}

bool unit_change_find(const struct selection *selection, const struct record *entry, const char *kpi, struct unit_change *change)
{
    const char *is = unit_of(entry, kpi);
    for (size_t i = selection->points_n; *is && i-- > 0;) {
        const struct select_point *run = &selection->points[i];
        for (size_t r = 0; r < run->records_n; r++) {
            const char *was = unit_of(run->records[r], kpi);
            if (!*was)
                continue;
            *change = (struct unit_change){was, is, run};
            return strcmp(was, is) != 0;
        }
    }
    return false;
}
