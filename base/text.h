/* base/text.h — text that grows, up to a maximum size.
 *
 * Append freely and look once at the end: when the maximum was passed, `over` is set and later appends are ignored.
 *     struct text t = text_open(1 << 20);
 *     text_add(&t, "a"); text_printf(&t, "%d", 7);
 *     … t.s (always NUL-terminated), t.len …
 *     text_close(&t);
 */
#ifndef BASE_TEXT_H
#define BASE_TEXT_H
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct text {
    char *s; /* NUL-terminated; "" when nothing was added */
    size_t len, cap, max;
    bool over; /* the maximum was passed: what is in `s` is cut */
};

struct text text_open(size_t max);
void text_close(struct text *text); /* frees; the text is as new */
void text_clear(struct text *text); /* empties, keeps the memory */

void text_add(struct text *text, const char *more);
void text_addn(struct text *text, const char *more, size_t len);
void text_addc(struct text *text, char c);
/* As one line that nothing in it can end: control characters become \xNN, what breaks lines or
 * turns directions beyond ASCII \uNNNN. For what an input says. */
void text_add_line(struct text *text, const char *more);
void text_fill(struct text *text, char c, size_t n); /* n times c */
void text_printf(struct text *text, const char *format, ...) __attribute__((format(printf, 2, 3)));
void text_vprintf(struct text *text, const char *format, va_list args);

/* Appends bytes as UTF-8: those that are not become U+FFFD, one each. Returns how many those were. */
size_t text_add_utf8(struct text *text, const char *bytes, size_t len);

/* Makes room for n more bytes and returns where they go, or NULL when over; text->len is then advanced by the caller. */
char *text_room(struct text *text, size_t n);

/* Length of the UTF-8 sequence that starts at s (1..4), or 0 when it is not valid UTF-8; end: first byte after the text.
 * Overlong forms, surrogates and values above U+10FFFF are not valid (Unicode 15, table 3-7). */
size_t text_utf8(const char *s, const char *end);
/* The code point of the valid sequence of n bytes at s; and the other way round: its UTF-8 (1..4 bytes) in `out`, how long. */
uint32_t text_code_point(const char *s, size_t n);
size_t text_encode(char out[4], uint32_t code);
/* Offset of the first byte that is not valid UTF-8, or len. */
size_t text_utf8_valid(const char *s, size_t len);
/* How many bytes of a text may be quoted, at most `max`, so that no character is cut: printf("'%.*s'", text_cut(s, len, 40), s). */
int text_cut(const char *s, size_t len, size_t max);
/* Moves both ends of the text [*s, *s + *len) past the blanks there (C's isspace). */
void text_trim(const char **s, size_t *len);
/* How many columns a terminal needs for it, one per code point: good enough for the tables that we print. */
size_t text_width(const char *s);

/* A place in a text: line and column (in characters) from 1. */
struct text_place {
    int line, col;
};
/* Moves a place over the bytes [from, to) of UTF-8. */
void text_place_move(struct text_place *place, const char *from, const char *to);

#endif
