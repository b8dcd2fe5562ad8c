/* json/repairs.h — what the reader mended, in words. */
#ifndef JSON_REPAIRS_H
#define JSON_REPAIRS_H
#include "json/read.h"

enum { JSON_REPAIRS_MAX = 5 };

struct json_repair {
    size_t n;         /* how often */
    const char *what; /* "lone surrogates (read as U+FFFD)" */
};

/* Fills out[JSON_REPAIRS_MAX] with the kinds that occurred and gives their number. */
size_t json_repairs_list(const struct json_repairs *repairs, struct json_repair *out);

#endif
