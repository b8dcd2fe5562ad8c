#include "json/path_cursor.h"

#include <string.h>

#include "json/scan.h"

/* Columns count characters, as everywhere. */
static int column_of(const char *text, const char *where)
{
    int column = 1;
    for (const char *p = text; p < where; p++)
        column += ((unsigned char)*p & 0xC0) != 0x80;
    return column;
}

bool path_cursor_refuse(struct path_cursor *in, const char *where, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    const char *reason = arena_vprintf(in->arena, format, args);
    va_end(args);
    *in->fault = (struct json_path_fault){(size_t)(where - in->text), column_of(in->text, where), reason};
    return false;
}

bool path_cursor_expected(struct path_cursor *in, const char *expected)
{
    if (in->p == in->end)
        return path_cursor_refuse(in, in->p, "expected %s, found the end", expected);
    size_t len = text_utf8(in->p, in->end);
    if (!len)
        return path_cursor_refuse(in, in->p, "expected UTF-8, found the byte 0x%02x", (unsigned char)*in->p);
    return path_cursor_refuse(in, in->p, "expected %s, found '%.*s'", expected, (int)len, in->p);
}

void path_cursor_warn(struct path_cursor *in, const char *where, const char *format, ...)
{
    if (in->path->warning)
        return;
    va_list args;
    va_start(args, format);
    const char *said = arena_vprintf(in->arena, format, args);
    va_end(args);
    in->path->warning = arena_printf(in->arena, "column %d: %s", column_of(in->text, where), said);
    in->path->warning_offset = (size_t)(where - in->text);
}

bool path_cursor_enter(struct path_cursor *in)
{
    if (in->depth == JSON_PATH_DEPTH_MAX)
        return path_cursor_refuse(in, in->p, "expected at most %d filters, parentheses and calls within each other",
                                  JSON_PATH_DEPTH_MAX);
    in->depth++;
    return true;
}

char path_cursor_peek(const struct path_cursor *in)
{
    return in->p < in->end ? *in->p : '\0';
}

bool path_cursor_take(struct path_cursor *in, char c)
{
    if (in->p == in->end || *in->p != c)
        return false;
    in->p++;
    return true;
}

bool path_cursor_take_word(struct path_cursor *in, const char *word)
{
    size_t len = strlen(word);
    if ((size_t)(in->end - in->p) < len || memcmp(in->p, word, len) != 0)
        return false;
    in->p += len;
    return true;
}

void path_cursor_blank(struct path_cursor *in)
{
    in->p = scan_blank(in->p, in->end);
}

bool path_cursor_at_digit(const struct path_cursor *in)
{
    char c = path_cursor_peek(in);
    return c >= '0' && c <= '9';
}

bool path_cursor_integer(struct path_cursor *in, const char *what, int64_t *out)
{
    const int64_t most = ((int64_t)1 << 53) - 1;
    const char *start = in->p;
    bool negative = path_cursor_take(in, '-');
    const char *digits = in->p;
    int64_t value = 0;
    for (; path_cursor_at_digit(in) && value <= most; in->p++)
        value = value * 10 + (*in->p - '0');
    if (in->p == digits)
        return path_cursor_expected(in, "a digit");
    if (*digits == '0' && (in->p - digits > 1 || negative))
        return path_cursor_refuse(in, start, "%s has no leading 0 and no '-0'", what);
    if (value > most)
        return path_cursor_refuse(in, start, "%s is beyond 2^53 - 1", what);
    *out = negative ? -value : value;
    return true;
}

/* --- quoted texts --- */

/* The code point of "uXXXX", or of a surrogate pair "uXXXX\uXXXX", at in->p. */
static bool take_unicode(struct path_cursor *in, uint32_t *code)
{
    int32_t high = scan_hex4(in->p + 1, in->end);
    if (high < 0)
        return path_cursor_refuse(in, in->p, "expected four hexadecimal digits after '\\u'");
    in->p += 5;
    *code = (uint32_t)high;
    if (high < 0xD800 || high > 0xDFFF)
        return true;
    bool pair = high < 0xDC00 && in->end - in->p >= 6 && in->p[0] == '\\' && in->p[1] == 'u';
    int32_t low = pair ? scan_hex4(in->p + 2, in->end) : -1;
    if (low < 0xDC00 || low > 0xDFFF)
        return path_cursor_refuse(in, in->p, "expected both halves of a surrogate pair");
    in->p += 6;
    *code = 0x10000 + ((uint32_t)(high - 0xD800) << 10) + (uint32_t)(low - 0xDC00);
    return true;
}

/* One escape, behind its backslash. */
static bool take_escape(struct path_cursor *in, char quote, struct text *out)
{
    static const char from[] = "bfnrt/\\", to[] = "\b\f\n\r\t/\\";
    char c = path_cursor_peek(in);
    const char *found = c ? strchr(from, c) : NULL;
    if (c == 'u') {
        uint32_t code = 0;
        char utf8[4];
        if (!take_unicode(in, &code))
            return false;
        text_addn(out, utf8, text_encode(utf8, code));
        return true;
    }
    if (!found && c != quote)
        return path_cursor_expected(in, quote == '"' ? "one of \"\\/bfnrtu after '\\'"
                                                     : "one of '\\/bfnrtu after '\\'");
    text_addc(out, found ? to[found - from] : quote);
    in->p++;
    return true;
}

static bool quoted_into(struct path_cursor *in, char quote, struct text *out)
{
    while (!path_cursor_take(in, quote)) {
        if (path_cursor_take(in, '\\')) {
            if (!take_escape(in, quote, out))
                return false;
            continue;
        }
        size_t len = text_utf8(in->p, in->end);
        if (!len || (unsigned char)*in->p < 0x20)
            return path_cursor_expected(in, quote == '"' ? "the closing '\"'" : "the closing quote \"'\"");
        text_addn(out, in->p, len);
        in->p += len;
    }
    return true;
}

bool path_cursor_quoted(struct path_cursor *in, const char **s, size_t *len)
{
    char quote = *in->p++;
    struct text out = text_open((size_t)(in->end - in->text));
    bool ok = quoted_into(in, quote, &out);
    if (ok) {
        *s = arena_strndup(in->arena, out.s, out.len);
        *len = out.len;
    }
    text_close(&out);
    return ok;
}
