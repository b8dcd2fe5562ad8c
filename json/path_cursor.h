/* json/path_cursor.h — a place in the text of a JSONPath, for its parsers. */
#ifndef JSON_PATH_CURSOR_H
#define JSON_PATH_CURSOR_H
#include "json/path.h"

struct path_cursor {
    struct arena *arena;
    const char *text, *p, *end;
    struct json_path_fault *fault;
    struct json_path *path; /* gets warnings */
    int depth;              /* open filters, parentheses and calls */
};

/* All return false, so that a caller can return what they return. `where` is a place in the text. */
bool path_cursor_refuse(struct path_cursor *in, const char *where, const char *format, ...)
    __attribute__((format(printf, 3, 4)));
/* "expected …, found …" at the place of the cursor. */
bool path_cursor_expected(struct path_cursor *in, const char *expected);
/* Keeps the first warning: what is a path, but surely not meant. */
void path_cursor_warn(struct path_cursor *in, const char *where, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

/* One level deeper, or refused; the caller takes one off `depth` when it is left. */
bool path_cursor_enter(struct path_cursor *in);

/* The byte at the cursor; '\0' at the end. */
char path_cursor_peek(const struct path_cursor *in);
bool path_cursor_take(struct path_cursor *in, char c);
bool path_cursor_take_word(struct path_cursor *in, const char *word); /* whatever follows */
void path_cursor_blank(struct path_cursor *in);
bool path_cursor_at_digit(const struct path_cursor *in);

/* The integer at the cursor, within ±(2^53 - 1), without leading zeros and not "-0": section 2.1 of the RFC. */
bool path_cursor_integer(struct path_cursor *in, const char *what, int64_t *out);
/* The quoted text at the cursor, unescaped, in the arena. */
bool path_cursor_quoted(struct path_cursor *in, const char **s, size_t *len);

#endif
