/* cmd/history_listing.h — `matbench history kpis`, and what `list`, `labels` and `kpis` say as JSON (--format=json). */
#ifndef CMD_HISTORY_LISTING_H
#define CMD_HISTORY_LISTING_H
#include "history/history.h"
#include "step/context.h"

/* Whether --format says json; ERR_USAGE when it says neither that nor text. */
bool history_listing_format(struct context *context, bool *json, struct error *err);
/* Prints {"workloads": [{"name", "payloads", "first", "last", …}]} with what the verb is about:
 *     list    "runs": [{"test_uuid", "start", "place", "labels": {…}, "kpis": {"speed": {"value", "unit"}}}]
 *     labels  "labels": [{"name", "payloads", "varies", "values": [{"value", "payloads"}]}]
 *     kpis    "kpis": [{"name", "values", "first", "last", "min", "median", "max", "units": [{"unit", "values", "first", "last"}]}]
 * Times are UTC, "2025-03-03T10:00:00.000000Z". */
bool history_listing_json(struct context *context, struct history *history, const struct history_selection *selection, const char *verb,
                          struct error *err);
/* A table of the KPIs of each workload. */
bool history_listing_kpis(struct context *context, struct history *history, const struct history_selection *selection, struct error *err);

#endif
