/* kpi/openmetrics_samples.h — what the two halves of openmetrics share; nobody else needs it. */
#ifndef KPI_OPENMETRICS_SAMPLES_H
#define KPI_OPENMETRICS_SAMPLES_H
#include "kpi/openmetrics.h"

/* A backslash before backslashes and, with `quotes`, before quotes; "\n" for a newline. */
void openmetrics_escape(struct text *out, const char *value, bool quotes);
/* The family's name in this flavour, and its unit ("" when there is none). */
void openmetrics_family(const struct kpi *kpi, enum openmetrics_flavor flavor, struct text *name, struct text *unit);

/* One payload as TOPSAIL's kpis.tostr() spells it, two lines a KPI:
 *     # HELP <help>, in <unit>
 *     <name>{<label>="<Python's str()>", …, test_uuid="…", lower_better="False", …} <value> <unit>
 * Where Python would let a control character of an artifact through, there is a blank. */
void openmetrics_topsail_render(const struct workload *workload, const json_t *kpis, struct text *out);

#endif
