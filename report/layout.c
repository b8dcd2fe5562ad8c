#include "report/layout.h"

#include <string.h>

#include "report/clean.h"

enum { ADDRESS_MAX = 300 };

/* Bytes of the character at s; broken UTF-8 counts byte by byte. */
static size_t character(const char *s, const char *end)
{
    size_t n = text_utf8(s, end);
    return n ? n : 1;
}

/* At most `columns` characters of [s, end); returns how many were shown. */
static size_t add_characters(struct text *out, const char *s, const char *end, size_t columns)
{
    size_t shown = 0;
    for (; s < end && shown < columns; shown++) {
        size_t n = character(s, end);
        bool plain = n > 1 ? !clean_is_unseemly(text_code_point(s, n)) : (unsigned char)*s >= ' ' && (unsigned char)*s < 0x7f;
        if (plain)
            text_addn(out, s, n);
        else
            text_addc(out, '?');
        s += n;
    }
    return shown;
}

static size_t width_of(const char *s, const char *end)
{
    size_t width = 0;
    for (; s < end; s += character(s, end))
        width++;
    return width;
}

/* The text in `columns`, cut with "…" where it does not fit; returns the columns used. */
static size_t add_cut(struct text *out, const char *s, const char *end, size_t columns)
{
    if (width_of(s, end) <= columns)
        return add_characters(out, s, end, columns);
    if (columns == 0)
        return 0;
    size_t shown = add_characters(out, s, end, columns - 1);
    text_add(out, "…");
    return shown + 1;
}

void layout_cell(struct text *out, const char *s, size_t width, bool right)
{
    const char *end = s + strlen(s);
    size_t used = width_of(s, end);
    used = used < width ? used : width;
    if (right)
        text_fill(out, ' ', width - used);
    add_cut(out, s, end, width);
    if (!right)
        text_fill(out, ' ', width - used);
}

void layout_wrap(struct text *out, const char *s, size_t indent, size_t hang, size_t columns)
{
    size_t at = indent;
    bool first = true;
    text_fill(out, ' ', indent);
    for (s += strspn(s, " \n"); *s; s += strspn(s, " \n")) {
        const char *end = s + strcspn(s, " \n");
        size_t width = width_of(s, end);
        if (!first && at + 1 + width > columns) {
            text_addc(out, '\n');
            text_fill(out, ' ', hang);
            at = hang;
            first = true;
        }
        if (!first) {
            text_addc(out, ' ');
            at++;
        }
        bool command = first && end - s > 2 && s[0] == ':' && s[1] == ':'; /* GitHub Actions would obey it, blanks before it or not */
        if (command)
            text_addc(out, '?');
        bool address = (strncmp(s, "https://", 8) == 0 || strncmp(s, "http://", 7) == 0) && end - s <= ADDRESS_MAX; /* a cut one leads nowhere */
        at += command + add_cut(out, s + command, end, address ? width : columns - at - command);
        first = false;
        s = end;
    }
    text_addc(out, '\n');
}
