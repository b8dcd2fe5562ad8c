/* json/schema_node.h — a compiled schema, as json/schema.c makes it and json/schema_check.c reads it. Private to them.
 */
#ifndef JSON_SCHEMA_NODE_H
#define JSON_SCHEMA_NODE_H
#include <jansson.h>

#include "base/arena.h"
#include "base/regex.h"
#include "json/format.h"

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

struct schema_member {
    const char *name;
    size_t len;
    const struct schema_node *node;
};

struct schema_pattern {
    struct regex *regex; /* of a member's name */
    const struct schema_node *node;
};

/* One (sub)schema; absent keywords are NULL or 0. */
struct schema_node {
    const json_t *source;
    const char *pointer; /* of the subschema: "/$defs/Settings" */
    bool never;          /* the schema false */
    unsigned types;
    struct schema_member *members; /* "properties", by name */
    size_t members_n;
    struct schema_pattern *patterns; /* "patternProperties" */
    size_t patterns_n;
    const struct schema_node *rest; /* "additionalProperties" */
    const struct schema_node *items;
    const struct schema_node **any_of;
    size_t any_of_n;
    const struct schema_node *ref;
    const json_t *required, *one_of_values, *constant;
    struct regex *pattern;
    const char *pattern_text;
    const struct format *format;
    int height; /* longest way through ref and any_of alone; -1 while it is looked for */
};

struct json_schema {
    struct schema_node **v; /* the root first */
    size_t n, cap;
};

/* Compares two names of given lengths, for the order of schema_node.members. */
int schema_compare_names(const char *a, size_t a_len, const char *b, size_t b_len);

#endif
