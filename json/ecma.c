#include "json/ecma.h"

#include <stdint.h>
#include <string.h>

#include "json/ecma_reading.h"

enum { GROUPS_DEPTH_MAX = 200, REPEAT_MAX = 65535 };

static const char no_line_end[] = "[^\\n\\r\xE2\x80\xA8\xE2\x80\xA9]";

/* --- escapes outside of classes; p stands behind the backslash --- */

static bool back_reference(struct ecma_reading *r)
{
    size_t number = 0;
    while (r->p < r->end && ecma_is_digit(*r->p) && number < 100000)
        number = number * 10 + (size_t)(*r->p++ - '0');
    if (number > r->groups)
        return ecma_wrong(r, "the number of a group");
    if (r->out)
        text_printf(r->out, "\\g{%zu}", number);
    return true;
}

static bool group_name(struct ecma_reading *r)
{
    const char *name = r->p;
    while (r->p < r->end && ecma_is_name(*r->p))
        r->p++;
    if (r->p == name || ecma_is_digit(*name) || r->p == r->end || *r->p != '>')
        return ecma_wrong(r, "the name of a group and '>'");
    ecma_add_bytes(r, name, (size_t)(r->p - name) + 1);
    r->p++;
    return true;
}

/* A lone surrogate is in no text. */
static void add_character(struct ecma_reading *r, int64_t code)
{
    if (code >= 0xD800 && code <= 0xDFFF)
        ecma_add(r, "(?!)");
    else
        ecma_add_code(r, (uint32_t)code);
}

/* An escape outside a class. *atom: whether it may be repeated. */
static bool escape(struct ecma_reading *r, bool *atom)
{
    bool broken;
    *atom = true;
    if (r->p == r->end)
        return ecma_wrong(r, "a character after '\\'");
    if (*r->p == 'b' || *r->p == 'B') {
        ecma_add(r, *r->p++ == 'b' ? "\\b" : "\\B");
        *atom = false;
        return true;
    }
    if (ecma_class_escape(r, false))
        return !r->wrong;
    if (*r->p >= '1' && *r->p <= '9')
        return back_reference(r);
    if (ecma_at(r, "k<")) {
        r->p += 2;
        ecma_add(r, "\\k<");
        return group_name(r);
    }
    if ((unsigned char)*r->p >= 0x80)
        return true; /* the character follows and stands for itself */
    int64_t code = ecma_character_escape(r, &broken);
    if (code == ECMA_NONE)
        return ecma_wrong(r, broken ? "hexadecimal digits" : "an escape that ECMA-262 has");
    add_character(r, code);
    return true;
}

/* --- classes --- */

/* One character of a class, or a set (\d): *set. */
static bool class_atom(struct ecma_reading *r, bool *set, int64_t *code)
{
    bool broken;
    *set = false;
    if (*r->p != '\\') {
        size_t n = text_utf8(r->p, r->end);
        if (!n)
            return ecma_wrong(r, "UTF-8");
        *code = text_code_point(r->p, n);
        r->p += n;
        return true;
    }
    r->p++;
    if (r->p == r->end)
        return ecma_wrong(r, "a character after '\\'");
    if (*r->p == 'b') {
        r->p++;
        *code = '\b';
        return true;
    }
    *set = ecma_class_escape(r, true);
    if (*set)
        return !r->wrong;
    if ((unsigned char)*r->p >= 0x80)
        return class_atom(r, set, code);
    *code = ecma_character_escape(r, &broken);
    return *code != ECMA_NONE || ecma_wrong(r, broken ? "hexadecimal digits" : "an escape that ECMA-262 has");
}

static void add_member(struct ecma_reading *r, int64_t code)
{
    if (code < 0xD800 || code > 0xDFFF)
        ecma_add_code(r, (uint32_t)code);
}

/* p stands behind '['. */
static bool class(struct ecma_reading *r)
{
    bool negated = r->p < r->end && *r->p == '^', set;
    int64_t low, high;
    r->p += negated;
    if (r->p < r->end && *r->p == ']') {
        r->p++;
        ecma_add(r, negated ? "(?s:.)" : "(?!)");
        return true;
    }
    ecma_add(r, negated ? "[^" : "[");
    size_t from = r->out ? r->out->len : 0;
    while (r->p < r->end && *r->p != ']') {
        if (!class_atom(r, &set, &low))
            return false;
        bool range = r->end - r->p >= 2 && r->p[0] == '-' && r->p[1] != ']';
        if (set || !range) {
            if (!set)
                add_member(r, low);
            continue; /* behind a set, '-' stands for itself */
        }
        r->p++;
        if (!class_atom(r, &set, &high))
            return false;
        if (set) { /* it has been written; the others stand for themselves */
            add_member(r, low);
            add_member(r, '-');
            continue;
        }
        if (high < low)
            return ecma_wrong(r, "the end of a range, not before its start");
        add_member(r, low < 0xD800 || low > 0xDFFF ? low : 0xE000);
        ecma_add(r, "-");
        add_member(r, high < 0xD800 || high > 0xDFFF ? high : 0xD7FF);
    }
    if (r->p == r->end)
        return ecma_wrong(r, "']'");
    if (r->out && r->out->len == from) /* nothing but surrogates */
        ecma_add(r, "^\\x00-\xF4\x8F\xBF\xBF");
    r->p++;
    ecma_add(r, "]");
    return true;
}

/* --- groups and quantifiers --- */

static bool group(struct ecma_reading *r)
{
    static const char *const kinds[] = {"?:", "?=", "?!", "?<=", "?<!"};
    if (++r->depth > GROUPS_DEPTH_MAX)
        return ecma_wrong(r, "groups that are not nested so deep");
    ecma_add(r, "(");
    if (r->p == r->end || *r->p != '?')
        return true;
    for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++) {
        if (ecma_at(r, kinds[i])) {
            r->p += strlen(kinds[i]);
            ecma_add(r, kinds[i]);
            return true;
        }
    }
    if (!ecma_at(r, "?<"))
        return ecma_wrong(r, "'?:', '?=', '?!', '?<=', '?<!' or '?<name>'");
    r->p += 2;
    ecma_add(r, "?<");
    return group_name(r);
}

/* {2}, {2,} or {2,3} behind '{'; false when it is none, which is no error: '{' then stands for itself. */
static bool repeat(struct ecma_reading *r)
{
    const char *p = r->p;
    unsigned long least = 0, most = 0;
    bool open = false;
    if (p == r->end || !ecma_is_digit(*p))
        return false;
    for (; p < r->end && ecma_is_digit(*p); p++)
        least = least > REPEAT_MAX ? least : least * 10 + (unsigned long)(*p - '0');
    most = least;
    if (p < r->end && *p == ',') {
        open = ++p < r->end && *p == '}';
        most = open ? least : 0;
        if (p == r->end || (!open && !ecma_is_digit(*p)))
            return false;
        for (; p < r->end && ecma_is_digit(*p); p++)
            most = most > REPEAT_MAX ? most : most * 10 + (unsigned long)(*p - '0');
    }
    if (p == r->end || *p != '}')
        return false;
    if (most < least || most > REPEAT_MAX)
        ecma_wrong(r, most < least ? "two numbers in order" : "at most 65535 repetitions");
    ecma_add(r, "{");
    ecma_add_bytes(r, r->p, (size_t)(p + 1 - r->p));
    r->p = p + 1;
    return true;
}

/* p stands behind the first character of the quantifier, which has been written. */
static bool quantified(struct ecma_reading *r, bool *atom)
{
    if (!*atom)
        return r->p--, ecma_wrong(r, "something to repeat before the quantifier");
    *atom = false;
    if (r->p < r->end && *r->p == '?') {
        r->p++;
        ecma_add(r, "?");
    }
    return !r->wrong;
}

static bool term(struct ecma_reading *r, bool *atom)
{
    char c = *r->p++, text[] = {c, '\0'};
    switch (c) {
    case '\\':
        return escape(r, atom);
    case '[':
        *atom = true;
        return class(r);
    case '(':
        *atom = false;
        return group(r);
    case ')':
        *atom = true;
        ecma_add(r, text);
        return r->depth-- > 0 || (r->p--, ecma_wrong(r, "'(' before it"));
    case '*':
    case '+':
    case '?':
        ecma_add(r, text);
        return quantified(r, atom);
    case '{':
        if (repeat(r))
            return quantified(r, atom);
        break;
    case '.':
        *atom = true;
        ecma_add(r, no_line_end);
        return true;
    case '^':
    case '$':
    case '|':
        *atom = false;
        ecma_add(r, text);
        return true;
    default:
        break;
    }
    *atom = true;
    if ((unsigned char)c < 0x80) {
        ecma_add_code(r, (unsigned char)c);
        return true;
    }
    size_t n = text_utf8(--r->p, r->end);
    ecma_add_bytes(r, r->p, n);
    r->p += n;
    return n || ecma_wrong(r, "UTF-8");
}

static size_t count_groups(const char *pattern, size_t len)
{
    size_t n = 0;
    bool within = false;
    for (size_t i = 0; i < len; i++) {
        char c = pattern[i];
        if (c == '\\')
            i++;
        else if (c == '[' || c == ']')
            within = c == '[';
        else if (c == '(' && !within)
            n += i + 1 >= len || pattern[i + 1] != '?' ||
                 (i + 3 < len && pattern[i + 2] == '<' && pattern[i + 3] != '=' && pattern[i + 3] != '!');
    }
    return n;
}

static bool read_all(struct ecma_reading *r)
{
    bool atom = false, ok = true;
    while (ok && r->p < r->end)
        ok = term(r, &atom);
    if (ok && r->depth)
        ok = ecma_wrong(r, "')'");
    return ok;
}

bool ecma_translate(const char *pattern, size_t len, struct text *out, struct pos at_pos, struct error *err)
{
    struct ecma_reading r = {.start = pattern, .p = pattern, .end = pattern + len, .out = out, .groups = count_groups(pattern, len)};
    int shown = len > 200 ? 200 : (int)len;
    if (!read_all(&r))
        return error_at(err, ERR_USAGE, at_pos, "pattern '%.*s', byte %zu: expected %s", shown, pattern,
                        (size_t)(r.p - pattern), r.wrong);
    return !out->over || error_at(err, ERR_USAGE, at_pos, "pattern '%.*s…' is too long", shown, pattern);
}

bool ecma_valid(const char *pattern, size_t len)
{
    struct ecma_reading r = {.start = pattern, .p = pattern, .end = pattern + len, .groups = count_groups(pattern, len)};
    return read_all(&r);
}
