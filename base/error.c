#include "base/error.h"

#include <stdio.h>
#include <string.h>


void error_shorten(char *text, size_t max)
{
    size_t len = strlen(text);
    if (len <= max || max < 4)
        return;
    size_t cut = max - 3; /* "…" is three bytes */
    while (cut > 0 && ((unsigned char)text[cut] & 0xC0) == 0x80)
        cut--;
    memcpy(text + cut, "\xE2\x80\xA6", 4);
}

/* Copies `from` so that it stays one line of printable text. */
static void copy_clean(char *to, size_t size, const char *from)
{
    size_t n = 0;
    for (; *from; from++) {
        unsigned char c = (unsigned char)*from;
        bool control = c < 0x20 || c == 0x7F;
        size_t need = control ? 4 : 1;
        if (n + need + 4 > size) { /* room for "…" and the end */
            memcpy(to + n, "\xE2\x80\xA6", 4);
            return;
        }
        if (control) {
            static const char hex[] = "0123456789abcdef";
            to[n++] = '\\';
            to[n++] = 'x';
            to[n++] = hex[c >> 4];
            to[n++] = hex[c & 15];
        } else {
            to[n++] = (char)c;
        }
    }
    to[n] = '\0';
}

static void write_place(char *out, size_t size, struct pos at)
{
    out[0] = '\0';
    if (!at.file && !at.pointer)
        return;
    int n = snprintf(out, size, "%s", at.file ? at.file : "");
    if (n < 0 || (size_t)n >= size)
        return;
    size_t used = (size_t)n;
    if (at.pointer)
        snprintf(out + used, size - used, "#%s", at.pointer);
    else if (at.line > 0 && at.col > 0)
        snprintf(out + used, size - used, ":%d:%d", at.line, at.col);
    else if (at.line > 0)
        snprintf(out + used, size - used, ":%d", at.line);
}

bool error_vat(struct error *err, enum error_kind kind, struct pos at, const char *format, va_list args)
{
    if (!err || err->kind != ERR_NONE)
        return false;
    char place[512], said[ERROR_TEXT_MAX], whole[ERROR_TEXT_MAX + 520];
    write_place(place, sizeof(place), at);
    vsnprintf(said, sizeof(said), format, args);
    snprintf(whole, sizeof(whole), "%s%s%s", place, place[0] ? ": " : "", said);
    copy_clean(err->text, sizeof(err->text), place);
    err->place_n = place[0] ? strlen(err->text) + 2 : 0;
    copy_clean(err->text, sizeof(err->text), whole);
    err->kind = kind;
    err->line = at.line;
    err->col = at.line > 0 ? at.col : 0;
    return false;
}

bool error_at(struct error *err, enum error_kind kind, struct pos at, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    error_vat(err, kind, at, format, args);
    va_end(args);
    return false;
}

bool error_set(struct error *err, enum error_kind kind, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    error_vat(err, kind, (struct pos){0}, format, args);
    va_end(args);
    return false;
}

void error_prefix(struct error *err, const char *format, ...)
{
    if (!err || err->kind == ERR_NONE)
        return;
    char prefix[512], whole[ERROR_TEXT_MAX + 520];
    va_list args;
    va_start(args, format);
    vsnprintf(prefix, sizeof(prefix), format, args);
    va_end(args);
    snprintf(whole, sizeof(whole), "%s: %s", prefix, err->text);
    copy_clean(err->text, sizeof(err->text), whole);
    err->place_n = 0;
}
