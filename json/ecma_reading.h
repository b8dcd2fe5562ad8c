/* json/ecma_reading.h — one pattern of ECMA-262 while it is read and written. Private to json/ecma.c and json/ecma_escape.c. */
#ifndef JSON_ECMA_READING_H
#define JSON_ECMA_READING_H
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/text.h"

enum { ECMA_NONE = -1 }; /* no character */

struct ecma_reading {
    const char *start, *p, *end;
    struct text *out; /* NULL: only looked at */
    int depth;        /* groups that are open */
    size_t groups;    /* of the whole pattern */
    const char *wrong; /* what was expected at p */
};

bool ecma_is_digit(char c);
bool ecma_is_name(char c); /* a letter, a digit or '_', all ASCII */
bool ecma_at(const struct ecma_reading *r, const char *text);
/* Says what was expected, unless something has been said; false. */
bool ecma_wrong(struct ecma_reading *r, const char *expected);

void ecma_add(struct ecma_reading *r, const char *text);
void ecma_add_bytes(struct ecma_reading *r, const char *s, size_t n);
/* A character that stands for itself. */
void ecma_add_code(struct ecma_reading *r, uint32_t code);

/* Escapes: p stands behind the backslash, there is a byte. */

/* The character that an escape stands for; ECMA_NONE when it is no such escape (p is then where it was), or *broken. */
int64_t ecma_character_escape(struct ecma_reading *r, bool *broken);
/* \d and the like, also within a class: true when it was one. */
bool ecma_class_escape(struct ecma_reading *r, bool within);

#endif
