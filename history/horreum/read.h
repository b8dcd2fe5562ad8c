/* history/horreum/read.h — history back from Horreum.
 *
 * Records come from the label `matbench` (lts/horreum_schema.h) in pages of labelValues, from 0. Labels are made some time after the
 * run: runs that have none, and those whose schema has no such label, are read themselves, HORREUM_AT_ONCE at a time. So the records
 * are the same either way. A run that holds no payload is a finding. */
#ifndef HISTORY_HORREUM_READ_H
#define HISTORY_HORREUM_READ_H
#include "history/horreum/horreum.h"

bool horreum_walk(struct history *history, const struct history_selection *selection, struct arena *arena,
                  bool (*visit)(void *context, const struct record *record), void *context, struct error *err);
bool horreum_read(struct history *history, const struct history_selection *selection,
                  bool (*visit)(void *context, const struct history_payload *payload), void *context, struct error *err);
/* One: the test, under its name; which workload it holds is not known. */
bool horreum_workloads(struct history *history, struct arena *arena, struct history_workload **workloads, size_t *n, struct error *err);
const char *horreum_fetch(struct history *history, const char *id, struct arena *arena, size_t *len, struct error *err);

#endif
