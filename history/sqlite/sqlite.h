/* history/sqlite/sqlite.h — one SQLite file, opened with distrust; the only place where SQLite shows. For the folder's own
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
#include "history/patience.h"

struct sqlite3;
struct sqlite3_stmt;

enum {
    SQLITE_STATEMENTS_MAX = 64,
    SQLITE_TEXT_MAX = 256 << 20 /* bytes of one text in a file; SQLite's own limit is 10^9 */
};

enum sqlite_for { SQLITE_FOR_READING, SQLITE_FOR_WRITING, SQLITE_FOR_CREATING };

struct sqlite {
    char *path; /* for errors: as the user names it */
    char *file; /* starts with '/' or "./", since SQLite takes ":memory:" and the like for something else */
    const char *const *texts; /* of the statements */
    struct sqlite3 *db;       /* NULL: not connected */
    struct sqlite3_stmt *statements[SQLITE_STATEMENTS_MAX];
    int trouble;       /* SQLite's code of the last failure */
    bool half_written; /* the last trouble: a killed writer's journal, which a reader may not roll back */
    bool no_file;      /* the last trouble: a file beside it cannot be made */
    int looks_left;    /* the time-out of a read transaction, in steps of SQLite's machine */
    struct patience patience; /* with other processes */
    bool immutable;     /* the file of a read-only medium: connect without locks and without files beside it */
};

bool sqlite_connect(struct sqlite *sqlite, enum sqlite_for access, struct error *err);
void sqlite_disconnect(struct sqlite *sqlite);

/* A read or a write transaction; a write waits for other writers, as `patience` has it. */
bool sqlite_begin(struct sqlite *sqlite, bool write, struct error *err);
/* Ends it; what was written stays when `ok` and `keep`. False when `ok` is false or it cannot be kept. */
bool sqlite_finish(struct sqlite *sqlite, bool ok, bool keep, struct error *err);

/* Ends all statements that are half-way: before tables go, and after a failure that reading goes on after. */
void sqlite_rest(struct sqlite *sqlite);

bool sqlite_execute(struct sqlite *sqlite, const char *sql, struct error *err);
/* The statement, ready for its first step; NULL with *err set. `types` has one letter per parameter: i int64_t, d
 * double, t NUL-terminated text, s text and its size_t, b the DIGEST_SIZE bytes of a digest, p bytes and their size_t. Texts and
 * bytes are borrowed until its next use. */
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
/* The bytes of a blob, until the next step; NULL for none. */
const void *sqlite_bytes(struct sqlite3_stmt *row, int column, size_t *size);
const char *sqlite_text(struct sqlite *sqlite, struct sqlite3_stmt *row, int column, struct arena *arena, size_t *len,
                        struct error *err);

/* ---- the file as a whole; none of these within a transaction, but sqlite_copy ---- */

/* What the file is now, whole and durable in a new file `target` (which goes first when it is there), and looked through there. Other
 * processes may read meanwhile; a write transaction of `sqlite` that has not written yet keeps them from writing. */
bool sqlite_copy(struct sqlite *sqlite, const char *target, struct error *err);
/* Gives room that is free in the file back to the disk. Needs as much room on the disk again while it runs. */
bool sqlite_compact(struct sqlite *sqlite, struct error *err);
/* Calls `found` for each line that SQLite's own check of the file has to say (at most 100); nothing for a whole one. */
bool sqlite_check(struct sqlite *sqlite, void (*found)(void *context, const char *what), void *context, struct error *err);
/* "wal" or "delete": the journal that the file has now, and (NULL: stays) shall have from now on. In `arena`. */
const char *sqlite_journal(struct sqlite *sqlite, const char *wanted, struct arena *arena, struct error *err);
/* Whether the last trouble was damage, so that reading on beyond it may bring more. */
bool sqlite_was_damage(const struct sqlite *sqlite);

/* ERR_STORE "<path>: is damaged: <what>". */
bool sqlite_damaged(struct sqlite *sqlite, const char *what, struct error *err);

#endif
