/* store/sqlite_hold.h — holds a SQLite file still while it is read, in SQLite's own protocol of locks, without writing anything.
 *
 * Source: "File Locking And Concurrency In SQLite Version 3": the bytes at 2^30. In WAL mode writers do not lock the file itself:
 * there it is compared whether anything changed. */
#ifndef STORE_SQLITE_HOLD_H
#define STORE_SQLITE_HOLD_H
#include "base/root.h"

struct sqlite_hold {
    const struct root *root;
    const char *relative, *wal; /* from the root */
    int fd;                     /* -1: there is no such file */
    bool reserved;              /* somebody else is in a transaction and has not written to the file yet: its journal does not count */
    struct stat before, wal_before;
};

/* Waits up to a second for one who writes. False (ERR_ARTIFACT) when it is locked for longer, or may not be opened; a file that is
 * not there is held, too. `file` is for messages. */
bool sqlite_hold_open(struct sqlite_hold *hold, struct arena *arena, const struct root *root, const char *relative, const char *file,
                      struct error *err);
/* False (ERR_ARTIFACT): the file or its log (-wal) changed since; what was read may be torn. */
bool sqlite_hold_still(const struct sqlite_hold *hold, const char *file, struct error *err);
void sqlite_hold_close(struct sqlite_hold *hold);

#endif
