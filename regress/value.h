/* regress/value.h — KPI values as people and reports show them: format, divisor, then the unit ("0.07 hours/Mtoken").
 *
 * Here and not in report/, because the sentences of the evidence quote values too.
 */
#ifndef REGRESS_VALUE_H
#define REGRESS_VALUE_H
#include "base/arena.h"
#include "regress/analysis.h"

enum value_style {
    VALUE_PEOPLE, /* thousands separators: "5,151 tokens/s" */
    VALUE_PLAIN   /* none: "5151 tokens/s", for what machines read */
};

/* "5,151 tokens/s"; NaN and infinity: "--- tokens/s". A format that workload/format.h does not know is as none. */
const char *value_shown(const struct kpi_rule *rule, double value, enum value_style style, struct arena *arena);
/* The same without its unit. */
const char *value_number(const struct kpi_rule *rule, double value, enum value_style style, struct arena *arena);
/* Of what scatters: two significant digits say all there is to say, 9.677 → 9.7, unless the KPI has a format that shows it as more than 0;
 * without the unit. */
const char *value_spread(const struct kpi_rule *rule, double value, struct arena *arena);
/* The unit alone, "" when there is none. */
const char *value_unit(const struct kpi_rule *rule);

/* A share: 0.1241 is "12.4 %"; three significant digits at most. */
const char *value_percent(double share, struct arena *arena);
/* A probability: "0.032", "0.0003", "< 0.0001". */
const char *value_p(double p, struct arena *arena);

#endif
