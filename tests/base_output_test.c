/* base: output. Each case leaves the folder in a state that is looked at afterwards. */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/output.h"
#include "tests/check.h"
#include "tests/scratch.h"

static struct scratch scratch;

static void put_file(const char *name, const char *text)
{
    FILE *out = fopen(scratch_path(&scratch, name), "w");
    fputs(text, out);
    fclose(out);
}

/* The first bytes of the file; "(none)" when it is not there. */
static const char *get_file(const char *name)
{
    static char text[100];
    FILE *in = fopen(scratch_path(&scratch, name), "r");
    if (!in)
        return "(none)";
    text[fread(text, 1, sizeof(text) - 1, in)] = '\0';
    fclose(in);
    return text;
}

static bool write_to(const char *path, const char *text, struct error *err)
{
    return output_file(path, STDOUT_FILENO, text, strlen(text), err);
}

static void test_replace(void)
{
    struct error err = {0};
    struct stat st;
    mode_t old = umask(027);
    CHECK(write_to(scratch_path(&scratch, "new"), "one", &err), "%s", err.text);
    umask(old);
    CHECK(strcmp(get_file("new"), "one") == 0, "%s", get_file("new"));
    CHECK(stat(scratch_path(&scratch, "new"), &st) == 0 && (st.st_mode & 0777) == 0640, "%o", st.st_mode);
    chmod(scratch_path(&scratch, "new"), 0604);
    CHECK(write_to(scratch_path(&scratch, "new"), "two", &err), "%s", err.text);
    CHECK(strcmp(get_file("new"), "two") == 0, "%s", get_file("new"));
    CHECK(stat(scratch_path(&scratch, "new"), &st) == 0 && (st.st_mode & 0777) == 0604, "%o", st.st_mode);
    CHECK(scratch_count(scratch.folder) == 1, "no temporary stays");
    char long_name[256];
    memset(long_name, 'n', 255);
    long_name[255] = '\0';
    CHECK(write_to(scratch_path(&scratch, long_name), "x", &err), "%s", err.text);
    CHECK(unlink(scratch_path(&scratch, long_name)) == 0, "the longest name that a file can have");
}

static void test_size(void)
{
    struct error err = {0};
    struct output *out = output_open(scratch_path(&scratch, "big"), STDOUT_FILENO, &err);
    char piece[777];
    for (int i = 0; i < 1000; i++) {
        memset(piece, 'a' + i % 26, sizeof(piece));
        CHECK(output_write(out, piece, sizeof(piece), &err), "%s", err.text);
    }
    CHECK(strcmp(get_file("big"), "(none)") == 0, "not there before the commit");
    CHECK(output_commit(out, &err), "%s", err.text);
    FILE *in = fopen(scratch_path(&scratch, "big"), "r");
    long wrong = 0, n = 0;
    for (int c; (c = getc(in)) != EOF; n++)
        wrong += c != 'a' + (n / 777) % 26;
    fclose(in);
    CHECK(n == 777000 && wrong == 0, "%ld bytes, %ld wrong", n, wrong);
    unlink(scratch_path(&scratch, "big"));
}

static void test_abort(void)
{
    struct error err = {0};
    put_file("old", "old");
    int before = scratch_count(scratch.folder);
    struct output *out = output_open(scratch_path(&scratch, "old"), STDOUT_FILENO, &err);
    CHECK(scratch_count(scratch.folder) == before + 1, "the temporary is beside its target");
    output_write(out, "new", 3, &err);
    output_abort(out);
    output_abort(NULL);
    CHECK(scratch_count(scratch.folder) == before && strcmp(get_file("old"), "old") == 0, "%s", get_file("old"));
}

static void test_links(void)
{
    struct error err = {0};
    struct stat st;
    mkdir(scratch_path(&scratch, "sub"), 0755);
    put_file("sub/real", "old");
    CHECK(symlink("sub/hop", scratch_path(&scratch, "link")) == 0, "link");
    CHECK(symlink("real", scratch_path(&scratch, "sub/hop")) == 0, "link");
    CHECK(write_to(scratch_path(&scratch, "link"), "through", &err), "%s", err.text);
    CHECK(lstat(scratch_path(&scratch, "link"), &st) == 0 && S_ISLNK(st.st_mode), "the link stays");
    CHECK(lstat(scratch_path(&scratch, "sub/hop"), &st) == 0 && S_ISLNK(st.st_mode), "the second link stays");
    CHECK(strcmp(get_file("sub/real"), "through") == 0, "%s", get_file("sub/real"));
    CHECK(scratch_count(scratch_path(&scratch, "sub")) == 2, "no temporary stays");
    unlink(scratch_path(&scratch, "sub/real"));
    CHECK(write_to(scratch_path(&scratch, "link"), "made", &err), "%s", err.text);
    CHECK(strcmp(get_file("sub/real"), "made") == 0, "a link to a file that is not there yet: %s",
          get_file("sub/real"));
    CHECK(symlink("loop", scratch_path(&scratch, "loop")) == 0, "link");
    CHECK(!write_to(scratch_path(&scratch, "loop"), "x", &err), "loop");
    CHECK(strstr(err.text, "/loop: Too many levels"), "%s", err.text);
}

static void test_special(void)
{
    struct error err = {0};
    struct stat before, after;
    stat("/dev/null", &before);
    CHECK(write_to("/dev/null", "x", &err), "%s", err.text);
    CHECK(stat("/dev/null", &after) == 0 && after.st_ino == before.st_ino && S_ISCHR(after.st_mode), "/dev/null stays");
    const char *fifo = scratch_path(&scratch, "fifo");
    char got[10] = "";
    CHECK(mkfifo(fifo, 0600) == 0, "fifo");
    int in = open(fifo, O_RDONLY | O_NONBLOCK);
    CHECK(write_to(fifo, "piped", &err), "%s", err.text);
    CHECK(read(in, got, sizeof(got) - 1) == 5 && strcmp(got, "piped") == 0, "%s", got);
    close(in);
    CHECK(lstat(fifo, &after) == 0 && S_ISFIFO(after.st_mode), "the FIFO stays");
}

/* Runs `body` in a child of its own, since it changes the process; its failures are counted there and told here. */
static void in_child(void (*body)(void), const char *what)
{
    fflush(NULL);
    pid_t pid = fork();
    if (pid == 0) {
        check_failures = 0;
        body();
        fflush(NULL);
        _exit(check_failures ? 1 : 0);
    }
    int status = -1;
    waitpid(pid, &status, 0);
    CHECK(WIFEXITED(status) && WEXITSTATUS(status) == 0, "%s: status %d", what, status);
}

/* Standard output is a file that something else has written to and goes on writing to. */
static void standard_output(void)
{
    static const char *const names[] = {"-", "/dev/stdout", "/dev/fd/1", "/proc/self/fd/1", NULL};
    struct error err = {0};
    CHECK(symlink("/dev/stdout", scratch_path(&scratch, "out-link")) == 0, "link");
    int fd = open(scratch_path(&scratch, "redirected"), O_WRONLY | O_CREAT | O_TRUNC, 0600);
    dup2(fd, STDOUT_FILENO);
    dprintf(fd, "A");
    for (int i = 0; names[i]; i++)
        CHECK(write_to(names[i], "b", &err), "%s: %s", names[i], err.text);
    CHECK(write_to(scratch_path(&scratch, "out-link"), "c", &err), "%s", err.text);
    CHECK(write(STDOUT_FILENO, "D", 1) == 1, "still open");
    CHECK(strcmp(get_file("redirected"), "AbbbbcD") == 0, "%s", get_file("redirected"));
}

static void closed_pipe(void)
{
    static const char *const names[] = {"-", "/dev/stdout"};
    signal(SIGPIPE, SIG_IGN);
    int ends[2];
    CHECK(pipe(ends) == 0, "pipe");
    close(ends[0]);
    dup2(ends[1], STDOUT_FILENO);
    for (size_t i = 0; i < ROWS(names); i++) {
        struct error err = {0};
        CHECK(!write_to(names[i], "x", &err) && err.kind == ERR_PIPE, "%d %s", (int)err.kind, err.text);
    }
}

/* A pipe that does not block and whose reader is slow. */
static void slow_pipe(void)
{
    int ends[2];
    CHECK(pipe2(ends, O_NONBLOCK) == 0, "pipe");
    dup2(ends[1], STDOUT_FILENO);
    pid_t reader = fork();
    if (reader == 0) {
        static char bytes[4096];
        size_t sum = 0;
        close(ends[1]);
        close(STDOUT_FILENO);
        for (ssize_t n; (n = read(ends[0], bytes, sizeof(bytes))) != 0;) {
            sum += n > 0 ? (size_t)n : 0;
            if (n < 0)
                poll(&(struct pollfd){.fd = ends[0], .events = POLLIN}, 1, 1000);
        }
        _exit(sum == 1 << 20 ? 0 : 1);
    }
    struct error err = {0};
    static char bytes[1 << 20];
    struct output *out = output_open("-", STDOUT_FILENO, &err);
    CHECK(output_write(out, bytes, sizeof(bytes), &err) && output_commit(out, &err), "%s", err.text);
    close(ends[1]);
    close(STDOUT_FILENO);
    int status = -1;
    waitpid(reader, &status, 0);
    CHECK(status == 0, "%d", status);
}

/* Every byte beyond the limit fails, as on a full disk. */
static void full_disk(void)
{
    static char bytes[200000];
    signal(SIGXFSZ, SIG_IGN);
    setrlimit(RLIMIT_FSIZE, &(struct rlimit){100000, 100000});
    put_file("old", "old");
    int before = scratch_count(scratch.folder);
    struct error err = {0};
    struct output *out = output_open(scratch_path(&scratch, "old"), STDOUT_FILENO, &err);
    bool ok = output_write(out, bytes, sizeof(bytes), &err);
    CHECK(!ok && err.kind == ERR_OUTPUT && strstr(err.text, "/old: File too large"), "%s", err.text);
    struct error again = {0};
    CHECK(!output_write(out, "x", 1, &again) && again.kind == ERR_OUTPUT, "%s", again.text);
    CHECK(!output_commit(out, &again), "a commit after a failure");
    CHECK(strcmp(get_file("old"), "old") == 0 && scratch_count(scratch.folder) == before, "%s", get_file("old"));
    err = (struct error){0};
    CHECK(!write_to("/dev/full", "x", &err) && err.kind == ERR_OUTPUT, "-");
    CHECK(strcmp(err.text, "/dev/full: No space left on device") == 0, "%s", err.text);
}

/* Several outputs that belong together: a full disk is known before the first one replaces an older one. */
static void settled_on_a_full_disk(void)
{
    static char bytes[60000];
    struct error err = {0};
    signal(SIGXFSZ, SIG_IGN);
    setrlimit(RLIMIT_FSIZE, &(struct rlimit){50000, 50000});
    struct output *out = output_open(scratch_path(&scratch, "old"), STDOUT_FILENO, &err);
    CHECK(output_write(out, bytes, sizeof(bytes), &err), "all of it fits the buffer");
    CHECK(!output_settle(out, &err) && err.kind == ERR_OUTPUT, "%s", err.text);
    output_abort(out);
    out = output_open(scratch_path(&scratch, "settled"), STDOUT_FILENO, &err);
    CHECK(output_write(out, "x", 1, &err) && output_settle(out, &err), "%s", err.text);
    CHECK(access(scratch_path(&scratch, "settled"), F_OK) != 0, "not there before the commit");
    CHECK(output_commit(out, &err) && strcmp(get_file("settled"), "x") == 0, "%s", err.text);
}

/* Runs that write the same file at once: none sweeps away what another is about to rename. */
static void test_same_file(void)
{
    enum { WRITERS = 4, TIMES = 250 };
    pid_t pids[WRITERS];
    for (int w = 0; w < WRITERS; w++) {
        pids[w] = fork();
        if (pids[w] != 0)
            continue;
        struct error err = {0};
        int failed = 0;
        for (int i = 0; i < TIMES; i++)
            failed += !write_to(scratch_path(&scratch, "same"), "same", &err);
        _exit(failed ? 1 : 0);
    }
    for (int w = 0; w < WRITERS; w++) {
        int status = -1;
        waitpid(pids[w], &status, 0);
        CHECK(status == 0, "writer %d: status %d", w, status);
    }
    CHECK(strcmp(get_file("same"), "same") == 0, "%s", get_file("same"));
}

static void read_only_folder(void)
{
    mkdir(scratch_path(&scratch, "locked"), 0755);
    put_file("locked/old", "old");
    chmod(scratch_path(&scratch, "locked"), 0555);
    if (geteuid() == 0 && setresuid(65534, 65534, 65534) != 0)
        _exit(1);
    static const char *const names[] = {"locked/old", "locked/new"};
    for (size_t i = 0; i < ROWS(names); i++) {
        struct error err = {0};
        CHECK(!write_to(scratch_path(&scratch, names[i]), "x", &err) && err.kind == ERR_OUTPUT, "%s", names[i]);
        CHECK(strstr(err.text, names[i]) && strstr(err.text, "Permission denied"), "%s", err.text);
    }
    CHECK(strcmp(get_file("locked/old"), "old") == 0, "%s", get_file("locked/old"));
}

static void test_bad_names(void)
{
    static const struct {
        const char *name, *says;
    } rows[] = {{"missing/file", "missing/file: No such file"},
                {"sub", "sub: Is a directory"},
                {"sub/real/x", "Not a directory"}};
    for (size_t i = 0; i < ROWS(rows); i++) {
        struct error err = {0};
        CHECK(!write_to(scratch_path(&scratch, rows[i].name), "x", &err) && strstr(err.text, rows[i].says), "%s",
              err.text);
    }
    struct error err = {0};
    CHECK(!write_to("", "x", &err) && strstr(err.text, "empty"), "%s", err.text);
    static char huge[PATH_MAX + 10];
    memset(huge, 'h', sizeof(huge) - 1);
    err = (struct error){0};
    CHECK(!write_to(huge, "x", &err) && strstr(err.text, "too long"), "%s", err.text);
}

int main(void)
{
    scratch_open(&scratch);
    test_replace();
    test_size();
    test_abort();
    test_links();
    test_special();
    in_child(standard_output, "standard output");
    in_child(closed_pipe, "closed pipe");
    in_child(slow_pipe, "slow pipe");
    in_child(full_disk, "full disk");
    in_child(settled_on_a_full_disk, "settled on a full disk");
    test_same_file();
    in_child(read_only_folder, "read-only folder");
    test_bad_names();
    scratch_close(&scratch);
    return check_end();
}
