/* base/root.h: what is below a root, what leads out of it, with openat2 and without. */
#include <errno.h>
#include <fcntl.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <stddef.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/root.h"
#include "tests/check.h"
#include "tests/scratch.h"

static const char *variant = "openat2";

static void put(struct scratch *scratch, const char *name, const char *bytes)
{
    FILE *file = fopen(scratch_path(scratch, name), "w");
    CHECK(file && fputs(bytes, file) >= 0 && fclose(file) == 0, "%s", name);
}

static void folder(struct scratch *scratch, const char *name)
{
    CHECK(mkdir(scratch_path(scratch, name), 0755) == 0, "%s", name);
}

static void point(struct scratch *scratch, const char *name, const char *target)
{
    CHECK(symlink(target, scratch_path(scratch, name)) == 0, "%s", name);
}

static void point_absolute(struct scratch *scratch, const char *name, const char *target)
{
    char to[600];
    snprintf(to, sizeof(to), "%s/%s", scratch->folder, target);
    point(scratch, name, to);
}

static void put_socket(struct scratch *scratch, const char *name)
{
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    snprintf(address.sun_path, sizeof(address.sun_path), "%.100s", scratch_path(scratch, name));
    int fd = socket(AF_UNIX, SOCK_STREAM, 0);
    CHECK(fd >= 0 && bind(fd, (struct sockaddr *)&address, sizeof(address)) == 0, "%s", name);
    close(fd);
}

static void make_tree(struct scratch *scratch)
{
    static const char *const folders[] = {"root", "root/sub", "root/sub/deep", "root2", "outside", "allowed", "root/b[x]",
                                          "root/empty"};
    for (size_t i = 0; i < ROWS(folders); i++)
        folder(scratch, folders[i]);
    put(scratch, "root/a.txt", "a");
    put(scratch, "root/sub/b.txt", "b");
    put(scratch, "root/sub/deep/c.txt", "c");
    put(scratch, "root/.hidden", "h");
    put(scratch, "root/b[x]/d.txt", "d");
    put(scratch, "root2/near.txt", "its name starts as the root's");
    put(scratch, "outside/o.txt", "o");
    put(scratch, "allowed/ok.txt", "ok");
    point(scratch, "root/rel", "sub/b.txt");
    point(scratch, "root/sub/up", "../a.txt");
    point(scratch, "root/sub/parent", "..");
    point(scratch, "root/dir", "sub");
    point(scratch, "root/chain", "dir/deep");
    point(scratch, "root/round", "../root/a.txt");
    point(scratch, "root/self", "self");
    point(scratch, "root/loop1", "loop2");
    point(scratch, "root/loop2", "loop1");
    point(scratch, "root/dangling", "nowhere");
    point(scratch, "root/out_rel", "../outside/o.txt");
    point(scratch, "root/out_dir", "../outside");
    point(scratch, "root/out_near", "../root2/near.txt");
    point(scratch, "root/proc", "/proc/self/exe");
    point_absolute(scratch, "root/abs", "root/sub/b.txt");
    point_absolute(scratch, "root/abs_dir", "root/sub");
    point_absolute(scratch, "root/out_abs", "outside/o.txt");
    point(scratch, "root/to_allowed", "../allowed/ok.txt");
    point_absolute(scratch, "root/allowed_dir", "allowed");
    point(scratch, "allowed/back", "../root/a.txt");
    point(scratch, "allowed/away", "../outside/o.txt");
    CHECK(mkfifo(scratch_path(scratch, "root/fifo"), 0644) == 0, "fifo");
    put_socket(scratch, "root/socket");
}

enum { NO_ALLOWED = 1, WITH_ALLOWED = 2, BOTH = 3 };

static const struct row {
    const char *path;
    int allowed;
    enum root_found found;
    const char *said; /* what the file holds, or a piece of the error */
} rows[] = {
    {"a.txt", BOTH, ROOT_FOUND, "a"},
    {"./a.txt", BOTH, ROOT_FOUND, "a"},
    {"sub/b.txt", BOTH, ROOT_FOUND, "b"},
    {"sub//deep/./c.txt", BOTH, ROOT_FOUND, "c"},
    {"sub/../a.txt", BOTH, ROOT_FOUND, "a"},
    {"sub/deep/../../a.txt", BOTH, ROOT_FOUND, "a"},
    {"b[x]/d.txt", BOTH, ROOT_FOUND, "d"},
    {"rel", BOTH, ROOT_FOUND, "b"},
    {"sub/up", BOTH, ROOT_FOUND, "a"},
    {"dir/b.txt", BOTH, ROOT_FOUND, "b"},
    {"chain/c.txt", BOTH, ROOT_FOUND, "c"},
    {"round", BOTH, ROOT_FOUND, "a"},
    {"sub/parent/sub/parent/sub/parent/a.txt", BOTH, ROOT_FOUND, "a"},
    {"abs", BOTH, ROOT_FOUND, "b"},
    {"abs_dir/deep/c.txt", BOTH, ROOT_FOUND, "c"},
    {"none", BOTH, ROOT_ABSENT, ""},
    {"none/none.txt", BOTH, ROOT_ABSENT, ""},
    {"a.txt/none", BOTH, ROOT_ABSENT, ""},
    {"dangling", BOTH, ROOT_ABSENT, ""},
    {"..", BOTH, ROOT_REFUSED, "leads out of the results directory"},
    {"../outside/o.txt", BOTH, ROOT_REFUSED, "leads out of the results directory"},
    {"sub/../../outside/o.txt", BOTH, ROOT_REFUSED, "leads out of the results directory"},
    {"out_rel", BOTH, ROOT_REFUSED, "leads out of the results directory"},
    {"out_abs", BOTH, ROOT_REFUSED, "--allow-root"},
    {"out_dir/o.txt", BOTH, ROOT_REFUSED, "leads out of the results directory"},
    {"out_near", BOTH, ROOT_REFUSED, "leads out of the results directory"},
    {"proc", BOTH, ROOT_REFUSED, "leads out of the results directory"},
    {"self", BOTH, ROOT_REFUSED, "never end"},
    {"loop1", BOTH, ROOT_REFUSED, "never end"},
    {"fifo", BOTH, ROOT_REFUSED, "expected a regular file"},
    {"socket", BOTH, ROOT_REFUSED, "socket: "},
    {"sub", BOTH, ROOT_REFUSED, "expected a regular file"},
    {"", BOTH, ROOT_REFUSED, "expected a regular file"},
    {"to_allowed", NO_ALLOWED, ROOT_REFUSED, "leads out of the results directory"},
    {"to_allowed", WITH_ALLOWED, ROOT_FOUND, "ok"},
    {"allowed_dir/ok.txt", NO_ALLOWED, ROOT_REFUSED, "leads out of the results directory"},
    {"allowed_dir/ok.txt", WITH_ALLOWED, ROOT_FOUND, "ok"},
    {"../allowed/ok.txt", WITH_ALLOWED, ROOT_FOUND, "ok"},
    {"allowed_dir/back", WITH_ALLOWED, ROOT_FOUND, "a"},
    {"allowed_dir/away", WITH_ALLOWED, ROOT_REFUSED, "leads out of the results directory"},
    {"allowed_dir/../outside/o.txt", WITH_ALLOWED, ROOT_REFUSED, "leads out of the results directory"},
};

static void check_row(const struct root *root, const struct row *row)
{
    struct arena arena = {0};
    struct error err = {0};
    const char *bytes = "";
    size_t len = 0;
    enum root_found found = root_read(root, row->path, 1000, &arena, &bytes, &len, &err);
    CHECK(found == row->found, "%s: %s: %d %s", variant, row->path, (int)found, err.text);
    if (row->found == ROOT_FOUND)
        CHECK(found == ROOT_FOUND && strcmp(bytes, row->said) == 0 && len == strlen(bytes), "%s: %s: '%s'", variant, row->path,
              bytes);
    else if (row->found == ROOT_REFUSED)
        CHECK(err.kind == ERR_ARTIFACT && strstr(err.text, row->said), "%s: %s: %s", variant, row->path, err.text);
    else
        CHECK(err.kind == ERR_NONE, "%s: %s: %s", variant, row->path, err.text);
    arena_close(&arena);
}

static void test_rows(struct scratch *scratch)
{
    struct error err = {0};
    char allowed[600];
    snprintf(allowed, sizeof(allowed), "%s/allowed", scratch->folder);
    const char *const places[] = {allowed, NULL};
    struct root *plain = root_open(scratch_path(scratch, "root"), NULL, &err);
    struct root *wider = root_open(scratch_path(scratch, "root"), places, &err);
    CHECK(plain && wider, "%s", err.text);
    for (size_t i = 0; plain && wider && i < ROWS(rows); i++) {
        if (rows[i].allowed & NO_ALLOWED)
            check_row(plain, &rows[i]);
        if (rows[i].allowed & WITH_ALLOWED)
            check_row(wider, &rows[i]);
    }
    root_close(plain);
    root_close(wider);
}

static const struct {
    const char *path;
    mode_t kind;
} kinds[] = {
    {"a.txt", S_IFREG}, {"sub", S_IFDIR}, {"dir", S_IFDIR},  {"rel", S_IFREG},  {"fifo", S_IFIFO}, {".", S_IFDIR},
    {"", S_IFDIR},      {"none", 0},      {"out_abs", 0},    {"out_dir", 0},    {"self", 0},       {"dangling", 0},
    {"abs_dir", S_IFDIR}, {"..", 0},
};

static const struct {
    const char *below, *pattern, *found; /* with blanks between */
} globs[] = {
    {"", "*.txt", "a.txt"},
    {"", "*/*.txt", "abs_dir/b.txt b[x]/d.txt chain/c.txt dir/b.txt sub/b.txt"},
    {"sub", "*", "sub/b.txt sub/deep sub/parent sub/up"},
    {"", "sub/d*/c.txt", "sub/deep/c.txt"},
    {"", "sub/de?p", "sub/deep"},
    {"", "sub/[a-d]*", "sub/b.txt sub/deep"},
    {"", "[!a-z]*", ""},
    {"", ".h*", ".hidden"},
    {"", "*hidden", ""},
    {"", "empty/*", ""},
    {"", "none/*", ""},
    {"", "out_dir/*", ""},
    {"", "a.txt/*", ""},
    {"", "a.txt", "a.txt"},
    {"", "b\\[x\\]", "b[x]"},
    {"sub", "deep/../b.txt", "sub/deep/../b.txt"},
    {"", "../outside/*", ""},
    {"", "sub//deep/", "sub/deep"},
};

static void test_kinds_and_globs(struct scratch *scratch)
{
    struct error err = {0};
    struct arena arena = {0};
    struct root *root = root_open(scratch_path(scratch, "root"), NULL, &err);
    CHECK(root, "%s", err.text);
    for (size_t i = 0; i < ROWS(kinds); i++)
        CHECK(root_kind(root, kinds[i].path) == kinds[i].kind, "%s: %s: %o", variant, kinds[i].path,
              (unsigned)root_kind(root, kinds[i].path));
    for (size_t i = 0; i < ROWS(globs); i++) {
        char all[2000] = "";
        struct root_names names = root_glob(root, globs[i].below, globs[i].pattern, &arena);
        for (size_t k = 0, n = 0; k < names.n && n < sizeof(all); k++)
            n += (size_t)snprintf(all + n, sizeof(all) - n, "%s%s", k ? " " : "", names.v[k]);
        CHECK(strcmp(all, globs[i].found) == 0, "%s: glob %s: %s", variant, globs[i].pattern, all);
    }
    struct root_names names;
    CHECK(root_list(root, "sub", &arena, &names, &err) == ROOT_FOUND && names.n == 4 && strcmp(names.v[0], "b.txt") == 0 &&
              strcmp(names.v[3], "up") == 0, "%s: list: %s", variant, err.text);
    CHECK(root_list(root, "empty", &arena, &names, &err) == ROOT_FOUND && names.n == 0, "%s: empty", variant);
    CHECK(root_list(root, "a.txt", &arena, &names, &err) == ROOT_ABSENT && !err.kind, "%s: %s", variant, err.text);
    CHECK(root_list(root, "out_dir", &arena, &names, &err) == ROOT_REFUSED && err.kind == ERR_ARTIFACT, "%s: out", variant);
    root_close(root);
    arena_close(&arena);
}

static void test_sizes(struct scratch *scratch)
{
    struct error err = {0};
    struct arena arena = {0};
    const char *bytes;
    size_t len;
    struct root *root = root_open(scratch_path(scratch, "root/sub"), NULL, &err);
    put(scratch, "root/sub/twelve", "twelve bytes");
    CHECK(root_read(root, "twelve", 12, &arena, &bytes, &len, &err) == ROOT_FOUND && len == 12, "%s", err.text);
    CHECK(root_read(root, "twelve", 11, &arena, &bytes, &len, &err) == ROOT_REFUSED &&
              strcmp(err.text, "twelve: larger than the limit of 11 bytes") == 0, "%s", err.text);
    CHECK(truncate(scratch_path(scratch, "root/sub/twelve"), 3 << 20) == 0, "truncate");
    err = (struct error){0};
    CHECK(root_read(root, "twelve", 2 << 20, &arena, &bytes, &len, &err) == ROOT_REFUSED &&
              strcmp(err.text, "twelve: larger than the limit of 2 MB") == 0, "%s", err.text);
    err = (struct error){0};
    CHECK(root_read(root, "twelve", 3 << 20, &arena, &bytes, &len, &err) == ROOT_FOUND && len == 3 << 20, "%s", err.text);
    unlink(scratch_path(scratch, "root/sub/twelve"));
    root_close(root);
    arena_close(&arena);
}

/* Files in /proc say that they have no bytes, and have some. */
static void test_growing(void)
{
    struct error err = {0};
    struct arena arena = {0};
    const char *bytes;
    size_t len = 0;
    struct root *root = root_open("/proc/self", NULL, &err);
    CHECK(root && root_read(root, "status", 1 << 20, &arena, &bytes, &len, &err) == ROOT_FOUND && len > 100, "%zu", len);
    root_close(root);
    arena_close(&arena);
}

static void test_opening(struct scratch *scratch)
{
    struct error err = {0};
    CHECK(!root_open(scratch_path(scratch, "none"), NULL, &err) && err.kind == ERR_USAGE && strstr(err.text, "none: "), "%s", err.text);
    err = (struct error){0};
    CHECK(!root_open(scratch_path(scratch, "root/a.txt"), NULL, &err) && err.kind == ERR_USAGE, "%s", err.text);
    err = (struct error){0};
    const char *const nowhere[] = {"/nowhere-at-all", NULL};
    CHECK(!root_open(scratch_path(scratch, "root"), nowhere, &err) && strstr(err.text, "/nowhere-at-all"), "%s", err.text);
    err = (struct error){0};
    struct root *root = root_open(scratch_path(scratch, "root/abs_dir"), NULL, &err);
    CHECK(root && strcmp(root_path(root) + strlen(root_path(root)) - 8, "/abs_dir") == 0 &&
              strcmp(root_real(root) + strlen(root_real(root)) - 9, "/root/sub") == 0, "%s", err.text);
    root_close(root);
    root = root_open("/", NULL, &err);
    CHECK(root && strcmp(root_real(root), "/") == 0 && root_kind(root, "proc") == S_IFDIR, "%s", err.text);
    root_close(root);
}

/* As somebody who is not root and may not read everything. */
static void test_unreadable(struct scratch *scratch)
{
    put(scratch, "root/secret", "s");
    folder(scratch, "root/closed");
    put(scratch, "root/closed/x", "x");
    chmod(scratch_path(scratch, "root/secret"), 0);
    chmod(scratch_path(scratch, "root/closed"), 0);
    fflush(NULL);
    pid_t child = fork();
    if (child == 0) {
        if (geteuid() == 0 && setuid(65534) != 0)
            _exit(9);
        static const struct row refused[] = {{"secret", BOTH, ROOT_REFUSED, "Permission denied"},
                                             {"closed/x", BOTH, ROOT_REFUSED, "Permission denied"},
                                             {"a.txt", BOTH, ROOT_FOUND, "a"}};
        struct error err = {0};
        struct root *root = root_open(scratch_path(scratch, "root"), NULL, &err);
        check_failures = 0;
        for (size_t i = 0; i < ROWS(refused); i++)
            check_row(root, &refused[i]);
        struct arena arena = {0};
        struct root_names names;
        CHECK(root_list(root, "closed", &arena, &names, &err) == ROOT_REFUSED && strstr(err.text, "Permission denied"), "%s", err.text);
        _exit(check_failures != 0);
    }
    int status = -1;
    CHECK(child > 0 && waitpid(child, &status, 0) == child && status == 0, "%s: unreadable: %d", variant, status);
    chmod(scratch_path(scratch, "root/closed"), 0755);
    unlink(scratch_path(scratch, "root/secret"));
    unlink(scratch_path(scratch, "root/closed/x"));
    rmdir(scratch_path(scratch, "root/closed"));
}

/* From here on openat2 answers `why`. */
static bool take_away_openat2(int why)
{
    struct sock_filter filter[] = {
        BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr)),
        BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_openat2, 0, 1),
        BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | (unsigned)why),
        BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
    };
    struct sock_fprog program = {.len = (unsigned short)ROWS(filter), .filter = filter};
    return prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0 && prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program) == 0 &&
           syscall(SYS_openat2, AT_FDCWD, ".", NULL, (size_t)0) < 0 && errno == why;
}

/* Looking from a folder says what looking from the root says, or nothing; and says it of every plain file. */
static void test_glances(struct scratch *scratch)
{
    static const struct {
        const char *path;
        enum root_found found; /* ROOT_REFUSED: it leaves this to root_look */
    } looks[] = {
        {"a.txt", ROOT_FOUND}, {"sub/b.txt", ROOT_FOUND}, {"sub/none", ROOT_ABSENT}, {"sub/deep/c.txt", ROOT_FOUND},
        {"sub/deep", ROOT_FOUND}, {"none/b.txt", ROOT_ABSENT}, {"none/c.txt", ROOT_ABSENT}, {"a.txt/b", ROOT_ABSENT},
        {"dir/b.txt", ROOT_FOUND}, {"chain/c.txt", ROOT_FOUND}, {"rel", ROOT_REFUSED}, {"dangling", ROOT_REFUSED},
        {"self", ROOT_REFUSED}, {"out_rel", ROOT_REFUSED}, {"out_dir/o.txt", ROOT_REFUSED}, {"out_dir/none", ROOT_REFUSED},
        {"allowed_dir/ok.txt", ROOT_REFUSED}, {"sub/..", ROOT_REFUSED}, {"sub/.", ROOT_REFUSED}, {"sub/", ROOT_REFUSED},
        {"../outside/o.txt", ROOT_REFUSED}, {"sub/../a.txt", ROOT_FOUND}, {"fifo", ROOT_FOUND}, {"empty/x", ROOT_ABSENT},
    };
    struct error err = {0};
    struct root *root = root_open(scratch_path(scratch, "root"), NULL, &err);
    struct root_glance glance = {.folder = root_folder(root, "."), .fd = -1};
    bool without = strcmp(variant, "openat2") != 0; /* then no link is followed, and no ".." */
    for (size_t i = 0; i < ROWS(looks); i++) {
        struct stat st = {0}, same = {0};
        enum root_found found = root_glance(&glance, looks[i].path, &st), from_root = root_look(root, looks[i].path, &same);
        CHECK(found == looks[i].found || (without && found == ROOT_REFUSED), "%s: %s: %d", variant, looks[i].path, (int)found);
        CHECK(found == ROOT_REFUSED || found == from_root, "%s: %s: from the root %d", variant, looks[i].path, (int)from_root);
        CHECK(found != ROOT_FOUND || (st.st_ino == same.st_ino && st.st_mode == same.st_mode), "%s", looks[i].path);
    }
    root_glance_close(&glance);
    close(glance.folder);
    root_close(root);
}

/* What a listing says of its members is what looking at them says. */
static void test_listed_kinds(struct scratch *scratch)
{
    struct arena arena = {0};
    struct error err = {0};
    struct root_names names;
    struct stat st, same;
    struct root *root = root_open(scratch_path(scratch, "root"), NULL, &err);
    CHECK(root_list_seen(root, ".", &arena, &names, &st, &err) == ROOT_FOUND && names.n > 20, "%s", err.text);
    CHECK(root_stat(root, ".", &same) && st.st_ino == same.st_ino && st.st_dev == same.st_dev, "the directory itself");
    size_t known = 0;
    for (size_t i = 0; i < names.n; i++) {
        known += names.kinds[i] != 0;
        CHECK(!names.kinds[i] || names.kinds[i] == root_kind(root, names.v[i]), "%s: %o", names.v[i], (unsigned)names.kinds[i]);
    }
    CHECK(known < names.n, "links are not known");
    root_close(root);
    arena_close(&arena);
}

static void test_all(struct scratch *scratch)
{
    test_glances(scratch);
    test_listed_kinds(scratch);
    test_rows(scratch);
    test_kinds_and_globs(scratch);
    test_unreadable(scratch);
}

static void test_without_openat2(struct scratch *scratch, const char *name, int why)
{
    fflush(NULL);
    pid_t child = fork();
    if (child == 0) {
        variant = name;
        check_failures = 0;
        CHECK(take_away_openat2(why), "%s: the filter", name);
        test_all(scratch);
        _exit(check_failures != 0);
    }
    int status = -1;
    CHECK(child > 0 && waitpid(child, &status, 0) == child && status == 0, "%s: %d", name, status);
}

int main(void)
{
    struct scratch scratch;
    scratch_open(&scratch);
    umask(022);
    make_tree(&scratch);
    test_all(&scratch);
    test_sizes(&scratch);
    test_growing();
    test_opening(&scratch);
    test_without_openat2(&scratch, "without openat2", ENOSYS);
    test_without_openat2(&scratch, "openat2 not permitted", EPERM);
    scratch_close(&scratch);
    return check_end();
}
