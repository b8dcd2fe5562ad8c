/* history: a file of format 1, made by matbench of that time (tests/history/), is read as it is, upgraded with a backup, and is whole
 * whenever the upgrade dies. */
#include <fcntl.h>
#include <sqlite3.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/text.h"
#include "history/batch.h"
#include "history/history.h"
#include "history/payload_file.h"
#include "history/record_list.h"
#include "history/upkeep.h"
#include "tests/check.h"
#include "tests/dying.h"
#include "tests/scratch.h"

enum { PAYLOADS = 4 };

static struct scratch scratch;
static struct arena arena;
static struct batch *expected[2]; /* of the two workloads */
static const char *const workloads[] = {"fine_tuning", "small"};
static const char *uri;

static void copy_file(const char *from, const char *to)
{
    char bytes[65536];
    FILE *in = fopen(from, "rb"), *out = fopen(to, "wb");
    CHECK(in && out, "%s", from);
    for (size_t n; in && out && (n = fread(bytes, 1, sizeof(bytes), in)) > 0;)
        fwrite(bytes, 1, n, out);
    if (in)
        fclose(in);
    if (out)
        fclose(out);
}

static void make_old(const char *name)
{
    static const char *const tails[] = {"", "-journal", "-wal", "-shm", ".backup-1", ".backup-1.2", ".backup-new", ".backup-new-journal"};
    for (size_t i = 0; i < ROWS(tails); i++)
        unlink(scratch_path(&scratch, arena_printf(&arena, "%s%s", name, tails[i])));
    copy_file(HISTORY_FOLDER "/format1.db", scratch_path(&scratch, name));
}

static bool take_payload(void *context, const struct history_payload *payload)
{
    struct error err = {0};
    CHECK(batch_add_record(context, &payload->record, payload->text, payload->text_len, &err), "%s", err.text);
    return true;
}

static void load_expected(void)
{
    static const char *const files[] = {HISTORY_FOLDER "/format1_fine_tuning.json", HISTORY_FOLDER "/format1_small.json"};
    for (size_t i = 0; i < 2; i++) {
        struct error err = {0};
        size_t left_out;
        expected[i] = batch_open(&err);
        CHECK(payload_file_read(files[i], take_payload, expected[i], &left_out, &err), "%s", err.text);
    }
}

struct look {
    const struct history_payload *v;
    size_t n, seen;
    bool units;
};

static bool look_at(void *context, const struct record *record)
{
    struct look *look = context;
    for (size_t i = 0; i < look->n; i++) {
        struct record listless = record_list_without(&arena, &look->v[i].record); /* as format 1 has it */
        const struct record *wanted = look->units ? &look->v[i].record : &listless;
        if (strcmp(wanted->id, record->id) != 0)
            continue;
        look->seen++;
        CHECK(wanted->start_us == record->start_us && wanted->labels_n == record->labels_n && wanted->kpis_n == record->kpis_n, "%s", record->id);
        for (size_t k = 0; k < record->labels_n; k++)
            CHECK(strcmp(wanted->labels[k].key, record->labels[k].key) == 0 && strcmp(wanted->labels[k].value, record->labels[k].value) == 0,
                  "%s: %s", record->id, record->labels[k].key);
        for (size_t k = 0; k < record->kpis_n; k++) {
            CHECK(strcmp(wanted->kpis[k].name, record->kpis[k].name) == 0 && wanted->kpis[k].value == record->kpis[k].value, "%s: %s",
                  record->id, record->kpis[k].name);
            CHECK(strcmp(record_unit(record, k), look->units ? record_unit(wanted, k) : "") == 0, "%s: %s: '%s'", record->id,
                  record->kpis[k].name, record_unit(record, k));
        }
    }
    return true;
}

/* Everything that must be there is, as it was; its format. */
static int check_whole(const char *of, const char *when)
{
    struct error err = {0};
    struct history_file file = {0};
    struct history_health health;
    struct history *history = history_open(of, HISTORY_READ, NULL, &err);
    CHECK(history && history_file_look(history, &arena, &file, &err), "%s: %s", when, err.text);
    CHECK(history && history_check(history, &arena, &health, &err) && !health.damage.n, "%s: %s %s", when, err.text,
          health.damage.n ? health.damage.v[0] : "");
    for (size_t i = 0; history && i < 2; i++) {
        struct look look = {.units = file.format > 1};
        struct history_payload *payloads;
        CHECK(batch_payloads(expected[i], &payloads, &look.n, &err), "%s", err.text);
        look.v = payloads;
        CHECK(history_walk(history, &(struct history_selection){.workload = workloads[i]}, &arena, look_at, &look, &err) && look.seen == look.n,
              "%s: %s: %zu of %zu: %s", when, workloads[i], look.seen, look.n, err.text);
        for (size_t k = 0; k < look.n; k++) {
            size_t len = 0;
            const char *text = history_fetch(history, payloads[k].record.id, &arena, &len, &err);
            CHECK(text && len == payloads[k].text_len && memcmp(text, payloads[k].text, len) == 0, "%s: %s", payloads[k].record.id, err.text);
        }
    }
    history_close(history);
    return file.format;
}

static bool put_again(struct history_counts *sum, struct error *err)
{
    struct history *history = history_open(uri, HISTORY_WRITE, NULL, err);
    bool ok = history != NULL;
    for (size_t i = 0; ok && i < 2; i++) {
        struct history_counts counts;
        struct history_payload *payloads;
        size_t n;
        ok = batch_payloads(expected[i], &payloads, &n, err) && history_put(history, workloads[i], payloads, n, &counts, err);
        sum->added += counts.added;
        sum->unchanged += counts.unchanged;
        sum->replaced += counts.replaced;
    }
    history_close(history);
    return ok;
}

static bool same_file(const char *a, const char *b)
{
    FILE *left = fopen(a, "rb"), *right = fopen(b, "rb");
    int one = 0, other = 0;
    while (left && right && one == other && one != EOF) {
        one = fgetc(left);
        other = fgetc(right);
    }
    bool same = left && right && one == other;
    if (left)
        fclose(left);
    if (right)
        fclose(right);
    return same;
}

/* Reading, and putting what is there already, leaves the file as it is. */
static void test_stays(void)
{
    struct error err = {0};
    struct history_counts counts = {0};
    make_old("u.db");
    int files = scratch_count(scratch.folder);
    CHECK(check_whole(uri, "as it is") == 1, "format");
    CHECK(put_again(&counts, &err) && counts.unchanged == PAYLOADS, "%s: %zu", err.text, counts.unchanged);
    CHECK(same_file(HISTORY_FOLDER "/format1.db", scratch_path(&scratch, "u.db")), "the file was changed");
    CHECK(scratch_count(scratch.folder) == files, "a file was made");
}

static void take_line(void *context, const char *line)
{
    *(const char **)context = arena_strdup(&arena, line);
}

static bool put_new(const char *to, const struct history_access *access, struct error *err)
{
    struct history_payload payload = {.record = {.id = "new", .where = "x"}, .text = "{}", .text_len = 2};
    struct history *history = history_open(to, HISTORY_WRITE, access, err);
    bool ok = history && history_put(history, "other", &payload, 1, NULL, err);
    history_close(history);
    return ok;
}

/* The next payload that is new upgrades it; the backup is what it was; older backups with other content stay. */
static void test_upgraded(void)
{
    struct error err = {0};
    struct history_counts counts = {0};
    const char *told = NULL, *backup = arena_strdup(&arena, scratch_path(&scratch, "u.db.backup-1"));
    struct history_access patient = {.tell = take_line, .tell_context = &told};
    make_old("u.db");
    chmod(scratch_path(&scratch, "u.db"), 0640);
    CHECK(put_new(uri, &patient, &err), "%s", err.text);
    CHECK(told && strstr(told, "u.db: was upgraded to format 2; what it was before is in ") && strstr(told, "u.db.backup-1"), "%s", told);
    CHECK(check_whole(uri, "upgraded") == 2, "format");
    CHECK(check_whole(arena_printf(&arena, "sqlite:%s", backup), "backup") == 1, "format");
    struct stat st;
    CHECK(stat(backup, &st) == 0 && (st.st_mode & 0777) == 0640, "%o", st.st_mode);
    CHECK(put_again(&counts, &err) && counts.unchanged == PAYLOADS, "%s: %zu unchanged", err.text, counts.unchanged);
    copy_file(HISTORY_FOLDER "/format1.db", scratch_path(&scratch, "u.db")); /* an upgrade that never was: the same backup is enough */
    CHECK(put_new(uri, NULL, &err) && access(scratch_path(&scratch, "u.db.backup-1.2"), F_OK) != 0, "%s", err.text);
    FILE *other = fopen(backup, "wb");
    fputs("somebody else's", other);
    fclose(other);
    copy_file(HISTORY_FOLDER "/format1.db", scratch_path(&scratch, "u.db"));
    CHECK(put_new(uri, NULL, &err), "%s", err.text);
    CHECK(check_whole(arena_printf(&arena, "sqlite:%s.2", backup), "second backup") == 1, "format");
}

/* Damage is no reason to lose more: neither a backup nor an upgrade is made of it. */
static void test_damaged(void)
{
    struct error err = {0};
    sqlite3 *db;
    make_old("u.db");
    sqlite3_open(scratch_path(&scratch, "u.db"), &db);
    sqlite3_exec(db, "UPDATE payload SET text = replace(text, 'How', 'Who') WHERE record = 3", NULL, NULL, NULL);
    sqlite3_close(db);
    CHECK(!put_new(uri, NULL, &err) && err.kind == ERR_STORE && strstr(err.text, "a payload is not as it was stored"), "%s", err.text);
    struct history_file file = {0};
    err = (struct error){0};
    struct history *history = history_open(uri, HISTORY_READ, NULL, &err);
    CHECK(history && history_file_look(history, &arena, &file, &err) && file.format == 1, "%s", err.text);
    history_close(history);
}

static void test_every_change(void)
{
    long n = 1, tried = 0, upgraded = 0;
    for (int status = -1; status != 0; tried++) {
        make_old("u.db");
        fflush(NULL);
        pid_t pid = fork();
        if (pid == 0) {
            struct error err = {0};
            count_changes(n);
            _exit(put_new(uri, NULL, &err) ? 0 : 1);
        }
        waitpid(pid, &status, 0);
        CHECK(status == 0 || (WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL), "change %ld: %d", n, status);
        struct error err = {0};
        const char *when = arena_printf(&arena, "killed at change %ld", n), *backup = arena_strdup(&arena, scratch_path(&scratch, "u.db.backup-1"));
        int format = check_whole(uri, when);
        bool saved = access(backup, F_OK) == 0;
        CHECK(format == 1 || saved, "%s: upgraded without a backup", when);
        CHECK(!saved || check_whole(arena_printf(&arena, "sqlite:%s", backup), when) == 1, "%s", when);
        CHECK(put_new(uri, NULL, &err) && check_whole(uri, when) == 2, "%s: %s", when, err.text);
        CHECK(access(scratch_path(&scratch, "u.db.backup-1.2"), F_OK) != 0, "%s: two backups", when);
        CHECK(access(scratch_path(&scratch, "u.db.backup-new"), F_OK) != 0, "%s: half a backup stays", when);
        upgraded += format == 2;
        n += n < 12 ? 1 : 1 + n / 8;
    }
    CHECK(tried > 20 && upgraded > 1 && upgraded < tried, "%ld moments, %ld of them after the upgrade", tried, upgraded);
    printf("killed at %ld of up to %ld changes; %ld of them after the upgrade\n", tried - 1, n, upgraded);
}

int main(void)
{
    scratch_open(&scratch);
    uri = arena_printf(&arena, "sqlite:%s/u.db", scratch.folder);
    load_expected();
    test_stays();
    test_upgraded();
    test_damaged();
    test_every_change();
    for (size_t i = 0; i < 2; i++)
        batch_close(expected[i]);
    scratch_close(&scratch);
    arena_close(&arena);
    return check_end();
}
