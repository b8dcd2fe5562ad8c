/* base/digest.h — SHA-256 (FIPS 180-4); the one place where OpenSSL's libcrypto shows.
 *
 *     struct digest *digest = digest_open();
 *     digest_add(digest, "a", 1); digest_add(digest, "bc", 2); digest_end(digest, out); // of "abc"; ready for the next
 *     digest_close(digest);
 */
#ifndef BASE_DIGEST_H
#define BASE_DIGEST_H
#include <stddef.h>

enum {
    DIGEST_SIZE = 32,    /* bytes of a digest */
    DIGEST_HEX_SIZE = 65 /* as lower-case hex digits with the NUL */
};

struct digest; /* a running digest; one thread at a time */

struct digest *digest_open(void); /* never NULL */
void digest_close(struct digest *digest);
void digest_add(struct digest *digest, const void *bytes, size_t size);
/* Writes the digest of all that was added since digest_open or the last digest_end. */
void digest_end(struct digest *digest, unsigned char out[DIGEST_SIZE]);

void digest_hex(const unsigned char bytes[DIGEST_SIZE], char out[DIGEST_HEX_SIZE]);
/* All at once, as hex: "ba7816bf…" for "abc". */
void digest_sha256(const void *bytes, size_t size, char out[DIGEST_HEX_SIZE]);

#endif
