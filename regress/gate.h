/* regress/gate.h — which verdicts fail a step (--fail-on), and which exit code speaks when several things happened.
 */
#ifndef REGRESS_GATE_H
#define REGRESS_GATE_H
#include <stdbool.h>

#include "base/error.h"
#include "regress/analysis.h"

struct gate {
    bool fails[VERDICT_COUNT];
    bool only_new, only_known; /* of the regressions: `new-regression` (also expired and returned ones), `known-regression`; neither: all */
};

/* The default: regression. */
struct gate gate_default(void);

/* The words of --fail-on, NULL-ended; each may be a comma list ("regression,missing"). `_` and `-` alike, case and
 * blanks around are ignored; "none" stands alone. Fails with ERR_USAGE, naming the unknown word and the nearest known one. */
bool gate_parse(const char *const *lists, struct gate *gate, struct error *err);

/* Whether the gate fails for this result: of the regressions it may tell new from known ones; a `cannot tell` that stands in place of a
 * regression (evidence.level_kept is false) counts as `suspect`, too. */
bool gate_fails(const struct gate *gate, const struct kpi_result *kpi);

/* 1 regression, 3 missing, no history or cannot tell, 2 suspect, 4 improvement, of those that the gate names; the first
 * in this order that happened; else 0. */
int gate_code(const struct gate *gate, const struct analysis *analysis);
/* All of them that happened, each once; gives how many. `codes` has VERDICT_COUNT places. */
size_t gate_codes(const struct gate *gate, const struct analysis *analysis, int *codes);

/* The one code of a step in which several things happened: 120, then 1, then 102, 101, 103, then any other from 100 on
 * (the smallest), then 3, 2, 4, then any other below 100, then 0. */
int gate_worst(const int *codes, size_t n);

#endif
