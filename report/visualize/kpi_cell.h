/* report/visualize/kpi_cell.h — what a payload says of a KPI: a number, a list of numbers, or nothing. */
#ifndef REPORT_VISUALIZE_KPI_CELL_H
#define REPORT_VISUALIZE_KPI_CELL_H
#include <jansson.h>

#include "regress/analysis.h"

enum kpi_cell_kind { KPI_CELL_NONE, KPI_CELL_NUMBER, KPI_CELL_LIST };

struct kpi_cell {
    enum kpi_cell_kind kind;
    double value;            /* of a number */
    size_t n;                /* how many numbers: of a number 1 */
    double min, median, max; /* of them; NAN without any */
};

struct kpi_cell kpi_cell_of(const json_t *payload, const char *kpi);
/* As people read it: "5,151 tokens/s", "--- s", "3 values: min 1.00 s, median 2.00 s, max 4.00 s". */
const char *kpi_cell_shown(const struct kpi_cell *cell, const struct kpi_rule *rule, struct arena *arena);

/* " ↑" when higher is better, " ↓", or "". */
const char *kpi_direction_sign(enum direction better);
#endif
