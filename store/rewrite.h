/* store/rewrite.h — rewrite_settings: what a workload makes of the settings of tests and of history (contract C2.3). */
#ifndef STORE_REWRITE_H
#define STORE_REWRITE_H
#include <jansson.h>

#include "workload/workload.h"

/* Drops, renames and sets members of *settings, then calls the workload's function. *settings becomes NULL (and is freed) when
 * that gave nil: the test is to be skipped. The function sees the helpers that need no test (match replace split trim quantity
 * moment parse_json python). Errors are those of the workload's code. */
bool settings_rewrite(const struct workload *workload, json_t **settings, struct error *err);

#endif
