/* base/replace.h — small files of our own in somebody else's directory, replaced as a whole by rename.
 *
 * Unlike base/output.h nothing is made durable, no link is followed and the temporary name is always the same, so that a killed
 * process leaves at most one file, which the next one takes away. Who writes holds a lock on it: of two processes one
 * writes, the other leaves it be.
 */
#ifndef BASE_REPLACE_H
#define BASE_REPLACE_H
#include <stdbool.h>
#include <stddef.h>

/* Replaces `name` in the open directory by these bytes, by way of `temporary`. 0, or an errno: EBUSY when another process
 * is at it, EROFS, EACCES, ENOSPC, EISDIR …; then the older file is as it was. */
int replace_file(int folder, const char *name, const char *temporary, const void *bytes, size_t len);

/* Takes a temporary file away unless somebody is writing it. 0, or an errno. */
int replace_clean(int folder, const char *temporary);

#endif
