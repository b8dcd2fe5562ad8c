/* config/yaml.h — YAML as a tree of positioned nodes, in two modes.
 *
 * Strict (our own files: workloads, configurations): scalars by the YAML 1.2 core schema as people expect them
 * (true/false, null/~/empty, integers, floats; `yes`, `0777` and dates are plain strings); duplicate keys, merge keys,
 * unknown tags, more than one document and keys that are not strings are refused with file:line:col; aliases are allowed
 * within the limits.
 * Artifact (what PyYAML's safe_load would give, YAML 1.1): resolver as PyYAML's (12:30:00, 0777, 1_000, yes, dates, .inf,
 * merge keys `<<`, `=`, !!binary, !!set, !!omap, !!pairs, !!timestamp …); the last duplicate key wins, with a finding.
 * Both limit depth, number of nodes (aliases counted as often as they are used), anchors and size. An anchor is given once,
 * and a value that contains itself (`&a [*a]`) is refused. Text is UTF-8, with or without a byte order mark.
 */
#ifndef CONFIG_YAML_H
#define CONFIG_YAML_H
#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/error.h"
#include "base/text.h"

enum { YAML_DEPTH_MAX = 200, YAML_NODES_MAX = 2000000, YAML_ANCHORS_MAX = 10000, YAML_SIZE_MAX = 64 << 20 };

enum node_kind {
    NODE_NULL,
    NODE_BOOL,
    NODE_INT,     /* fits int64 */
    NODE_FLOAT,   /* also integers beyond int64, in artifact mode with a finding */
    NODE_STRING,
    NODE_TIME,    /* artifact mode: a date or a datetime; `string` is what Python's str() would give */
    NODE_BINARY,  /* artifact mode: !!binary; `string` is the decoded bytes */
    NODE_LIST,    /* also Python's tuple, of two: the elements of !!omap and !!pairs; `boolean` is true */
    NODE_MAP      /* also !!set (values are null); `boolean` is true */
};

struct node {
    enum node_kind kind;
    int line, col; /* from 1 */
    bool boolean;     /* also: NODE_FLOAT that is an integer beyond int64 (`string` is then its decimal digits);
                       * NODE_TIME with a zone; see NODE_LIST and NODE_MAP */
    bool shared;      /* an alias or a merge key may have put it in more than one place */
    unsigned char text_at; /* NODE_STRING: the columns from `col` to its first character (1 in quotes); 255: not in that line */
    int64_t integer;  /* also: NODE_TIME, microseconds since 1970 */
    double real;
    const char *string; /* NUL-terminated; may hold NULs: see string_len. For NODE_INT, NODE_FLOAT: the text as it stood */
    size_t string_len;
    struct node **items; /* NODE_LIST: n elements; an alias is the same pointer as its anchor */
    struct node **keys;  /* NODE_MAP: n keys beside n items, in the order of the text */
    size_t n;
    bool block; /* NODE_STRING: written as a block (| or >), so that its text begins in the line below */
};

struct yaml_findings {
    size_t repeated_keys, big_integers;
    int first_line, first_col; /* of the first finding */
};

/* Strict mode. An empty file is NODE_NULL. Errors: ERR_USAGE. */
struct node *yaml_parse(struct arena *arena, const char *text, size_t len, const char *file, struct error *err);
/* Artifact mode. Errors: ERR_ARTIFACT. */
struct node *yaml_parse_artifact(struct arena *arena, const char *text, size_t len, const char *file,
                                 struct yaml_findings *findings, struct error *err);

/* The same for any number of documents (PyYAML's safe_load_all): a list of them. */
struct node *yaml_parse_artifacts(struct arena *arena, const char *text, size_t len, const char *file,
                                  struct yaml_findings *findings, struct error *err);

/* The value of a member, or NULL when there is none (or `map` is no map). */
struct node *node_member(const struct node *map, const char *key);
/* "a string", "a list", … for messages. */
const char *node_kind_name(enum node_kind kind);

/* As JSON values; what JSON cannot say becomes what json.dumps(default=str) makes of it: times as text, keys as text
 * (1 → "1", true → "true", null → "null"), non-finite numbers null (counted in *non_finite when it is not NULL).
 * The same node pointer gives the same json_t (shared, with its reference counted). The caller owns the result. */
json_t *node_json(const struct node *node, size_t *non_finite);

/* The bytes of PyYAML's yaml.dump(value, default_flow_style=False, sort_keys=False, indent=4, width=80) of an artifact-mode
 * tree: its quoting, folding, anchors (&id001) for lists and maps that appear more than once. */
void yaml_dump(struct text *out, const struct node *node);

#endif
