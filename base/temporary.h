/* base/temporary.h — the temporary file beside an output, and what killed runs left of theirs.
 *
 * The file is "<target>.<pid>-<n>.tmp". Its writer holds a lock (flock) on it, which the kernel gives back when the writer ends
 * in any way, kill -9 included. So whoever gets the lock of such a file knows that nobody writes it any more and removes it:
 * also with other machines on one file system, and whatever became of the process id. Where a file system has no locks, nothing
 * is removed.
 */
#ifndef BASE_TEMPORARY_H
#define BASE_TEMPORARY_H
#include <limits.h>
#include <stdbool.h>

/* Makes the file for `target` and gives its path in `path`. Returns the descriptor, or -1 with errno set and an empty path. */
int temporary_open(const char *target, char path[PATH_MAX]);
/* Removes those of `target` that nobody writes any more: regular files of our own user with exactly such a name. */
void temporary_sweep(const char *target);
/* Whether `name` in the open folder (or AT_FDCWD) still stands for the open file: asked after locking, since another process may
 * have taken the file away before. */
bool temporary_is_named(int folder, const char *name, int fd);

#endif
