/* Any bytes as a value of each type that texts can have: a value or one error, and what is read back is the same. */
#include <assert.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "json/write.h"
#include "store/quantity.h"
#include "store/typed.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size);

static json_t *read(const char *text, size_t len, enum typed_as as, struct error *err)
{
    struct typed_mended mended = {0};
    struct typed_text typed = {.text = text, .len = len, .as = as, .at = {.file = "fuzz", .line = 1, .col = 1}, .what = "group 'x'"};
    return typed_read(&typed, &mended, err);
}

/* A number, written, is the same number. */
static void check_again(const json_t *value)
{
    struct error err = {0};
    struct text out = text_open(1000);
    json_write(&out, value, &(struct json_style){.indent = -1}, 0);
    json_t *again = read(out.s, out.len, json_is_real(value) ? TYPED_FLOAT : TYPED_INT, &err);
    assert(again && json_equal(again, value));
    json_decref(again);
    text_close(&out);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
    struct text clean = text_open(1 << 22);
    text_add_utf8(&clean, (const char *)bytes, size);
    for (size_t as = 0; typed_words[as]; as++) {
        struct error err = {0};
        json_t *value = read(clean.s, clean.len, (enum typed_as)as, &err);
        assert((value != NULL) == (err.kind == ERR_NONE) && text_utf8_valid(err.text, strlen(err.text)) == strlen(err.text));
        if (json_is_number(value) && as != TYPED_JSON && as != TYPED_PYTHON)
            check_again(value);
        json_decref(value);
    }
    text_close(&clean);
    return 0;
}
