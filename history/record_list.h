/* history/record_list.h — what a record keeps of a KPI that is a list (latencies of requests): how many values, their mean, and quantiles.
 *
 * They stand among the record's KPIs as numbers of their own, "itl:count", "itl:mean", "itl:p50", "itl:p90", "itl:p95", "itl:p99", in the
 * KPI's unit, "ms" of "List[ms]" (the count has none); a quantile for which there are too few values (detect/distribution.h) is not there. The list itself is in
 * the payload only. A list without a finite number, and one of which a kept name is another KPI's own, leave nothing.
 */
#ifndef HISTORY_RECORD_LIST_H
#define HISTORY_RECORD_LIST_H
#include "detect/distribution.h"
#include "history/record.h"

enum { RECORD_LIST_NAMES = DISTRIBUTION_PARTS + 1 };

/* What the record has of a list; false, and nothing in it (count 0, parts NAN): it has no list of that name. */
bool record_list(const struct record *record, const char *kpi, struct distribution *list);
/* The unit of a list that the record has. */
const char *record_list_unit(const struct record *record, const char *kpi);
/* Whether it has any list. */
bool record_has_lists(const struct record *record);
/* The name under which part `i` is kept; DISTRIBUTION_PARTS: the count. */
const char *record_list_name(struct arena *arena, const char *kpi, size_t i);
/* The length of the KPI's name in a kept one: 3 for "itl:p99" (*part: DISTRIBUTION_P99; `part` may be NULL); 0: it is no kept name. */
size_t record_list_base(const char *name, size_t *part);
/* What kpis[i] is: a number, or kept of a list; each list has one RECORD_LIST_COUNT. */
enum record_list_place { RECORD_LIST_NOT, RECORD_LIST_COUNT, RECORD_LIST_PART };
enum record_list_place record_list_place(const struct record *record, size_t i);
/* How many KPIs the record has: a list counts once. */
size_t record_list_count(const struct record *record);

/* A copy without what is kept of lists: as matbenches made it that knew none. */
struct record record_list_without(struct arena *arena, const struct record *record);

#endif
