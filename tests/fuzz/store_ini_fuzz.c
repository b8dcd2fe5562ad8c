/* Any bytes as an INI file: the same sections however it comes, in every dialect; values stay within their limits. */
#include <assert.h>
#include <stdint.h>
#include <string.h>

#include "store/ini.h"
#include "store/parsing.h"
#include "tests/fuzz/windows.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size);

static json_t *read_ini(struct stream *stream, const struct ini_wish *wish, struct error *err)
{
    struct arena arena = {0};
    struct ini_found found = {0};
    json_t *value = ini_read(&arena, stream, wish, &found, err);
    assert((value != NULL) == (err->kind == ERR_NONE));
    arena_close(&arena);
    return value;
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
    static const struct named_word types[] = {{.word = TYPED_AUTO}, {.name = "x", .word = TYPED_PYTHON}};
    static const struct ini_wish wishes[] = {{0}, {.raw = true, .lenient = true}, {.lenient = true, .types = types, .types_n = 2}};
    for (size_t i = 0; i < sizeof(wishes) / sizeof(wishes[0]); i++) {
        struct error whole_err = {0}, parts_err = {0};
        struct stream whole = stream_of_text((const char *)bytes, size, "fuzz");
        struct windows windows;
        json_t *one = read_ini(&whole, &wishes[i], &whole_err);
        json_t *other = read_ini(windows_open(&windows, (const char *)bytes, size), &wishes[i], &parts_err);
        assert(strcmp(whole_err.text, parts_err.text) == 0 && (whole_err.kind || json_equal(one, other)));
        json_decref(one);
        json_decref(other);
        windows_close(&windows);
        stream_close(&whole);
    }
    return 0;
}
