/* step/schema_source.h — a JSON Schema that the user names, with the documents that it refers to: those beside it, and those of the
 * folders that stand for a URI. Never the network. */
#ifndef STEP_SCHEMA_SOURCE_H
#define STEP_SCHEMA_SOURCE_H
#include "json/schema.h"

struct schema_source; /* keeps what the schema borrows */

struct schema_source_options {
    const char *path;               /* a JSON or YAML file, or the URI of a meta-schema that is built in */
    const char *const *directories; /* "URI=DIR", NULL-ended: documents whose URI begins so are files below DIR */
    enum json_draft draft;
    bool assert_formats;
};

/* The schema, compiled. NULL: not one; then *err, and every violation of its meta-schema in `broken` (which may be empty), as lines
 * "schema.json#/type: …". */
struct schema_source *schema_source_open(struct arena *arena, const struct schema_source_options *options,
                                         struct violations *broken, struct error *err);
const struct json_schema *schema_source_schema(const struct schema_source *source);
void schema_source_close(struct schema_source *source);

#endif
