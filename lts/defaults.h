/* lts/defaults.h — are the defaults of a workload's models what their types take? */
#ifndef LTS_DEFAULTS_H
#define LTS_DEFAULTS_H
#include <jansson.h>

#include "base/error.h"
#include "workload/workload.h"

/* `schema`: that of the payloads. ERR_USAGE with the place of the first field whose default is wrong. */
bool defaults_check(const struct workload *workload, const json_t *schema, struct error *err);

#endif
