/* store/literal_string.h — Python's string and bytes literals; for store/literal.c. */
#ifndef STORE_LITERAL_STRING_H
#define STORE_LITERAL_STRING_H
#include <stdbool.h>
#include <stddef.h>

#include "base/text.h"

/* Whether a string begins at p: a quote, or one or two letters of u, b, r, f before one. */
bool literal_string_begins(const char *p, const char *end);

struct literal_string {
    bool bytes;       /* b'…' */
    size_t mended;    /* replaced by U+FFFD */
    const char *next; /* after the closing quote; where it went wrong on failure */
};

/* Appends the value of the string at p (UTF-8, or the bytes themselves); false with *why ("the string is not closed"). */
bool literal_string_read(const char *p, const char *end, struct text *out, struct literal_string *string, const char **why);

#endif
