/* store/cache_file.h: the bytes are a cache, with its digest put right so that they are looked at; what is good is written again
 * and means the same. */
#include <assert.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "store/cache_file.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size);

enum { HEAD_SIZE = 8 + 4 + DIGEST_SIZE };

static void sign(char *bytes, size_t size)
{
    static const char head[12] = "mbcache\n\1\0\0\0";
    struct digest *digest = digest_open();
    memcpy(bytes, head, sizeof(head));
    digest_add(digest, bytes + HEAD_SIZE, size - HEAD_SIZE);
    digest_end(digest, (unsigned char *)bytes + sizeof(head));
    digest_close(digest);
}

/* Unpacks every value; those that are none are left out. */
static void unpack_all(struct cache_content *content)
{
    size_t n = 0;
    for (size_t i = 0; i < content->values_n; i++) {
        struct cached_value *value = &content->values[i];
        struct unpack in = {.at = value->bytes, .end = value->bytes + value->len};
        value->value = unpack_value(&in);
        if (value->value && in.at == in.end)
            content->values[n++] = *value;
        else
            json_decref(value->value);
    }
    content->values_n = n;
}

static void write_again(struct arena *arena, struct cache_content *content)
{
    struct text out = text_open(CACHE_FILE_MAX);
    struct cache_content again;
    if (cache_file_write(&out, content)) {
        assert(cache_file_read(arena, out.s, out.len, &again) == CACHE_GOOD);
        assert(again.values_n == content->values_n && again.seen_n == content->seen_n && again.findings.n == content->findings.n);
        for (size_t i = 0; i < again.values_n; i++) {
            struct unpack in = {.at = again.values[i].bytes, .end = again.values[i].bytes + again.values[i].len};
            json_t *value = unpack_value(&in);
            assert(json_equal(value, content->values[i].value));
            json_decref(value);
        }
    }
    text_close(&out);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
    struct arena arena = {0};
    struct cache_content content;
    char *copy = malloc(size + 1);
    assert(copy);
    memcpy(copy, bytes, size);
    if (cache_file_read(&arena, copy, size, &content) != CACHE_GOOD && size >= HEAD_SIZE)
        sign(copy, size);
    if (cache_file_read(&arena, copy, size, &content) == CACHE_GOOD) {
        unpack_all(&content);
        write_again(&arena, &content);
        for (size_t i = 0; i < content.values_n; i++)
            json_decref(content.values[i].value);
    }
    free(copy);
    arena_close(&arena);
    return 0;
}
