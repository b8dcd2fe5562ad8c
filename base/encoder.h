/* base/encoder.h — bytes to gzip (RFC 1952): the counterpart of base/decoder.h.
 *
 * For bodies on their way to a server: fast rather than small (zlib's level 1). */
#ifndef BASE_ENCODER_H
#define BASE_ENCODER_H
#include <stdbool.h>
#include <stddef.h>

#include "base/text.h"

struct encoder; /* one thread at a time */

struct encoder *encoder_open_gzip(void); /* never NULL */
void encoder_close(struct encoder *encoder);
/* Begins anew. */
void encoder_reset(struct encoder *encoder);
/* Appends to `out` what there is of the compressed bytes; with `last` all of them. */
void encoder_add(struct encoder *encoder, const char *bytes, size_t n, bool last, struct text *out);

#endif
