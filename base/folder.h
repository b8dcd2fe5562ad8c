/* base/folder.h — a directory that files are put into, each as a whole or not at all, and never outside of it.
 *
 * Paths are relative to the folder. Directories on the way are made; one that is a symbolic link is refused, and a file that
 * is one is replaced, so that nothing is written through a link. (The folder itself may be one: the caller named it.)
 *
 *     struct folder_file *file = folder_begin(folder, "a/b.log", err);
 *     if (!file) return false;
 *     if (!folder_write(file, bytes, size, err)) { folder_abort(file); return false; }
 *     return folder_commit(file, &modified, err);
 *
 * A file that is being written is ".matbench-<pid>-<n>.tmp" in its directory. Nothing is forced to the disk: what puts files
 * here compares contents when it comes again. Errors are ERR_OUTPUT with the path and the reason.
 */
#ifndef BASE_FOLDER_H
#define BASE_FOLDER_H
#include <stdbool.h>
#include <stddef.h>
#include <time.h>

#include "base/error.h"

struct folder;
struct folder_file;

/* Makes the directory and its parents where they are not there. `path` is outlived by the caller's string. */
struct folder *folder_open(const char *path, struct error *err);
void folder_close(struct folder *folder); /* NULL is fine */

/* A directory below the folder, with its parents; "." is the folder itself. */
bool folder_make(const struct folder *folder, const char *relative, struct error *err);
/* A regular file that is there, opened for reading; -1 when there is none (or a link, a directory, a closed one). */
int folder_open_file(const struct folder *folder, const char *relative);

struct folder_file *folder_begin(const struct folder *folder, const char *relative, struct error *err);
bool folder_write(struct folder_file *file, const void *bytes, size_t size, struct error *err);
/* Ends and frees `file`, also when it fails; then what stood there before is as it was. `modified`: its time; NULL: now. */
bool folder_commit(struct folder_file *file, const struct timespec *modified, struct error *err);
void folder_abort(struct folder_file *file); /* ends and frees it, nothing of it stays */

#endif
