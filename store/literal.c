#include "store/literal.h"

#include <errno.h>
#include <math.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/text.h"
#include "config/repr.h"
#include "store/literal_call.h"
#include "store/literal_string.h"

struct reader {
    const char *start, *p, *end;
    struct pos at;
    struct literal *found;
    struct error *err;
    int depth;
    bool unhashable;  /* a list, a set or a dict was read since this was last cleared */
    bool after_comma; /* the last element that was read had a comma after it: "(1,)" */
};

static json_t *read_value(struct reader *reader);

/* ---- places and errors ---- */

static bool fail_at(struct reader *reader, const char *where, const char *message)
{
    struct pos at = reader->at;
    at.line = at.line ? at.line : 1;
    at.col = at.col ? at.col : 1;
    for (const char *p = reader->start; p < where && p < reader->end; p++) {
        at.line += *p == '\n';
        at.col = *p == '\n' ? 1 : at.col + (((unsigned char)*p & 0xC0) != 0x80);
    }
    char found[32] = "the end of the text";
    size_t n = where < reader->end ? text_utf8(where, reader->end) : 0;
    if (n)
        snprintf(found, sizeof(found), "'%.*s'", (int)n, where);
    else if (where < reader->end)
        snprintf(found, sizeof(found), "byte 0x%02X", (unsigned char)*where);
    error_at(reader->err, ERR_ARTIFACT, at, "%s, found %s", message, found);
    return false;
}

static json_t *fail(struct reader *reader, const char *message)
{
    fail_at(reader, reader->p, message);
    return NULL;
}

/* Blanks; within brackets also line ends and comments. */
static void skip_blanks(struct reader *reader)
{
    for (; reader->p < reader->end; reader->p++) {
        char c = *reader->p;
        bool blank = c == ' ' || c == '\t' || c == '\f';
        if (reader->depth > 0 && c == '#')
            while (reader->p + 1 < reader->end && reader->p[1] != '\n')
                reader->p++;
        else if (!blank && !(reader->depth > 0 && (c == '\n' || c == '\r')))
            return;
    }
}

static bool next_is(const struct reader *reader, char c)
{
    return reader->p < reader->end && *reader->p == c;
}

/* ---- words and numbers ---- */

static bool in_name(char c)
{
    return (c >= '0' && c <= '9') || ((c | 32) >= 'a' && (c | 32) <= 'z') || c == '_' || (unsigned char)c >= 0x80;
}

/* Passes over the name `word`, when it stands there. */
static bool read_word(struct reader *reader, const char *word)
{
    size_t len = strlen(word);
    if ((size_t)(reader->end - reader->p) < len || memcmp(reader->p, word, len) != 0 ||
        (reader->p + len < reader->end && in_name(reader->p[len])))
        return false;
    reader->p += len;
    return true;
}

static json_t *non_finite(struct reader *reader)
{
    reader->found->non_finite++;
    return json_null();
}

static bool read_non_finite(struct reader *reader)
{
    return read_word(reader, "nan") || read_word(reader, "inf") || read_word(reader, "NaN") || read_word(reader, "Infinity");
}

static bool digit_of(char c, int base)
{
    int value = c >= '0' && c <= '9' ? c - '0' : (c | 32) >= 'a' && (c | 32) <= 'z' ? (c | 32) - 'a' + 10 : 99;
    return value < base;
}

/* Digits with single underscores between them, appended without these; how many digits, or -1 when malformed. */
static int read_digits(struct reader *reader, int base, struct text *out)
{
    int n = 0;
    while (reader->p < reader->end) {
        bool underscore = *reader->p == '_';
        const char *digit = reader->p + underscore;
        if (underscore && (n == 0 || digit == reader->end || !digit_of(*digit, base)))
            return -1;
        if (!digit_of(*digit, base) || n > LITERAL_DIGITS_MAX)
            break;
        text_addc(out, *digit);
        reader->p = digit + 1;
        n++;
    }
    return n > LITERAL_DIGITS_MAX ? -1 : n;
}

static json_t *integer_json(struct reader *reader, const char *text, int base)
{
    errno = 0;
    long long value = strtoll(text, NULL, base);
    if (errno == 0)
        return memory_need(json_integer(value));
    bool negative = *text == '-';
    double real = 0;
    if (base == 10)
        real = strtod(text, NULL);
    else
        for (const char *p = text + negative; *p; p++)
            real = real * base + (*p <= '9' ? *p - '0' : (*p | 32) - 'a' + 10);
    reader->found->big_integers++;
    return isinf(real) ? non_finite(reader) : memory_need(json_real(base == 10 || !negative ? real : -real));
}

/* ".5e-3" after the whole part; false when it is malformed. */
static bool read_fraction(struct reader *reader, struct text *out, int whole, bool *is_real)
{
    int fraction = 0;
    if (next_is(reader, '.')) {
        *is_real = true;
        reader->p++;
        text_addc(out, '.');
        fraction = read_digits(reader, 10, out);
    }
    if (fraction < 0 || whole + fraction == 0)
        return false;
    if (reader->p == reader->end || (*reader->p | 32) != 'e')
        return true;
    *is_real = true;
    reader->p++;
    text_addc(out, 'e');
    if (next_is(reader, '-') || next_is(reader, '+'))
        text_addc(out, *reader->p++);
    return read_digits(reader, 10, out) > 0;
}

static json_t *read_decimal(struct reader *reader, struct text *out)
{
    size_t first = out->len; /* after the sign */
    bool is_real = false;
    int whole = read_digits(reader, 10, out);
    if (whole < 0 || !read_fraction(reader, out, whole, &is_real))
        return fail(reader, "expected a number of at most 4300 digits");
    if (!is_real && whole > 1 && out->s[first] == '0' && strspn(out->s + first, "0") < (size_t)whole)
        return fail(reader, "an integer does not begin with 0");
    if (!is_real)
        return integer_json(reader, out->s, 10);
    double value = strtod(out->s, NULL);
    return isinf(value) ? non_finite(reader) : memory_need(json_real(value));
}

static json_t *read_number(struct reader *reader)
{
    struct text text = text_open(3 * LITERAL_DIGITS_MAX + 100);
    bool negative = next_is(reader, '-');
    if (negative)
        text_addc(&text, '-');
    if (next_is(reader, '-') || next_is(reader, '+')) {
        reader->p++;
        skip_blanks(reader);
    }
    json_t *json = NULL;
    int base = 10;
    if (next_is(reader, '0') && reader->end - reader->p > 1) {
        char letter = (char)(reader->p[1] | 32);
        base = letter == 'x' ? 16 : letter == 'o' ? 8 : letter == 'b' ? 2 : 10;
    }
    if (read_non_finite(reader)) {
        json = non_finite(reader);
    } else if (base != 10) {
        reader->p += 2;
        reader->p += next_is(reader, '_');
        json = read_digits(reader, base, &text) > 0 ? integer_json(reader, text.s, base)
                                                    : fail(reader, "expected digits of that base");
    } else {
        json = read_decimal(reader, &text);
    }
    text_close(&text);
    if (json && reader->p < reader->end && in_name(*reader->p)) {
        json_decref(json);
        return fail(reader, "expected the number to end");
    }
    return json;
}

/* ---- strings ---- */

/* One string, or several with nothing but blanks between them: Python joins those. */
static json_t *read_strings(struct reader *reader)
{
    struct text text = text_open(SIZE_MAX / 2), shown = text_open(SIZE_MAX / 2);
    struct literal_string string;
    const char *why = "", *after = reader->p;
    bool ok, bytes = false, first = true;
    do {
        ok = literal_string_read(reader->p, reader->end, &text, &string, &why);
        if (ok && !first && string.bytes != bytes) {
            ok = false;
            string.next = reader->p;
            why = "strings and bytes cannot be joined";
        }
        bytes = string.bytes;
        first = false;
        reader->found->mended += string.mended;
        reader->p = after = string.next;
        skip_blanks(reader);
    } while (ok && literal_string_begins(reader->p, reader->end));
    reader->p = after;
    json_t *json = NULL;
    if (!ok)
        fail(reader, why);
    else if (bytes)
        repr_bytes(&shown, text.s, text.len);
    if (ok)
        json = memory_need(bytes ? json_stringn_nocheck(shown.s, shown.len) : json_stringn_nocheck(text.s, text.len));
    text_close(&shown);
    text_close(&text);
    return json;
}

/* ---- brackets ---- */

/* A key or an element of a set: no list, set or dict is in it. */
static json_t *read_hashable(struct reader *reader)
{
    skip_blanks(reader);
    const char *source = reader->p;
    reader->unhashable = false;
    json_t *json = read_value(reader);
    if (json && reader->unhashable) {
        fail_at(reader, source, "expected a key or an element without lists, sets and dicts in it");
        json_decref(json);
        return NULL;
    }
    return json;
}

/* What json.dumps makes of a key; `source` is its text. */
static void key_text(struct text *out, const json_t *key, const char *source, size_t len)
{
    char real[REPR_REAL_MAX];
    bool plain_digits = memchr(source, '.', len) == NULL && memchr(source, 'e', len) == NULL && memchr(source, 'E', len) == NULL;
    switch (json_typeof(key)) {
    case JSON_STRING:
        text_addn(out, json_string_value(key), json_string_length(key));
        break;
    case JSON_INTEGER:
        text_printf(out, "%" JSON_INTEGER_FORMAT, json_integer_value(key));
        break;
    case JSON_REAL:
        repr_real(json_real_value(key), real);
        if (plain_digits)
            text_addn(out, source, len);
        else
            text_add(out, real);
        break;
    case JSON_TRUE:
    case JSON_FALSE:
        text_add(out, json_is_true(key) ? "true" : "false");
        break;
    case JSON_NULL:
        if (memmem(source, len, "None", 4))
            text_add(out, "null");
        else
            text_add(out, memchr(source, 'a', len) ? "NaN" : source[0] == '-' ? "-Infinity" : "Infinity");
        break;
    case JSON_ARRAY: /* a tuple */
    case JSON_OBJECT:
        text_addn(out, source, len);
        break;
    }
}

/* Whether the value that was just read goes on with a comma or ends with `close`; the comma is passed over. */
static bool read_comma(struct reader *reader, char close, const char *message)
{
    skip_blanks(reader);
    reader->after_comma = next_is(reader, ',');
    if (reader->after_comma) {
        reader->p++;
        skip_blanks(reader);
        return true;
    }
    return next_is(reader, close) || fail_at(reader, reader->p, message);
}

/* The members of a dict from the value of the first one on; `key` and `source` are the first key and where it begins. */
static bool read_dict(struct reader *reader, json_t *dict, json_t *key, const char *source)
{
    struct text name = text_open(SIZE_MAX / 2);
    bool ok;
    for (;;) {
        size_t non_finite_before = reader->found->non_finite;
        if (!key) {
            source = reader->p;
            key = read_hashable(reader);
            reader->found->non_finite = non_finite_before;
        }
        text_clear(&name);
        ok = key != NULL;
        if (ok)
            key_text(&name, key, source, (size_t)(reader->p - source));
        json_decref(key);
        key = NULL;
        skip_blanks(reader);
        if (!ok || !(ok = next_is(reader, ':') || fail_at(reader, reader->p, "expected ':' after the key")))
            break;
        reader->p++;
        json_t *value = read_value(reader);
        ok = value && json_object_setn_new_nocheck(dict, name.s, name.len, value) == 0 &&
             read_comma(reader, '}', "expected ',' or '}'");
        if (!ok || next_is(reader, '}'))
            break;
    }
    text_close(&name);
    return ok;
}

/* The elements of a list, a tuple or a set up to its bracket. */
static bool read_elements(struct reader *reader, json_t *list, char close, const char *message)
{
    while (!next_is(reader, close)) {
        json_t *value = close == '}' ? read_hashable(reader) : read_value(reader);
        if (!value)
            return false;
        json_array_append_new(list, value);
        if (!read_comma(reader, close, message))
            return false;
    }
    return true;
}

/* After "{". */
static json_t *read_braces(struct reader *reader)
{
    if (next_is(reader, '}'))
        return memory_need(json_object());
    const char *source = reader->p;
    size_t non_finite_before = reader->found->non_finite;
    json_t *first = read_hashable(reader);
    if (!first)
        return NULL;
    const char *after = reader->p;
    skip_blanks(reader);
    bool is_dict = next_is(reader, ':');
    json_t *json = memory_need(is_dict ? json_object() : json_array());
    bool ok;
    if (is_dict) {
        reader->found->non_finite = non_finite_before;
        reader->p = after;
        ok = read_dict(reader, json, first, source);
    } else {
        json_array_append_new(json, first);
        ok = read_comma(reader, '}', "expected ',', ':' or '}'") && read_elements(reader, json, '}', "expected ',' or '}'");
    }
    if (ok)
        return json;
    json_decref(json);
    return NULL;
}

static json_t *read_list(struct reader *reader, char close, const char *message)
{
    json_t *list = memory_need(json_array());
    if (read_elements(reader, list, close, message))
        return list;
    json_decref(list);
    return NULL;
}

/* After "(": a tuple, or one value in parentheses. */
static json_t *read_parentheses(struct reader *reader)
{
    json_t *list = read_list(reader, ')', "expected ',' or ')'");
    if (!list || json_array_size(list) != 1)
        return list;
    if (reader->after_comma)
        return list;
    json_t *only = json_incref(json_array_get(list, 0));
    json_decref(list);
    return only;
}

static json_t *read_brackets(struct reader *reader)
{
    if (reader->depth == LITERAL_DEPTH_MAX)
        return fail(reader, "nested deeper than 100 levels");
    char open = *reader->p++;
    reader->depth++;
    skip_blanks(reader);
    json_t *json = open == '[' ? read_list(reader, ']', "expected ',' or ']'")
                   : open == '(' ? read_parentheses(reader)
                                 : read_braces(reader);
    reader->depth--;
    reader->p += json != NULL; /* the closing bracket */
    reader->unhashable = reader->unhashable || open != '(';
    return json;
}

/* "set()" is how an empty set is printed. */
static bool read_empty_set(struct reader *reader)
{
    if (reader->end - reader->p < 5 || memcmp(reader->p, "set()", 5) != 0)
        return false;
    reader->p += 5;
    reader->unhashable = true;
    return true;
}

/* ---- calls, as repr writes them ---- */

/* Of ASCII, as all those are. */
static size_t dotted_name(const struct reader *reader)
{
    const char *p = reader->p;
    while (p < reader->end && (unsigned char)*p < 0x80 && (in_name(*p) || *p == '.'))
        p++;
    return (size_t)(p - reader->p);
}

/* "dtype=float32": a value, or the name of something, which is a text then. False: it is no keyword, or *ok is false. */
static bool read_keyword(struct reader *reader, json_t *keywords, bool *ok)
{
    size_t n = dotted_name(reader);
    const char *name = reader->p, *after = name + n;
    *ok = true;
    if (!n || after == reader->end || *after != '=')
        return false;
    reader->p = after + 1;
    size_t named = literal_string_begins(reader->p, reader->end) ? 0 : dotted_name(reader);
    const char *behind = reader->p + named;
    bool word = named && (*reader->p < '0' || *reader->p > '9') && (behind == reader->end || *behind != '(');
    json_t *value = word ? json_stringn(reader->p, named) : read_value(reader);
    reader->p = word ? behind : reader->p;
    *ok = value && json_object_setn_new(keywords, name, n, value) == 0;
    return *ok;
}

static bool read_arguments(struct reader *reader, json_t *arguments, json_t *keywords)
{
    skip_blanks(reader);
    while (!next_is(reader, ')')) {
        bool ok;
        json_t *value = NULL;
        if (!read_keyword(reader, keywords, &ok)) {
            value = ok ? read_value(reader) : NULL;
            if (!value)
                return false;
            json_array_append_new(arguments, value);
        }
        if (!read_comma(reader, ')', "expected ',' or ')'"))
            return false;
    }
    reader->p++;
    return true;
}

static json_t *read_call(struct reader *reader, const struct literal_call *call, size_t len)
{
    const char *source = reader->p, *expected = "";
    if (reader->depth == LITERAL_DEPTH_MAX)
        return fail(reader, "nested deeper than 100 levels");
    json_t *arguments = memory_need(json_array()), *keywords = memory_need(json_object()), *value = NULL;
    reader->p += len + 1;
    reader->depth++;
    bool ok = read_arguments(reader, arguments, keywords);
    if (ok)
        value = literal_call_value(call, arguments, keywords, &expected);
    reader->depth--;
    reader->unhashable = true;
    if (ok && !value) {
        char message[160];
        snprintf(message, sizeof(message), "expected %s", expected);
        fail_at(reader, source, message);
    }
    json_decref(arguments);
    json_decref(keywords);
    return value;
}

static json_t *read_value(struct reader *reader)
{
    size_t len;
    bool truth;
    skip_blanks(reader);
    if (reader->p == reader->end)
        return fail(reader, "expected a Python literal");
    char c = *reader->p;
    if (c == '{' || c == '[' || c == '(')
        return read_brackets(reader);
    if (literal_string_begins(reader->p, reader->end))
        return read_strings(reader);
    if ((c >= '0' && c <= '9') || c == '.' || c == '-' || c == '+')
        return read_number(reader);
    if (read_word(reader, "True"))
        return json_true();
    if (read_word(reader, "False"))
        return json_false();
    if (read_word(reader, "None"))
        return json_null();
    if (read_non_finite(reader))
        return non_finite(reader);
    if (read_empty_set(reader))
        return memory_need(json_array());
    const struct literal_call *call = literal_call_find(reader->p, reader->end, &len);
    if (call)
        return read_call(reader, call, len);
    if (literal_call_constant(reader->p, reader->end, &len, &truth)) {
        reader->p += len;
        return json_boolean(truth);
    }
    return fail(reader, "expected a Python literal");
}

json_t *literal_parse(const char *text, size_t len, struct pos at, struct literal *found, struct error *err)
{
    *found = (struct literal){0};
    struct reader reader = {.start = text, .p = text, .end = text + len, .at = at, .found = found, .err = err};
    while (next_is(&reader, '\n') || next_is(&reader, '\r') || next_is(&reader, ' ') || next_is(&reader, '\t'))
        reader.p++;
    json_t *json = read_value(&reader);
    found->used = (size_t)(reader.p - text);
    return json;
}
