/* proof/inject.h — payloads with other KPI values than they have, in memory only: for asking what the gate would say. */
#ifndef PROOF_INJECT_H
#define PROOF_INJECT_H
#include "history/record.h"
#include "regress/rule.h"

/* Copies with KPI values of their own, which may be changed; all else is shared. */
struct record *inject_copies(struct arena *arena, const struct record *records, size_t n);

/* Whether a record's number of this name belongs to the KPI: its own, or for a list one of its parts ("itl:p99"; not how many there are). */
bool inject_is_of(const char *name, const struct kpi_rule *rule);

/* Makes the KPI worse by a share of its value (0.1: 10 %; below 0: better). False: it has no value, or one that a share does not change. */
bool inject_share(struct record *copy, const struct kpi_rule *rule, double share);

#endif
