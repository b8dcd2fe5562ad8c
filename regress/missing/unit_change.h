/* regress/missing/unit_change.h — whether a KPI has another unit in this run than in its history: then numbers cannot be compared.
 *
 * Units are those that the payloads say (history/record.h); one that a payload does not say is not known, and differs from none.
 */
#ifndef REGRESS_MISSING_UNIT_CHANGE_H
#define REGRESS_MISSING_UNIT_CHANGE_H
#include "regress/select.h"

/* Whether both say a unit for the KPI, and not the same one. */
bool unit_differs(const struct record *a, const struct record *b, const char *kpi);

struct unit_change {
    const char *was, *is; /* as the newest run of history says it that has the KPI and a unit, and as the entry does */
    const struct select_point *run;
};
/* False: the newest run agrees with the entry, or one of them says nothing. */
bool unit_change_find(const struct selection *selection, const struct record *entry, const char *kpi, struct unit_change *change);

#endif
