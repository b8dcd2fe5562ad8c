/* Any bytes as a server's answer: what is shown of it is one short line of clean UTF-8; as a Retry-After: a number. */
#include <assert.h>
#include <math.h>
#include <stdint.h>
#include <string.h>

#include "base/text.h"
#include "net/retry.h"
#include "net/words.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size);

enum { SHOWN_MAX = 120 };

static void check_line(const char *line)
{
    size_t len = strlen(line);
    assert(len <= SHOWN_MAX && text_utf8_valid(line, len) == len);
    for (const char *p = line; *p; p++)
        assert((unsigned char)*p >= ' ' && *p != 0x7F);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
    struct arena arena = {0};
    const char *copy = arena_strndup(&arena, (const char *)bytes, size);
    check_line(words_of(&arena, copy, size, SHOWN_MAX));
    check_line(words_clean(&arena, copy, size, SHOWN_MAX));
    assert(isfinite(retry_after(copy, 1000000000)) || size > 300);
    arena_close(&arena);
    return 0;
}
