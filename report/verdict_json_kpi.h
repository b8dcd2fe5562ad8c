/* report/verdict_json_kpi.h — one KPI of the verdict document (report/verdict_json.h): its verdict, what it rests on, the change it speaks of.
 *
 *     {"name": "train_runtime", …, "verdict": "regression", …, "change": {…}, "checks": […], "evidence": {…, "points": […]}}
 *
 * Numbers that do not apply are null.
 */
#ifndef REPORT_VERDICT_JSON_KPI_H
#define REPORT_VERDICT_JSON_KPI_H
#include "base/text.h"
#include "regress/analysis.h"

/* Appends it as an item of a list. */
void verdict_json_kpi(struct text *out, const struct kpi_result *kpi);

#endif
