/* regress/rules.h — what a workload says about comparing (`kpis:`, `analyze:`), as the analysis takes it. */
#ifndef REGRESS_RULES_H
#define REGRESS_RULES_H
#include "history/fingerprint.h"
#include "regress/analysis.h"
#include "workload/workload.h"

/* The workload's KPIs, in its order: kpis_n of them. */
struct kpi_rule *rules_of_kpis(struct arena *arena, const struct workload *workload);
/* Keys, KPIs, thresholds and the history that a regression needs; everything else (what is asked on the command line) is zero. */
struct analysis_options rules_of_analysis(struct arena *arena, const struct workload *workload);
/* The rule as it is for an entry: the first threshold whose labels it has stands in place of the KPI's own. `rule` itself where
 * there is none. */
const struct kpi_rule *rules_for(const struct kpi_rule *rule, const struct record *entry, struct arena *arena);
/* All KPIs are judged by this method (of KPIs that have it already with their own options); method_auto: by ours. */
void rules_use_method(struct analysis_options *options, const struct method *method, struct arena *arena);

/* Which labels count when payloads of this workload are compared, for fingerprints (history/fingerprint.h), after they were rewritten as it
 * says (rewrite_settings). With an expression or function of Lua in it every change of the workload's files makes another rule. */
struct fingerprint_rule *rules_of_fingerprints(struct arena *arena, const struct workload *workload);
/* Whether ignored_entries leaves the payload out of the analysis: the label has the value that is named, or one of those. */
bool rules_ignore(const struct workload *workload, const struct record *record);

#endif
