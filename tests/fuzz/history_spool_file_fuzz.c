/* The bytes are a file of the spool: it is read and checked, and what is believed of it can be read again. Half of the inputs get the
 * right digests first, so that what comes after them is reached. */
#include <assert.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "base/text.h"
#include "history/spool/file.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size);

static void read_it(const void *bytes, size_t size)
{
    struct arena arena = {0};
    struct spool_file file;
    struct error err = {0};
    int fd = memfd_create("spool", MFD_CLOEXEC);
    if (fd < 0 || write(fd, bytes, size) != (ssize_t)size)
        abort();
    if (spool_file_read(fd, NULL, &arena, &file, &err)) {
        for (size_t i = 0; i < file.n; i++)
            assert(file.items[i].id[0] && spool_file_payload(fd, &file.items[i], &arena, &err));
        assert(file.head.history[0] && file.head.workload[0]);
    } else {
        assert(err.kind == ERR_STORE && err.text[0]);
    }
    close(fd);
    arena_close(&arena);
}

/* Puts the digest of `of` in place of the first "sha256": "…" behind `from` in the line that starts there. */
static void mend(struct text *out, const char *line, size_t len, const char *of, size_t of_len)
{
    static const char key[] = "\"sha256\": \"";
    char hex[DIGEST_HEX_SIZE];
    const char *at = memmem(line, len, key, sizeof(key) - 1);
    size_t before = at ? (size_t)(at - line) + sizeof(key) - 1 : 0;
    digest_sha256(of, of_len, hex);
    if (!at || len - before < DIGEST_HEX_SIZE - 1) {
        text_addn(out, line, len);
        return;
    }
    text_addn(out, line, before);
    text_addn(out, hex, DIGEST_HEX_SIZE - 1);
    text_addn(out, line + before + DIGEST_HEX_SIZE - 1, len - before - (DIGEST_HEX_SIZE - 1));
}

/* Line 1 as it is; then pairs, a line and its payload; the last line gets the digest of all before it. */
static void mend_all(struct text *out, const char *text, size_t size)
{
    const char *end = text + size;
    for (size_t number = 0; text < end; number++) {
        const char *stop = memchr(text, '\n', (size_t)(end - text));
        stop = stop ? stop + 1 : end;
        const char *next = stop < end ? memchr(stop, '\n', (size_t)(end - stop)) : NULL;
        if (number == 0 || number % 2 == 0)
            text_addn(out, text, (size_t)(stop - text));
        else if (next)
            mend(out, text, (size_t)(stop - text), stop, (size_t)(next - stop));
        else
            mend(out, text, (size_t)(stop - text), out->s, out->len);
        text = stop;
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
    read_it(bytes, size);
    struct text mended = text_open(1 << 24);
    mend_all(&mended, (const char *)bytes, size);
    read_it(mended.s, mended.len);
    text_close(&mended);
    return 0;
}
