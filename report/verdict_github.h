/* report/verdict_github.h — the verdicts as workflow commands of GitHub Actions, which it shows as annotations of the job:
 *
 *     ::error file=workloads/x/workload.yaml,line=41,title=regression (new)%3A train_loss::12.4 % above the level of …
 *
 * error: what the gate fails for; warning: other regressions, suspects, what is missing or was not gated; notice: improvements and
 * acknowledged regressions. GitHub shows ten of each kind: where there are more, the tenth says how many are left out. An incident is one of
 * them, and its members are none. Values are escaped as GitHub asks: % as %25, CR as %0D, LF as %0A, in properties : as %3A and , as %2C. */
#ifndef REPORT_VERDICT_GITHUB_H
#define REPORT_VERDICT_GITHUB_H
#include "base/text.h"
#include "regress/analysis.h"
#include "regress/gate.h"

enum { VERDICT_GITHUB_SHOWN = 10 };

/* Where KPIs are declared, so that an annotation has a place in a file. */
struct verdict_places {
    const char *const *files; /* of each of options->kpis, as seen from the repository; NULL, or NULL for one: none */
    const int *lines;
};

/* Appends; `places` may be NULL. */
void verdict_github_render(struct text *out, const struct analysis *analysis, const struct gate *gate, const struct verdict_places *places);

#endif
