/* history/kpi_census.h — which KPIs records have: how many values, from when to when, and how large. Of a list that is how many
 * lists, and how large their medians; a KPI that is a number here and a list there is two. */
#ifndef HISTORY_KPI_CENSUS_H
#define HISTORY_KPI_CENSUS_H
#include "history/record.h"

struct kpi_census_unit {
    const char *unit; /* "" for none */
    size_t values;
    int64_t first_us, last_us; /* starts of the first and last run with it */
};

struct kpi_count {
    const char *name;
    bool list;
    size_t shortest, longest; /* of lists: how many values */
    struct kpi_census_unit *units; /* the one that came first, first; several: the unit was changed */
    size_t units_n;
    size_t values;
    int64_t first_us, last_us;
    double min, median, max; /* median: the mean of the middle two of an even number; over values of all units */
};

struct kpi_census {
    struct kpi_count *kpis; /* sorted by name */
    size_t n;
};

/* In `arena`; names and units are the records'. */
struct kpi_census kpi_census_take(struct arena *arena, const struct record *records, size_t n);

#endif
