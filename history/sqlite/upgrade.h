/* history/sqlite/upgrade.h — brings a SQLite history of an older format to the newest; for the folder's own files.
 *
 * One write transaction, so that a process that dies leaves the file as it was or upgraded, and nobody writes meanwhile:
 *   1. what the file is goes into "FILE.backup-1" beside it, complete and looked through before it gets that name; a backup that is
 *      there already and has the same bytes is taken, one with others stays ("FILE.backup-1.2" then);
 *   2. every record and payload is read, compared with its digest, and written into the new tables; the old ones go;
 *   3. all of it is read again as the new format says, before the commit.
 * Afterwards the file is compacted, if the disk has room for that. A damaged file is not upgraded (ERR_STORE): `history salvage`.
 */
#ifndef HISTORY_SQLITE_UPGRADE_H
#define HISTORY_SQLITE_UPGRADE_H
#include "history/sqlite/backend.h"

/* Not within a transaction. *backup: the backup's name, in `arena`; NULL when the file has the newest format already. */
bool sqlite_upgrade(struct sqlite_history *h, struct arena *arena, const char **backup, struct error *err);

#endif
