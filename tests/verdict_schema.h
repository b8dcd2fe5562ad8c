/* docs/verdict.schema.json, for the tests of report/: documents are held against it. */
#ifndef TESTS_VERDICT_SCHEMA_H
#define TESTS_VERDICT_SCHEMA_H
#include <jansson.h>
#include <stdlib.h>
#include <string.h>

#include "json/read.h"
#include "json/schema.h"
#include "tests/check.h"

struct verdict_schema {
    struct arena arena;
    json_t *document;
    struct json_schema *schema;
};

static inline json_t *verdict_schema_read(const char *text, size_t len, const char *name)
{
    struct error err = {0};
    json_t *document = json_read(text, len, &(struct json_read_options){.file = name, .strict = true}, &err);
    CHECK(document, "%s", err.text);
    return document;
}

static inline void verdict_schema_open(struct verdict_schema *s)
{
    static char bytes[1 << 18];
    const char *source = getenv("MB_SOURCE");
    char path[4096];
    struct error err = {0};
    snprintf(path, sizeof(path), "%s/docs/verdict.schema.json", source ? source : ".");
    FILE *in = fopen(path, "rb");
    CHECK(in, "%s", path);
    size_t len = in ? fread(bytes, 1, sizeof(bytes), in) : 0;
    if (in)
        fclose(in);
    *s = (struct verdict_schema){.document = verdict_schema_read(bytes, len, path)};
    s->schema = json_schema_compile(&s->arena, s->document, path, &err);
    CHECK(s->schema, "%s", err.text);
}

/* How often the document does not follow it; the first times are printed. */
static inline size_t verdict_schema_violations(struct verdict_schema *s, const json_t *document)
{
    struct violations found = {0};
    json_schema_check(s->schema, document, &s->arena, &found);
    for (size_t i = 0; i < found.n && i < 3; i++)
        printf("%s: %s, expected %s\n", found.v[i].pointer, found.v[i].found, found.v[i].expected);
    return found.n;
}

static inline void verdict_schema_close(struct verdict_schema *s)
{
    json_schema_close(s->schema);
    json_decref(s->document);
    arena_close(&s->arena);
}
#endif
