/* base/output.h — output files that replace the older file as a whole, or not at all.
 *
 * A regular file is written to a temporary one beside its target (base/temporary.h), made durable and renamed over it by
 * output_commit: a reader sees the old bytes or the new ones. What a killed run left beside the target is removed. An
 * existing target keeps its permissions; a new one gets 0666 less the umask. A symbolic link stays: what it points to is
 * replaced. Devices, FIFOs, "/dev/stdout" and "-" are written directly.
 *
 *     struct output *out = output_open("lts.json", STDOUT_FILENO, err);
 *     if (!out) return false;
 *     return output_end(out, output_write(out, bytes, size, err), err);
 *
 * Errors are ERR_OUTPUT with the path and the reason; ERR_PIPE when the reader of standard output has gone (SIGPIPE
 * must be ignored, as main does).
 */
#ifndef BASE_OUTPUT_H
#define BASE_OUTPUT_H
#include <stdbool.h>
#include <stddef.h>

#include "base/error.h"

struct output;

/* Makes the folders on the way to the file, as mkdir -p; those that are there stay as they are. ERR_OUTPUT. */
bool output_make_folders(const char *file, struct error *err);

/* `path` "-" is the open descriptor `dash_fd`, which stays open. The folder must be there. A FIFO without a reader
 * waits for one. */
struct output *output_open(const char *path, int dash_fd, struct error *err);
/* Buffered. After a failure every later write fails too, and the commit. */
bool output_write(struct output *out, const void *bytes, size_t size, struct error *err);
/* Writes what is buffered and makes it durable: of several outputs that belong together, all are settled before the first is
 * committed, so that a full disk leaves all of the older ones. */
bool output_settle(struct output *out, struct error *err);
/* Ends and frees `out`, also when it fails; then the older file is as it was. */
bool output_commit(struct output *out, struct error *err);
/* Ends and frees `out`; nothing of it stays (what went to a device or "-" is out, of course). NULL is fine. */
void output_abort(struct output *out);

/* Ends and frees `out`: commits when everything is `written`, else aborts and gives false (*err is set already). */
bool output_end(struct output *out, bool written, struct error *err);
/* A file from these bytes, from open to commit. */
bool output_file(const char *path, int dash_fd, const void *bytes, size_t size, struct error *err);

#endif
