/* json_read: both modes, in memory and in tiny windows, passed over as well as built, whole and in part, with Jansson's loader
 * as the judge. */
#include <assert.h>
#include <stdint.h>
#include <string.h>

#include "json/read.h"
#include "tests/json_agree.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size);

static const char *const paths[] = {"$.a", "$[*].a", "$..b", "$.*[?@.a == 1].b", "$[?@.a]['b','a']", "$[0:2]", "$[-1].a", "$.a[?@ != $.b]"};
enum { PATHS = sizeof(paths) / sizeof(paths[0]) };

static bool skips(const char *text, size_t len, bool strict, struct json_repairs *repairs, struct error *err)
{
    struct json_event event;
    struct json_reader *reader = json_reader_open(text, len, "fuzz", strict);
    bool ok = json_reader_skip(reader, err) && json_reader_next(reader, &event, err);
    *repairs = *json_reader_repairs(reader);
    json_reader_close(reader);
    return ok;
}

/* The value, after checking that passing over it comes to the same result, but for names, which that does not look at. */
static json_t *checked_read(const char *text, size_t len, bool strict, bool *too_deep)
{
    struct error err = {0}, skip_err = {0};
    struct json_repairs repairs, skip_repairs;
    struct json_read_options options = {.file = "fuzz", .strict = strict, .repairs = &repairs};
    json_t *value = json_read(text, len, &options, &err);
    bool skipped = skips(text, len, strict, &skip_repairs, &skip_err);
    *too_deep |= strstr(err.text, "nested arrays and objects") != NULL;
    if (strstr(err.text, "expected each member name once"))
        return value;
    assert(skipped == (value != NULL));
    assert(strcmp(err.text, skip_err.text) == 0);
    if (!repairs.repeated_keys)
        assert(memcmp(&repairs, &skip_repairs, sizeof(repairs)) == 0);
    return value;
}

static void check_windows(const char *text, size_t len)
{
    struct arena arena = {0};
    struct error err = {0};
    const struct json_path *some[PATHS];
    size_t window = len % 67 + 1;
    for (size_t i = 0; i < PATHS; i++)
        some[i] = json_path_parse(&arena, paths[i], (struct pos){0}, &err);
    for (int strict = 0; strict < 2; strict++) {
        assert(!agree_events(text, len, strict, window, 0));
        assert(!agree_events(text, len, strict, window, 2 + len % 5));
        assert(!agree_values(text, len, strict, window, NULL, 0));
        assert(!agree_values(text, len, strict, window, some, 1 + len % PATHS));
    }
    assert(!agree_selections(text, len, window, some + len % 3, PATHS - 3, len % 2));
    arena_close(&arena);
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
    check_windows(text, size);
    return 0;
}
