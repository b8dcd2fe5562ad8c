/* json/schema_run.h — one check of one value: what its parts share. Private to json/schema_check*.c, schema_words.c and
 * schema_evaluated.c. */
#ifndef JSON_SCHEMA_RUN_H
#define JSON_SCHEMA_RUN_H
#include <stdint.h>

#include "json/schema_node.h"

/* Where a value stands: the way up to the root. */
struct schema_place {
    const struct schema_place *up;
    const char *name; /* NULL: an element */
    size_t len;       /* of the name; or the element's index */
};

/* The resources that were entered on the way to a schema, the innermost first. */
struct schema_scope {
    const struct schema_scope *up;
    const struct schema_resource *resource;
};

/* One value often stands in many places of a document (the labels of a payload's KPIs are its settings), and one schema is
 * tried on a value more than once: what came out need not be found again. Direct-mapped; a newer pair takes the place of an
 * older one. */
enum { SCHEMA_KNOWN_MAX = 256 };
struct schema_known {
    const struct schema_node *node;
    const json_t *value;
    bool fits;
};

/* Which elements or members of a value were evaluated: a bit each, in `bits` from `at` on. */
struct schema_marks {
    size_t at, words;
};

struct schema_run {
    struct schema_known known[SCHEMA_KNOWN_MAX];
    struct arena *arena;
    struct violations *out;
    struct regex_scratch *scratch; /* NULL until a pattern needs it */
    struct format_tools *tools;    /* of formats, likewise */
    const struct schema_scope *scope;
    struct schema_marks *marks; /* of the value at hand; NULL: nobody asks */
    uint64_t *bits;
    size_t bits_n, bits_cap;
    size_t steps;
    int depth;
    int telling;     /* how many anyOf and oneOf the words are inside of */
    bool dynamic;    /* what a schema says depends on the way to it */
    bool passing_by; /* the value is gone after the check: a member's name */
    bool quiet;      /* only `failed` matters: nothing is listed */
    bool failed;
    bool stopped; /* a limit was passed */
};

/* Short, as every function of a check takes all three: the run, the schema, and where the value stands. */
typedef struct schema_run run_t;
typedef const struct schema_node node_t;
typedef const struct schema_place place_t;

/* --- checking: what does not fit is listed in run->out --- */

/* Of the value at hand, or of one that stands in its place (a reference, a branch). */
void schema_check_value(run_t *run, node_t *node, const json_t *value, place_t *at);
/* Of a part of the value at hand: what was evaluated in there is another question. */
void schema_check_part(run_t *run, node_t *node, const json_t *value, place_t *at);
/* Of a part that only `rest`, the schema of a keyword like additionalProperties, is for. Of a schema `false` is said that
 * `none` was expected: "no such member". */
void schema_check_rest(run_t *run, node_t *node, node_t *rest, const char *keyword, const json_t *value, place_t *here,
                       const char *none);
/* Whether the value, or a part of it, fits, without listing what does not. Of a schema that does not, nothing counts as
 * evaluated. */
bool schema_fits(run_t *run, node_t *node, const json_t *value, place_t *at);
bool schema_part_fits(run_t *run, node_t *node, const json_t *value, place_t *at);
/* Nothing that is still to be checked would change the answer. */
bool schema_enough(const run_t *run);

/* Keywords by what they look at: the value itself (json/schema_check_scalar.c) … */
void schema_check_type(run_t *run, node_t *node, const json_t *value, place_t *at);
void schema_check_enum(run_t *run, node_t *node, const json_t *value, place_t *at);
void schema_check_const(run_t *run, node_t *node, const json_t *value, place_t *at);
void schema_check_number(run_t *run, node_t *node, const json_t *value, place_t *at);
void schema_check_string(run_t *run, node_t *node, const json_t *value, place_t *at);
/* … how many parts it has, within limits: "at least 2 elements"; `keywords`: of the lower and the upper limit … */
void schema_check_count(run_t *run, node_t *node, size_t n, const struct schema_count *least, const struct schema_count *most,
                        const char *const *keywords, const char *part, const json_t *value, place_t *at);
/* … its parts (json/schema_check_parts.c), and schemas for the same value (json/schema_check_places.c). */
void schema_check_object(run_t *run, node_t *node, const json_t *value, place_t *at);
void schema_check_array(run_t *run, node_t *node, const json_t *value, place_t *at);
void schema_check_places(run_t *run, node_t *node, const json_t *value, place_t *at);

/* Whether the pattern is found. What is not known because it takes too many steps (*err) is not true; nor may its contrary
 * become true. */
bool schema_matches(run_t *run, const struct regex *regex, const char *s, size_t len, struct error *err);

/* --- words --- */

/* What stands in the text, in the run's arena; closes it. */
const char *schema_words_of(struct schema_run *run, struct text *text);
const char *schema_pointer_of(struct schema_run *run, const struct schema_place *at);
/* A string in quotes, cut to a few words; a value in a few words. */
const char *schema_string_words(struct schema_run *run, const char *s, size_t len);
const char *schema_found_words(struct schema_run *run, const json_t *value);
/* `before` and the value as JSON, cut. */
const char *schema_value_words(struct schema_run *run, const char *before, const json_t *value);
/* Says that the value failed; true when words are wanted: the violation is to be listed. */
bool schema_failed(struct schema_run *run);
/* Lists a violation of the node's keyword ("/type"): the value in a few words, or `found`, is not what was expected. */
void schema_violate(struct schema_run *run, const struct schema_node *node, const char *keyword, const json_t *value,
                    const struct schema_place *at, const char *expected);
void schema_violate_found(struct schema_run *run, const struct schema_node *node, const char *keyword, const char *found,
                          const struct schema_place *at, const char *expected);

/* --- what was evaluated --- */

/* Marks for the parts of the value, none set. Given back in reverse order. */
struct schema_marks schema_marks_open(struct schema_run *run, const json_t *value);
void schema_marks_close(struct schema_run *run, const struct schema_marks *marks);
void schema_mark(struct schema_run *run, size_t part); /* of run->marks, if there are any */
void schema_mark_all(struct schema_run *run);
bool schema_marked(const struct schema_run *run, const struct schema_marks *marks, size_t part);
void schema_marks_add(struct schema_run *run, const struct schema_marks *more); /* to run->marks, if there are any */

#endif
