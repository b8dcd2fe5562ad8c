#include "config/yaml_emit.h"

#include <string.h>

int yaml_emit_deeper(struct yaml_emit *emit, bool flow, bool indentless)
{
    int before = emit->indent;
    if (before < 0)
        emit->indent = flow ? YAML_EMIT_INDENT : 0;
    else if (!indentless)
        emit->indent += YAML_EMIT_INDENT;
    return before;
}

static void put(struct yaml_emit *emit, const char *s, size_t len)
{
    text_addn(emit->out, s, len);
    emit->column += len;
}

static void line_break(struct yaml_emit *emit)
{
    text_addc(emit->out, '\n');
    emit->whitespace = emit->indention = true;
    emit->column = 0;
}

void yaml_emit_indicator(struct yaml_emit *emit, const char *indicator, bool space, bool indention)
{
    if (space && !emit->whitespace)
        put(emit, " ", 1);
    put(emit, indicator, strlen(indicator));
    emit->whitespace = false;
    emit->indention = emit->indention && indention;
}

void yaml_emit_indent(struct yaml_emit *emit)
{
    size_t indent = emit->indent < 0 ? 0 : (size_t)emit->indent;
    if (!emit->indention || emit->column > indent || (emit->column == indent && !emit->whitespace))
        line_break(emit);
    if (emit->column < indent) {
        text_fill(emit->out, ' ', indent - emit->column);
        emit->whitespace = true;
        emit->column = indent;
    }
}

/* ---- what a text allows for ---- */

enum { FIRST = 1, SPECIAL = 2, BREAK = 4, SPACE = 8, COLON = 16, HASH = 32, OPENER = 64 };

/* FIRST: no plain scalar begins so; OPENER: nor so when a blank follows; SPECIAL: needs escapes. Of printable ASCII. */
static const unsigned char classes[128] = {
    [' '] = SPACE, ['#'] = FIRST | HASH, [','] = FIRST,  ['['] = FIRST,  [']'] = FIRST,         ['{'] = FIRST,
    ['}'] = FIRST, ['&'] = FIRST,        ['*'] = FIRST,  ['!'] = FIRST,  ['|'] = FIRST,         ['>'] = FIRST,
    ['\''] = FIRST, ['"'] = FIRST,       ['%'] = FIRST,  ['@'] = FIRST,  ['`'] = FIRST,         ['?'] = OPENER,
    ['-'] = OPENER, ['\n'] = BREAK,      [127] = SPECIAL, [':'] = OPENER | COLON,
};

static unsigned class_of(char c)
{
    unsigned char byte = (unsigned char)c;
    return byte >= 128 || (byte < ' ' && byte != '\n') ? SPECIAL : classes[byte];
}

/* Whether the bytes at i are one of the line breaks beside \n: NEL, LS, PS. */
static bool unicode_break(const char *s, size_t len, size_t i)
{
    return (len - i >= 2 && memcmp(s + i, "\xC2\x85", 2) == 0) ||
           (len - i >= 3 && (memcmp(s + i, "\xE2\x80\xA8", 3) == 0 || memcmp(s + i, "\xE2\x80\xA9", 3) == 0));
}

struct yaml_looks yaml_emit_looks(const char *s, size_t len)
{
    if (len == 0)
        return (struct yaml_looks){.empty = true, .plain = true, .single = true};
    bool plain = !(class_of(s[0]) & FIRST) && !((class_of(s[0]) & OPENER) && (len == 1 || s[1] == ' '));
    bool single = true, multiline = false;
    size_t continued = 0; /* bytes that are not the first of their character */
    if (len >= 3 && (memcmp(s, "---", 3) == 0 || memcmp(s, "...", 3) == 0))
        plain = false;
    for (size_t i = 0; i < len; i++) {
        unsigned class = class_of(s[i]);
        if (!(class & (SPECIAL | BREAK | SPACE | COLON | HASH)))
            continue;
        char before = i ? s[i - 1] : '\0', after = i + 1 < len ? s[i + 1] : '\0';
        if (class & SPECIAL) {
            plain = single = false;
            continued += ((unsigned char)s[i] & 0xC0) == 0x80;
            multiline = multiline || unicode_break(s, len, i);
        } else if (class & BREAK) {
            plain = false;
            multiline = true;
            single = single && before != ' ';
        } else if (class & SPACE) {
            plain = plain && before && after;
            single = single && before != '\n';
        } else if (class & COLON) {
            plain = plain && after != ' ' && (after || i + 1 < len);
        } else {
            plain = plain && before != ' ';
        }
    }
    return (struct yaml_looks){.multiline = multiline, .plain = plain, .single = single, .chars = len - continued};
}

/* ---- scalars ---- */

void yaml_emit_plain(struct yaml_emit *emit, const char *s, size_t len, bool split)
{
    if (len == 0)
        return;
    if (!emit->whitespace)
        put(emit, " ", 1);
    emit->whitespace = emit->indention = false;
    for (const char *p = s, *end = s + len; p < end;) {
        const char *space = memchr(p, ' ', (size_t)(end - p));
        put(emit, p, (size_t)((space ? space : end) - p));
        if (!space)
            return;
        p = space;
        while (p < end && *p == ' ')
            p++;
        if (p - space == 1 && emit->column > YAML_EMIT_WIDTH && split) {
            yaml_emit_indent(emit);
            emit->whitespace = emit->indention = false;
        } else {
            put(emit, space, (size_t)(p - space));
        }
    }
}

static size_t run_of(const char *p, const char *end, char c)
{
    const char *from = p;
    while (p < end && *p == c)
        p++;
    return (size_t)(p - from);
}

void yaml_emit_single(struct yaml_emit *emit, const char *s, size_t len, bool split)
{
    yaml_emit_indicator(emit, "'", true, false);
    for (const char *p = s, *end = s + len; p < end;) {
        size_t n = run_of(p, end, ' ');
        if (n) {
            bool fold = n == 1 && emit->column > YAML_EMIT_WIDTH && split && p > s && p + n < end;
            if (fold)
                yaml_emit_indent(emit);
            else
                put(emit, p, n);
        } else if ((n = run_of(p, end, '\n')) > 0) {
            line_break(emit); /* one more than there are: a single one would read as a blank */
            for (size_t i = 0; i < n; i++)
                line_break(emit);
            yaml_emit_indent(emit);
        } else if (*p == '\'') {
            n = 1;
            put(emit, "''", 2);
        } else {
            while (p + n < end && p[n] != ' ' && p[n] != '\n' && p[n] != '\'')
                n++;
            put(emit, p, n);
        }
        p += n;
    }
    yaml_emit_indicator(emit, "'", false, false);
}

static void put_escape(struct yaml_emit *emit, unsigned code)
{
    static const struct {
        unsigned code;
        char letter;
    } letters[] = {{0, '0'},    {7, 'a'},    {8, 'b'},    {9, 't'},      {10, 'n'},    {11, 'v'},      {12, 'f'},    {13, 'r'},
                   {0x1B, 'e'}, {'"', '"'},  {'\\', '\\'}, {0x85, 'N'}, {0xA0, '_'}, {0x2028, 'L'}, {0x2029, 'P'}};
    for (size_t i = 0; i < sizeof(letters) / sizeof(letters[0]); i++)
        if (letters[i].code == code) {
            put(emit, (char[]){'\\', letters[i].letter}, 2);
            return;
        }
    size_t before = emit->out->len;
    if (code <= 0xFF)
        text_printf(emit->out, "\\x%02X", code);
    else if (code <= 0xFFFF)
        text_printf(emit->out, "\\u%04X", code);
    else
        text_printf(emit->out, "\\U%08X", code);
    emit->column += emit->out->len - before;
}

/* Breaks the line: what is written so far ends with a backslash, and so does a blank at the start of the next one. */
static void break_double(struct yaml_emit *emit, bool space_follows)
{
    put(emit, "\\", 1);
    yaml_emit_indent(emit);
    emit->whitespace = emit->indention = false;
    if (space_follows)
        put(emit, "\\", 1);
}

void yaml_emit_double(struct yaml_emit *emit, const char *s, size_t len, bool split)
{
    const char *end = s + len, *start = s; /* s[start, p) is not written yet */
    yaml_emit_indicator(emit, "\"", true, false);
    for (const char *p = s; p < end;) {
        size_t size = text_utf8(p, end);
        bool escape = *p == '"' || *p == '\\' || class_of(*p) & (SPECIAL | BREAK);
        if (escape) {
            put(emit, start, (size_t)(p - start));
            put_escape(emit, size ? text_code_point(p, size) : (unsigned char)*p);
            start = p + (size ? size : 1);
        }
        /* After an escape PyYAML counts one column less. */
        size_t column = escape ? emit->column - 1 : emit->column + (size_t)(p - start);
        const char *next = p + (size ? size : 1);
        if (p > s && next < end && (*p == ' ' || start >= p) && column > YAML_EMIT_WIDTH && split) {
            if (start < p) {
                put(emit, start, (size_t)(p - start));
                start = p;
            }
            break_double(emit, *start == ' ');
        }
        p = next;
    }
    if (start < end)
        put(emit, start, (size_t)(end - start));
    yaml_emit_indicator(emit, "\"", false, false);
}

void yaml_emit_base64(struct yaml_emit *emit, const char *bytes, size_t len)
{
    static const char alphabet[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    yaml_emit_indicator(emit, "|", true, false);
    line_break(emit);
    for (size_t i = 0; i < len; i += 3) {
        unsigned char group[3] = {0};
        size_t n = len - i < 3 ? len - i : 3;
        memcpy(group, bytes + i, n);
        unsigned bits = (unsigned)group[0] << 16 | (unsigned)group[1] << 8 | group[2];
        char four[4] = {alphabet[bits >> 18], alphabet[bits >> 12 & 63], n > 1 ? alphabet[bits >> 6 & 63] : '=',
                        n > 2 ? alphabet[bits & 63] : '='};
        if (i % 57 == 0)
            yaml_emit_indent(emit);
        put(emit, four, 4);
        if ((i + 3) % 57 == 0 || i + 3 >= len)
            line_break(emit);
    }
}
