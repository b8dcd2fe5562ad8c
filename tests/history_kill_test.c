/* history: a writer that dies at any moment leaves all of an upload or nothing of it, and two writers get on with each
 * other.
 *
 * Two ways to die: SIGKILL from outside, at moments spread over the time that an upload takes; and SIGKILL to itself at
 * its n-th call that changes the disk, half of a write being done first, for every n. */
#include <fcntl.h>
#include <signal.h>
#include <sqlite3.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "tests/check.h"
#include "tests/dying.h"
#include "tests/history_batch.h"
#include "tests/scratch.h"

enum { KILLS = 60, BATCH = 200, SECONDS_MAX = 3 };

static struct scratch scratch;
static struct arena arena;
static struct batch older, batch;
static const char *uri, *start_file; /* start_file: a history with `older` in it */

static double now(void)
{
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    return (double)time.tv_sec + 1e-9 * (double)time.tv_nsec;
}

/* ---- Uploads ---- */

static void upload_and_exit(const char *to, struct batch what)
{
    struct error err = {0};
    struct history_counts counts;
    _exit(batch_put(to, "w", what, &counts, &err) ? 0 : (fprintf(stderr, "%s\n", err.text), 1));
}

/* Every other history is a new one; the others have `older` already. */
static void make_start(bool fresh)
{
    char bytes[65536];
    unlink(scratch_path(&scratch, "k.db"));
    unlink(scratch_path(&scratch, "k.db-journal"));
    if (fresh)
        return;
    FILE *in = fopen(start_file, "rb"), *out = fopen(scratch_path(&scratch, "k.db"), "wb");
    for (size_t n; (n = fread(bytes, 1, sizeof(bytes), in)) > 0;)
        fwrite(bytes, 1, n, out);
    fclose(in);
    fclose(out);
}

static bool integrity(void)
{
    sqlite3 *db;
    sqlite3_stmt *check = NULL;
    bool ok = sqlite3_open_v2(scratch_path(&scratch, "k.db"), &db, SQLITE_OPEN_READONLY, NULL) == SQLITE_OK &&
              sqlite3_prepare_v2(db, "PRAGMA integrity_check", -1, &check, NULL) == SQLITE_OK &&
              sqlite3_step(check) == SQLITE_ROW && strcmp((const char *)sqlite3_column_text(check, 0), "ok") == 0;
    sqlite3_finalize(check);
    sqlite3_close(db);
    return ok;
}

/* What a kill left: none or all, a whole file, and the next upload completes it. Returns whether it was all. */
static bool check_left(bool fresh, const char *how, double when)
{
    struct error err = {0};
    struct history_counts counts;
    struct batch both = {ARENA_ARRAY(&arena, struct history_payload, older.n + batch.n), older.n + batch.n};
    memcpy(both.v, older.v, older.n * sizeof(*older.v));
    memcpy(both.v + older.n, batch.v, batch.n * sizeof(*batch.v));
    long base = fresh ? 0 : (long)older.n, n = batch_count_file(uri, NULL, both, &err);
    bool exists = access(scratch_path(&scratch, "k.db"), F_OK) == 0;
    CHECK(n == base || n == base + BATCH, "%s %g: %ld records: %s", how, when, n, err.text);
    CHECK(!exists || integrity(), "%s %g: integrity", how, when);
    CHECK(batch_put(uri, "w", batch, &counts, &err), "%s %g: %s", how, when, err.text);
    bool all = n == base + BATCH;
    CHECK(counts.added == (all ? 0 : BATCH) && counts.unchanged == (all ? BATCH : 0), "%s %g: %zu added", how, when,
          counts.added);
    CHECK(batch_count_file(uri, NULL, both, &err) == base + BATCH, "%s %g: %s", how, when, err.text);
    return all;
}

static double upload_seconds(void)
{
    double best = 1e9;
    for (int i = 0; i < 3; i++) {
        make_start(i % 2);
        double start = now();
        pid_t pid = fork();
        if (pid == 0)
            upload_and_exit(uri, batch);
        int status = -1;
        waitpid(pid, &status, 0);
        CHECK(status == 0, "%d", status);
        best = now() - start < best ? now() - start : best;
    }
    return best;
}

static void test_kills(void)
{
    double whole = upload_seconds(), end = now() + SECONDS_MAX;
    int all = 0, kills = 0;
    for (; kills < KILLS || (kills < 2 * KILLS && now() < end); kills++) {
        bool fresh = kills % 2;
        double wait = whole * 1.2 * (kills % KILLS + (kills >= KILLS ? 0.5 : 0)) / KILLS;
        make_start(fresh);
        fflush(NULL);
        pid_t pid = fork();
        if (pid == 0)
            upload_and_exit(uri, batch);
        struct timespec time = {(time_t)wait, (long)((wait - (double)(time_t)wait) * 1e9)};
        nanosleep(&time, NULL);
        kill(pid, SIGKILL);
        waitpid(pid, NULL, 0);
        all += check_left(fresh, "killed after", wait);
    }
    CHECK(all < kills, "%d of %d uploads were quicker than the kill", all, kills);
    printf("an upload takes %.1f ms; %d kills, %d of them after the commit\n", whole * 1e3, kills, all);
}

/* The number of changes is not known beforehand: on, until the upload survives. Steps grow where there are many alike.
 */
static void test_every_change(bool fresh)
{
    long n = 1, tried = 0;
    for (int status = -1; status != 0; tried++) {
        make_start(fresh);
        fflush(NULL);
        pid_t pid = fork();
        if (pid == 0) {
            count_changes(n);
            upload_and_exit(uri, batch);
        }
        waitpid(pid, &status, 0);
        CHECK(status == 0 || (WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL), "change %ld: %d", n, status);
        bool all = check_left(fresh, "killed at change", (double)n);
        CHECK(all || status != 0, "an upload that ended well is there");
        n += n < 12 ? 1 : 1 + n / 8;
    }
    CHECK(tried > 20, "only %ld moments", tried);
    printf("%s history: killed at %ld of up to %ld changes\n", fresh ? "new" : "old", tried - 1, n);
}

static void test_two_writers(void)
{
    struct error err = {0};
    for (int round = 0; round < 6; round++) {
        make_start(round % 2);
        fflush(NULL);
        pid_t pids[2];
        for (int i = 0; i < 2; i++) {
            pids[i] = fork();
            if (pids[i] == 0)
                upload_and_exit(uri, i && round < 4 ? older : batch); /* at the end, the same payloads from both */
        }
        for (int i = 0; i < 2; i++) {
            int status = -1;
            waitpid(pids[i], &status, 0);
            CHECK(status == 0, "round %d, writer %d: %d", round, i, status);
        }
        struct batch both = {ARENA_ARRAY(&arena, struct history_payload, older.n + batch.n), older.n + batch.n};
        memcpy(both.v, older.v, older.n * sizeof(*older.v));
        memcpy(both.v + older.n, batch.v, batch.n * sizeof(*batch.v));
        long n = (long)(round < 4 || !(round % 2) ? both.n : batch.n);
        CHECK(batch_count_file(uri, NULL, both, &err) == n, "round %d: %s", round, err.text);
        CHECK(integrity(), "round %d", round);
    }
}

int main(void)
{
    struct error err = {0};
    struct history_counts counts;
    scratch_open(&scratch);
    uri = arena_printf(&arena, "sqlite:%s/k.db", scratch.folder);
    start_file = arena_printf(&arena, "%s/start.db", scratch.folder);
    older = batch_make(&arena, "older", 30, 8, 4, 600, 0);
    batch = batch_make(&arena, "batch", BATCH, 8, 4, 1500, 0);
    CHECK(batch_put(arena_printf(&arena, "sqlite:%s", start_file), "w", older, &counts, &err), "%s", err.text);
    test_kills();
    test_every_change(true);
    test_every_change(false);
    test_two_writers();
    scratch_close(&scratch);
    arena_close(&arena);
    return check_end();
}
