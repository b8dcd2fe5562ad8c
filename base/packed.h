/* base/packed.h — a text made small to be stored, as one zstd frame (RFC 8878), and back; the `zstd` program reads it, too. */
#ifndef BASE_PACKED_H
#define BASE_PACKED_H
#include <stddef.h>

#include "base/arena.h"

struct packer; /* one thread at a time */

struct packer *packer_open(void); /* never NULL */
void packer_close(struct packer *packer); /* NULL is fine */

/* The frame, *size bytes; lives until the packer's next call. The same text gives the same bytes with the same library. */
const void *packer_pack(struct packer *packer, const char *text, size_t len, size_t *size);

/* What is in the frame, in `arena` and NUL-terminated; NULL when it is no frame of exactly `len` bytes (frames from elsewhere may
 * say anything: no more than len + 1 bytes are taken for them). */
const char *packer_unpack(struct packer *packer, const void *packed, size_t size, struct arena *arena, size_t len);

#endif
