/* tests/scratch.h — a folder for one test program, removed at its end. */
#ifndef TESTS_SCRATCH_H
#define TESTS_SCRATCH_H
#include <dirent.h>
#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>

struct scratch {
    char folder[200];
    char *path[2]; /* what scratch_path gave last, by turns */
    int turn;
};

static inline void scratch_open(struct scratch *scratch)
{
    *scratch = (struct scratch){0};
    const char *base = getenv("TMPDIR");
    snprintf(scratch->folder, sizeof(scratch->folder), "%s/matbench-test-XXXXXX", base && base[0] ? base : "/tmp");
    if (!mkdtemp(scratch->folder) || chmod(scratch->folder, 0755) != 0) {
        perror(scratch->folder);
        exit(1);
    }
}

/* "<folder>/<name>"; valid until the call after the next. */
static inline const char *scratch_path(struct scratch *scratch, const char *name)
{
    char **path = &scratch->path[scratch->turn ^= 1];
    free(*path);
    if (asprintf(path, "%s/%s", scratch->folder, name) < 0)
        exit(1);
    return *path;
}

/* How many names a folder has, "." and ".." not counted; -1: there is none. */
static inline int scratch_count(const char *folder)
{
    int n = -2;
    DIR *dir = opendir(folder);
    if (!dir)
        return -1;
    while (readdir(dir))
        n++;
    closedir(dir);
    return n;
}

static inline int scratch_remove(const char *path, const struct stat *st, int kind, struct FTW *where)
{
    (void)st;
    (void)kind;
    (void)where;
    return remove(path);
}

static inline void scratch_close(struct scratch *scratch)
{
    nftw(scratch->folder, scratch_remove, 16, FTW_DEPTH | FTW_PHYS);
    free(scratch->path[0]);
    free(scratch->path[1]);
}

#endif
