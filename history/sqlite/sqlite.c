#include "history/sqlite/sqlite.h"

#include <assert.h>
#include <errno.h>
#include <limits.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <sqlite3.h>

#include "base/digest.h"
#include "base/text.h"

enum {
    CHECK_LINES_MAX = 100,
    PROGRESS_STEPS = 1000000, /* of SQLite's machine, between two looks at the budget */
    PROGRESS_PER_MB = 20      /* looks per MB of file: honest files need less than one */
};

static const struct {
    int code;
    const char *text;
} troubles[] = {
    {SQLITE_READONLY_ROLLBACK, "a killed writer left it half-written; opening it once with write permission mends it"},
    {SQLITE_READONLY_DBMOVED, "was removed or replaced meanwhile; nothing is stored"},
    {SQLITE_LOCKED, "locked by another process"},
    {SQLITE_NOTADB, "is not a SQLite file"},
    {SQLITE_CORRUPT, "is damaged: truncated, or changed by something else"},
    {SQLITE_INTERRUPT, "is damaged: reading it does not end"},
    {SQLITE_CONSTRAINT, "is damaged: its tables contradict each other"},
    {SQLITE_NOMEM, "is damaged, or there is no memory to read it"}, /* SQLite says so of some damaged files, too */
    {SQLITE_FULL, "the disk is full"},
    {SQLITE_READONLY, "is not writable"},
};

/* What the system said. SQLite keeps it for some failures only; for a failed COMMIT, errno still has it, among the
 * results of the roll back that follows: so only reasons are taken that a roll back does not meet. */
static int system_reason(struct sqlite *sqlite, int code)
{
    static const int reasons[] = {ENOSPC, EFBIG, EDQUOT, EIO, EROFS};
    int last = errno, reason = sqlite->db ? sqlite3_system_errno(sqlite->db) : 0;
    int primary = code & 0xFF;
    if (primary != SQLITE_CANTOPEN && primary != SQLITE_IOERR)
        return 0;
    for (size_t i = 0; reason == 0 && i < sizeof(reasons) / sizeof(reasons[0]); i++)
        reason = last == reasons[i] ? last : 0;
    return reason;
}

/* Turns SQLite's code (extended) into an error of ours; always false. */
static bool trouble(struct sqlite *sqlite, int code, struct error *err)
{
    struct pos at = {.file = sqlite->path};
    int primary = code & 0xFF, reason = system_reason(sqlite, code);
    sqlite->trouble = code;
    sqlite->no_file = primary == SQLITE_CANTOPEN || primary == SQLITE_READONLY;
    sqlite->half_written = code == SQLITE_READONLY_ROLLBACK;
    for (size_t i = 0; i < sizeof(troubles) / sizeof(troubles[0]); i++) {
        if (troubles[i].code == code || troubles[i].code == primary)
            return error_at(err, ERR_STORE, at, "%s", troubles[i].text);
    }
    if (primary == SQLITE_BUSY)
        return patience_error(&sqlite->patience, sqlite->path, err);
    if (reason)
        return error_at(err, ERR_STORE, at, "it or the journal beside it: %s", strerror(reason));
    return error_at(err, ERR_STORE, at, "SQLite: %s", sqlite->db ? sqlite3_errmsg(sqlite->db) : sqlite3_errstr(code));
}

bool sqlite_damaged(struct sqlite *sqlite, const char *what, struct error *err)
{
    return error_at(err, ERR_STORE, (struct pos){.file = sqlite->path}, "is damaged: %s", what);
}

bool sqlite_was_damage(const struct sqlite *sqlite)
{
    static const int damage[] = {SQLITE_CORRUPT, SQLITE_NOTADB, SQLITE_IOERR_SHORT_READ, SQLITE_NOMEM, SQLITE_INTERRUPT};
    for (size_t i = 0; i < sizeof(damage) / sizeof(damage[0]); i++)
        if (sqlite->trouble == damage[i] || (sqlite->trouble & 0xFF) == damage[i])
            return true;
    return false;
}

static int wait_for_others(void *context, int tries)
{
    struct sqlite *sqlite = context;
    if (tries == 0)
        patience_begin(&sqlite->patience);
    return patience_wait(&sqlite->patience, sqlite->path);
}

static int out_of_budget(void *context)
{
    struct sqlite *sqlite = context;
    return sqlite->looks_left-- <= 0;
}

static void harden(sqlite3 *db)
{
    static const struct {
        int option, on;
    } options[] = {
        {SQLITE_DBCONFIG_DEFENSIVE, 1},      {SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0},
        {SQLITE_DBCONFIG_ENABLE_TRIGGER, 0}, {SQLITE_DBCONFIG_ENABLE_LOAD_EXTENSION, 0},
        {SQLITE_DBCONFIG_ENABLE_VIEW, 0},    {SQLITE_DBCONFIG_ENABLE_FKEY, 0},
        {SQLITE_DBCONFIG_DQS_DML, 0},        {SQLITE_DBCONFIG_DQS_DDL, 0},
    };
    static const struct {
        int limit, value;
    } limits[] = {
        {SQLITE_LIMIT_LENGTH, SQLITE_TEXT_MAX + (1 << 20)}, /* a row has more than its text */
        {SQLITE_LIMIT_SQL_LENGTH, 100000},
        {SQLITE_LIMIT_COLUMN, 100},
        {SQLITE_LIMIT_EXPR_DEPTH, 20},
        {SQLITE_LIMIT_COMPOUND_SELECT, 3},
        {SQLITE_LIMIT_VDBE_OP, 25000},
        {SQLITE_LIMIT_FUNCTION_ARG, 8},
        {SQLITE_LIMIT_ATTACHED, 0},
        {SQLITE_LIMIT_WORKER_THREADS, 0},
        {SQLITE_LIMIT_VARIABLE_NUMBER, 10},
        {SQLITE_LIMIT_TRIGGER_DEPTH, 1},
        {SQLITE_LIMIT_LIKE_PATTERN_LENGTH, 100},
    };
    for (size_t i = 0; i < sizeof(options) / sizeof(options[0]); i++)
        sqlite3_db_config(db, options[i].option, options[i].on, NULL);
    for (size_t i = 0; i < sizeof(limits) / sizeof(limits[0]); i++)
        sqlite3_limit(db, limits[i].limit, limits[i].value);
}

/* The name as a URI, in which only `immutable` can be said. */
static char *immutable_name(const char *file)
{
    struct text name = text_open(PATH_MAX * 3 + 100);
    text_add(&name, "file:");
    for (; *file; file++)
        text_printf(&name, strchr("%?#", *file) ? "%%%02X" : "%c", (unsigned char)*file);
    text_add(&name, "?immutable=1");
    char *copy = memory_need(strdup(name.s));
    text_close(&name);
    return copy;
}

static int open_file(struct sqlite *sqlite, const char *file, int flags, sqlite3 **db)
{
    int more = SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_EXRESCODE;
    if (!sqlite->immutable)
        return sqlite3_open_v2(file, db, flags | more, NULL);
    char *name = immutable_name(file);
    int code = sqlite3_open_v2(name, db, flags | more | SQLITE_OPEN_URI, NULL);
    free(name);
    return code;
}

bool sqlite_connect(struct sqlite *sqlite, enum sqlite_for access, struct error *err)
{
    static const int flags[] = {
        [SQLITE_FOR_READING] = SQLITE_OPEN_READONLY,
        [SQLITE_FOR_WRITING] = SQLITE_OPEN_READWRITE,
        [SQLITE_FOR_CREATING] = SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE,
    };
    int code = open_file(sqlite, sqlite->file, flags[access], &sqlite->db);
    if (code != SQLITE_OK) {
        trouble(sqlite, code, err);
        sqlite_disconnect(sqlite);
        return false;
    }
    harden(sqlite->db);
    sqlite3_busy_handler(sqlite->db, wait_for_others, sqlite);
    sqlite3_progress_handler(sqlite->db, PROGRESS_STEPS, out_of_budget, sqlite);
    return sqlite_execute(sqlite, "PRAGMA cell_size_check = ON; PRAGMA mmap_size = 0; PRAGMA temp_store = MEMORY", err);
}

void sqlite_disconnect(struct sqlite *sqlite)
{
    for (size_t i = 0; i < SQLITE_STATEMENTS_MAX; i++) {
        sqlite3_finalize(sqlite->statements[i]);
        sqlite->statements[i] = NULL;
    }
    sqlite3_close(sqlite->db);
    sqlite->db = NULL;
}

bool sqlite_begin(struct sqlite *sqlite, bool write, struct error *err)
{
    struct stat st;
    off_t mb = stat(sqlite->file, &st) == 0 ? st.st_size >> 20 : 0;
    bool limited = !write && mb < INT_MAX / PROGRESS_PER_MB - 10;
    sqlite->looks_left = limited ? 10 + (int)mb * PROGRESS_PER_MB : INT_MAX;
    sqlite->patience.told = false;
    if (!write)
        return sqlite_execute(sqlite, "BEGIN", err);
    if (sqlite3_db_readonly(sqlite->db, "main") == 1) /* SQLite opens it for reading when it may not be written */
        return trouble(sqlite, SQLITE_READONLY, err);
    return sqlite_execute(sqlite, "PRAGMA synchronous = EXTRA", err) && sqlite_execute(sqlite, "BEGIN IMMEDIATE", err);
}

void sqlite_rest(struct sqlite *sqlite)
{
    for (size_t i = 0; i < SQLITE_STATEMENTS_MAX; i++)
        sqlite3_reset(sqlite->statements[i]);
}

bool sqlite_finish(struct sqlite *sqlite, bool ok, bool keep, struct error *err)
{
    sqlite_rest(sqlite); /* an open statement would keep its lock */
    if (ok && keep)
        ok = sqlite_execute(sqlite, "COMMIT", err);
    if (!sqlite3_get_autocommit(sqlite->db))
        sqlite3_exec(sqlite->db, "ROLLBACK", NULL, NULL, NULL);
    return ok;
}

bool sqlite_execute(struct sqlite *sqlite, const char *sql, struct error *err)
{
    int code = sqlite3_exec(sqlite->db, sql, NULL, NULL, NULL);
    return code == SQLITE_OK || trouble(sqlite, code, err);
}

static int bind_one(sqlite3_stmt *statement, int i, char type, va_list *args)
{
    const char *text;
    const void *bytes;
    switch (type) {
    case 'i':
        return sqlite3_bind_int64(statement, i, va_arg(*args, int64_t));
    case 'd':
        return sqlite3_bind_double(statement, i, va_arg(*args, double));
    case 't':
        return sqlite3_bind_text(statement, i, va_arg(*args, const char *), -1, SQLITE_STATIC);
    case 's':
        text = va_arg(*args, const char *);
        return sqlite3_bind_text64(statement, i, text, va_arg(*args, size_t), SQLITE_STATIC, SQLITE_UTF8);
    case 'p':
        bytes = va_arg(*args, const void *);
        return sqlite3_bind_blob64(statement, i, bytes, va_arg(*args, size_t), SQLITE_STATIC);
    default:
        assert(type == 'b');
        return sqlite3_bind_blob(statement, i, va_arg(*args, const void *), DIGEST_SIZE, SQLITE_STATIC);
    }
}

struct sqlite3_stmt *sqlite_bound(struct sqlite *sqlite, int which, struct error *err, const char *types, ...)
{
    sqlite3_stmt **statement = &sqlite->statements[which];
    int code = SQLITE_OK;
    va_list args;
    if (*statement)
        sqlite3_reset(*statement);
    else
        code = sqlite3_prepare_v3(sqlite->db, sqlite->texts[which], -1, SQLITE_PREPARE_PERSISTENT, statement, NULL);
    va_start(args, types);
    for (int i = 0; types[i] && code == SQLITE_OK; i++)
        code = bind_one(*statement, i + 1, types[i], &args);
    va_end(args);
    if (code == SQLITE_OK)
        return *statement;
    trouble(sqlite, code, err);
    return NULL;
}

bool sqlite_step(struct sqlite *sqlite, struct sqlite3_stmt *statement, bool *row, struct error *err)
{
    if (!statement)
        return false;
    int code = sqlite3_step(statement);
    if (row)
        *row = code == SQLITE_ROW;
    return code == SQLITE_ROW || code == SQLITE_DONE || trouble(sqlite, code, err);
}

bool sqlite_step_number(struct sqlite *sqlite, struct sqlite3_stmt *statement, int64_t *number, struct error *err)
{
    bool row;
    if (!sqlite_step(sqlite, statement, &row, err))
        return false;
    *number = row ? sqlite3_column_int64(statement, 0) : -1;
    return true;
}

int64_t sqlite_last_number(const struct sqlite *sqlite)
{
    return sqlite3_last_insert_rowid(sqlite->db);
}

int64_t sqlite_number(struct sqlite3_stmt *row, int column)
{
    return sqlite3_column_int64(row, column);
}

double sqlite_real(struct sqlite3_stmt *row, int column)
{
    return sqlite3_column_double(row, column);
}

const char *sqlite_raw_text(struct sqlite3_stmt *row, int column)
{
    return (const char *)sqlite3_column_text(row, column);
}

bool sqlite_is(struct sqlite3_stmt *row, int column, const void *bytes, size_t size)
{
    const void *stored = sqlite3_column_blob(row, column); /* of a text: its bytes */
    size_t stored_size = (size_t)sqlite3_column_bytes(row, column);
    return stored_size == size && (size == 0 || (stored && memcmp(stored, bytes, size) == 0));
}

const void *sqlite_bytes(struct sqlite3_stmt *row, int column, size_t *size)
{
    bool is_blob = sqlite3_column_type(row, column) == SQLITE_BLOB;
    const void *bytes = is_blob ? sqlite3_column_blob(row, column) : NULL;
    *size = bytes ? (size_t)sqlite3_column_bytes(row, column) : 0;
    return bytes;
}

const char *sqlite_text(struct sqlite *sqlite, struct sqlite3_stmt *row, int column, struct arena *arena, size_t *len,
                        struct error *err)
{
    bool is_text = sqlite3_column_type(row, column) == SQLITE_TEXT;
    const char *text = is_text ? sqlite_raw_text(row, column) : NULL;
    size_t n = text ? (size_t)sqlite3_column_bytes(row, column) : 0;
    if (!text || memchr(text, '\0', n) || text_utf8_valid(text, n) != n) {
        sqlite_damaged(sqlite, "a text in it is no UTF-8 text", err);
        return NULL;
    }
    if (len)
        *len = n;
    return arena_strndup(arena, text, n);
}

/* ---- the file as a whole ---- */

static int check_line(void *context, int columns, char **values, char **names)
{
    (void)names;
    char **first = context;
    if (columns == 1 && values[0] && strcmp(values[0], "ok") != 0 && !*first)
        *first = memory_need(strdup(values[0]));
    return 0;
}

/* Copies all pages from one connection to the other, and looks through the copy. */
static int copy_pages(sqlite3 *from, sqlite3 *to, char **damage)
{
    int code = sqlite3_exec(to, "PRAGMA synchronous = EXTRA", NULL, NULL, NULL);
    sqlite3_backup *backup = code == SQLITE_OK ? sqlite3_backup_init(to, "main", from, "main") : NULL;
    if (!backup)
        return sqlite3_extended_errcode(to);
    sqlite3_backup_step(backup, -1);
    code = sqlite3_backup_finish(backup);
    return code == SQLITE_OK ? sqlite3_exec(to, "PRAGMA integrity_check(1)", check_line, damage, NULL) : code;
}

bool sqlite_copy(struct sqlite *sqlite, const char *target, struct error *err)
{
    sqlite3 *from = NULL, *to = NULL;
    char *damage = NULL;
    unlink(target);
    int code = open_file(sqlite, sqlite->file, SQLITE_OPEN_READONLY, &from);
    if (code == SQLITE_OK)
        code = sqlite3_open_v2(target, &to, SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_EXRESCODE, NULL);
    if (code == SQLITE_OK) {
        sqlite3_busy_handler(from, wait_for_others, sqlite);
        code = copy_pages(from, to, &damage);
    }
    int reason = to ? sqlite3_system_errno(to) : errno;
    sqlite3_close(from);
    sqlite3_close(to);
    bool ok = code == SQLITE_OK && !damage;
    if (damage)
        sqlite_damaged(sqlite, damage, err);
    else if ((code & 0xFF) == SQLITE_FULL || (code & 0xFF) == SQLITE_IOERR || (code & 0xFF) == SQLITE_CANTOPEN)
        error_at(err, ERR_STORE, (struct pos){.file = target}, "%s", reason ? strerror(reason) : "the disk is full");
    else if (!ok)
        trouble(sqlite, code, err);
    free(damage);
    if (!ok)
        unlink(target);
    return ok;
}

/* It copies through a second file, which is "attached", and on the disk, not in memory. */
bool sqlite_compact(struct sqlite *sqlite, struct error *err)
{
    sqlite->looks_left = INT_MAX;
    sqlite3_limit(sqlite->db, SQLITE_LIMIT_ATTACHED, 1);
    bool ok = sqlite_execute(sqlite, "PRAGMA synchronous = EXTRA; PRAGMA temp_store = FILE; VACUUM", err);
    sqlite3_limit(sqlite->db, SQLITE_LIMIT_ATTACHED, 0);
    return sqlite_execute(sqlite, "PRAGMA temp_store = MEMORY", ok ? err : &(struct error){0}) && ok;
}

bool sqlite_check(struct sqlite *sqlite, void (*found)(void *context, const char *what), void *context, struct error *err)
{
    sqlite3_stmt *lines = NULL;
    char sql[60];
    sqlite->looks_left = INT_MAX; /* it goes over every page once */
    snprintf(sql, sizeof(sql), "PRAGMA integrity_check(%d)", CHECK_LINES_MAX);
    int code = sqlite3_prepare_v2(sqlite->db, sql, -1, &lines, NULL);
    while (code == SQLITE_OK && (code = sqlite3_step(lines)) == SQLITE_ROW) {
        const char *line = sqlite_raw_text(lines, 0);
        if (line && strcmp(line, "ok") != 0)
            found(context, line);
        code = SQLITE_OK;
    }
    sqlite3_finalize(lines);
    return code == SQLITE_DONE || trouble(sqlite, code, err);
}

const char *sqlite_journal(struct sqlite *sqlite, const char *wanted, struct arena *arena, struct error *err)
{
    sqlite3_stmt *row = NULL;
    const char *is = NULL;
    char sql[60];
    snprintf(sql, sizeof(sql), "PRAGMA journal_mode%s%s", wanted ? " = " : "", wanted ? wanted : "");
    int code = sqlite3_prepare_v2(sqlite->db, sql, -1, &row, NULL);
    if (code == SQLITE_OK && (code = sqlite3_step(row)) == SQLITE_ROW && sqlite_raw_text(row, 0))
        is = arena_strdup(arena, sqlite_raw_text(row, 0));
    sqlite3_finalize(row);
    if (!is)
        trouble(sqlite, code, err);
    return is;
}
