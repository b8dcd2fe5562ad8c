/* json/schema.h — the one JSON Schema validator (draft 2020-12 and draft-07 spellings).
 *
 * First keywords: type, properties, required, additionalProperties, items, anyOf, $ref (to "#/…" in the same document),
 * $defs/definitions, enum, const, pattern (PCRE2 with ECMA semantics: DOLLAR_ENDONLY, ASCII classes, bounded), and the
 * annotations title, description, default, format, $schema, $id. Any other keyword is refused when compiling (ERR_USAGE
 * with the schema pointer): a schema is never half obeyed.
 */
#ifndef JSON_SCHEMA_H
#define JSON_SCHEMA_H
#include <jansson.h>

#include "base/arena.h"
#include "base/error.h"

struct json_schema; /* immutable once compiled: workers share it */

struct violation {
    const char *pointer;        /* JSON Pointer into the instance: "/metadata/settings/gpu" */
    const char *schema_pointer; /* of the keyword: "/$defs/Settings/properties/gpu/type" */
    const char *found;          /* the value in short: "\"eight\"", "0.2", "nothing" */
    const char *expected;       /* "an integer", "one of \"Valid\", \"Invalid\"", "no such member", "a member \"gpu\"" */
};

struct violations {
    struct violation *v;
    size_t n, cap;
};

/* Borrows `schema`, which must outlive the result. */
struct json_schema *json_schema_compile(struct arena *arena, const json_t *schema, const char *name, struct error *err);
/* Adds every violation, in document order; anyOf counts as one violation that says what each branch expected. */
void json_schema_check(const struct json_schema *schema, const json_t *instance, struct arena *arena,
                       struct violations *out);
void json_schema_close(struct json_schema *schema); /* frees the compiled patterns */

#endif
