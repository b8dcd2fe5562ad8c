/* history/sqlite/upkeep.h — what history/upkeep.h offers, for a SQLite history; for the folder's own files. */
#ifndef HISTORY_SQLITE_UPKEEP_H
#define HISTORY_SQLITE_UPKEEP_H
#include "history/upkeep.h"

extern const struct history_upkeep sqlite_upkeep;

#endif
