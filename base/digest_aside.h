/* base/digest_aside.h — a digest made by a thread of its own, while its bytes are looked at by another: half of what reading a large
 * file once costs would be its digest.
 *
 *     struct digest_aside *aside = digest_aside_open(); // NULL: no thread can be had
 *     digest_aside_add(aside, bytes, n); …              // copies; waits when the other thread is far behind
 *     digest_aside_close(aside, out);
 */
#ifndef BASE_DIGEST_ASIDE_H
#define BASE_DIGEST_ASIDE_H
#include "base/digest.h"

struct digest_aside;

struct digest_aside *digest_aside_open(void);
void digest_aside_add(struct digest_aside *aside, const void *bytes, size_t size);
/* `out` may be NULL: nobody wants it. */
void digest_aside_close(struct digest_aside *aside, unsigned char out[DIGEST_SIZE]);

#endif
