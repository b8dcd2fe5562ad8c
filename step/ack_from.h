/* step/ack_from.h — lines for a file of acknowledgements, ready-made from the verdicts of a run (regression_verdicts.json). */
#ifndef STEP_ACK_FROM_H
#define STEP_ACK_FROM_H
#include "regress/acks/acks_edit.h"

struct ack_from {
    const char *file;         /* regression_verdicts.json */
    size_t entry;             /* only this one, from 1 as in the report; 0: all */
    const char *const *kpis;  /* names, * and ? stand for any characters; then suspects count, too; empty: all regressions */
};

struct ack_from_lines {
    LIST_OF(struct acks_edit_line) lines; /* one for the KPIs of an entry that changed with the same run: kpis, labels, since, change */
    size_t kpis;
    size_t acknowledged; /* KPI results that are acknowledged already */
};

/* ERR_USAGE: no such file, no verdicts, or none of them is chosen. */
bool ack_from_read(struct arena *arena, const struct ack_from *from, struct ack_from_lines *found, struct error *err);

#endif
