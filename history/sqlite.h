/* history/sqlite.h — one SQLite file, opened with distrust; the only place where SQLite shows. For the folder's own
 * files.
 *
 * Statements are texts of a table, prepared when first used. Every text that sqlite_text gives is UTF-8; every failure
 * is ERR_STORE and names the file. One thread at a time.
 */
#ifndef HISTORY_SQLITE_H
#define HISTORY_SQLITE_H
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/error.h"

struct sqlite3;
struct sqlite3_stmt;

enum {
    SQLITE_STATEMENTS_MAX = 40,
    SQLITE_TEXT_MAX = 256 << 20 /* bytes of one text in a file; SQLite's own limit is 10^9 */
};

enum sqlite_for { SQLITE_FOR_READING, SQLITE_FOR_WRITING, SQLITE_FOR_CREATING };

struct sqlite {
    char *path; /* for errors: as the user names it */
    char *file; /* starts with '/' or "./", since SQLite takes ":memory:" and the like for something else */
    const char *const *texts; /* of the statements */
    struct sqlite3 *db;       /* NULL: not connected */
    struct sqlite3_stmt *statements[SQLITE_STATEMENTS_MAX];
    bool half_written; /* the last trouble: a killed writer's journal, which a reader may not roll back */
    int looks_left;    /* the time-out of a read transaction, in steps of SQLite's machine */
};

bool sqlite_connect(struct sqlite *sqlite, enum sqlite_for access, struct error *err);
void sqlite_disconnect(struct sqlite *sqlite);

/* A read or a write transaction; a write waits up to 5 s for other writers. */
bool sqlite_begin(struct sqlite *sqlite, bool write, struct error *err);
/* Ends it; what was written stays when `ok` and `keep`. False when `ok` is false or it cannot be kept. */
bool sqlite_finish(struct sqlite *sqlite, bool ok, bool keep, struct error *err);

bool sqlite_execute(struct sqlite *sqlite, const char *sql, struct error *err);
/* The statement, ready for its first step; NULL with *err set. `types` has one letter per parameter: i int64_t, d
 * double, t NUL-terminated text, s text and its size_t, b the DIGEST_SIZE bytes of a digest. Texts are borrowed until
 * its next use. */
struct sqlite3_stmt *sqlite_bound(struct sqlite *sqlite, int statement, struct error *err, const char *types, ...);
/* *row: whether there is a row (row NULL: none is expected). A NULL statement fails: *err is set then. */
bool sqlite_step(struct sqlite *sqlite, struct sqlite3_stmt *statement, bool *row, struct error *err);
/* The first row's number, or -1 without a row. */
bool sqlite_step_number(struct sqlite *sqlite, struct sqlite3_stmt *statement, int64_t *number, struct error *err);
int64_t sqlite_last_number(const struct sqlite *sqlite); /* of the row that was added last */

/* Columns of the row at hand. */
int64_t sqlite_number(struct sqlite3_stmt *row, int column);
double sqlite_real(struct sqlite3_stmt *row, int column);
const char *sqlite_raw_text(struct sqlite3_stmt *row, int column); /* unchecked, NULL for none; until the next step */
bool sqlite_is(struct sqlite3_stmt *row, int column, const void *bytes, size_t size);
/* Checked, in `arena`, NUL-terminated; len may be NULL. NULL with *err set when it is no UTF-8 text. */
const char *sqlite_text(struct sqlite *sqlite, struct sqlite3_stmt *row, int column, struct arena *arena, size_t *len,
                        struct error *err);

/* ERR_STORE "<path>: is damaged: <what>". */
bool sqlite_damaged(struct sqlite *sqlite, const char *what, struct error *err);

#endif
