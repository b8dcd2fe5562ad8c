/* workload/model_check.h — do the names in models mean something, and can what they describe be complete?  For model.c. */
#ifndef WORKLOAD_MODEL_CHECK_H
#define WORKLOAD_MODEL_CHECK_H
#include "workload/model.h"

/* Unknown names (with the nearest known one); types that are nothing but themselves; models that hold themselves with
 * nothing between that can be empty; models nested too deep. ERR_USAGE with the place, as
 * models_load. What was refused itself is not named again. */
bool models_check(struct arena *arena, struct models *models, struct problems *problems, struct error *err);

#endif
