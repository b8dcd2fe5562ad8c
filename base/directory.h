/* base/directory.h — making the directories that a path needs. */
#ifndef BASE_DIRECTORY_H
#define BASE_DIRECTORY_H
#include <stddef.h>

/* Makes the directory `path` and those above it, as mkdir -p; those that are there stay as they are, and links on the way are
 * followed. 0, or an errno (ENOTDIR: something else stands there), with the length of the part of `path` that it is about in
 * *failed (which may be NULL). */
int directory_make(const char *path, size_t *failed);

#endif
