/* json_read: both modes, passed over as well as built, with Jansson's loader as the judge. */
#include <assert.h>
#include <stdint.h>
#include <string.h>

#include "json/read.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size);

static bool skips(const char *text, size_t len, bool strict, struct json_repairs *repairs, struct error *err)
{
    struct json_event event;
    struct json_reader *reader = json_reader_open(text, len, "fuzz", strict);
    bool ok = json_reader_skip(reader, err) && json_reader_next(reader, &event, err);
    *repairs = *json_reader_repairs(reader);
    json_reader_close(reader);
    return ok;
}

/* The value, after checking that passing over it comes to the same result. */
static json_t *checked_read(const char *text, size_t len, bool strict, bool *too_deep)
{
    struct error err = {0}, skip_err = {0};
    struct json_repairs repairs, skip_repairs;
    struct json_read_options options = {.file = "fuzz", .strict = strict, .repairs = &repairs};
    json_t *value = json_read(text, len, &options, &err);
    bool skipped = skips(text, len, strict, &skip_repairs, &skip_err);
    assert(skipped == (value != NULL));
    assert(strcmp(err.text, skip_err.text) == 0);
    assert(memcmp(&repairs, &skip_repairs, sizeof(repairs)) == 0);
    *too_deep |= strstr(err.text, "nested arrays and objects") != NULL;
    return value;
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
    const char *text = (const char *)bytes;
    bool too_deep = false;
    json_t *strict = checked_read(text, size, true, &too_deep), *artifact = checked_read(text, size, false, &too_deep);
    json_t *unique = json_loadb(text, size, JSON_DECODE_ANY | JSON_REJECT_DUPLICATES, NULL);
    json_t *any = json_loadb(text, size, JSON_DECODE_ANY, NULL);
    if (size && memchr(text, '\0', size)) { /* Jansson loses a NUL behind a number */
        assert(!strict && !artifact);
    } else if (!too_deep) { /* Jansson's limit is 2048 */
        assert((strict != NULL) == (unique != NULL));
        assert(!strict || json_equal(strict, unique));
        assert(!any || (artifact && json_equal(artifact, any)));
    }
    json_decref(strict);
    json_decref(artifact);
    json_decref(unique);
    json_decref(any);
    return 0;
}
