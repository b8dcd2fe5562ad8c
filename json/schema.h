/* json/schema.h — the one JSON Schema validator (draft 2020-12 and draft-07 spellings).
 *
 * First keywords: type, properties, patternProperties, required, additionalProperties, items, anyOf, $ref (to "#/…" in the
 * same document), $defs/definitions, enum, const, pattern (PCRE2 with ECMA semantics: DOLLAR_ENDONLY, ASCII classes, bounded), and the
 * annotations title, description, default, format, $comment, $schema, $id (of the root only). Any other keyword is
 * refused when compiling (ERR_USAGE with the schema pointer): a schema is never half obeyed. So are references that
 * lead nowhere, or in a circle without going down into the value, and in draft-07 keywords beside $ref, which that
 * draft ignores. Without "$schema" a schema is one of draft 2020-12.
 */
#ifndef JSON_SCHEMA_H
#define JSON_SCHEMA_H
#include <jansson.h>

#include "base/arena.h"
#include "base/error.h"

struct json_schema; /* immutable once compiled: workers share it */

struct json_schema_options {
    const char *name;    /* for errors: the schema's file */
    bool assert_formats; /* "format" is checked: date-time (json/format.h) and uuid4; any other one is refused */
};

struct violation {
    const char *pointer;        /* JSON Pointer into the instance: "/metadata/settings/gpu" */
    const char *schema_pointer; /* of the keyword: "/$defs/Settings/properties/gpu/type" */
    const char *found;          /* the value in short: "\"eight\"", "0.2", "nothing", "an object of 3 members" */
    const char *expected; /* "an integer", "one of \"Valid\", \"Invalid\"", "no such member", "a member \"gpu\"" */
};

struct violations {
    struct violation *v;
    size_t n, cap;
};

enum {
    JSON_VIOLATIONS_MAX = 10000, /* further ones are not listed; the last one says so */
    JSON_CHECK_STEPS_MAX = 20 * 1000 * 1000,
    JSON_CHECK_DEPTH_MAX = 2048, /* levels of the value and references, counted together */
};

/* Borrows `schema`, which must outlive the result. Formats are annotations. */
struct json_schema *json_schema_compile(struct arena *arena, const json_t *schema, const char *name, struct error *err);
struct json_schema *json_schema_compile_with(struct arena *arena, const json_t *schema,
                                             const struct json_schema_options *options, struct error *err);
/* Adds every violation, in document order; anyOf counts as one violation that says what each branch expected.
 * A check that passes a limit is a violation, too: what is not known to be valid is not valid. */
void json_schema_check(const struct json_schema *schema, const json_t *instance, struct arena *arena,
                       struct violations *out);
void json_schema_close(struct json_schema *schema); /* frees the compiled patterns */

#endif
