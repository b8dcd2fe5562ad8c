#include "base/digest.h"

#include <assert.h>
#include <stdlib.h>

#include <openssl/evp.h>

#include "base/arena.h"

struct digest {
    EVP_MD *method;
    EVP_MD_CTX *context;
};

static void digest_begin(struct digest *digest)
{
    if (!EVP_DigestInit_ex2(digest->context, digest->method, NULL))
        memory_need(NULL); /* SHA-256 is in every provider: only memory can be missing */
}

struct digest *digest_open(void)
{
    struct digest *digest = memory_need(calloc(1, sizeof(*digest)));
    digest->method =
        memory_need(EVP_MD_fetch(NULL, "SHA256", NULL)); /* fetched once: that is most of a short digest's cost */
    digest->context = memory_need(EVP_MD_CTX_new());
    digest_begin(digest);
    return digest;
}

void digest_close(struct digest *digest)
{
    if (!digest)
        return;
    EVP_MD_CTX_free(digest->context);
    EVP_MD_free(digest->method);
    free(digest);
}

void digest_add(struct digest *digest, const void *bytes, size_t size)
{
    int ok = EVP_DigestUpdate(digest->context, bytes, size);
    assert(ok);
}

void digest_end(struct digest *digest, unsigned char out[DIGEST_SIZE])
{
    unsigned int size = 0;
    int ok = EVP_DigestFinal_ex(digest->context, out, &size);
    assert(ok && size == DIGEST_SIZE);
    digest_begin(digest);
}

void digest_hex(const unsigned char bytes[DIGEST_SIZE], char out[DIGEST_HEX_SIZE])
{
    static const char hex[] = "0123456789abcdef";
    for (size_t i = 0; i < DIGEST_SIZE; i++) {
        out[2 * i] = hex[bytes[i] >> 4];
        out[2 * i + 1] = hex[bytes[i] & 15];
    }
    out[DIGEST_HEX_SIZE - 1] = '\0';
}

void digest_sha256(const void *bytes, size_t size, char out[DIGEST_HEX_SIZE])
{
    unsigned char whole[DIGEST_SIZE];
    struct digest *digest = digest_open();
    digest_add(digest, bytes, size);
    digest_end(digest, whole);
    digest_close(digest);
    digest_hex(whole, out);
}
