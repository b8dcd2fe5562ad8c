/* proof/calibrate_advice.h — what a calibration suggests: thresholds below what can be seen or far above it, more runs or repetitions. */
#ifndef PROOF_CALIBRATE_ADVICE_H
#define PROOF_CALIBRATE_ADVICE_H
#include "proof/calibrate.h"

/* Sentences, NULL-ended, each complete: "min_relative 5 % is below what can be seen in one run (12 %): …". */
const char *const *calibrate_advice(struct arena *arena, const struct calibrate_series *series, const struct analysis_options *options);

#endif
