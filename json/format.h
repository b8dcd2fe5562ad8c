/* json/format.h — the values of "format" that a schema may assert. */
#ifndef JSON_FORMAT_H
#define JSON_FORMAT_H
#include <stdbool.h>
#include <stddef.h>

struct format {
    const char *name;
    bool (*accepts)(const char *s, size_t len);
    const char *expected; /* in words */
};

/* "date-time": ISO 8601 as Pydantic's datetime takes it: 2024-01-31T12:00, with 'T' or a blank, seconds and their
 * fraction (up to 12 digits) optional, then nothing, 'Z', +02, +0200 or +02:00; a day of the calendar, no second 60.
 * "uuid4": 8-4-4-4-12 hexadecimal digits, version 4, variant of RFC 9562. NULL for any other name. */
const struct format *format_find(const char *name);

#endif
