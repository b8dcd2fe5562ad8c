/* Compressed files: whatever the bytes are, the same content or the same error comes of them in large pieces and in small ones. The
 * first byte chooses the format. */
#include <assert.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "base/content.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size);

enum { MAX = 1 << 16 };

static size_t get(const uint8_t *bytes, size_t size, const char *name, size_t piece, char *out, struct error *err)
{
    static char part[65536];
    int fd = memfd_create("content", MFD_CLOEXEC);
    assert(fd >= 0 && write(fd, bytes, size) == (ssize_t)size && lseek(fd, 0, SEEK_SET) == 0);
    struct content *content = content_of_fd(fd, name, MAX);
    unsigned char digest[DIGEST_SIZE], want[DIGEST_SIZE];
    size_t n = 0, got;
    uint64_t stored;
    content_want_digest(content);
    while (content_read(content, part, piece, &got, err) && got) {
        assert(n + got <= MAX);
        memcpy(out + n, part, got);
        n += got;
    }
    struct error ignored = {0};
    assert(content_digest(content, digest, &stored, &ignored) && stored == size);
    struct digest *again = digest_open();
    digest_add(again, bytes, size);
    digest_end(again, want);
    digest_close(again);
    assert(memcmp(digest, want, sizeof(want)) == 0);
    content_close(content);
    return n;
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
    static const char *const names[] = {"a.gz", "a.xz", "a.zst", "a"};
    if (size == 0)
        return 0;
    char *a = malloc(MAX), *b = malloc(MAX);
    struct error a_err = {0}, b_err = {0};
    const char *name = names[bytes[0] % 4];
    size_t a_n = get(bytes + 1, size - 1, name, 65536, a, &a_err), b_n = get(bytes + 1, size - 1, name, 1 + size % 500, b, &b_err);
    assert(a_err.kind == b_err.kind);
    assert(a_err.kind || (a_n == b_n && memcmp(a, b, a_n) == 0));
    free(a);
    free(b);
    return 0;
}
