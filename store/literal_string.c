#include "store/literal_string.h"

#include <string.h>

struct prefix {
    bool raw, bytes, format;
    size_t len;
};

/* False: these letters are no prefix of a string. */
static bool read_prefix(const char *p, const char *end, struct prefix *out)
{
    *out = (struct prefix){0};
    bool unicode = false;
    for (; p < end && *p != '\'' && *p != '"'; p++, out->len++) {
        char letter = (char)(*p | 32);
        bool *flag = letter == 'r' ? &out->raw : letter == 'b' ? &out->bytes : letter == 'f' ? &out->format : &unicode;
        if ((letter != 'r' && letter != 'b' && letter != 'f' && letter != 'u') || *flag || out->len == 2)
            return false;
        *flag = true;
    }
    return p < end && !(unicode && out->len > 1) && !(out->bytes && out->format);
}

bool literal_string_begins(const char *p, const char *end)
{
    struct prefix prefix;
    return read_prefix(p, end, &prefix);
}

static int hex(char c)
{
    return c >= '0' && c <= '9' ? c - '0' : (c | 32) >= 'a' && (c | 32) <= 'f' ? (c | 32) - 'a' + 10 : -1;
}

static void add_code_point(struct text *out, unsigned code)
{
    char s[4];
    text_addn(out, s, text_encode(s, code));
}

/* \x41 \u00e9 \U0001F600: `digits` hexadecimal digits at *p. */
static bool read_hex(const char **p, const char *end, int digits, unsigned *out)
{
    *out = 0;
    for (int i = 0; i < digits; i++) {
        int digit = *p < end ? hex(**p) : -1;
        if (digit < 0)
            return false;
        *out = *out << 4 | (unsigned)digit;
        (*p)++;
    }
    return true;
}

static unsigned read_octal(const char **p, const char *end)
{
    unsigned code = 0;
    for (int i = 0; i < 3 && *p < end && **p >= '0' && **p <= '7'; i++)
        code = code * 8 + (unsigned)(*(*p)++ - '0');
    return code;
}

static void add_escaped(struct text *out, unsigned code, struct literal_string *string)
{
    bool surrogate = code >= 0xD800 && code <= 0xDFFF;
    if (string->bytes)
        text_addc(out, (char)(code & 0xFF));
    else
        add_code_point(out, surrogate ? 0xFFFD : code);
    string->mended += surrogate && !string->bytes;
}

/* What follows a backslash. An escape that Python does not know stands for itself, backslash and all. */
static bool read_escape(const char **p, const char *end, struct text *out, struct literal_string *string, const char **why)
{
    static const char from[] = "\\'\"abfnrtv", to[] = "\\'\"\a\b\f\n\r\t\v";
    char c = **p;
    const char *known = c ? strchr(from, c) : NULL;
    unsigned code;
    if (c >= '0' && c <= '7') {
        add_escaped(out, read_octal(p, end), string);
        return true;
    }
    (*p)++;
    if (c == '\n') /* the line goes on */
        return true;
    if (c == '\r') {
        *p += *p < end && **p == '\n';
        return true;
    }
    if (known) {
        text_addc(out, to[known - from]);
        return true;
    }
    int digits = c == 'x' ? 2 : string->bytes ? 0 : c == 'u' ? 4 : c == 'U' ? 8 : 0;
    if (digits) {
        *why = "expected hexadecimal digits of a character that exists";
        if (!read_hex(p, end, digits, &code) || code > 0x10FFFF)
            return false;
        add_escaped(out, code, string);
        return true;
    }
    *why = "\\N{...} is not read here";
    if (c == 'N' && !string->bytes)
        return false;
    text_addc(out, '\\');
    (*p)--; /* the character itself comes next */
    return true;
}

/* One character that is not part of an escape; line ends are \n as in Python's source. */
static bool read_plain(const char **p, const char *end, struct text *out, struct literal_string *string, const char **why)
{
    size_t n = text_utf8(*p, end);
    if (string->bytes && (unsigned char)**p >= 0x80) {
        *why = "expected ASCII in bytes";
        return false;
    }
    if (**p == '\r') {
        *p += *p + 1 < end && (*p)[1] == '\n' ? 2 : 1;
        text_addc(out, '\n');
        return true;
    }
    if (n)
        text_addn(out, *p, n);
    else
        add_code_point(out, 0xFFFD);
    string->mended += n == 0;
    *p += n ? n : 1;
    return true;
}

bool literal_string_read(const char *p, const char *end, struct text *out, struct literal_string *string, const char **why)
{
    struct prefix prefix;
    read_prefix(p, end, &prefix);
    *string = (struct literal_string){.bytes = prefix.bytes, .next = p};
    *why = "f-strings are not read here";
    if (prefix.format)
        return false;
    p += prefix.len;
    char quote = *p;
    size_t quotes = end - p >= 3 && p[1] == quote && p[2] == quote ? 3 : 1;
    bool ok = true, closed = false;
    for (p += quotes; ok && !closed && p < end;) {
        closed = *p == quote && (quotes == 1 || (end - p >= 3 && p[1] == quote && p[2] == quote));
        if (closed) {
            p += quotes;
        } else if (*p == '\\' && end - p >= 2 && !prefix.raw) {
            p++;
            ok = read_escape(&p, end, out, string, why);
        } else if (*p == '\\' && end - p >= 2) { /* raw: a quote after a backslash does not close it */
            text_addc(out, *p++);
            ok = read_plain(&p, end, out, string, why);
        } else if ((*p == '\n' || *p == '\r') && quotes == 1) {
            break;
        } else {
            ok = read_plain(&p, end, out, string, why);
        }
    }
    string->next = p;
    if (ok && !closed)
        *why = "the string is not closed";
    return ok && closed;
}
