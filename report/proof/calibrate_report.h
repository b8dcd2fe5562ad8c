/* report/proof/calibrate_report.h — a calibration (proof/calibrate.h) as text and as JSON (docs/calibrate.schema.json). */
#ifndef REPORT_PROOF_CALIBRATE_REPORT_H
#define REPORT_PROOF_CALIBRATE_REPORT_H
#include "base/text.h"
#include "proof/calibrate.h"

enum { CALIBRATE_FORMAT = 1 };

struct calibrate_report {
    const struct calibration *calibration;
    const char *history, *workload;
};

void calibrate_text_render(struct text *out, const struct calibrate_report *report);
void calibrate_json_render(struct text *out, const struct calibrate_report *report);

#endif
