/* workload/kpi_openmetrics.h — reading `openmetrics:` of a KPI. For workload/kpis.c. */
#ifndef WORKLOAD_KPI_OPENMETRICS_H
#define WORKLOAD_KPI_OPENMETRICS_H
#include "workload/reader.h"

enum { KPI_NAME_MAX = 200 };

bool kpi_openmetrics_read(const struct reader *reader, const struct node *node, struct kpi_openmetrics *out);
shape_maker shape_kpi_openmetrics;

#endif
