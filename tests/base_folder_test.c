/* base/folder.h: files come whole or not at all, and nothing is written outside or through links. */
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "base/folder.h"
#include "tests/check.h"
#include "tests/scratch.h"

/* In <scratch>/to: a folder "d", a file "f" (old), links "out" to <scratch>/outside, "in" to d, "link" to <scratch>/outside/f. */
static const struct {
    const char *name, *path;
    const char *error; /* after "<folder>/"; NULL: it is written */
} rows[] = {
    {"new", "a", NULL},
    {"directories are made", "x/y/z", NULL},
    {"replaced", "f", NULL},
    {"dots and slashes", "./d//./g", NULL},
    {"a link is replaced, not followed", "link", NULL},
    {"through a link that leaves", "out/f", "out/f: a symbolic link stands there; nothing is written through links"},
    {"through a link inside", "in/f", "in/f: a symbolic link stands there; nothing is written through links"},
    {"up", "../f", "../f: leads out of the folder"},
    {"up and down", "d/../../f", "d/../../f: leads out of the folder"},
    {"a file on the way", "f/g", "f/g: Not a directory"},
    {"a directory stands there", "d", "d: Is a directory"},
    {"a long name", "0123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789"
                    "0123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789/f",
     "*File name too long"},
};

static void put(const char *path, const char *text)
{
    FILE *file = fopen(path, "w");
    CHECK(file && fputs(text, file) >= 0 && fclose(file) == 0, "%s", path);
}

static bool holds(int fd, const char *text)
{
    char bytes[100];
    ssize_t n = fd < 0 ? -1 : read(fd, bytes, sizeof(bytes));
    if (fd >= 0)
        close(fd);
    return n == (ssize_t)strlen(text) && memcmp(bytes, text, (size_t)n) == 0;
}

static bool write_one(const struct folder *folder, const char *path, const char *text, struct error *err)
{
    const struct timespec then = {.tv_sec = 1700000000, .tv_nsec = 123456789};
    struct folder_file *file = folder_begin(folder, path, err);
    if (!file)
        return false;
    if (folder_write(file, text, strlen(text), err))
        return folder_commit(file, &then, err);
    folder_abort(file);
    return false;
}

static void check_row(struct scratch *scratch, const struct folder *folder, size_t i)
{
    struct error err = {0};
    bool ok = write_one(folder, rows[i].path, "new\n", &err);
    CHECK(ok == !rows[i].error, "%s: %s", rows[i].name, err.text);
    if (ok) {
        char path[300];
        struct stat st;
        snprintf(path, sizeof(path), "%s/%s", scratch_path(scratch, "to"), rows[i].path);
        CHECK(holds(folder_open_file(folder, rows[i].path), "new\n"), "%s", rows[i].name);
        CHECK(lstat(path, &st) == 0 && S_ISREG(st.st_mode) && st.st_mtim.tv_sec == 1700000000 && st.st_mtim.tv_nsec == 123456789, "%s", rows[i].name);
        return;
    }
    size_t n = strlen(scratch_path(scratch, "to/")), e = strlen(err.text), w = strlen(rows[i].error) - 1;
    CHECK(err.kind == ERR_OUTPUT && strncmp(err.text, scratch_path(scratch, "to/"), n) == 0, "%s: %s", rows[i].name, err.text);
    if (rows[i].error[0] == '*')
        CHECK(e > w && strcmp(err.text + e - w, rows[i].error + 1) == 0, "%s: %s", rows[i].name, err.text);
    else
        CHECK(strcmp(err.text + n, rows[i].error) == 0, "%s: %s", rows[i].name, err.text);
}

static void check_abort(const struct folder *folder)
{
    struct error err = {0};
    struct folder_file *file = folder_begin(folder, "kept", &err);
    CHECK(file && folder_write(file, "half", 4, &err), "%s", err.text);
    folder_abort(file);
    CHECK(folder_open_file(folder, "kept") < 0, "nothing of it stays");
    CHECK(write_one(folder, "kept", "whole", &err), "%s", err.text);
    file = folder_begin(folder, "kept", &err);
    CHECK(file && folder_write(file, "half", 4, &err), "%s", err.text);
    folder_abort(file);
    CHECK(holds(folder_open_file(folder, "kept"), "whole"), "the older file stays");
}

static int stop_at_temporary(const char *path, const struct stat *st, int kind, struct FTW *where)
{
    size_t n = strlen(path);
    (void)st;
    (void)kind;
    (void)where;
    return n > 4 && strcmp(path + n - 4, ".tmp") == 0;
}

static bool has_temporary(const char *folder)
{
    return nftw(folder, stop_at_temporary, 16, FTW_PHYS) != 0;
}

int main(void)
{
    struct scratch scratch;
    struct error err = {0};
    scratch_open(&scratch);
    mkdir(scratch_path(&scratch, "outside"), 0755);
    put(scratch_path(&scratch, "outside/f"), "outside\n");
    char path[300];
    snprintf(path, sizeof(path), "%s", scratch_path(&scratch, "to/d"));
    struct folder *folder = folder_open(path, &err); /* with its parents */
    CHECK(folder, "%s", err.text);
    folder_close(folder);
    put(scratch_path(&scratch, "to/f"), "old\n");
    CHECK(symlink("../outside", scratch_path(&scratch, "to/out")) == 0 && symlink("d", scratch_path(&scratch, "to/in")) == 0 &&
              symlink("../outside/f", scratch_path(&scratch, "to/link")) == 0, "links");
    snprintf(path, sizeof(path), "%s", scratch_path(&scratch, "to"));
    folder = folder_open(path, &err);
    CHECK(folder, "%s", err.text);
    CHECK(folder_open_file(folder, "link") < 0 && folder_open_file(folder, "d") < 0 && folder_open_file(folder, "none/f") < 0, "no plain file");
    for (size_t i = 0; i < ROWS(rows); i++)
        check_row(&scratch, folder, i);
    check_abort(folder);
    CHECK(folder_make(folder, "m/n", &err) && folder_make(folder, ".", &err) && !folder_make(folder, "in/n", &err), "%s", err.text);
    CHECK(!has_temporary(path), "a temporary file is left");
    CHECK(holds(open(scratch_path(&scratch, "outside/f"), O_RDONLY), "outside\n"), "written through a link");
    folder_close(folder);
    err = (struct error){0};
    CHECK(!folder_open(scratch_path(&scratch, "to/f/x"), &err) && err.kind == ERR_OUTPUT, "%s", err.text);
    scratch_close(&scratch);
    return check_end();
}
