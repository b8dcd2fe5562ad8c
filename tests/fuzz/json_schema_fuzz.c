/* json_schema: a document [schema, instance] or [schema, instance, other schema], which is "other.json" for references. Compiled
 * strict and open, for both drafts, with and without formats. */
#include <assert.h>
#include <stdint.h>
#include <string.h>

#include "base/text.h"
#include "json/locate.h"
#include "json/read.h"
#include "json/schema.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size);

static bool load(void *context, const char *uri, struct json_schema_document *out, struct error *err)
{
    if (!context || strcmp(uri, "http://h/other.json") != 0)
        return error_set(err, ERR_USAGE, "none");
    *out = (struct json_schema_document){context, "other.json"};
    return true;
}

/* Whether the schema fits its meta-schema; a cut instance of the same validator. */
static bool fits_meta(const json_t *source, enum json_draft draft)
{
    struct arena arena = {0};
    struct error err = {0};
    struct violations all = {0};
    json_t *reference = json_pack("{s:s}", "$ref", draft == JSON_DRAFT_07 ? "http://json-schema.org/draft-07/schema"
                                                                         : "https://json-schema.org/draft/2020-12/schema");
    struct json_schema *meta = json_schema_compile_with(&arena, reference, &(struct json_schema_options){.name = "meta"}, &err);
    assert(meta);
    json_schema_check(meta, source, &arena, &all);
    json_schema_close(meta);
    json_decref(reference);
    arena_close(&arena);
    return all.n == 0;
}

static void check(const json_t *source, const json_t *instance, json_t *other, struct json_schema_options options)
{
    struct arena arena = {0};
    struct error err = {0};
    struct violations all = {0};
    options.name = "fuzz";
    options.uri = "http://h/schema.json";
    options.load = load;
    options.context = other;
    struct json_schema *schema = json_schema_compile_with(&arena, source, &options, &err);
    assert((schema != NULL) == (err.kind == ERR_NONE));
    assert(schema || err.kind == ERR_USAGE);
    if (schema)
        json_schema_check(schema, instance, &arena, &all);
    for (size_t i = 0; i < all.n; i++) {
        assert(all.v[i].pointer && all.v[i].schema_pointer && strlen(all.v[i].found) < 600 && strlen(all.v[i].expected) < 2000);
        assert(text_utf8_valid(all.v[i].pointer, strlen(all.v[i].pointer)) == strlen(all.v[i].pointer));
        assert(text_utf8_valid(all.v[i].schema_pointer, strlen(all.v[i].schema_pointer)) == strlen(all.v[i].schema_pointer));
        assert(text_utf8_valid(all.v[i].expected, strlen(all.v[i].expected)) == strlen(all.v[i].expected));
    }
    json_schema_close(schema);
    arena_close(&arena);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
    struct error err = {0};
    struct json_read_options options = {.file = "fuzz"};
    json_t *all = json_read((const char *)bytes, size, &options, &err);
    size_t n = json_array_size(all);
    if (n == 2 || n == 3) {
        const json_t *schema = json_array_get(all, 0), *instance = json_array_get(all, 1);
        json_t *other = json_array_get(all, 2);
        for (int draft = 0; draft < 2; draft++) {
            check(schema, instance, other, (struct json_schema_options){.draft = (enum json_draft)draft});
            check(schema, instance, other, (struct json_schema_options){.draft = (enum json_draft)draft, .assert_formats = true,
                                                                        .open = true});
            fits_meta(schema, (enum json_draft)draft);
        }
    }
    struct json_spot spots[] = {{.pointer = ""}, {.pointer = "/0/type"}, {.pointer = "/1/0/a~1"}, {.pointer = "/9"}};
    json_locate((const char *)bytes, size, spots, sizeof(spots) / sizeof(spots[0]));
    for (size_t i = 0; i < sizeof(spots) / sizeof(spots[0]); i++)
        assert(spots[i].line <= (int)size + 1 && (spots[i].line > 0) == (spots[i].col > 0));
    json_decref(all);
    return 0;
}
