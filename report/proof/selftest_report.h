/* report/proof/selftest_report.h — a selftest (proof/selftest.h) as text and as JSON (docs/selftest.schema.json). */
#ifndef REPORT_PROOF_SELFTEST_REPORT_H
#define REPORT_PROOF_SELFTEST_REPORT_H
#include "base/text.h"
#include "proof/selftest.h"
#include "regress/gate.h"

enum { SELFTEST_FORMAT = 1 };

struct selftest_report {
    const struct selftest *selftest;
    const struct gate *gate;
    const char *source; /* what was changed: "the newest invocation of sqlite:history.db, v1.2 of 2025-03-01" */
};

/* The text ends with the gate's own report on the changed payloads. */
void selftest_text_render(struct text *out, const struct selftest_report *report);
void selftest_json_render(struct text *out, const struct selftest_report *report);

#endif
