/* history: a writer of a folder that dies at any moment leaves all of its payloads or none; a full disk leaves none; two
 * writers get on with each other.
 *
 * The calls that change the folder are wrapped (-Wl,--wrap=…): the writer kills itself at its n-th, half of a write being done
 * first, for every n; or the n-th fails, as on a full disk. */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <sys/wait.h>
#include <unistd.h>

#include "tests/failing_changes.h"
#include "tests/folder_payloads.h"
#include "tests/scratch.h"

enum { BATCH = 7 };

static struct scratch scratch;
static struct arena arena;
static struct payloads older, batch;
static const char *folder, *uri;

int __real_mkdirat(int dir, const char *name, mode_t mode);
int __wrap_mkdirat(int dir, const char *name, mode_t mode);
int __wrap_mkdirat(int dir, const char *name, mode_t mode)
{
    return change_fails() ? -1 : __real_mkdirat(dir, name, mode);
}

int __real_mkdir(const char *name, mode_t mode);
int __wrap_mkdir(const char *name, mode_t mode);
int __wrap_mkdir(const char *name, mode_t mode)
{
    return change_fails() ? -1 : __real_mkdir(name, mode);
}

/* No test loses power, and the disk is slow. */
int __wrap_fsync(int fd);
int __wrap_fsync(int fd)
{
    return fcntl(fd, F_GETFD) < 0 ? -1 : 0;
}

/* ---- putting ---- */

struct start {
    bool fresh; /* else `older` is there */
    bool clean; /* `batch` replaces it */
};

static void make_start(struct start start)
{
    struct error err = {0};
    struct history_counts counts;
    nftw(folder, scratch_remove, 16, FTW_DEPTH | FTW_PHYS);
    CHECK(start.fresh || folder_put(uri, "w", older, NULL, &counts, &err), "%s", err.text);
}

static bool put(struct start start, struct payloads payloads, struct history_counts *counts, struct error *err)
{
    struct history_origin origin = {.date_us = 1, .renew = start.clean, .clean = start.clean};
    return folder_put(uri, "w", payloads, &origin, counts, err);
}

/* A writer in a process of its own; its wait status. */
static int put_apart(struct start start, long change, bool failing)
{
    int status = -1;
    fflush(NULL);
    pid_t pid = fork();
    if (pid == 0) {
        struct error err = {0};
        struct history_counts counts;
        changes_left = change;
        fails = failing;
        bool ok = put(start, batch, &counts, &err);
        _exit(ok ? 0 : err.kind == ERR_STORE ? 2 : 3);
    }
    waitpid(pid, &status, 0);
    return status;
}

/* None or all of it is there, and the next writer completes it. Returns whether it was all. */
static bool check_left(struct start start, const char *how, long change)
{
    struct error err = {0};
    struct history_counts counts;
    long before = start.fresh ? 0 : (long)older.n, after = start.clean ? BATCH : before + BATCH, n = folder_records(uri, &err);
    CHECK(n == before || n == after, "%s %ld: %ld records: %s", how, change, n, err.text);
    bool all = n == after;
    CHECK(put(start, batch, &counts, &err), "%s %ld: %s", how, change, err.text);
    CHECK(counts.added == (all ? 0 : BATCH) && counts.unchanged == (all ? BATCH : 0), "%s %ld: %zu added", how, change, counts.added);
    CHECK(folder_records(uri, &err) == after, "%s %ld: %s", how, change, err.text);
    return all;
}

static size_t count_names(void)
{
    size_t n = 0;
    struct dirent **entries;
    int all = scandir(folder, &entries, NULL, NULL);
    for (int i = 0; i < all; i++) {
        n += strncmp(entries[i]->d_name, ".matbench", 9) == 0;
        free(entries[i]);
    }
    free(all >= 0 ? entries : NULL);
    return n;
}

static void test_every_change(struct start start)
{
    long change = 1, all = 0;
    for (int status = -1; status != 0; change++) {
        make_start(start);
        status = put_apart(start, change, false);
        CHECK(status == 0 || (WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL), "change %ld: %d", change, status);
        all += check_left(start, "killed at change", change);
        CHECK(count_names() == 0, "change %ld: what the killed writer left is gone", change);
    }
    CHECK(change > 3 * BATCH && all > BATCH, "only %ld moments, %ld with all", change, all);
    printf("killed at each of %ld changes, %ld of them after it had happened\n", change - 1, all);
}

/* As on a full disk: the writer says so, and what was there is there. */
static void test_every_failure(struct start start)
{
    long change = 1;
    for (int status = -1; status != 0; change++) {
        make_start(start);
        status = put_apart(start, change, true);
        CHECK(status == 0 || (WIFEXITED(status) && WEXITSTATUS(status) == 2), "change %ld: %d", change, status);
        check_left(start, "failed at change", change);
    }
    CHECK(change > 2 * BATCH, "only %ld moments", change);
}

static void test_two_writers(void)
{
    struct error err = {0};
    for (int round = 0; round < 8; round++) {
        pid_t pids[2];
        make_start((struct start){.fresh = true});
        fflush(NULL);
        for (int i = 0; i < 2; i++) {
            pids[i] = fork();
            if (pids[i] == 0) {
                struct history_counts counts;
                bool ok = put((struct start){0}, i && round % 2 ? older : batch, &counts, &err);
                fprintf(stderr, "%s%s", err.text, ok ? "" : "\n");
                _exit(!ok);
            }
        }
        for (int i = 0; i < 2; i++) {
            int status = -1;
            waitpid(pids[i], &status, 0);
            CHECK(status == 0, "round %d, writer %d: %d", round, i, status);
        }
        CHECK(folder_records(uri, &err) == BATCH + (round % 2 ? (long)older.n : 0), "round %d: %s", round, err.text);
    }
}

int main(void)
{
    scratch_open(&scratch);
    folder = arena_printf(&arena, "%s/lts", scratch.folder);
    uri = arena_printf(&arena, "dir:%s", folder);
    older = payloads_make(&arena, "older", 5, 100, 0);
    batch = payloads_make(&arena, "batch", BATCH, 3000, 0);
    static const struct start starts[] = {{true, false}, {false, false}, {false, true}};
    for (size_t i = 0; i < ROWS(starts); i++) {
        test_every_change(starts[i]);
        test_every_failure(starts[i]);
    }
    test_two_writers();
    scratch_close(&scratch);
    arena_close(&arena);
    return check_end();
}
