#include "json/path_function.h"

#include <string.h>

static const struct path_function functions[] = {
    {"length", PATH_LENGTH, PATH_TYPE_VALUE, 1, {PATH_TYPE_VALUE}},
    {"count", PATH_COUNT, PATH_TYPE_VALUE, 1, {PATH_TYPE_NODES}},
    {"match", PATH_MATCH, PATH_TYPE_LOGICAL, 2, {PATH_TYPE_VALUE, PATH_TYPE_VALUE}},
    {"search", PATH_SEARCH, PATH_TYPE_LOGICAL, 2, {PATH_TYPE_VALUE, PATH_TYPE_VALUE}},
    {"value", PATH_VALUE, PATH_TYPE_VALUE, 1, {PATH_TYPE_NODES}},
};

const char *const path_function_names = "count, length, match, search, value";

const struct path_function *path_function_find(const char *name, size_t len)
{
    for (size_t i = 0; i < sizeof(functions) / sizeof(functions[0]); i++)
        if (strlen(functions[i].name) == len && memcmp(functions[i].name, name, len) == 0)
            return &functions[i];
    return NULL;
}
