#include "history/sqlite/backend.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "history/record_digest.h"
#include "history/sqlite/schema.h"
#include "history/sqlite/upgrade.h"
#include "history/sqlite/upkeep.h"

/* Connects to a file that is there, and looks what it is. */
static bool attach(struct sqlite_history *h, enum sqlite_for access, struct error *err)
{
    if (!sqlite_connect(&h->sqlite, access, err))
        return false;
    bool ok = sqlite_begin(&h->sqlite, false, err) && sqlite_schema_identify(&h->sqlite, &h->format, err);
    h->history.exists = ok && h->format > 0;
    return sqlite_finish(&h->sqlite, ok, false, err);
}

/* A file with a write-ahead log in a folder where nothing can be made, as on read-only media: when there is no log beside it, nobody
 * writes it, and it can be read as it stands. */
static bool may_be_immutable(const struct sqlite *sqlite)
{
    char *folder = memory_need(strdup(sqlite->file)), *log = memory_need(malloc(strlen(sqlite->file) + sizeof("-wal")));
    char *slash = strrchr(folder, '/'); /* there is one: see struct sqlite */
    slash[slash == folder] = '\0';
    memcpy(log, sqlite->file, strlen(sqlite->file));
    memcpy(log + strlen(sqlite->file), "-wal", sizeof("-wal"));
    bool may = access(folder, W_OK) != 0 && access(log, F_OK) != 0;
    free(folder);
    free(log);
    return may;
}

/* A reader may not roll back what a killed writer left: then it becomes a writer for that moment. */
static bool attach_reader(struct sqlite_history *h, struct error *err)
{
    struct error first = {0};
    if (attach(h, SQLITE_FOR_READING, &first))
        return true;
    if (h->sqlite.no_file && may_be_immutable(&h->sqlite)) {
        sqlite_disconnect(&h->sqlite);
        h->sqlite.immutable = true;
        return attach(h, SQLITE_FOR_READING, err);
    }
    if (!h->sqlite.half_written) {
        *err = first;
        return false;
    }
    sqlite_disconnect(&h->sqlite);
    if (!attach(h, SQLITE_FOR_WRITING, err))
        return false;
    sqlite_disconnect(&h->sqlite);
    return attach(h, SQLITE_FOR_READING, err);
}

/* Asked early, so that a run learns it before its work is done and not after. */
static bool check_writable(const struct sqlite *sqlite, bool exists, struct error *err)
{
    struct pos at = {.file = sqlite->path};
    if (exists && access(sqlite->file, R_OK | W_OK) != 0)
        return error_at(err, ERR_STORE, at, "is not writable: %s", strerror(errno));
    char *folder = exists ? realpath(sqlite->file, NULL) : NULL; /* the journal goes where a link leads to */
    if (!folder)
        folder = memory_need(strdup(sqlite->file));
    char *slash = strrchr(folder, '/'); /* there is one: see struct sqlite */
    slash[slash == folder] = '\0';
    bool ok = access(folder, W_OK | X_OK) == 0;
    if (!ok)
        error_at(err, ERR_STORE, at, "its folder %s is not writable: %s", folder, strerror(errno));
    free(folder);
    return ok;
}

/* A folder that is not there is a slip in the URI, not a history that has not begun. */
static bool check_folder(const struct sqlite *sqlite, struct error *err)
{
    char *folder = memory_need(strdup(sqlite->file)), *slash = strrchr(folder, '/');
    struct stat st;
    slash[slash == folder] = '\0';
    bool ok = stat(folder, &st) == 0;
    if (!ok)
        error_at(err, ERR_STORE, (struct pos){.file = sqlite->path}, "its folder %s: %s", folder, strerror(errno));
    free(folder);
    return ok;
}

static bool look(struct sqlite_history *h, enum history_mode mode, struct error *err)
{
    struct pos at = {.file = h->sqlite.path};
    struct stat st = {0};
    bool there = stat(h->sqlite.file, &st) == 0;
    if (!there && errno != ENOENT)
        return error_at(err, ERR_STORE, at, "%s", strerror(errno));
    if (there && !S_ISREG(st.st_mode))
        return error_at(err, ERR_STORE, at, "%s", S_ISDIR(st.st_mode) ? "is a directory" : "is not a regular file");
    if (!there && !check_folder(&h->sqlite, err))
        return false;
    if (mode == HISTORY_WRITE && !check_writable(&h->sqlite, there, err))
        return false;
    if (st.st_size == 0)
        return true; /* none yet; SQLite, too, takes an empty file for a new one */
    return mode == HISTORY_READ ? attach_reader(h, err) : attach(h, SQLITE_FOR_WRITING, err);
}

static void close_history(struct history *history)
{
    struct sqlite_history *h = (struct sqlite_history *)history;
    sqlite_disconnect(&h->sqlite);
    digest_close(h->digest);
    packer_close(h->packer);
    text_close(&h->room);
    free(h->sqlite.path);
    free(h->sqlite.file);
    free(h);
}

static struct history *open_history(const char *uri, const char *rest, enum history_mode mode, const struct history_access *access,
                                    struct error *err)
{
    if (rest[0] == '\0' || (rest[0] == '/' && rest[1] == '/' && rest[2] != '/')) {
        error_set(err, ERR_USAGE, "'%s' names no file; expected sqlite:FILE, e.g. sqlite:history.db", uri);
        return NULL;
    }
    struct sqlite_history *h = memory_need(calloc(1, sizeof(*h)));
    size_t dot = rest[0] == '/' ? 0 : 2;
    h->sqlite.path = memory_need(strdup(rest));
    h->sqlite.file = memory_need(malloc(dot + strlen(rest) + 1));
    memcpy(h->sqlite.file, "./", dot);
    memcpy(h->sqlite.file + dot, rest, strlen(rest) + 1);
    h->sqlite.texts = sqlite_schema_texts;
    patience_set(&h->sqlite.patience, access);
    h->digest = digest_open();
    h->packer = packer_open();
    h->room = text_open((size_t)1 << 40); /* no more than what the caller has in memory already */
    if (look(h, mode, err))
        return &h->history;
    close_history(&h->history);
    return NULL;
}

/* ---- for the other files ---- */

bool sqlite_history_begin_reading(struct sqlite_history *h, struct error *err)
{
    return sqlite_begin(&h->sqlite, false, err) && sqlite_schema_refresh(&h->sqlite, &h->format, err);
}

static void tell_upgrade(struct sqlite_history *h, const char *backup)
{
    const struct patience *patience = &h->sqlite.patience;
    struct text line = text_open(10000);
    text_printf(&line, "%s: was upgraded to format %d; what it was before is in %s", h->sqlite.path, SQLITE_SCHEMA_FORMAT, backup);
    if (patience->tell)
        patience->tell(patience->tell_context, line.s);
    text_close(&line);
}

static bool upgrade(struct sqlite_history *h, struct error *err)
{
    struct arena arena = {0};
    const char *backup;
    bool ok = sqlite_upgrade(h, &arena, &backup, err);
    if (ok && backup)
        tell_upgrade(h, backup);
    arena_close(&arena);
    return ok;
}

static bool begin_current(struct sqlite_history *h, struct error *err)
{
    if (!sqlite_begin(&h->sqlite, true, err))
        return false;
    if (sqlite_schema_identify(&h->sqlite, &h->format, err) && (h->format || sqlite_schema_create(&h->sqlite, err)))
        return true;
    return sqlite_finish(&h->sqlite, false, false, err);
}

bool sqlite_history_begin_writing(struct sqlite_history *h, struct error *err)
{
    if ((!h->sqlite.db && !sqlite_connect(&h->sqlite, SQLITE_FOR_CREATING, err)) || !begin_current(h, err))
        return false;
    if (h->format == 0)
        h->format = SQLITE_SCHEMA_FORMAT;
    if (h->format == SQLITE_SCHEMA_FORMAT)
        return true;
    sqlite_finish(&h->sqlite, false, false, &(struct error){0});
    return upgrade(h, err) && begin_current(h, err);
}

static bool unpack(struct sqlite_history *h, struct sqlite3_stmt *row, struct arena *arena, struct sqlite_text_row *text, struct error *err)
{
    size_t size;
    const void *packed = sqlite_bytes(row, 1, &size);
    int64_t len = sqlite_number(row, 2);
    bool sane = packed && len >= 0 && len <= SQLITE_TEXT_MAX;
    text->len = sane ? (size_t)len : 0;
    text->text = sane ? packer_unpack(h->packer, packed, size, arena, text->len) : NULL;
    bool is_text = text->text && !memchr(text->text, '\0', text->len) && text_utf8_valid(text->text, text->len) == text->len;
    return is_text || sqlite_damaged(&h->sqlite, "a payload is not as it was stored", err);
}

bool sqlite_history_text_row(struct sqlite_history *h, int64_t number, struct arena *arena, struct sqlite_text_row *text, struct error *err)
{
    bool old = h->format == 1, any;
    struct sqlite3_stmt *row = sqlite_bound(&h->sqlite, old ? SQL_TEXT_1 : SQL_TEXT, err, "i", number);
    size_t size;
    if (!sqlite_step(&h->sqlite, row, &any, err))
        return false;
    if (!any)
        return sqlite_damaged(&h->sqlite, "a payload is missing", err);
    const void *digest = sqlite_bytes(row, 0, &size);
    if (!digest || size != DIGEST_SIZE)
        return sqlite_damaged(&h->sqlite, "a payload has no digest", err);
    memcpy(text->digest, digest, DIGEST_SIZE);
    text->text = old ? sqlite_text(&h->sqlite, row, 1, arena, &text->len, err) : NULL;
    return old ? text->text != NULL : unpack(h, row, arena, text, err);
}

const char *sqlite_history_text(struct sqlite_history *h, int64_t number, const char *id, struct arena *arena, size_t *len,
                                struct error *err)
{
    struct sqlite_text_row row;
    unsigned char digest[DIGEST_SIZE];
    if (!sqlite_history_text_row(h, number, arena, &row, err))
        return NULL;
    payload_digest(h->digest, id, row.text, row.len, digest);
    *len = row.len;
    if (memcmp(digest, row.digest, sizeof(digest)) == 0)
        return row.text;
    sqlite_damaged(&h->sqlite, "a payload is not as it was stored", err);
    return NULL;
}

const struct history_backend history_sqlite = {
    .scheme = "sqlite",
    .example = "sqlite:history.db",
    .keeps_texts = true,
    .open = open_history,
    .close = close_history,
    .begin = sqlite_history_begin,
    .add = sqlite_history_add,
    .end = sqlite_history_end,
    .walk = sqlite_history_walk,
    .read = sqlite_history_read,
    .workloads = sqlite_history_workloads,
    .fetch = sqlite_history_fetch,
    .upkeep = &sqlite_upkeep,
};
