/* regress/relabel.h — rewrite_settings on the labels of entries and of history, before they are compared (contract C2.3).
 *
 * History was stored with the labels of its day. What the workload drops, renames or sets today holds for both sides, so that a
 * label that has gone since separates nothing.
 */
#ifndef REGRESS_RELABEL_H
#define REGRESS_RELABEL_H
#include "history/record.h"
#include "workload/workload.h"

/* Gives the record the rewritten labels (in `arena`). *kept is false when the workload's function gave nil: the record is not to be
 * compared. Errors are those of the workload's code, with the record's place before them. */
bool relabel_record(struct arena *arena, const struct workload *workload, struct record *record, bool *kept, struct error *err);

#endif
