/* json/schema_node.h — a compiled schema, as json/schema_keywords.c fills it and json/schema_check*.c read it. Private to
 * json/schema*.c. */
#ifndef JSON_SCHEMA_NODE_H
#define JSON_SCHEMA_NODE_H
#include <jansson.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/regex.h"
#include "base/text.h"
#include "json/format.h"
#include "json/schema.h"

/* Bits of the keyword "type". An integer is a number; 1.0 is an integer. */
enum schema_type {
    SCHEMA_NULL = 1,
    SCHEMA_BOOLEAN = 2,
    SCHEMA_INTEGER = 4,
    SCHEMA_NUMBER = 8,
    SCHEMA_STRING = 16,
    SCHEMA_ARRAY = 32,
    SCHEMA_OBJECT = 64
};

struct schema_type_name {
    enum schema_type type;
    const char *name, *words;
};
enum { SCHEMA_TYPES = 7 };
extern const struct schema_type_name schema_types[SCHEMA_TYPES];

/* Which keywords a schema has, so that a value passes over those that are not for its type. */
enum schema_use {
    SCHEMA_USES_VALUES = 1,  /* enum, const */
    SCHEMA_USES_NUMBER = 2,
    SCHEMA_USES_STRING = 4,
    SCHEMA_USES_ARRAY = 8,
    SCHEMA_USES_OBJECT = 16,
    SCHEMA_USES_PLACE = 32,  /* schemas that hold for the same value */
    SCHEMA_USES_REST = 64    /* unevaluatedItems, unevaluatedProperties */
};

/* A text that was read: where nodes come from. */
struct schema_document {
    const char *name; /* NULL: the schema itself, whose pointers stand alone in violations */
};

enum schema_vocabulary {
    SCHEMA_CORE = 1,
    SCHEMA_APPLICATOR = 2,
    SCHEMA_UNEVALUATED = 4,
    SCHEMA_VALIDATION = 8,
    SCHEMA_META_DATA = 16,
    SCHEMA_FORMAT_ANNOTATION = 32,
    SCHEMA_FORMAT_ASSERTION = 64,
    SCHEMA_CONTENT = 128
};

struct schema_dialect {
    enum json_draft draft;
    unsigned vocabularies; /* bits of schema_vocabulary */
};

/* A name of "$dynamicAnchor" is kept once, so that equal names are one pointer. */
struct schema_anchor {
    const char *name;
    const struct schema_node *node;
};

/* A schema with an identity of its own: the root of a document, and what has an "$id". */
struct schema_resource {
    const char *uri; /* without fragment; "" when it has none */
    struct schema_node *root;
    const struct schema_document *document;
    struct schema_dialect dialect;
    LIST_OF(struct schema_anchor) dynamic;
};

struct schema_member {
    const char *name;
    size_t len;
    const struct schema_node *node;
};

/* What a member brings with it: a schema for the object, or further members. */
struct schema_dependent {
    const char *keyword; /* "dependentRequired", "dependencies" */
    const char *name;
    size_t len;
    const struct schema_node *node;
    const json_t *required; /* an array of names; NULL: there is a node */
};

struct schema_pattern {
    struct regex *regex; /* of a member's name */
    const struct schema_node *node;
};

struct schema_branches {
    const struct schema_node **v;
    size_t n;
};

/* A limit of a length or number of parts. */
struct schema_count {
    size_t n;
    bool given;
};

/* The values of a long "enum", by hash. */
struct schema_choice {
    uint64_t hash;
    const json_t *value;
};

/* One (sub)schema; absent keywords are NULL or 0. */
struct schema_node {
    const json_t *source;
    const struct schema_node *parent; /* where it stands: below the parent's keyword, there under a name or index */
    const char *keyword;              /* "properties"; or a whole pointer below the parent: "/x/0" */
    const char *name;                 /* NULL: the keyword's value itself */
    struct schema_resource *resource;
    bool never;    /* the schema false */
    unsigned uses; /* bits of schema_use */
    unsigned types;
    struct schema_member *members; /* "properties", by name */
    size_t members_n;
    LIST_OF(struct schema_dependent) dependents; /* "dependentSchemas", "dependentRequired", "dependencies" */
    struct schema_pattern *patterns;  /* "patternProperties" */
    size_t patterns_n;
    const struct schema_node *rest; /* "additionalProperties" */
    const struct schema_node *names; /* "propertyNames" */
    struct schema_branches prefix;  /* of an array's first elements */
    const struct schema_node *items, *contains; /* items: of the other elements */
    const struct schema_node *unevaluated_items, *unevaluated_members;
    struct schema_branches all_of, any_of, one_of;
    const struct schema_node *not_this, *if_this, *then_this, *else_this;
    const struct schema_node *ref, *dynamic_ref;
    const char *dynamic_name;   /* of dynamic_ref, when it is looked for in the dynamic scope */
    const char *dynamic_anchor; /* the name of its own "$dynamicAnchor" */
    const json_t *required, *one_of_values, *constant;
    struct schema_choice *choices; /* of one_of_values, by hash; NULL for short ones */
    const json_t *minimum, *maximum, *above, *below, *multiple_of; /* above, below: exclusiveMinimum, exclusiveMaximum */
    struct schema_count min_length, max_length, min_items, max_items, min_members, max_members, min_contains, max_contains;
    bool unique;
    struct regex *pattern;
    const char *pattern_text;
    const struct format *format;
    LIST_OF(struct schema_node *) places; /* all that hold for the same value, but through dynamic_ref */
    int height; /* longest way through `places` alone; -1 while it is looked for */
};

struct json_schema {
    struct schema_node **v; /* the root first */
    size_t n, cap;
    bool dynamic; /* what holds may depend on the way to it: there is a dynamic_name */
    LIST_OF(json_t *) owned;
    const char *passed_over[JSON_SCHEMA_PASSED_MAX]; /* keywords, with the reason */
    size_t passed_over_n;
};

/* Its JSON Pointer within its document: "/$defs/Settings"; cut when it is very long. */
const char *schema_node_pointer(struct arena *arena, const struct schema_node *node);
/* Appends the text as a token of a JSON Pointer, without '/': "~" is "~0", "/" is "~1". */
void schema_add_token(struct text *out, const char *token, size_t len);

/* Compares two names of given lengths, for the order of schema_node.members. */
int schema_compare_names(const char *a, size_t a_len, const char *b, size_t b_len);

/* Where the search for ways that lead back ends: references and applicators that may follow each other on one value. */
enum { SCHEMA_PLACES_MAX = 256 };
/* Refuses ways through `places` that lead back, and longer ones than that: false, and the node where it was found. */
bool schema_cycle_free(struct arena *arena, const struct json_schema *schema, const struct schema_node **where, bool *back);

#endif
