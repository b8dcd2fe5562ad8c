/* history: the SQLite back end. Each case has a file of its own in the scratch folder. */
#include <errno.h>
#include <fcntl.h>
#include <math.h>
#include <signal.h>
#include <sqlite3.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "base/digest.h"
#include "tests/check.h"
#include "tests/history_batch.h"
#include "tests/scratch.h"

static struct scratch scratch;
static struct arena arena;

static const char *uri_of(const char *name)
{
    return arena_printf(&arena, "sqlite:%s/%s", scratch.folder, name);
}

static void put_bytes(const char *name, const void *bytes, size_t size)
{
    FILE *out = fopen(scratch_path(&scratch, name), "wb");
    fwrite(bytes, 1, size, out);
    fclose(out);
}

static char *get_bytes(const char *name, size_t *size)
{
    FILE *in = fopen(scratch_path(&scratch, name), "rb");
    *size = 0;
    if (!in)
        return NULL;
    fseek(in, 0, SEEK_END);
    long end = ftell(in);
    rewind(in);
    char *bytes = arena_alloc(&arena, (size_t)end + 1);
    *size = fread(bytes, 1, (size_t)end, in);
    fclose(in);
    return bytes;
}

static bool same_bytes(const char *name, const char *before, size_t before_size)
{
    size_t size;
    char *now = get_bytes(name, &size);
    return size == before_size && (!now || memcmp(now, before, size) == 0);
}

/* Changes a file behind matbench's back. */
static void run_sql(const char *name, const char *sql)
{
    sqlite3 *db;
    char *message = NULL;
    sqlite3_open(scratch_path(&scratch, name), &db);
    int code = sqlite3_exec(db, sql, NULL, NULL, &message);
    CHECK(code == SQLITE_OK, "%s: %s", sql, message ? message : "");
    sqlite3_free(message);
    sqlite3_close(db);
}

static bool counts_are(struct history_counts counts, size_t added, size_t unchanged, size_t replaced)
{
    return counts.added == added && counts.unchanged == unchanged && counts.replaced == replaced;
}

static void test_round_trip(void)
{
    struct error err = {0};
    struct history_counts counts;
    struct batch batch = batch_make(&arena, "a", 30, 24, 9, 500, 0);
    batch.v[5].record.labels_n = 0;
    batch.v[6].record.kpis_n = 0;
    batch.v[7].record.kpis[0].value = -0.0;
    batch.v[7].record.kpis[1].value = 5e-324;
    batch.v[7].record.kpis[2].value = -1.7976931348623157e308;
    batch.v[7].record.kpis[3].value = 9007199254740993.0;
    batch.v[8].record.start_us = INT64_MIN;
    batch.v[9].record.start_us = INT64_MAX;
    batch.v[10].text_len = 0;
    CHECK(batch_put(uri_of("a.db"), "w", batch, &counts, &err), "%s", err.text);
    CHECK(counts_are(counts, 30, 0, 0), "%zu %zu %zu", counts.added, counts.unchanged, counts.replaced);
    struct history *history = history_open(uri_of("a.db"), HISTORY_READ, NULL, &err);
    CHECK(history && history_exists(history) && strcmp(history_uri(history), uri_of("a.db")) == 0, "%s", err.text);
    CHECK(batch_count(history, "w", batch, &err) == 30, "%s", err.text);
    CHECK(batch_count(history, NULL, batch, &err) == 30, "%s", err.text);
    CHECK(batch_count(history, "other", batch, &err) == 0, "%s", err.text);
    for (size_t i = 0; i < batch.n; i++) {
        size_t len = 99;
        const char *text = history_fetch(history, batch.v[i].record.id, &arena, &len, &err);
        CHECK(text && len == batch.v[i].text_len && memcmp(text, batch.v[i].text, len) == 0 && !text[len], "%zu", i);
    }
    CHECK(!history_fetch(history, "a-00", &arena, NULL, &err) && err.kind == ERR_NONE, "unknown id: %s", err.text);
    history_close(history);
    history_close(NULL);
    CHECK(access(scratch_path(&scratch, "a.db-journal"), F_OK) != 0, "only the file itself");
}

static bool stop_at_three(void *context, const struct record *record)
{
    struct history *history = context;
    struct error err = {0};
    static int seen;
    CHECK(history_fetch(history, record->id, &arena, NULL, &err), "visit may use the history: %s", err.text);
    seen++;
    CHECK(seen <= 3, "called on after false");
    return seen < 3;
}

static void test_stop(void)
{
    struct error err = {0};
    struct history *history = history_open(uri_of("a.db"), HISTORY_READ, NULL, &err);
    CHECK(history_walk(history, &(struct history_selection){.workload = "w"}, &arena, stop_at_three, history, &err), "%s", err.text);
    history_close(history);
}

static void test_unchanged(void)
{
    struct error err = {0};
    struct history_counts counts;
    struct batch batch = batch_make(&arena, "u", 20, 6, 3, 300, 0);
    CHECK(batch_put(uri_of("u.db"), "w", batch, &counts, &err), "%s", err.text);
    size_t size;
    char *before = get_bytes("u.db", &size);
    struct timespec old = {1, 1}, times[2] = {old, old};
    struct stat st;
    utimensat(AT_FDCWD, scratch_path(&scratch, "u.db"), times, 0);
    batch.v[3].record.where = "somewhere else";
    CHECK(batch_put(uri_of("u.db"), "w", batch, &counts, &err), "%s", err.text);
    CHECK(counts_are(counts, 0, 20, 0), "%zu %zu %zu", counts.added, counts.unchanged, counts.replaced);
    stat(scratch_path(&scratch, "u.db"), &st);
    CHECK(same_bytes("u.db", before, size) && st.st_mtim.tv_sec == 1, "the file was written to");
    batch.v[3].record.where = "results/u/003__été";
    CHECK(batch_count_file(uri_of("u.db"), "w", batch, &err) == 20, "the place stays: %s", err.text);

    struct batch others = batch_make(&arena, "u", 20, 7, 2, 200, 1);
    batch.v[4] = others.v[4];             /* another text, fewer KPIs, one label more */
    batch.v[5].record.kpis[1].value = 77; /* the same text, read by another matbench */
    CHECK(batch_put(uri_of("u.db"), "w", batch, &counts, &err), "%s", err.text);
    CHECK(counts_are(counts, 0, 18, 2), "%zu %zu %zu", counts.added, counts.unchanged, counts.replaced);
    CHECK(batch_count_file(uri_of("u.db"), "w", batch, &err) == 20, "%s", err.text);
    struct history *history = history_open(uri_of("u.db"), HISTORY_READ, NULL, &err);
    const char *text = history_fetch(history, "u-0004", &arena, NULL, &err);
    CHECK(text && strcmp(text, others.v[4].text) == 0, "the new text: %s", err.text);
    history_close(history);
}

static void test_workloads(void)
{
    struct error err = {0};
    struct history_counts counts;
    struct batch a = batch_make(&arena, "x", 5, 3, 2, 100, 0), b = batch_make(&arena, "y", 7, 3, 2, 100, 0);
    struct history *history = history_open(uri_of("w.db"), HISTORY_WRITE, NULL, &err);
    size_t n;
    struct history_workload *list;
    CHECK(history && !history_exists(history), "%s", err.text);
    CHECK(history_workloads(history, &arena, &list, &n, &err) && n == 0, "none yet");
    CHECK(history_put(history, "zeta", a.v, a.n, &counts, &err) && history_exists(history), "%s", err.text);
    CHECK(history_put(history, "alpha", b.v, b.n, &counts, &err), "%s", err.text);
    CHECK(history_workloads(history, &arena, &list, &n, &err) && n == 2, "%zu %s", n, err.text);
    CHECK(strcmp(list[0].name, "alpha") == 0 && list[0].records == 7, "%s %zu", list[0].name, list[0].records);
    CHECK(list[1].first_us == a.v[4].record.start_us && list[1].last_us == a.v[0].record.start_us, "spans");
    CHECK(batch_count(history, "zeta", a, &err) == 5 && batch_count(history, "alpha", b, &err) == 7, "%s", err.text);
    CHECK(!history_put(history, "zeta", b.v, 2, &counts, &err) && err.kind == ERR_INVALID, "another workload's: %s", err.text);
    CHECK(strstr(err.text, "'y-0000' is in this history already, for another workload than 'zeta'"), "%s", err.text);
    err = (struct error){0};
    CHECK(batch_count(history, "zeta", a, &err) == 5, "%s", err.text);
    CHECK(history_put(history, "zeta", NULL, 0, &counts, &err) && counts_are(counts, 0, 0, 0), "none: %s", err.text);
    history_close(history);
}

static void test_one_id_twice(void)
{
    struct error err = {0};
    struct history_counts counts;
    struct batch batch = batch_make(&arena, "t", 4, 2, 2, 100, 0);
    batch.v[3] = batch.v[1];
    CHECK(batch_put(uri_of("t.db"), "w", batch, &counts, &err) && counts_are(counts, 3, 1, 0), "%s", err.text);
    batch.v[3].text = "{}";
    batch.v[3].text_len = 2;
    batch.v[3].record.where = "elsewhere";
    size_t size;
    char *before = get_bytes("t.db", &size);
    CHECK(!batch_put(uri_of("t.db"), "w", batch, &counts, &err) && err.kind == ERR_INVALID, "%s", err.text);
    CHECK(strstr(err.text, "'t-0001'") && strstr(err.text, "001__") && strstr(err.text, "elsewhere"), "%s", err.text);
    CHECK(same_bytes("t.db", before, size), "all or nothing");
}

static void test_bad_records(void)
{
    static const char *const says[] = {
        "no id",          "id",         "place",      "label is not",      "sorted by key",    "name is not UTF-8",
        "sorted by name", "not finite", "not finite", "text is not UTF-8", "text is not UTF-8"};
    for (size_t i = 0; i < ROWS(says); i++) {
        struct error err = {0};
        struct history_counts counts;
        struct batch batch = batch_make(&arena, "b", 2, 2, 2, 100, 0);
        struct record *record = &batch.v[1].record;
        switch (i) {
        case 0:
            record->id = "";
            break;
        case 1:
            record->id = "\xFF";
            break;
        case 2:
            record->where = "a\xC0";
            break;
        case 3:
            record->labels[1].value = "\xED\xA0\x80";
            break;
        case 4:
            record->labels[1].key = record->labels[0].key;
            break;
        case 5:
            record->kpis[0].name = "\x80";
            break;
        case 6:
            record->kpis[1].name = "a";
            break;
        case 7:
            record->kpis[1].value = NAN;
            break;
        case 8:
            record->kpis[0].value = -INFINITY;
            break;
        case 9:
            batch.v[1].text = "{\xFF}";
            batch.v[1].text_len = 3;
            break;
        case 10:
            batch.v[1].text = "{\0}";
            batch.v[1].text_len = 3;
            break;
        }
        CHECK(!batch_put(uri_of("bad.db"), "w", batch, &counts, &err) && err.kind == ERR_INVALID, "row %zu", i);
        CHECK(strstr(err.text, says[i]), "row %zu: %s", i, err.text);
        CHECK(access(scratch_path(&scratch, "bad.db"), F_OK) != 0, "row %zu left a file", i);
    }
}

static void test_uris(void)
{
    static const struct {
        const char *uri, *says;
    } rows[] = {
        {"history.db", "'history.db' is not a history's URI; expected sqlite:history.db"},
        {"", "'' is not a history's URI"},
        {"sqlite", "not a history's URI"},
        {"sqlite:", "names no file"},
        {"sqlite://host/x", "names no file"},
        {"mysql://user:secret@host/x", "'mysql:' is no known kind of history; expected sqlite:history.db"},
    };
    for (size_t i = 0; i < ROWS(rows); i++) {
        struct error err = {0};
        CHECK(!history_open(rows[i].uri, HISTORY_READ, NULL, &err) && err.kind == ERR_USAGE, "%s", rows[i].uri);
        CHECK(strstr(err.text, rows[i].says) && !strstr(err.text, "secret"), "%s: %s", rows[i].uri, err.text);
    }
}

/* Names that SQLite would take for something else, and a link. */
static void test_names(void)
{
    static const char *const names[] = {":memory:", "file:x?mode=memory", "with blank é.db", "a?b#c%20.db"};
    struct batch batch = batch_make(&arena, "n", 2, 1, 1, 10, 0);
    struct history_counts counts;
    char here[4096];
    CHECK(getcwd(here, sizeof(here)) && chdir(scratch.folder) == 0, "chdir");
    for (size_t i = 0; i < ROWS(names); i++) {
        struct error err = {0};
        const char *uri = arena_printf(&arena, "sqlite:%s", names[i]);
        CHECK(batch_put(uri, "w", batch, &counts, &err), "%s: %s", names[i], err.text);
        CHECK(access(names[i], F_OK) == 0 && batch_count_file(uri, "w", batch, &err) == 2, "%s: %s", names[i],
              err.text);
        unlink(names[i]);
    }
    struct error err = {0};
    mkdir("far", 0755);
    CHECK(symlink("far/real.db", "link.db") == 0, "link");
    CHECK(batch_put("sqlite:link.db", "w", batch, &counts, &err), "%s", err.text);
    CHECK(batch_count_file("sqlite:far/real.db", "w", batch, &err) == 2, "%s", err.text);
    CHECK(batch_count_file(arena_printf(&arena, "sqlite://%s/link.db", scratch.folder), "w", batch, &err) == 2, "%s",
          err.text);
    CHECK(chdir(here) == 0, "chdir");
}

static void test_absent(void)
{
    struct error err = {0};
    struct batch batch = batch_make(&arena, "e", 2, 1, 1, 10, 0);
    struct history_counts counts;
    int before = scratch_count(scratch.folder);
    struct history *history = history_open(uri_of("absent.db"), HISTORY_READ, NULL, &err);
    CHECK(history && !history_exists(history), "%s", err.text);
    CHECK(batch_count(history, "w", batch, &err) == 0, "%s", err.text);
    CHECK(!history_fetch(history, "e-0000", &arena, NULL, &err) && err.kind == ERR_NONE, "%s", err.text);
    history_close(history);
    history_close(history_open(uri_of("absent.db"), HISTORY_WRITE, NULL, &err));
    CHECK(err.kind == ERR_NONE && scratch_count(scratch.folder) == before, "opening makes no file: %s", err.text);
    put_bytes("empty.db", "", 0);
    CHECK(batch_count_file(uri_of("empty.db"), "w", batch, &err) == 0 && err.kind == ERR_NONE, "%s", err.text);
    CHECK(same_bytes("empty.db", "", 0), "an empty file stays empty when read");
    CHECK(batch_put(uri_of("empty.db"), "w", batch, &counts, &err), "%s", err.text);
    CHECK(batch_count_file(uri_of("empty.db"), "w", batch, &err) == 2, "%s", err.text);
}

/* Files that are refused; each stays as it is, opened either way. */
static void test_refused(void)
{
    struct batch batch = batch_make(&arena, "r", 40, 6, 3, 2000, 0);
    struct history_counts counts;
    struct error err = {0};
    CHECK(batch_put(uri_of("good.db"), "w", batch, &counts, &err), "%s", err.text);
    size_t size;
    char *good = get_bytes("good.db", &size);
    put_bytes("text.db",
              "This is no SQLite file at all, but it is long enough to hold a header of one hundred bytes, is it not?",
              102);
    put_bytes("short.db", good, 60);
    put_bytes("cut.db", good, size - 5000);
    put_bytes("page.db", good, 4096);
    run_sql("other.db", "CREATE TABLE t (a); INSERT INTO t VALUES (1)");
    run_sql("otherid.db", "PRAGMA application_id = 77");
    static const struct {
        const char *name, *sql;
    } changed[] = {
        {"newer.db", "PRAGMA user_version = 3"},
        {"nofmt.db", "PRAGMA user_version = 0"},
        {"dropped.db", "DROP TABLE packed_payload"},
        {"trigger.db", "CREATE TRIGGER x AFTER INSERT ON record BEGIN DELETE FROM payload; END"},
        {"index.db", "CREATE INDEX x ON label (length(value))"},
        {"column.db", "ALTER TABLE kpi_unit ADD COLUMN more TEXT"},
        {"ourview.db", "DROP VIEW matbench_kpi; CREATE VIEW matbench_kpi AS SELECT 1 AS value"},
        {"noview.db", "DROP VIEW matbench_label"},
        {"view.db", "DROP TABLE total; CREATE VIEW total AS SELECT 40 AS records"},
    };
    for (size_t i = 0; i < ROWS(changed); i++) {
        put_bytes(changed[i].name, good, size);
        run_sql(changed[i].name, changed[i].sql);
    }
    mkdir(scratch_path(&scratch, "dir.db"), 0755);
    mkfifo(scratch_path(&scratch, "fifo.db"), 0644);
    static const struct {
        const char *name, *says;
    } rows[] = {
        {"text.db", "is not a SQLite file"},
        {"short.db", "is damaged: truncated"},
        {"cut.db", "is damaged: truncated"},
        {"page.db", "is damaged: truncated"},
        {"other.db", "is a SQLite file, but not a matbench history"},
        {"otherid.db", "is a SQLite file, but not a matbench history"},
        {"newer.db", "newer matbench (history format 3; this one knows up to 2)"},
        {"nofmt.db", "is damaged: it says no history format"},
        {"dropped.db", "is damaged: a table is missing"},
        {"trigger.db", "is damaged: a table is not as matbench made it"},
        {"index.db", "is damaged: a table is not as matbench made it"},
        {"column.db", "is damaged: a table is not as matbench made it"},
        {"view.db", "is damaged: a table is not as matbench made it"},
        {"ourview.db", "is damaged: a table is not as matbench made it"},
        {"noview.db", "is damaged: a table is missing"},
        {"dir.db", "is a directory"},
        {"fifo.db", "is not a regular file"},
        {"missing/x.db", "missing"},
        {"good.db/x.db", "Not a directory"},
    };
    int files = scratch_count(scratch.folder);
    for (size_t i = 0; i < ROWS(rows) * 2; i++) {
        enum history_mode mode = i < ROWS(rows) ? HISTORY_READ : HISTORY_WRITE;
        const char *name = rows[i % ROWS(rows)].name;
        size_t before_size;
        bool plain = strcmp(name, "fifo.db") != 0 && strcmp(name, "dir.db") != 0;
        char *before = plain ? get_bytes(name, &before_size) : NULL;
        err = (struct error){0};
        struct history *history = history_open(uri_of(name), mode, NULL, &err);
        CHECK(!history && err.kind == ERR_STORE, "%s: %d", name, (int)err.kind);
        CHECK(strstr(err.text, rows[i % ROWS(rows)].says) && strstr(err.text, name), "%s: %s", name, err.text);
        CHECK(!before || same_bytes(name, before, before_size), "%s was changed", name);
        history_close(history);
    }
    CHECK(scratch_count(scratch.folder) == files, "files were left");
    run_sql("good.db", "CREATE TABLE mine (a); CREATE VIEW my_view AS SELECT * FROM record; ANALYZE; VACUUM");
    err = (struct error){0};
    CHECK(batch_count_file(uri_of("good.db"), "w", batch, &err) == 40, "what others add beside is theirs: %s",
          err.text);
    CHECK(batch_put(uri_of("good.db"), "w", batch_make(&arena, "r2", 1, 1, 1, 1, 0), &counts, &err), "%s", err.text);
}

/* Damage that SQLite itself does not see. */
static void test_tampered(void)
{
    static const struct {
        const char *sql, *says;
    } rows[] = {
        {"UPDATE label SET value = '\"x\"' WHERE key = 'label_01' AND value LIKE '%0 of%'", "is not as it was stored"},
        {"UPDATE kpi_value SET value = value + 1 WHERE record = 3", "is not as it was stored"},
        {"UPDATE record SET start_us = 5 WHERE number = 2", "is not as it was stored"},
        {"UPDATE record SET place = 'x' WHERE number = 2", "is not as it was stored"},
        {"UPDATE kpi_value SET value = 9e999 WHERE record = 1 AND position = 1", "is not as it was stored"},
        {"UPDATE label SET value = CAST(x'ff' AS TEXT) WHERE number = 1", "no UTF-8 text"},
        {"UPDATE record SET id = CAST(x'6100' AS TEXT) WHERE number = 1", "no UTF-8 text"},
        {"DELETE FROM record_label WHERE record = 4 AND position = 5", "is not as it was stored"},
        {"DELETE FROM kpi_value WHERE record = 4 AND position = 0", "is not as it was stored"},
        {"DELETE FROM label WHERE number = 2", "a label is missing"},
        {"DELETE FROM kpi_unit WHERE number = 2", "a KPI's name is missing"},
        {"DELETE FROM record WHERE number = 6", "records are missing"},
        {"DELETE FROM workload", "counts of records disagree"},
        {"UPDATE workload SET records = -5", "counts of records disagree"},
        {"DELETE FROM total", "counts of records disagree"},
        {"UPDATE record SET workload = 9 WHERE number = 1", "contradict each other"},
        {"UPDATE kpi_unit SET unit = 'x' WHERE number = 2", "is not as it was stored"},
        {"UPDATE packed_payload SET digest = (SELECT digest FROM packed_payload WHERE record = 2) WHERE record = 1",
         "a payload is not as it was stored"},
        {"UPDATE packed_payload SET packed = (SELECT packed FROM packed_payload WHERE record = 2) WHERE record = 1",
         "a payload is not as it was stored"},
        {"UPDATE packed_payload SET packed = x'28b52ffd' WHERE record = 1", "a payload is not as it was stored"},
        {"UPDATE packed_payload SET packed = x'' WHERE record = 1", "a payload is not as it was stored"},
        {"UPDATE packed_payload SET size = size + 1 WHERE record = 1", "a payload is not as it was stored"},
        {"UPDATE packed_payload SET size = -1 WHERE record = 1", "a payload is not as it was stored"},
        {"UPDATE packed_payload SET size = 1e15 WHERE record = 1", "a payload is not as it was stored"},
        {"UPDATE packed_payload SET digest = x'00' WHERE record = 1", "a payload has no digest"},
        {"UPDATE packed_payload SET record = 99 WHERE record = 1", "a payload is missing"},
    };
    struct batch batch = batch_make(&arena, "d", 10, 6, 3, 100, 0);
    struct history_counts counts;
    struct error err = {0};
    CHECK(batch_put(uri_of("d.db"), "w", batch, &counts, &err), "%s", err.text);
    size_t size;
    char *good = get_bytes("d.db", &size);
    for (size_t i = 0; i < ROWS(rows); i++) {
        put_bytes("tampered.db", good, size);
        run_sql("tampered.db", rows[i].sql);
        err = (struct error){0};
        long n = batch_count_file(uri_of("tampered.db"), "w", batch, &err);
        if (strstr(rows[i].sql, "packed_payload")) {
            CHECK(n == 10, "%s: walking reads no payloads: %s", rows[i].sql, err.text);
            struct history *history = history_open(uri_of("tampered.db"), HISTORY_READ, NULL, &err);
            CHECK(!history_fetch(history, "d-0000", &arena, NULL, &err), "%s", rows[i].sql);
            history_close(history);
            CHECK(strstr(err.text, rows[i].says), "%s: %s", rows[i].sql, err.text);
            err = (struct error){0};
            CHECK(batch_put(uri_of("tampered.db"), "w", batch, &counts, &err), "%s", err.text);
            CHECK(counts_are(counts, 0, 9, 1), "putting it again mends it: %zu", counts.replaced);
        } else {
            CHECK(n == -1 && err.kind == ERR_STORE && strstr(err.text, rows[i].says), "%s: %s", rows[i].sql, err.text);
        }
    }
}

/* Runs `body` in a child of its own, since it changes the process; its failures are counted there and told here. */
static pid_t start_child(void (*body)(void))
{
    fflush(NULL);
    pid_t pid = fork();
    if (pid != 0)
        return pid;
    check_failures = 0;
    body();
    fflush(NULL);
    _exit(check_failures ? 1 : 0);
}

static void end_child(pid_t pid, const char *what)
{
    int status = -1;
    waitpid(pid, &status, 0);
    CHECK(WIFEXITED(status) && WEXITSTATUS(status) == 0, "%s: status %d", what, status);
}

static void take_line(void *context, const char *line)
{
    *(const char **)context = arena_strdup(&arena, line);
}

/* Somebody else holds the file for longer than we wait: 3 s, during which the other cases run. */
static void locked(void)
{
    struct error err = {0};
    struct history_counts counts;
    struct batch batch = batch_make(&arena, "l", 5, 2, 2, 100, 0), more = batch_make(&arena, "l2", 5, 2, 2, 100, 0);
    const char *told = NULL;
    volatile sig_atomic_t stop = 0;
    struct history_access access = {.wait_s = 3, .signal = &stop, .tell = take_line, .tell_context = &told};
    sqlite3 *other;
    CHECK(batch_put(uri_of("locked/l.db"), "w", batch, &counts, &err), "%s", err.text);
    sqlite3_open(scratch_path(&scratch, "locked/l.db"), &other);
    CHECK(sqlite3_exec(other, "BEGIN IMMEDIATE", NULL, NULL, NULL) == SQLITE_OK, "lock");
    CHECK(batch_put(uri_of("locked/l.db"), "w", batch, &counts, &err) && counts.unchanged == 5, "same again: %s",
          err.text);
    CHECK(batch_count_file(uri_of("locked/l.db"), "w", batch, &err) == 5, "reading beside a writer: %s", err.text);
    struct history *history = history_open(uri_of("locked/l.db"), HISTORY_WRITE, &access, &err);
    CHECK(!history_put(history, "w", more.v, more.n, &counts, &err) && err.kind == ERR_STORE, "locked");
    CHECK(strstr(err.text, "/locked/l.db: locked by another process (waited 3 s; --history_wait=SECONDS waits longer)"), "%s", err.text);
    CHECK(told && strstr(told, "/locked/l.db: another process has it locked; waiting for up to 3 s"), "%s", told);
    stop = SIGINT;
    err = (struct error){0};
    CHECK(!history_put(history, "w", more.v, more.n, &counts, &err) && err.kind == ERR_INTERRUPTED, "%s", err.text);
    stop = 0;
    err = (struct error){0};
    sqlite3_close(other);
    CHECK(history_put(history, "w", more.v, more.n, &counts, &err) && counts.added == 5, "%s", err.text);
    history_close(history);
    access.wait_s = -1;
    sqlite3_open(scratch_path(&scratch, "locked/l.db"), &other);
    CHECK(sqlite3_exec(other, "BEGIN EXCLUSIVE", NULL, NULL, NULL) == SQLITE_OK, "lock");
    CHECK(!history_open(uri_of("locked/l.db"), HISTORY_READ, &access, &err) && strstr(err.text, "waited 0 s"), "%s", err.text);
    sqlite3_close(other);
}

static void read_only_folder(void)
{
    struct error err = {0};
    struct history_counts counts;
    struct batch batch = batch_make(&arena, "ro", 5, 2, 2, 100, 0);
    mkdir(scratch_path(&scratch, "ro"), 0755);
    CHECK(batch_put(uri_of("ro/old.db"), "w", batch, &counts, &err), "%s", err.text);
    chmod(scratch_path(&scratch, "ro/old.db"), 0666);
    put_bytes("fixed.db", "", 0);
    chmod(scratch_path(&scratch, "fixed.db"), 0444);
    chmod(scratch_path(&scratch, "ro"), 0555);
    if (geteuid() == 0 && setresuid(65534, 65534, 65534) != 0)
        _exit(1);
    CHECK(batch_count_file(uri_of("ro/old.db"), "w", batch, &err) == 5, "it can be read: %s", err.text);
    static const char *const names[] = {"ro/old.db", "ro/new.db", "fixed.db"};
    for (size_t i = 0; i < ROWS(names); i++) {
        err = (struct error){0};
        CHECK(!history_open(uri_of(names[i]), HISTORY_WRITE, NULL, &err) && err.kind == ERR_STORE, "%s", names[i]);
        CHECK(strstr(err.text, names[i]) && strstr(err.text, "not writable: Permission denied"), "%s", err.text);
    }
}

/* Every file stops growing at the limit, as on a full disk. */
static void full_disk(void)
{
    struct batch batch = batch_make(&arena, "f", 10, 6, 3, 500, 0), more = batch_make(&arena, "g", 500, 6, 3, 500, 0);
    struct history_counts counts;
    struct error err = {0};
    CHECK(batch_put(uri_of("full.db"), "w", batch, &counts, &err), "%s", err.text);
    size_t size;
    char *before = get_bytes("full.db", &size);
    signal(SIGXFSZ, SIG_IGN);
    setrlimit(RLIMIT_FSIZE, &(struct rlimit){size + 50000, size + 50000});
    CHECK(!batch_put(uri_of("full.db"), "w", more, &counts, &err) && err.kind == ERR_STORE, "%s", err.text);
    CHECK(strstr(err.text, "/full.db: ") && strstr(err.text, "File too large"), "%s", err.text);
    CHECK(same_bytes("full.db", before, size), "it is as it was");
    CHECK(access(scratch_path(&scratch, "full.db-journal"), F_OK) != 0, "no journal stays");
    err = (struct error){0};
    CHECK(!batch_put(uri_of("full2.db"), "w", more, &counts, &err) && err.kind == ERR_STORE, "%s", err.text);
    CHECK(same_bytes("full2.db", "", 0), "a new file is empty, so no history");
}

/* The file goes away between opening and putting. */
static void test_removed(void)
{
    struct error err = {0};
    struct history_counts counts;
    struct batch batch = batch_make(&arena, "m", 5, 2, 2, 100, 0);
    CHECK(batch_put(uri_of("moved.db"), "w", batch, &counts, &err), "%s", err.text);
    struct history *history = history_open(uri_of("moved.db"), HISTORY_WRITE, NULL, &err);
    unlink(scratch_path(&scratch, "moved.db"));
    struct batch more = batch_make(&arena, "m2", 5, 2, 2, 100, 0);
    CHECK(history && !history_put(history, "w", more.v, more.n, &counts, &err) && err.kind == ERR_STORE, "%s",
          err.text);
    CHECK(strstr(err.text, "removed or replaced"), "%s", err.text);
    history_close(history);
}

static uint64_t random_next(uint64_t *state)
{
    *state ^= *state << 13;
    *state ^= *state >> 7;
    *state ^= *state << 17;
    return *state;
}

/* Whatever is done to the file's bytes: right records and payloads, or ERR_STORE. */
static void check_damaged(struct batch batch, uint64_t seed, size_t where, int *refused)
{
    struct error err = {0};
    struct history *history = history_open(uri_of("flip.db"), HISTORY_READ, NULL, &err);
    if (history && history_exists(history)) {
        long n = batch_count(history, "w", batch, &err);
        CHECK(n == (long)batch.n || err.kind == ERR_STORE, "seed %lu, byte %zu: %ld wrong records", seed, where, n);
        for (size_t i = 0; i < batch.n; i += 3) {
            struct error fetch = {0};
            const char *text = history_fetch(history, batch.v[i].record.id, &arena, NULL, &fetch);
            CHECK(text ? strcmp(text, batch.v[i].text) == 0 : fetch.kind == ERR_STORE, "seed %lu, byte %zu: %s %s",
                  seed, where, batch.v[i].record.id, text ? "another text" : "it is there");
        }
        size_t workloads;
        struct history_workload *list;
        struct error count = {0};
        CHECK(history_workloads(history, &arena, &list, &workloads, &count) ? workloads == 1 && list->records == batch.n
                                                                            : count.kind == ERR_STORE,
              "seed %lu: %zu", seed, workloads);
    } else {
        CHECK(err.kind == ERR_STORE, "seed %lu, byte %zu: no history: %s", seed, where, err.text);
    }
    *refused += err.kind == ERR_STORE;
    history_close(history);
    struct history_counts counts;
    struct error put = {0};
    CHECK(batch_put(uri_of("flip.db"), "w", batch, &counts, &put) || put.kind == ERR_STORE, "seed %lu: %s", seed,
          put.text);
}

static void test_flips(void)
{
    struct batch batch = batch_make(&arena, "z", 12, 6, 3, 300, 0);
    struct history_counts counts;
    struct error err = {0};
    int refused = 0;
    CHECK(batch_put(uri_of("whole.db"), "w", batch, &counts, &err), "%s", err.text);
    size_t size;
    char *good = get_bytes("whole.db", &size), *bytes = arena_alloc(&arena, size);
    for (uint64_t seed = 1; seed <= 400; seed++) {
        uint64_t state = seed * 0x9E3779B97F4A7C15u;
        memcpy(bytes, good, size);
        size_t where = random_next(&state) % size, kept = size;
        if (seed % 8 == 0)
            kept = 1 + where % (size - 1);
        else if (seed % 2) /* the head of a page, where its structure is */
            where = where / 4096 * 4096 + random_next(&state) % 60;
        bytes[where] = (char)((unsigned char)bytes[where] ^ (1 + random_next(&state) % 255));
        put_bytes("flip.db", bytes, kept);
        check_damaged(batch, seed, kept < size ? kept : where, &refused);
        unlink(scratch_path(&scratch, "flip.db"));
        unlink(scratch_path(&scratch, "flip.db-journal"));
    }
    CHECK(refused > 100 && refused < 395, "%d of 400 were refused", refused);
}

/* history_sqlite_test N: how long a walk over N records takes; not part of the test. */
static int measure(size_t n)
{
    struct error err = {0};
    struct history_counts counts;
    struct timespec times[4];
    struct batch batch = batch_make(&arena, "m", n, 24, 9, 5000, 0);
    clock_gettime(CLOCK_MONOTONIC, &times[0]);
    CHECK(batch_put(uri_of("m.db"), "w", batch, &counts, &err), "%s", err.text);
    clock_gettime(CLOCK_MONOTONIC, &times[1]);
    CHECK(batch_put(uri_of("m.db"), "w", batch, &counts, &err), "%s", err.text);
    clock_gettime(CLOCK_MONOTONIC, &times[2]);
    CHECK(batch_count_file(uri_of("m.db"), "w", batch, &err) == (long)n, "%s", err.text);
    clock_gettime(CLOCK_MONOTONIC, &times[3]);
    static const char *const what[] = {"put", "put again", "walk"};
    for (int i = 0; i < 3; i++)
        printf("%s: %.1f ms\n", what[i],
               1e3 * (double)(times[i + 1].tv_sec - times[i].tv_sec) +
                   1e-6 * (double)(times[i + 1].tv_nsec - times[i].tv_nsec));
    return check_end();
}

int main(int argc, char **argv)
{
    scratch_open(&scratch);
    if (argc > 1) {
        int status = measure((size_t)strtoul(argv[1], NULL, 10));
        scratch_close(&scratch);
        arena_close(&arena);
        return status;
    }
    mkdir(scratch_path(&scratch, "locked"), 0755);
    pid_t waiting = start_child(locked);
    test_round_trip();
    test_stop();
    test_unchanged();
    test_workloads();
    test_one_id_twice();
    test_bad_records();
    test_uris();
    test_names();
    test_absent();
    test_refused();
    test_tampered();
    test_removed();
    test_flips();
    end_child(start_child(read_only_folder), "read-only folder");
    end_child(start_child(full_disk), "full disk");
    end_child(waiting, "locked");
    scratch_close(&scratch);
    arena_close(&arena);
    return check_end();
}
