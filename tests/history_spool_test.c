/* history: what is put into the spool reaches its history, whatever happens on the way: kills at every change of the folder, disks that
 * are full, damaged files, servers that refuse, fall silent or go away. */
#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>

#include "history/spool/send.h"
#include "tests/check.h"
#include "tests/failing_changes.h"
#include "tests/scratch.h"

/* The server's own writing is not counted among the program's. */
static ssize_t syscall_write(int fd, const void *bytes, size_t n)
{
    return syscall(SYS_write, fd, bytes, n);
}

#include "tests/spool_server.h"

static const char uri[] = "opensearch+http://search.example.org/lts";
static const struct spool_head head = {.history = uri, .workload = "w"};
static struct scratch scratch;
static struct arena arena;
static char folder[300], served[300];

int __wrap_fsync(int fd);
int __wrap_fsync(int fd)
{
    return change_fails() || fcntl(fd, F_GETFD) < 0 ? -1 : 0; /* no test loses power, and the disk is slow */
}

static time_t clock_is; /* 0: as it is */
time_t __real_time(time_t *out);
time_t __wrap_time(time_t *out);
time_t __wrap_time(time_t *out)
{
    return clock_is ? clock_is : __real_time(out);
}

/* ---- payloads ---- */

static const char *payload_text(const char *id, int salt)
{
    return arena_printf(&arena, "{\"metadata\":{\"start\":\"2025-01-01T08:00:00\",\"test_uuid\":\"%s\",\"settings\":{\"m\":\"x\"}},"
                                "\"results\":{\"salt\":%d,\"text\":\"été\"},\"kpis\":{\"speed\":{\"value\":%d.5}}}", id, salt, salt);
}

/* "a-0", "a-1", … */
static struct history_payload *payloads_of(const char *prefix, size_t n, int salt)
{
    struct history_payload *list = ARENA_ARRAY(&arena, struct history_payload, n + 1);
    for (size_t i = 0; i < n; i++) {
        const char *id = arena_printf(&arena, "%s-%zu", prefix, i), *text = payload_text(id, salt);
        list[i] = (struct history_payload){.record = {.id = id, .where = "results/000__é \"x\"", .start_us = 1}, .text = text, .text_len = strlen(text)};
    }
    return list;
}

static struct spool *open_spool(uint64_t max, struct error *err)
{
    return spool_open(&(struct spool_settings){.folder = folder, .max_bytes = max}, true, err);
}

static bool put(const char *prefix, size_t n, int salt, struct spool_numbers *numbers, struct error *err)
{
    struct spool *spool = open_spool(1 << 30, err);
    bool ok = spool && spool_put(spool, &head, payloads_of(prefix, n, salt), n, &arena, numbers, err);
    spool_close(spool);
    return ok;
}

/* A whole turn at the history: what is in the spool goes out. */
static struct spool_sent send_it(struct spool_server *server, bool refused_too, struct spool_numbers own, struct spool_list *list)
{
    struct error err = {0};
    struct spool_sent sent = {0};
    struct spool *spool = open_spool(1 << 30, &err);
    int lock = spool ? spool_lock(spool, uri, NULL, NULL, &err) : -1;
    struct spool_sending sending = {.spool = spool, .history = &server->history, .refused_too = refused_too, .own = own};
    if (spool && spool_list(spool, uri, true, &arena, list, &err))
        spool_send(&sending, list, &sent);
    if (err.kind)
        sent.error = err;
    spool_unlock(lock);
    spool_close(spool);
    return sent;
}

static void clean(void)
{
    nftw(folder, scratch_remove, 16, FTW_DEPTH | FTW_PHYS);
    nftw(served, scratch_remove, 16, FTW_DEPTH | FTW_PHYS);
    mkdir(served, 0700);
}

static int served_n(void)
{
    int n = scratch_count(served);
    return n;
}

static bool is_served(const char *id, int salt)
{
    struct history_payload payload = {.text = payload_text(id, salt)};
    bool there;
    payload.text_len = strlen(payload.text);
    return server_same(arena_printf(&arena, "%s/%s", served, id), &payload, &there);
}

/* Files of the spool that are not locks. */
static int left_n(void)
{
    int n = 0;
    DIR *dir = opendir(folder);
    for (struct dirent *entry; dir && (entry = readdir(dir));)
        n += entry->d_name[0] != '.' && !strstr(entry->d_name, "lock") && entry->d_type == DT_REG;
    if (dir)
        closedir(dir);
    return n;
}

/* ---- the way ---- */

static void test_way(void)
{
    struct error err = {0};
    struct spool_list list;
    struct spool_server server = server_of(served);
    struct spool_numbers own;
    clean();
    CHECK(put("a", 5, 1, &own, &err) && own.first == 1 && own.last == 1, "%s", err.text);
    struct stat st;
    CHECK(stat(folder, &st) == 0 && (st.st_mode & 0777) == 0700, "%o", st.st_mode);
    struct spool_sent sent = send_it(&server, false, own, &list);
    CHECK(sent.own.added == 5 && !sent.error.kind, "%zu %s", sent.own.added, sent.error.text);
    CHECK(served_n() == 5 && left_n() == 0, "%d there, %d left", served_n(), left_n());
    for (int i = 0; i < 5; i++)
        CHECK(is_served(arena_printf(&arena, "a-%d", i), 1), "payload %d is whole", i);
    sent = send_it(&server, false, (struct spool_numbers){0}, &list);
    CHECK(list.n == 0 && !sent.error.kind, "an empty spool");
}

static void test_order(void)
{
    struct error err = {0};
    struct spool_list list;
    struct spool_server server = server_of(served);
    struct spool_numbers own, older;
    clean();
    CHECK(put("a", 3, 1, &older, &err), "%s", err.text);
    server.takes = 0;
    struct spool_sent sent = send_it(&server, false, older, &list);
    CHECK(sent.own.unsent == 3 && sent.error.kind == ERR_STORE && left_n() == 2, "%zu unsent, %d files", sent.own.unsent, left_n());
    CHECK(put("a", 2, 2, &own, &err) && own.first == 2, "%s", err.text);
    server.takes = -1;
    sent = send_it(&server, false, own, &list);
    CHECK(sent.own.added == 2 && sent.older.added == 1, "own %zu, older %zu: the corrected ones count", sent.own.added, sent.older.added);
    CHECK(is_served("a-0", 2) && is_served("a-1", 2) && is_served("a-2", 1) && served_n() == 3 && left_n() == 0, "%d left", left_n());
}

/* What waits already is not put in a second time, and belongs to both who put it there; other content is, and content that is the
 * older one by now. */
static void test_again(void)
{
    struct error err = {0};
    struct spool_list list;
    struct spool_server server = server_of(served);
    struct spool_numbers own;
    clean();
    server.takes = 0;
    for (int i = 0; i < 2; i++) {
        CHECK(put("a", 3, 1, &own, &err) && own.last == (i == 0) && own.waiting_n == (i ? 3 : 0), "%s, %zu wait", err.text, own.waiting_n);
        struct spool_sent sent = send_it(&server, false, own, &list);
        CHECK(sent.own.unsent == 3 && sent.older.unsent == 0 && left_n() == 2, "%zu and %zu, %d files", sent.own.unsent, sent.older.unsent, left_n());
    }
    CHECK(put("a", 5, 1, &own, &err) && own.first == 2 && own.waiting_n == 3, "%s", err.text);
    struct spool_sent sent = send_it(&server, false, own, &list);
    CHECK(list.n == 2 && list.v[1].file.n == 2 && sent.own.unsent == 5 && sent.older.unsent == 0, "%zu of five", sent.own.unsent);
    CHECK(put("a", 1, 2, &own, &err) && own.first == 3 && put("a", 1, 1, &own, &err) && own.first == 4 && !own.waiting_n, "there and back");
    server.takes = -1;
    sent = send_it(&server, false, own, &list);
    CHECK(sent.own.added == 1 && sent.older.added == 4 && left_n() == 0, "%zu and %zu", sent.own.added, sent.older.added);
    CHECK(is_served("a-0", 1) && is_served("a-4", 1) && served_n() == 5, "the last content counts");
    CHECK(put("a", 3, 1, &own, &err) && own.first == 1 && !own.waiting_n, "what has arrived waits no longer");
}

/* A spool that is full by what is put in again is not too full for it. */
static void test_again_when_full(void)
{
    struct error err = {0};
    struct spool_numbers own;
    clean();
    struct spool *spool = open_spool(4000, &err);
    for (int i = 0; i < 2; i++)
        CHECK(spool_put(spool, &head, payloads_of("a", 4, 1), 4, &arena, &own, &err) && left_n() == 1, "%s", err.text);
    CHECK(!spool_put(spool, &head, payloads_of("a", 4, 2), 4, &arena, &own, &err) && strstr(err.text, "is full"), "others: %s", err.text);
    spool_close(spool);
}

/* The server cannot be reached at all: of two contents one waits. */
static void test_unreached(void)
{
    struct error err = {0};
    struct spool_list list;
    struct spool_numbers own;
    struct spool_sent sent = {0};
    clean();
    CHECK(put("a", 3, 1, &own, &err) && put("a", 3, 2, &own, &err), "%s", err.text);
    struct spool *spool = open_spool(1 << 30, &err);
    CHECK(spool_list(spool, uri, true, &arena, &list, &err) && list.n == 2 && list.v[0].waiting == 3, "%s", err.text);
    spool_count_once(&list);
    CHECK(list.v[0].waiting == 0 && list.v[1].waiting == 3, "%zu, %zu", list.v[0].waiting, list.v[1].waiting);
    CHECK(spool_list(spool, uri, true, &arena, &list, &err), "%s", err.text);
    spool_send_failed(&(struct spool_sending){.spool = spool, .own = own}, &list, "away", &sent);
    CHECK(sent.own.unsent == 3 && sent.older.unsent == 0 && left_n() == 2, "%zu, %zu, %d files", sent.own.unsent, sent.older.unsent, left_n());
    spool_close(spool);
}

/* Two tries of one entry, each with a payload that is refused: both are kept. */
static void test_refused_one_by_one(void)
{
    struct error err = {0};
    struct spool_list list;
    struct spool_server server = server_of(served);
    struct spool_numbers own;
    clean();
    CHECK(put("a", 4, 1, &own, &err), "%s", err.text);
    server.refuses = "-0";
    server.takes = 1;
    send_it(&server, false, own, &list);
    server.refuses = "-3";
    server.takes = -1;
    send_it(&server, false, own, &list);
    struct spool_sent sent = send_it(&server, true, (struct spool_numbers){0}, &list);
    CHECK(sent.older.refused == 1 && sent.older.added == 1 && served_n() == 3, "%zu refused, %zu added, %d", sent.older.refused, sent.older.added, served_n());
}

/* Years back and forth: what was put in later is later. */
static void test_clock(void)
{
    static const time_t clocks[] = {4000000000, 1, 2000000000};
    struct error err = {0};
    struct spool_list list;
    struct spool_server server = server_of(served);
    struct spool_numbers own;
    clean();
    for (size_t i = 0; i < ROWS(clocks); i++) {
        clock_is = clocks[i];
        CHECK(put("a", 2, (int)i, &own, &err) && own.first == i + 1, "%s", err.text);
        server.takes = 0;
        send_it(&server, false, (struct spool_numbers){0}, &list);
    }
    clock_is = 5;
    server.takes = -1;
    struct spool_sent sent = send_it(&server, false, (struct spool_numbers){0}, &list);
    clock_is = 0;
    CHECK(sent.older.added == 2 && is_served("a-0", 2) && is_served("a-1", 2) && left_n() == 0, "%zu", sent.older.added);
}

static void test_numbers(void)
{
    struct error err = {0};
    struct spool_list list;
    struct spool_server server = server_of(served);
    struct spool_numbers first, second;
    clean();
    CHECK(put("a", 2, 1, &first, &err) && put("b", 2, 1, &second, &err), "%s", err.text);
    struct spool_sent sent = send_it(&server, false, first, &list);
    CHECK(sent.own.added == 2 && served_n() == 2, "what was put in later is another's: %d", served_n());
    sent = send_it(&server, false, first, &list);
    CHECK(sent.own.added == 0 && sent.older.added == 0, "another has sent the own");
    sent = send_it(&server, false, second, &list);
    CHECK(sent.own.added == 2 && left_n() == 0, "%zu", sent.own.added);
}

static void test_part(void)
{
    struct error err = {0};
    struct spool_list list;
    struct spool_server server = server_of(served);
    struct spool_numbers own;
    clean();
    CHECK(put("a", 10, 1, &own, &err), "%s", err.text);
    server.takes = 4;
    struct spool_sent sent = send_it(&server, false, own, &list);
    CHECK(sent.own.added == 4 && sent.own.unsent == 6 && sent.error.kind == ERR_STORE, "%zu, %zu", sent.own.added, sent.own.unsent);
    server.takes = -1;
    sent = send_it(&server, false, (struct spool_numbers){0}, &list);
    CHECK(sent.older.added == 6 && sent.older.unchanged == 0 && left_n() == 0, "only the rest: %zu, %zu", sent.older.added, sent.older.unchanged);
    CHECK(list.v[0].tries == 1 && strcmp(list.v[0].why, "the server has gone") == 0, "why: %s", list.v[0].why);
    clean();
    CHECK(put("a", 2, 1, &own, &err), "%s", err.text);
    server.silent = true;
    sent = send_it(&server, false, own, &list);
    CHECK(sent.own.unsent == 2 && sent.error.kind == ERR_STORE && left_n() > 0, "a server that says nothing is not believed");
}

static void test_refused(void)
{
    struct error err = {0};
    struct spool_list list;
    struct spool_server server = server_of(served);
    struct spool_numbers own;
    clean();
    server.refuses = "-1";
    CHECK(put("a", 3, 1, &own, &err), "%s", err.text);
    struct spool_sent sent = send_it(&server, false, own, &list);
    CHECK(sent.own.added == 2 && sent.own.refused == 1 && left_n() == 0, "%zu, %zu, %d", sent.own.added, sent.own.refused, left_n());
    sent = send_it(&server, false, (struct spool_numbers){0}, &list);
    CHECK(sent.older.refused == 0 && list.n == 1 && list.v[0].refused && strstr(list.v[0].file.items[0].why, "mapper"), "kept with its reason");
    CHECK(put("a", 3, 1, &own, &err) && own.first == 2, "%s", err.text);
    sent = send_it(&server, false, own, &list);
    sent = send_it(&server, false, (struct spool_numbers){0}, &list);
    CHECK(list.n == 1 && list.v[0].number == 2, "the same refused twice waits once: %zu", list.n);
    sent = send_it(&server, true, (struct spool_numbers){0}, &list);
    CHECK(sent.older.refused == 1, "still refused: %zu", sent.older.refused);
    server.refuses = NULL;
    sent = send_it(&server, true, (struct spool_numbers){0}, &list);
    CHECK(sent.older.added == 1 && is_served("a-1", 1), "the server was mended: %zu", sent.older.added);
    sent = send_it(&server, true, (struct spool_numbers){0}, &list);
    CHECK(list.n == 0, "nothing is left: %zu", list.n);
}

/* One entry of which something arrived, something is refused, and something waits. */
static void test_mixed(void)
{
    struct error err = {0};
    struct spool_list list;
    struct spool_server server = server_of(served);
    struct spool_numbers own;
    clean();
    server.refuses = "-1";
    server.takes = 2;
    CHECK(put("a", 5, 1, &own, &err), "%s", err.text);
    struct spool_sent sent = send_it(&server, false, own, &list);
    CHECK(sent.own.added == 2 && sent.own.refused == 1 && sent.own.unsent == 2, "%zu, %zu, %zu", sent.own.added, sent.own.refused, sent.own.unsent);
    server.takes = -1;
    sent = send_it(&server, false, (struct spool_numbers){0}, &list);
    CHECK(sent.older.added == 2 && sent.older.refused == 0, "%zu, %zu", sent.older.added, sent.older.refused);
    server.refuses = NULL;
    sent = send_it(&server, true, (struct spool_numbers){0}, &list);
    CHECK(sent.older.added == 1 && served_n() == 5 && left_n() == 0, "the refused one was kept: %zu, %d there", sent.older.added, served_n());
}

/* Another test of the same id is a mistake, as for any history. */
static void test_twins(void)
{
    struct error err = {0};
    struct spool_numbers own;
    struct history_payload *twins = payloads_of("a", 2, 1);
    clean();
    twins[1].record.id = twins[0].record.id;
    struct spool *spool = open_spool(1 << 30, &err);
    CHECK(!spool_put(spool, &head, twins, 2, &arena, &own, &err) && err.kind == ERR_INVALID, "%s", err.text);
    CHECK(left_n() == 0, "nothing stays");
    spool_close(spool);
}

/* ---- limits and damage ---- */

static void test_full(void)
{
    struct error err = {0};
    struct spool_numbers own;
    clean();
    struct spool *spool = open_spool(5000, &err);
    CHECK(spool_put(spool, &head, payloads_of("a", 3, 1), 3, &arena, &own, &err), "%s", err.text);
    CHECK(!spool_put(spool, &head, payloads_of("b", 9, 1), 9, &arena, &own, &err) && err.kind == ERR_OUTPUT && strstr(err.text, "is full"), "%s",
          err.text);
    CHECK(left_n() == 1, "the first stays, of the second nothing: %d", left_n());
    spool_close(spool);
    err = (struct error){0};
    static const char *const secret[] = {"opensearch+http://u:p@h/i", "opensearch+http://h/i?key=1"};
    for (size_t i = 0; i < ROWS(secret); i++) {
        spool = open_spool(1 << 20, &err);
        CHECK(!spool_put(spool, &(struct spool_head){secret[i], "w", NULL, false}, payloads_of("b", 1, 1), 1, &arena, &own, &err) && !strchr(err.text, '@'), "%s", err.text);
        spool_close(spool);
        err = (struct error){0};
    }
}

static const char *entry_path(void)
{
    DIR *dir = opendir(folder);
    const char *path = "";
    for (struct dirent *entry; dir && (entry = readdir(dir));)
        if (strstr(entry->d_name, ".spool"))
            path = arena_printf(&arena, "%s/%s", folder, entry->d_name);
    if (dir)
        closedir(dir);
    return path;
}

static size_t read_bytes(const char *path, char *bytes, size_t max)
{
    FILE *in = fopen(path, "rb");
    size_t n = in ? fread(bytes, 1, max, in) : 0;
    if (in)
        fclose(in);
    return n;
}

static void write_bytes(const char *path, const char *bytes, size_t n)
{
    FILE *out = fopen(path, "wb");
    CHECK(out && fwrite(bytes, 1, n, out) == n, "%s", path);
    if (out)
        fclose(out);
    chmod(path, 0600);
}

/* Any byte that turns, any end that is missing: the file is set aside, and nothing of it is sent. */
static void test_damage(void)
{
    struct error err = {0};
    struct spool_list list;
    struct spool_server server = server_of(served);
    struct spool_numbers own;
    static char bytes[20000], other[20000];
    clean();
    CHECK(put("a", 3, 1, &own, &err), "%s", err.text);
    const char *path = entry_path();
    size_t n = read_bytes(path, bytes, sizeof(bytes));
    for (size_t at = 0; at < 2 * n; at += at < n ? 7 : 23) {
        memcpy(other, bytes, n);
        if (at < n)
            other[at] ^= 1;
        write_bytes(path, other, at < n ? n : at - n);
        struct spool_sent sent = send_it(&server, true, (struct spool_numbers){0}, &list);
        if (list.findings_n == 0) { /* it is for another history now */
            struct spool *spool = open_spool(1 << 30, &err);
            CHECK(spool_list(spool, NULL, true, &arena, &list, &err), "%s", err.text);
            spool_close(spool);
        }
        CHECK(list.findings_n == 1 && list.n == 0 && !sent.older.added && served_n() == 0 && access(path, F_OK) != 0, "byte %zu: %zu findings",
              at, list.findings_n);
        arena_clear(&arena);
        path = arena_printf(&arena, "%s/000000000001-0123456789abcdef.spool", folder);
        nftw(arena_printf(&arena, "%s/damaged", folder), scratch_remove, 16, FTW_DEPTH | FTW_PHYS);
    }
    write_bytes(path, bytes, n);
    chmod(path, 0622);
    send_it(&server, true, (struct spool_numbers){0}, &list);
    CHECK(list.findings_n == 1 && strstr(list.findings[0], "others may write") && access(path, F_OK) == 0 && served_n() == 0, "left alone");
    chmod(path, 0600);
    write_bytes(arena_printf(&arena, "%s/000000000001-0123456789abcdef.sent", folder), "0 1111111111111111\n1 22\n2", 25);
    struct spool_sent sent = send_it(&server, true, (struct spool_numbers){0}, &list);
    CHECK(sent.older.added == 3, "a .sent that is not believed: %zu", sent.older.added);
}

/* ---- kills and full disks ---- */

static int apart(long change, bool failing, bool sends)
{
    int status = -1;
    fflush(NULL);
    pid_t pid = fork();
    if (pid == 0) {
        struct error err = {0};
        struct spool_numbers own = {0};
        struct spool_list list;
        struct spool_server server = server_of(served);
        server.refuses = "-2";
        changes_left = change;
        fails = failing;
        bool ok = put("a", 4, 1, &own, &err);
        if (ok && sends)
            send_it(&server, false, own, &list);
        _exit(ok ? 0 : err.kind == ERR_OUTPUT ? 2 : 3);
    }
    waitpid(pid, &status, 0);
    return status;
}

/* For every change of the folder: the process dies there. The next run has the same payloads, as a CI that is started again. */
static void test_kill(void)
{
    struct spool_list list;
    struct error err = {0};
    struct spool_numbers own;
    long n = 0;
    for (bool killed = true; killed && n < 500;) {
        struct spool_server server = server_of(served);
        server.refuses = "-2";
        clean();
        killed = WIFSIGNALED(apart(++n, false, true));
        CHECK(put("a", 4, 1, &own, &err), "%s", err.text);
        struct spool_sent sent = send_it(&server, false, own, &list);
        CHECK(served_n() == 3 && left_n() == 0 && !sent.error.kind, "change %ld: %d there, %d left", n, served_n(), left_n());
        sent = send_it(&server, false, (struct spool_numbers){0}, &list);
        CHECK(list.n == 1 && list.v[0].waiting == 1 && list.v[0].refused && list.findings_n == 0, "change %ld: the refused one waits once: %zu",
              n, list.n);
        arena_clear(&arena);
    }
    CHECK(n > 15 && n < 500, "%ld changes", n);
}

/* The same, and the next run has nothing of its own: what was put in whole arrives. */
static void test_kill_before_sending(void)
{
    struct spool_list list;
    int before = 0, all = 0;
    for (long n = 1; n < 50; n++) {
        struct spool_server server = server_of(served);
        clean();
        int status = apart(n, false, false);
        send_it(&server, false, (struct spool_numbers){0}, &list);
        CHECK((served_n() == 0 || served_n() == 4) && left_n() <= 1 && list.findings_n == 0, "change %ld: %d of 4", n, served_n());
        before += served_n() == 0;
        all += served_n() == 4;
        arena_clear(&arena);
        if (!WIFSIGNALED(status))
            break;
    }
    CHECK(before > 2 && all > 0, "%d without, %d with", before, all);
}

static void test_disk_full(void)
{
    static const int reasons[] = {ENOSPC, EFBIG, EDQUOT, EROFS};
    struct spool_list list;
    for (size_t i = 0; i < ROWS(reasons); i++) {
        long n = 1;
        failure = reasons[i];
        for (int status = 2 << 8; WEXITSTATUS(status) == 2 && n < 100; n++) {
            struct spool_server server = server_of(served);
            clean();
            status = apart(n, true, true);
            CHECK(WIFEXITED(status) && WEXITSTATUS(status) != 3, "%s at %ld: %x", strerror(failure), n, status);
            send_it(&server, true, (struct spool_numbers){0}, &list);
            CHECK(served_n() == (WEXITSTATUS(status) ? 0 : 4), "%s at %ld: %d there", strerror(failure), n, served_n());
            arena_clear(&arena);
        }
        CHECK(n > 3 && n < 100, "%ld", n);
    }
}

/* ---- several at once ---- */

enum { WRITERS = 5, EACH = 8 };

static void test_at_once(void)
{
    struct spool_list list;
    struct spool_server server = server_of(served);
    int status, bad = 0;
    clean();
    fflush(NULL);
    for (int w = 0; w < WRITERS; w++) {
        if (fork() != 0)
            continue;
        bool ok = true;
        for (int i = 0; i < EACH && ok; i++) {
            struct error err = {0};
            struct spool_numbers own;
            ok = put(arena_printf(&arena, "w%d-%d", w, i), 2, 1, &own, &err);
            if (ok && i % 2)
                ok = !send_it(&server, false, own, &list).error.kind;
        }
        _exit(!ok);
    }
    while (wait(&status) > 0)
        bad += status != 0;
    struct spool_sent sent = send_it(&server, false, (struct spool_numbers){0}, &list);
    CHECK(bad == 0 && !sent.error.kind && served_n() == WRITERS * EACH * 2 && left_n() == 0, "%d failed, %d there, %d left", bad, served_n(),
          left_n());
}

int main(void)
{
    scratch_open(&scratch);
    snprintf(folder, sizeof(folder), "%s", scratch_path(&scratch, "spool"));
    snprintf(served, sizeof(served), "%s", scratch_path(&scratch, "served"));
    void (*const tests[])(void) = {test_way, test_order, test_again, test_again_when_full, test_unreached, test_refused_one_by_one, test_clock, test_numbers, test_part, test_refused, test_mixed, test_twins, test_full, test_damage,
                                   test_kill, test_kill_before_sending, test_disk_full, test_at_once};
    for (size_t i = 0; i < ROWS(tests); i++) {
        tests[i]();
        arena_clear(&arena);
    }
    arena_close(&arena);
    scratch_close(&scratch);
    return check_end();
}
