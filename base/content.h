/* base/content.h — what is in a file, read once from its beginning to its end in bounded memory; what is compressed (by its
 * name: .gz, .xz, .zst) is decompressed on the way.
 *
 *     struct content *content;
 *     if (content_open(root, "001__job/pod.log.gz", max, &content, &st, err) == ROOT_FOUND) {
 *         while (content_read(content, buffer, sizeof(buffer), &n, err) && n) …
 *         content_close(content);
 *     }
 *
 * Name and first bytes have to agree: a `.gz` that is not gzip is an error, and so is a file that ends in the middle. Bombs:
 * no more than `max` bytes are given, and nothing that was compressed more than CONTENT_RATIO_MAX fold beyond the first
 * CONTENT_FREE bytes (text of one line repeated comes to about 300 with gzip, whose best is 1032). Errors are ERR_ARTIFACT, name
 * the file, and for compressed ones the byte of the file where it went wrong.
 * Whoever wants lines or tokens out of it reads through base/window.h.
 */
#ifndef BASE_CONTENT_H
#define BASE_CONTENT_H
#include <stdint.h>

#include "base/digest.h"
#include "base/root.h"

enum { CONTENT_RATIO_MAX = 500, CONTENT_FREE = 64 << 20 };

struct content; /* one thread at a time */

/* As root_open_file. `max`: what gives more bytes than that is refused, at once where its size tells. */
enum root_found content_open(const struct root *root, const char *relative, uint64_t max, struct content **content,
                             struct stat *st, struct error *err);
/* What an open file or pipe gives, which the content closes; `name` decides about compression, and is what errors say. */
struct content *content_of_fd(int fd, const char *name, uint64_t max);
/* A text in memory, which must outlive the content. */
struct content *content_of_text(const char *text, size_t len, const char *name);
void content_close(struct content *content); /* NULL is fine */

/* Up to `room` (not 0) further bytes; *n is 0 at the end, and only there. Fails again in the same way once it failed. */
bool content_read(struct content *content, char *to, size_t room, size_t *n, struct error *err);
/* All that is left, in `arena`, NUL-terminated; *len without the NUL. */
bool content_read_all(struct content *content, struct arena *arena, const char **bytes, size_t *len, struct error *err);

/* The text of content_of_text, not read yet; else NULL. */
const char *content_text(const struct content *content, size_t *len);
const char *content_name(const struct content *content);
/* A guess of how many bytes there will be, from the size of the file; 0: none. */
uint64_t content_expected(const struct content *content);
uint64_t content_given(const struct content *content);

/* SHA-256 of the file as it is stored, made while it is read: to be asked for before the first read. */
void content_want_digest(struct content *content);
bool content_has_digest(const struct content *content);
/* Reads what is left of the file (without decompressing it) and gives the digest and the size of the whole. False when reading
 * fails. What comes after it is the end. */
bool content_digest(struct content *content, unsigned char out[DIGEST_SIZE], uint64_t *size, struct error *err);

#endif
