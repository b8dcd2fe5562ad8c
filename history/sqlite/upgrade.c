#include "history/sqlite/upgrade.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "history/sqlite/put.h"
#include "history/sqlite/schema.h"

enum { BACKUPS_MAX = 9 };

struct upgrade {
    struct sqlite_history *h;
    struct arena page;    /* of the record at hand */
    struct arena scratch; /* until the upgrade ends */
    LIST_OF(struct renewed { int64_t number; unsigned char digest[DIGEST_SIZE]; }) digests;
    size_t records, texts; /* that were read again */
};

/* ---- the backup ---- */

static bool same_bytes(const char *a, const char *b)
{
    FILE *left = fopen(a, "rb"), *right = fopen(b, "rb");
    bool same = left && right;
    for (bool more = same; same && more;) {
        char one[8192], other[8192];
        size_t n = fread(one, 1, sizeof(one), left), m = fread(other, 1, sizeof(other), right);
        same = n == m && memcmp(one, other, n) == 0;
        more = n > 0;
    }
    if (left)
        fclose(left);
    if (right)
        fclose(right);
    return same;
}

static void make_durable(const char *file)
{
    char folder[4096];
    const char *slash = strrchr(file, '/'); /* there is one: see struct sqlite */
    snprintf(folder, sizeof(folder), "%.*s", slash == file ? 1 : (int)(slash - file), file);
    int fd = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (fd < 0)
        return;
    fsync(fd);
    close(fd);
}

/* The copy's name for good: nobody else makes backups of this file meanwhile, since we are its writer. */
static bool name_backup(struct sqlite *sqlite, const char *copy, struct arena *arena, const char **backup, struct error *err)
{
    for (int i = 1; i <= BACKUPS_MAX; i++) {
        const char *tail = i == 1 ? "" : arena_printf(arena, ".%d", i);
        const char *file = arena_printf(arena, "%s.backup-1%s", sqlite->file, tail);
        *backup = arena_printf(arena, "%s.backup-1%s", sqlite->path, tail);
        struct stat st;
        bool there = lstat(file, &st) == 0;
        if (there && S_ISREG(st.st_mode) && same_bytes(copy, file)) {
            unlink(copy);
            return true;
        }
        if (there)
            continue;
        if (rename(copy, file) != 0)
            return error_at(err, ERR_STORE, (struct pos){.file = file}, "%s", strerror(errno));
        make_durable(file);
        return true;
    }
    return error_at(err, ERR_STORE, (struct pos){.file = sqlite->path},
                    "it is of an older format and would be upgraded, but there are %d backups of it already (%s, …); move them elsewhere",
                    BACKUPS_MAX, *backup);
}

static bool make_backup(struct sqlite *sqlite, struct arena *arena, const char **backup, struct error *err)
{
    const char *copy = arena_printf(arena, "%s.backup-new", sqlite->file);
    struct stat st;
    if (!sqlite_copy(sqlite, copy, err)) {
        error_prefix(err, "the backup before the upgrade");
        return false;
    }
    if (stat(sqlite->file, &st) == 0)
        (void)!chmod(copy, st.st_mode & 0777);
    bool ok = name_backup(sqlite, copy, arena, backup, err);
    if (!ok)
        unlink(copy);
    return ok;
}

/* ---- from old tables to new ones ---- */

static bool renew_record(void *context, int64_t number, const char *workload, const struct record *old, struct error *err)
{
    struct upgrade *upgrade = context;
    struct sqlite_history *h = upgrade->h;
    struct record record = *old;
    struct renewed renewed = {.number = number};
    size_t len;
    arena_clear(&upgrade->page);
    const char *text = sqlite_history_text(h, number, record.id, &upgrade->page, &len, err);
    if (!text)
        return false;
    record_complete(&upgrade->page, text, len, &record);
    record_digest(h->digest, &h->room, workload, record.where, &record, renewed.digest);
    *LIST_ADD(&upgrade->scratch, &upgrade->digests) = renewed;
    return sqlite_put_kpis(&h->sqlite, number, &record, err) && sqlite_put_text(h, number, record.id, text, len, err);
}

static bool renew_digests(struct upgrade *upgrade, struct error *err)
{
    struct sqlite *sqlite = &upgrade->h->sqlite;
    for (size_t i = 0; i < upgrade->digests.n; i++) {
        const struct renewed *renewed = &upgrade->digests.v[i];
        if (!sqlite_step(sqlite, sqlite_bound(sqlite, SQL_SET_DIGEST, err, "bi", renewed->digest, renewed->number), NULL, err))
            return false;
    }
    return true;
}

static bool read_again(void *context, int64_t number, const char *workload, const struct record *record, struct error *err)
{
    struct upgrade *upgrade = context;
    size_t len;
    (void)workload;
    arena_clear(&upgrade->page);
    upgrade->records++;
    return sqlite_history_text(upgrade->h, number, record->id, &upgrade->page, &len, err) != NULL;
}

static bool renew_all(struct upgrade *upgrade, struct error *err)
{
    struct sqlite_history *h = upgrade->h;
    if (!sqlite_schema_add_tables(&h->sqlite, err) || !sqlite_history_each(h, renew_record, upgrade, err) || !renew_digests(upgrade, err))
        return false;
    sqlite_rest(&h->sqlite);
    if (!sqlite_schema_drop_tables(&h->sqlite, err) || !sqlite_schema_identify(&h->sqlite, &h->format, err) ||
        !sqlite_history_each(h, read_again, upgrade, err))
        return false;
    return upgrade->records == upgrade->digests.n || sqlite_damaged(&h->sqlite, "the upgraded tables are not what they were made from", err);
}

bool sqlite_upgrade(struct sqlite_history *h, struct arena *arena, const char **backup, struct error *err)
{
    struct upgrade upgrade = {.h = h};
    *backup = NULL;
    bool begun = sqlite_begin(&h->sqlite, true, err);
    bool ok = begun && sqlite_schema_identify(&h->sqlite, &h->format, err);
    bool old = ok && h->format > 0 && h->format < SQLITE_SCHEMA_FORMAT; /* another process may have been quicker */
    if (old)
        ok = make_backup(&h->sqlite, arena, backup, err) && renew_all(&upgrade, err);
    if (begun)
        ok = sqlite_finish(&h->sqlite, ok, old, err);
    if (ok && old)
        (void)sqlite_compact(&h->sqlite, &(struct error){0}); /* a larger file is no failure */
    arena_close(&upgrade.page);
    arena_close(&upgrade.scratch);
    return ok;
}
