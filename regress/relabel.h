/* regress/relabel.h — the labels of records, changed as the workload changes settings (rewrite_settings, contract C2.3), so that
 * runs from before a setting was dropped or renamed are compared with those after. Records in a store stay as they are. */
#ifndef REGRESS_RELABEL_H
#define REGRESS_RELABEL_H
#include "history/record.h"
#include "workload/workload.h"

/* *kept is false when the workload's function gave nil: the record is not to be compared. Otherwise the record's labels are the
 * new ones, in `arena`. Fails (ERR_USAGE, naming the record) when the workload's code does. */
bool relabel_record(struct arena *arena, const struct workload *workload, struct record *record, bool *kept, struct error *err);

#endif
