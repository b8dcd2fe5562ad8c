/* kpi/missing.h — which values were not there when a KPI's expression gave nothing. */
#ifndef KPI_MISSING_H
#define KPI_MISSING_H
#include <jansson.h>

#include "base/arena.h"

enum { KPI_MISSING_MAX = 3 };

struct kpi_missing {
    struct {
        const char *path;    /* as in the expression: "results.memory" */
        const char *pointer; /* in the payload: "/results/memory" */
    } v[KPI_MISSING_MAX];
    size_t n;
};

/* The first paths below `metadata` or `results` that the expression names and that lead to null, cut where the null is. Looks at the text
 * of the expression: names and ["names"] only, so it is a hint for people. */
struct kpi_missing kpi_missing_find(struct arena *arena, const char *expression, const json_t *metadata, const json_t *results);

#endif
