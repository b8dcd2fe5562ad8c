#include "json/write.h"

#include <assert.h>
#include <endian.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "json/number.h"

enum { DEPTH_MAX = 4096, SORT_SMALL = 32, LONG_STRING = 256 };

#define EACH(byte) ((byte)*0x0101010101010101u)

void json_write_break(struct text *out, const struct json_style *style, int depth)
{
    if (style->indent <= 0)
        return;
    size_t blanks = (size_t)style->indent * (size_t)depth;
    char *to = text_room(out, blanks + 1);
    if (!to)
        return;
    to[0] = '\n';
    memset(to + 1, ' ', blanks);
    to[blanks + 1] = '\0';
    out->len += blanks + 1;
}

/* --- strings --- */

static inline bool is_plain(unsigned char c, bool ascii)
{
    return c >= 0x20 && c != '"' && c != '\\' && (!ascii || c < 0x7F);
}

/* How many bytes from s on need no escape; eight at a time (see json/scan.c for the arithmetic). */
static size_t plain_run(const char *s, size_t len, bool ascii)
{
    size_t i = 0;
    uint64_t wide = ascii ? EACH(0x80u) : 0;
    for (; len - i >= 8; i += 8) {
        uint64_t eight;
        memcpy(&eight, s + i, 8);
        eight = le64toh(eight);
        uint64_t quote = eight ^ EACH(0x22u), backslash = eight ^ EACH(0x5Cu), delete = eight ^ EACH(0x7Fu);
        uint64_t found = ((eight - EACH(0x20u)) & ~eight) | ((quote - EACH(0x01u)) & ~quote) |
                         ((backslash - EACH(0x01u)) & ~backslash);
        found = (found & EACH(0x80u)) | ((((delete - EACH(0x01u)) & ~delete) | eight) & wide);
        if (found)
            return i + (size_t)__builtin_ctzll(found) / 8;
    }
    while (i < len && is_plain((unsigned char)s[i], ascii))
        i++;
    return i;
}

/* The code point at s, and how many bytes it takes; s is UTF-8, but a cut sequence reads nothing beyond `len`. */
static uint32_t decode(const char *s, size_t len, size_t *size)
{
    size_t n = text_utf8(s, s + len);
    *size = n ? n : 1;
    return n ? text_code_point(s, n) : 0xFFFD;
}

static char *put_unit(char *to, uint32_t unit)
{
    static const char hex[] = "0123456789abcdef";
    *to++ = '\\';
    *to++ = 'u';
    for (int shift = 12; shift >= 0; shift -= 4)
        *to++ = hex[unit >> shift & 15];
    return to;
}

/* Writes the escape of the character at s; returns how many bytes of s that was. */
static size_t put_escape(struct text *out, const char *s, size_t len)
{
    static const char from[] = "\"\\\b\f\n\r\t", letters[] = "\"\\bfnrt";
    const char *found = *s ? strchr(from, *s) : NULL;
    char escape[12] = {'\\'}, *end = escape;
    size_t size = 1;
    if (found) {
        escape[1] = letters[found - from];
        end = escape + 2;
    } else {
        uint32_t code = decode(s, len, &size);
        if (code >= 0x10000)
            end = put_unit(end, 0xD800 + ((code - 0x10000) >> 10));
        end = put_unit(end, code >= 0x10000 ? 0xDC00 + ((code - 0x10000) & 0x3FF) : code);
    }
    text_addn(out, escape, (size_t)(end - escape));
    return size;
}

void json_write_string(struct text *out, const char *s, size_t len, const struct json_style *style)
{
    size_t run = plain_run(s, len, style->ascii);
    char *to = text_room(out, run + 2);
    if (!to)
        return;
    *to++ = '"';
    memcpy(to, s, run);
    to[run] = '"';
    to[run + 1] = '\0';
    out->len += run + 2;
    if (run == len)
        return;
    out->len--; /* the closing quote comes later */
    while (run < len) {
        run += put_escape(out, s + run, len - run);
        size_t plain = plain_run(s + run, len - run, style->ascii);
        text_addn(out, s + run, plain);
        run += plain;
    }
    text_addc(out, '"');
}

/* --- numbers --- */

static void put_number(struct text *out, const char *digits, size_t len)
{
    text_addn(out, digits, len);
}

void json_write_real(struct text *out, double value)
{
    char digits[NUMBER_TEXT_MAX];
    put_number(out, digits, number_print_double(digits, value));
}

static void write_integer(struct text *out, int64_t value)
{
    char digits[NUMBER_TEXT_MAX];
    put_number(out, digits, number_print_int64(digits, value));
}

/* --- containers --- */

static void write_value(struct text *out, const json_t *value, const struct json_style *style, int depth, int level);

static void write_separator(struct text *out, const struct json_style *style, bool first, int depth)
{
    if (!first && style->indent == 0)
        text_addn(out, ", ", 2);
    else if (!first)
        text_addc(out, ',');
    json_write_break(out, style, depth);
}

static void write_array(struct text *out, const json_t *array, const struct json_style *style, int depth, int level)
{
    size_t n = json_array_size(array);
    text_addc(out, '[');
    for (size_t i = 0; i < n; i++) {
        write_separator(out, style, i == 0, depth + 1);
        write_value(out, json_array_get(array, i), style, depth + 1, level + 1);
    }
    if (n)
        json_write_break(out, style, depth);
    text_addc(out, ']');
}

static void write_member(struct text *out, void *member, const struct json_style *style, bool first, int depth,
                         int level)
{
    write_separator(out, style, first, depth);
    json_write_string(out, json_object_iter_key(member), json_object_iter_key_len(member), style);
    text_addn(out, ": ", style->indent < 0 ? 1 : 2);
    write_value(out, json_object_iter_value(member), style, depth, level);
}

static int compare_members(const void *a, const void *b)
{
    return strcmp(json_object_iter_key(*(void *const *)a), json_object_iter_key(*(void *const *)b));
}

static void write_sorted(struct text *out, json_t *object, const struct json_style *style, int depth, int level)
{
    void *few[SORT_SMALL], **members = few;
    size_t n = 0;
    if (json_object_size(object) > SORT_SMALL)
        members = memory_need(malloc(json_object_size(object) * sizeof(*members)));
    for (void *member = json_object_iter(object); member; member = json_object_iter_next(object, member))
        members[n++] = member;
    qsort(members, n, sizeof(*members), compare_members);
    for (size_t i = 0; i < n; i++)
        write_member(out, members[i], style, i == 0, depth, level);
    if (members != few)
        free(members);
}

static void write_object(struct text *out, json_t *object, const struct json_style *style, int depth, int level)
{
    text_addc(out, '{');
    bool first = true;
    if (style->sort_keys)
        write_sorted(out, object, style, depth + 1, level + 1);
    for (void *member = style->sort_keys ? NULL : json_object_iter(object); member;
         member = json_object_iter_next(object, member)) {
        write_member(out, member, style, first, depth + 1, level + 1);
        first = false;
    }
    if (json_object_size(object))
        json_write_break(out, style, depth);
    text_addc(out, '}');
}

static bool write_known(struct text *out, const json_t *value, const struct json_style *style, int depth)
{
    bool large = json_is_object(value) || json_is_array(value) || json_string_length(value) >= LONG_STRING;
    const struct text *known = large ? style->known(style->context, value, depth) : NULL;
    if (known)
        text_addn(out, known->s, known->len);
    return known != NULL;
}

static void write_value(struct text *out, const json_t *value, const struct json_style *style, int depth, int level)
{
    assert(level < DEPTH_MAX); /* readers stop at JSON_DEPTH_MAX: deeper is a cycle of our own making */
    if (style->known && write_known(out, value, style, depth))
        return;
    switch (json_typeof(value)) {
    case JSON_OBJECT:
        write_object(out, (json_t *)value, style, depth, level); /* Jansson iterates over mutable objects only */
        break;
    case JSON_ARRAY:
        write_array(out, value, style, depth, level);
        break;
    case JSON_STRING:
        json_write_string(out, json_string_value(value), json_string_length(value), style);
        break;
    case JSON_INTEGER:
        write_integer(out, json_integer_value(value));
        break;
    case JSON_REAL:
        json_write_real(out, json_real_value(value));
        break;
    case JSON_TRUE:
        text_addn(out, "true", 4);
        break;
    case JSON_FALSE:
        text_addn(out, "false", 5);
        break;
    case JSON_NULL:
        text_addn(out, "null", 4);
        break;
    }
}

void json_write(struct text *out, const json_t *value, const struct json_style *style, int depth)
{
    write_value(out, value, style, depth, 0);
}
