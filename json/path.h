/* json/path.h — JSONPath (RFC 9535, whole): which values of a document are meant.
 *
 * `$.results[?@.error == null && @.tokens > 10]['ttft','itl'][-1]` is a query of three segments; a segment has
 * selectors, a selector may be a filter, and a filter is a tree of conditions over further queries. A path is read,
 * and everything in it checked (well-typed functions, integers within 2^53 - 1, literal patterns), once; finding
 * cannot fail, only pass a limit.
 */
#ifndef JSON_PATH_H
#define JSON_PATH_H
#include <jansson.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/error.h"
#include "base/text.h"
#include "json/path_value.h"

/* In decimal digits: messages quote them. */
#define JSON_NODES_MAX 16000000   /* nodes that a path may find, repeated ones and those on the way included */
#define JSON_VISITS_MAX 128000000 /* values that it may look at, filters included; only nested loops come near */

enum {
    JSON_PATH_MAX = 64 * 1024, /* bytes of a path's text */
    JSON_PATH_DEPTH_MAX = 64   /* filters, parentheses and function calls within each other */
};

struct json_segment;

struct json_query {
    bool absolute; /* `$`, else `@` */
    bool singular; /* only names and indexes: at most one node */
    const struct json_segment *segments;
    size_t n;
};

/* --- filters --- */

struct path_function; /* json/path_function.h */
struct json_call;

enum json_operand_kind { JSON_OPERAND_LITERAL, JSON_OPERAND_QUERY, JSON_OPERAND_CALL };

struct json_operand { /* of a comparison, or an argument of a function */
    enum json_operand_kind kind;
    union {
        struct path_value literal;
        struct json_query query;
        const struct json_call *call;
    };
};

struct json_call {
    const struct path_function *function;
    const struct json_operand *arguments; /* as many as the function has */
    bool literal_pattern;                 /* match, search: the pattern is a literal, and `pattern` is */
    struct regex *pattern;                /* that literal compiled; NULL when it is no I-Regexp: then nothing matches */
};

enum json_filter_kind {
    JSON_FILTER_OR,
    JSON_FILTER_AND,
    JSON_FILTER_NOT,
    JSON_FILTER_COMPARE,
    JSON_FILTER_EXISTS, /* the query finds a node, whatever its value */
    JSON_FILTER_CALL    /* match, search */
};

struct json_filter {
    enum json_filter_kind kind;
    union {
        struct { /* OR, AND: two or more; NOT: one */
            const struct json_filter *parts;
            size_t n;
        };
        struct { /* COMPARE */
            enum path_comparison comparison;
            struct json_operand left, right;
        };
        struct json_query query;      /* EXISTS */
        const struct json_call *call; /* CALL */
    };
};

/* --- segments --- */

enum json_select { JSON_SELECT_NAME, JSON_SELECT_INDEX, JSON_SELECT_SLICE, JSON_SELECT_ALL, JSON_SELECT_FILTER };

struct json_slice { /* start:end:step; step is 1 when not given, 0 selects nothing */
    bool has_start, has_end;
    int64_t start, end, step;
};

struct json_selector {
    enum json_select kind;
    union {
        struct { /* unescaped; may hold a NUL */
            const char *name;
            size_t name_len;
        };
        int64_t index; /* negative ones count from the end */
        struct json_slice slice;
        const struct json_filter *filter; /* of each child, which is `@` in it */
    };
};

struct json_segment {
    bool descendant; /* "..": of the node itself and of everything below it */
    const struct json_selector *selectors;
    size_t n; /* one or more: `['a','b',0]` */
};

struct json_path { /* immutable once parsed: workers share it */
    const char *text;
    struct json_query query;
    const char *warning; /* NULL, or what is certainly not meant: "column 14: the pattern '\d' …: it matches nothing" */
    size_t warning_offset; /* the byte of `text` where that is */
};

/* Where and why a text is no path. */
struct json_path_fault {
    size_t offset;      /* bytes before the place */
    int column;         /* characters before it, and one */
    const char *reason; /* "expected ']', found the end"; in the arena */
};

/* `at` is where `text` starts; an error's column counts from there. NULL with *err set when it is not a path. Literal
 * patterns live as long as the arena. */
struct json_path *json_path_parse(struct arena *arena, const char *text, struct pos at, struct error *err);
/* The same for a caller who shows the place: NULL with *fault set. */
struct json_path *json_path_read(struct arena *arena, const char *text, struct json_path_fault *fault);
/* Appends the path, or the part of a long one around `offset`, and to `caret` blanks and a '^' that stands under it:
 *     $.a[0:x]
 *           ^       */
void json_path_show(const char *text, size_t offset, struct text *line, struct text *caret);
const char *json_path_text(const struct json_path *path);
/* Whether the path can select at most one node (only names and indexes). */
bool json_path_singular(const struct json_path *path);
/* Whether a reader can tell, with nothing but an element of the innermost filtered array or object in hand, if it is
 * selected. If not, *why says what stands against it: "`$` in a filter: the whole document has to be read first". */
bool json_path_streams(const struct json_path *path, const char **why);
/* The queries that a filter reads; not those in filters of these queries. */
void json_filter_queries(const struct json_filter *filter, void (*visit)(const struct json_query *query, void *context),
                         void *context);

/* --- finding --- */

struct json_place { /* where a node is: a step from what holds it */
    const struct json_place *parent; /* NULL: the document itself */
    const char *name;                /* of a member; NULL: an element */
    union {
        size_t name_len, index;
    };
};

struct json_nodes {
    json_t **v; /* borrowed from the document */
    size_t n;
    bool over;         /* a limit was passed: `v` is not complete and the caller should say so */
    const char *limit; /* when over: "more than 128000000 values would have to be looked at" */
    size_t work;       /* how many values were looked at */
    const struct json_place **places; /* json_path_locate: of each node; names are borrowed from document and path */
};

/* All nodes in the order of the RFC's nodelist, object members in document order. */
struct json_nodes json_path_find(const struct json_path *path, json_t *document, struct arena *arena);
/* The same, with their places. */
struct json_nodes json_path_locate(const struct json_path *path, json_t *document, struct arena *arena);
/* Appends the normalized path (section 2.7): "$['a'][0]". */
void json_place_render(struct text *out, const struct json_place *place);

#endif
