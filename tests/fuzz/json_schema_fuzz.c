/* json_schema: a document [schema, instance], checked with and without formats. */
#include <assert.h>
#include <stdint.h>
#include <string.h>

#include "json/read.h"
#include "json/schema.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size);

static size_t check(const json_t *source, const json_t *instance, bool formats)
{
    struct arena arena = {0};
    struct error err = {0};
    struct violations all = {0};
    struct json_schema_options options = {.name = "fuzz", .assert_formats = formats};
    struct json_schema *schema = json_schema_compile_with(&arena, source, &options, &err);
    assert((schema != NULL) == (err.kind == ERR_NONE));
    if (schema)
        json_schema_check(schema, instance, &arena, &all);
    for (size_t i = 0; i < all.n; i++)
        assert(all.v[i].pointer && all.v[i].schema_pointer && strlen(all.v[i].found) < 500 &&
               strlen(all.v[i].expected) < 2000);
    size_t n = all.n;
    json_schema_close(schema);
    arena_close(&arena);
    return n;
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
    struct error err = {0};
    struct json_read_options options = {.file = "fuzz"};
    json_t *both = json_read((const char *)bytes, size, &options, &err);
    if (json_is_array(both) && json_array_size(both) == 2) {
        size_t plain = check(json_array_get(both, 0), json_array_get(both, 1), false);
        size_t asserted = check(json_array_get(both, 0), json_array_get(both, 1), true);
        (void)plain, (void)asserted;
    }
    json_decref(both);
    return 0;
}
