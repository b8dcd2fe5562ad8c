/* net/secret.h — texts that nobody may see: passwords, keys, tokens.
 *
 * They live in pages of their own that core files leave out (MADV_DONTDUMP), that children do not get (MADV_WIPEONFORK), that are
 * not swapped where the limit allows it (mlock), and that are overwritten before they are given back (net/pages.h). As soon as there
 * is one, the process leaves no core file at all (PR_SET_DUMPABLE), and users other than root cannot look into its memory. */
#ifndef NET_SECRET_H
#define NET_SECRET_H
#include <stdbool.h>
#include <stddef.h>

#include "base/arena.h"
#include "base/error.h"

struct secret;

/* A copy of `len` bytes; cleansed when `arena` is cleared or closed. The caller cleanses what it copied from (secret_cleanse). */
const struct secret *secret_new(struct arena *arena, const char *bytes, size_t len);
/* The whole file without the line end at its end. ERR_USAGE: it cannot be read, is empty, longer than 64 KB, no regular file, or
 * readable by others than its owner (its mode is named, and the chmod that mends it). */
const struct secret *secret_from_file(struct arena *arena, const char *path, struct error *err);
/* That nobody but its owner can read a file that holds a key; ERR_USAGE as above. */
bool secret_check_file(const char *path, struct error *err);
/* NUL-terminated; for whoever sends it, nobody else. */
const char *secret_text(const struct secret *secret);
size_t secret_len(const struct secret *secret);
/* Overwrites, also where the compiler sees no reader. */
void secret_cleanse(void *bytes, size_t len);
/* Between true and false whatever is freed is overwritten: around readers (YAML, JSON) that keep parts of a text on the heap for a
 * while. For the main thread, before there are others. */
void secret_reading(bool begins);

#endif
