/* json/path_function.h — the functions of filters, and of which type they are: RFC 9535, section 2.4. */
#ifndef JSON_PATH_FUNCTION_H
#define JSON_PATH_FUNCTION_H
#include <stddef.h>

enum path_function_name { PATH_LENGTH, PATH_COUNT, PATH_MATCH, PATH_SEARCH, PATH_VALUE };

enum path_type {
    PATH_TYPE_VALUE,   /* a value or Nothing */
    PATH_TYPE_LOGICAL, /* true or false: a condition by itself */
    PATH_TYPE_NODES    /* all that a query finds */
};

enum { PATH_PARAMETERS_MAX = 2 };

struct path_function {
    const char *name;
    enum path_function_name which;
    enum path_type result;
    size_t n;
    enum path_type parameters[PATH_PARAMETERS_MAX];
};

/* NULL: there is no such function. */
const struct path_function *path_function_find(const char *name, size_t len);
/* "count, length, match, search, value" */
extern const char *const path_function_names;

#endif
