/* json/path_value.h — what a JSONPath filter compares: a scalar by itself, an object or array by reference, or Nothing.
 *
 * Source of the rules: RFC 9535, section 2.3.5.2.2. */
#ifndef JSON_PATH_VALUE_H
#define JSON_PATH_VALUE_H
#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum path_value_kind {
    PATH_NOTHING, /* no value: of a query that found no node, of length() of a number */
    PATH_NULL,
    PATH_FALSE,
    PATH_TRUE,
    PATH_INTEGER,
    PATH_REAL,
    PATH_STRING,
    PATH_TREE /* an array or object */
};

struct path_value {
    enum path_value_kind kind;
    union {
        int64_t integer;
        double real;
        struct {
            const char *s; /* UTF-8, may hold a NUL; borrowed */
            size_t len;
        } string;
        json_t *tree; /* borrowed */
    };
};

enum path_comparison { PATH_EQUAL, PATH_UNEQUAL, PATH_LESS, PATH_AT_MOST, PATH_GREATER, PATH_AT_LEAST };

/* NULL gives Nothing. */
struct path_value path_value_of(json_t *node);
/* Numbers by what they are worth, exactly (1 == 1.0; 2^53 + 1 > 9007199254740992.0), strings by code points, arrays and
 * objects member by member, without recursion; only numbers and strings are less or greater. *work grows by what was
 * looked at; where it passes `work_max` the answer is false and means nothing. */
bool path_value_compare(struct path_value a, enum path_comparison comparison, struct path_value b, size_t *work,
                        size_t work_max);

#endif
