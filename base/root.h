/* base/root.h — files below a directory, and never outside it.
 *
 * Artifacts are hostile: a link or a ".." must not lead out of the results root. Links that stay below the root (relative
 * or absolute) are followed; one that leaves it is refused unless its target lies below an allowed root.
 * Every open is checked by the kernel (openat2, RESOLVE_BENEATH), so a link that changes meanwhile gains nothing.
 */
#ifndef BASE_ROOT_H
#define BASE_ROOT_H
#include <stdbool.h>
#include <stddef.h>
#include <sys/stat.h>

#include "base/arena.h"
#include "base/error.h"

struct root; /* immutable once opened: workers share it */

/* `path`: a directory; `allowed`: NULL-ended list of further directories that links may lead into, or NULL. */
struct root *root_open(const char *path, const char *const *allowed, struct error *err);
void root_close(struct root *root);
/* What messages call it, and that links may not be permitted to leave it; without this: "the results directory", which --allow-root
 * widens. `what` must outlive the root: "the folder that holds the workload's folder". */
void root_describe(struct root *root, const char *what);
const char *root_path(const struct root *root); /* as given */
const char *root_real(const struct root *root); /* absolute, without links */

enum root_found { ROOT_FOUND, ROOT_ABSENT, ROOT_REFUSED };

/* Opens the file at `relative` for reading. ROOT_ABSENT (no such file, or a part of the path is no directory) leaves *err
 * unset; ROOT_REFUSED sets it (outside the root, no permission, not a regular file, …: ERR_ARTIFACT). */
enum root_found root_open_file(const struct root *root, const char *relative, int *fd, struct stat *st,
                               struct error *err);

/* The whole file in `arena`, NUL-terminated, *len without the NUL. `max`: larger files are refused. */
enum root_found root_read(const struct root *root, const char *relative, size_t max, struct arena *arena,
                          const char **bytes, size_t *len, struct error *err);

/* The same; *st is what was read, as the open file said before the first byte. */
enum root_found root_read_seen(const struct root *root, const char *relative, size_t max, struct arena *arena,
                               const char **bytes, size_t *len, struct stat *st, struct error *err);

/* Names of a directory's members, sorted by strcmp, without "." and "..". */
struct root_names {
    const char **v;
    size_t n;
    mode_t *kinds; /* of root_list: beside v, S_IFREG, S_IFDIR, …; 0: a link, or not known: ask root_kind */
    bool over;     /* of root_glob: there are more than ROOT_GLOB_MAX, v is empty */
};
enum { ROOT_GLOB_MAX = 200 * 1000 /* paths, also on the way; links that go round could give any number */ };
enum root_found root_list(const struct root *root, const char *relative, struct arena *arena,
                          struct root_names *names, struct error *err);
/* The same; *st is the directory. */
enum root_found root_list_seen(const struct root *root, const char *relative, struct arena *arena, struct root_names *names,
                               struct stat *st, struct error *err);

/* Kind of what stands at `relative` after following links: S_IFREG, S_IFDIR, …; 0 when absent or refused. */
mode_t root_kind(const struct root *root, const char *relative);
bool root_stat(const struct root *root, const char *relative, struct stat *st);
/* As root_stat, telling what is not there from what may not be looked at. */
enum root_found root_look(const struct root *root, const char *relative, struct stat *st);
/* The directory at `relative`, open for making and replacing files in it (base/replace.h), or -1 with errno. Strictly below
 * the root: what an allowed root holds is for reading only. */
int root_folder(const struct root *root, const char *relative);

/* Looks at many files in few directories of a folder with fewer system calls: the directory of the last one stays open.
 *     struct root_glance glance = {.folder = root_folder(…), .fd = -1};
 *     … root_glance(&glance, "001__job/pod.log", &st) …
 *     root_glance_close(&glance);
 * ROOT_REFUSED: a link, or anything else that is not plain: ask root_look, whose other answers are the same. The paths, relative
 * to the folder, must live as long as the glance. */
struct root_glance {
    int folder, fd;
    const char *directory;
    size_t len;
};
enum root_found root_glance(struct root_glance *glance, const char *relative, struct stat *st);
void root_glance_close(struct root_glance *glance);

/* Paths relative to the root that match a pattern with `*`, `?`, `[…]` per component, sorted; no match: n = 0. `\` takes
 * the special sense from the character behind it. */
struct root_names root_glob(const struct root *root, const char *below, const char *pattern, struct arena *arena);

#endif
