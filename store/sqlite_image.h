/* store/sqlite_image.h — the bytes of a SQLite file as one database in memory: what its write-ahead log has is put in its place.
 *
 * SQLite itself would have to write beside the file to read it in WAL mode; nothing is ever written among artifacts. Source of the
 * formats: "Database File Format" of SQLite, sections 1.3 (header) and 4 (the write-ahead log). */
#ifndef STORE_SQLITE_IMAGE_H
#define STORE_SQLITE_IMAGE_H
#include <stdbool.h>
#include <stddef.h>

#include "base/error.h"

enum { SQLITE_IMAGE_MAX = 1 << 30 /* bytes */ };

struct sqlite_bytes {
    const char *s; /* NULL: there is no such file */
    size_t len;
};

struct sqlite_image {
    const char *bytes;
    size_t len;
    char *own; /* a changed copy; NULL: `bytes` are the file's */
};

/* `file` is for messages. ERR_ARTIFACT when it is no SQLite file, or a log or a journal beside it tells that it is not whole:
 * of a log everything up to its last commit counts, as SQLite reads it; a journal that has to be rolled back is refused. */
bool sqlite_image_open(struct sqlite_image *image, struct sqlite_bytes database, struct sqlite_bytes wal, struct sqlite_bytes journal,
                       const char *file, struct error *err);
void sqlite_image_close(struct sqlite_image *image);

#endif
