/* json/locate.h — where in a text the values stand that JSON Pointers mean. */
#ifndef JSON_LOCATE_H
#define JSON_LOCATE_H
#include <stddef.h>

struct json_spot {
    const char *pointer; /* "/jobs/3/p99" */
    int line, col;       /* from 1, of the value's first character (columns in characters); 0: there is no such value */
};

/* Fills in line and col of all spots in one pass over the text, a JSON document. Keeps their order. */
void json_locate(const char *text, size_t len, struct json_spot *spots, size_t n);

#endif
