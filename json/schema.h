/* json/schema.h — the one JSON Schema validator: draft 2020-12 and draft-07, all keywords.
 *
 * A schema is compiled once, with everything that it refers to, and is then immutable. References are looked up among the
 * identified parts of the schema, among the meta-schemas, which are built in, and through `load`; the network is never asked.
 * "$schema" of a schema or of an embedded resource chooses the draft; a meta-schema of one's own with "$vocabulary" chooses
 * the keywords.
 *
 * Strict, for our own schemas: a keyword that is not known (or that the draft ignores beside "$ref") is refused: a schema is
 * never half obeyed. Open, for those of users: such keywords are annotations, as the specification says.
 *
 * Patterns are ECMA-262 (json/ecma.h). "format" is an annotation unless it is asserted; "contentEncoding" and
 * "contentMediaType" always are. References that lead back without going down into the value are refused; what cannot be
 * known before checking is bounded.
 */
#ifndef JSON_SCHEMA_H
#define JSON_SCHEMA_H
#include <jansson.h>

#include "base/arena.h"
#include "base/error.h"

struct json_schema; /* immutable once compiled: workers share it */

enum json_draft { JSON_DRAFT_2020_12, JSON_DRAFT_07 };

/* What `load` gives: the document lives as long as the schema; `name` is for errors and violations: "defs.json". */
struct json_schema_document {
    const json_t *json;
    const char *name;
};

struct json_schema_options {
    const char *name;      /* for errors: the schema's file */
    const char *uri;       /* where it was found, for relative references; NULL: nowhere */
    enum json_draft draft; /* of a schema without "$schema" */
    bool assert_formats;   /* "format" is checked (json/format.h); strict schemas may only use formats that are known */
    bool open;
    /* A document by its URI, without fragment. False with *err set, as one line that says why; NULL: there is none but this
     * schema and the meta-schemas. */
    bool (*load)(void *context, const char *uri, struct json_schema_document *out, struct error *err);
    void *context;
};

struct violation {
    const char *pointer;        /* JSON Pointer into the instance: "/metadata/settings/gpu" */
    const char *schema_pointer; /* of the keyword: "/$defs/Settings/properties/gpu/type"; "defs.json#/type" in another document */
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
    JSON_SCHEMA_NODES_MAX = 2 * 1000 * 1000,
    JSON_SCHEMA_PASSED_MAX = 5
};

/* Borrows `schema`, which must outlive the result. Errors: ERR_USAGE, with the schema's file and pointer. */
struct json_schema *json_schema_compile_with(struct arena *arena, const json_t *schema,
                                             const struct json_schema_options *options, struct error *err);
/* Of an open schema: what was passed over, as "s.json#/requried: this keyword is not known in draft 2020-12". At most
 * JSON_SCHEMA_PASSED_MAX are kept; *n is how many there were. */
const char *const *json_schema_passed_over(const struct json_schema *schema, size_t *n);
/* Strict, formats are annotations. */
struct json_schema *json_schema_compile(struct arena *arena, const json_t *schema, const char *name, struct error *err);
/* Adds every violation, in document order; anyOf and oneOf count as one violation that says what each branch expected.
 * A check that passes a limit is a violation, too: what is not known to be valid is not valid. */
void json_schema_check(const struct json_schema *schema, const json_t *instance, struct arena *arena,
                       struct violations *out);
void json_schema_close(struct json_schema *schema); /* frees the compiled patterns */

#endif
