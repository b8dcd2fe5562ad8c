/* history/sqlite/lists.h — gives records that an older matbench stored what is to be kept of their lists; for the folder's own files. */
#ifndef HISTORY_SQLITE_LISTS_H
#define HISTORY_SQLITE_LISTS_H
#include "history/sqlite/backend.h"

/* Reads the payloads of all records without lists, in one write transaction of its own; *filled: how many records got some. */
bool sqlite_lists_fill(struct sqlite_history *h, size_t *filled, struct error *err);

#endif
