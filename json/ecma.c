#include "json/ecma.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "json/scan.h"

enum { GROUPS_DEPTH_MAX = 200, REPEAT_MAX = 65535, NONE = -1 };

/* ECMA's WhiteSpace and LineTerminator, and all else, as the inside of a class. */
static const char blanks[] = "\\t\\n\\x0b\\f\\r \xC2\xA0\xE1\x9A\x80\xE2\x80\x80-\xE2\x80\x8A\xE2\x80\xA8\xE2\x80\xA9"
                             "\xE2\x80\xAF\xE2\x81\x9F\xE3\x80\x80\xEF\xBB\xBF";
static const char no_blanks[] = "\\x00-\\x08\\x0e-\\x1f!-\\x7f\xC2\x80-\xC2\x9F\xC2\xA1-\xE1\x99\xBF\xE1\x9A\x81-\xE1\xBF\xBF"
                                "\xE2\x80\x8B-\xE2\x80\xA7\xE2\x80\xAA-\xE2\x80\xAE\xE2\x80\xB0-\xE2\x81\x9E\xE2\x81\xA0-\xE2\xBF\xBF"
                                "\xE3\x80\x81-\xED\x9F\xBF\xEE\x80\x80-\xEF\xBB\xBE\xEF\xBC\x80-\xF4\x8F\xBF\xBF";
static const char no_line_end[] = "[^\\n\\r\xE2\x80\xA8\xE2\x80\xA9]";

/* General categories by their long names and aliases (UCD, PropertyValueAliases). */
static const struct {
    const char *name, *category;
} categories[] = {
    {"Cased_Letter", "L&"},        {"Close_Punctuation", "Pe"},  {"Combining_Mark", "M"},       {"Connector_Punctuation", "Pc"},
    {"Control", "Cc"},             {"Currency_Symbol", "Sc"},    {"Dash_Punctuation", "Pd"},    {"Decimal_Number", "Nd"},
    {"Enclosing_Mark", "Me"},      {"Final_Punctuation", "Pf"},  {"Format", "Cf"},              {"Initial_Punctuation", "Pi"},
    {"LC", "L&"},                  {"Letter", "L"},              {"Letter_Number", "Nl"},       {"Line_Separator", "Zl"},
    {"Lowercase_Letter", "Ll"},    {"Mark", "M"},                {"Math_Symbol", "Sm"},         {"Modifier_Letter", "Lm"},
    {"Modifier_Symbol", "Sk"},     {"Nonspacing_Mark", "Mn"},    {"Number", "N"},               {"Open_Punctuation", "Ps"},
    {"Other", "C"},                {"Other_Letter", "Lo"},       {"Other_Number", "No"},        {"Other_Punctuation", "Po"},
    {"Other_Symbol", "So"},        {"Paragraph_Separator", "Zp"}, {"Private_Use", "Co"},        {"Punctuation", "P"},
    {"Separator", "Z"},            {"Space_Separator", "Zs"},    {"Spacing_Mark", "Mc"},        {"Surrogate", "Cs"},
    {"Symbol", "S"},               {"Titlecase_Letter", "Lt"},   {"Unassigned", "Cn"},          {"Uppercase_Letter", "Lu"},
    {"cntrl", "Cc"},               {"digit", "Nd"},              {"punct", "P"},
};

struct reading {
    const char *start, *p, *end;
    struct text *out; /* NULL: only looked at */
    int depth;        /* groups that are open */
    size_t groups;    /* of the whole pattern */
    const char *wrong; /* what was expected at p */
};

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

static bool is_name(char c)
{
    return is_digit(c) || c == '_' || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

static bool at(const struct reading *r, const char *text)
{
    size_t n = strlen(text);
    return (size_t)(r->end - r->p) >= n && memcmp(r->p, text, n) == 0;
}

static bool wrong(struct reading *r, const char *expected)
{
    if (!r->wrong)
        r->wrong = expected;
    return false;
}

static void add(struct reading *r, const char *text)
{
    if (r->out)
        text_add(r->out, text);
}

static void add_bytes(struct reading *r, const char *s, size_t n)
{
    if (r->out)
        text_addn(r->out, s, n);
}

/* A character that stands for itself. */
static void add_code(struct reading *r, uint32_t code)
{
    char bytes[8];
    if (!r->out)
        return;
    if (code < 0x80 && !is_name((char)code))
        text_printf(r->out, "\\x%02x", (unsigned)code);
    else
        text_addn(r->out, bytes, text_encode(bytes, code));
}

/* --- escapes; p stands behind the backslash --- */

static int64_t hex_number(struct reading *r, int least, int most)
{
    int64_t value = 0;
    int n = 0;
    for (; n < most && r->p < r->end; n++, r->p++) {
        char c = *r->p;
        int digit = is_digit(c) ? c - '0' : (c | 32) >= 'a' && (c | 32) <= 'f' ? (c | 32) - 'a' + 10 : NONE;
        if (digit == NONE)
            break;
        value = value * 16 + digit;
    }
    return n < least ? NONE : value;
}

/* What follows "\u": the code point, or NONE. Two escapes that make a surrogate pair are one character. */
static int64_t unicode_escape(struct reading *r)
{
    if (r->p < r->end && *r->p == '{') {
        r->p++;
        int64_t value = hex_number(r, 1, 6);
        if (value == NONE || value > 0x10FFFF || r->p == r->end || *r->p != '}')
            return NONE;
        r->p++;
        return value;
    }
    int64_t high = hex_number(r, 4, 4);
    if (high < 0xD800 || high > 0xDBFF || !at(r, "\\u"))
        return high;
    const char *back = r->p;
    r->p += 2;
    int64_t low = hex_number(r, 4, 4);
    if (low >= 0xDC00 && low <= 0xDFFF)
        return 0x10000 + ((high - 0xD800) << 10) + (low - 0xDC00);
    r->p = back;
    return high;
}

/* The character that an escape stands for; NONE when it is no such escape (p is then where it was). */
static int64_t character_escape(struct reading *r, bool *broken)
{
    static const char letters[] = "tnvfr", codes[] = "\t\n\v\f\r";
    const char *start = r->p;
    char c = *r->p++;
    const char *letter = strchr(letters, c);
    int64_t value = NONE;
    *broken = false;
    if (c && letter)
        return codes[letter - letters];
    if (c == '0' && (r->p == r->end || !is_digit(*r->p)))
        return 0;
    if (c == 'c' && r->p < r->end && (*r->p | 32) >= 'a' && (*r->p | 32) <= 'z')
        return *r->p++ & 31;
    if (c == 'x' || c == 'u') {
        value = c == 'x' ? hex_number(r, 2, 2) : unicode_escape(r);
        *broken = value == NONE;
        return value;
    }
    if ((unsigned char)c >= 0x80) { /* the character itself */
        r->p = start;
        return NONE;
    }
    if (!is_name(c) || c == '_')
        return (unsigned char)c;
    r->p = start;
    return NONE;
}

static bool property(struct reading *r, char kind)
{
    static const char *const prefixes[][2] = {{"General_Category=", ""}, {"gc=", ""},          {"Script=", "sc:"},
                                              {"sc=", "sc:"},            {"Script_Extensions=", "scx:"}, {"scx=", "scx:"}};
    if (r->p == r->end || *r->p != '{')
        return wrong(r, "'{' after \\p");
    r->p++;
    const char *before = "";
    for (size_t i = 0; i < sizeof(prefixes) / sizeof(prefixes[0]); i++) {
        if (at(r, prefixes[i][0])) {
            r->p += strlen(prefixes[i][0]);
            before = prefixes[i][1];
            break;
        }
    }
    const char *name = r->p;
    while (r->p < r->end && is_name(*r->p))
        r->p++;
    size_t n = (size_t)(r->p - name);
    if (!n || r->p == r->end || *r->p != '}')
        return wrong(r, "the name of a property and '}'");
    r->p++;
    const char *shown = name;
    for (size_t i = 0; !*before && i < sizeof(categories) / sizeof(categories[0]); i++)
        if (strlen(categories[i].name) == n && memcmp(categories[i].name, name, n) == 0)
            shown = categories[i].category;
    if (n == 8 && memcmp(name, "Assigned", 8) == 0) {
        add(r, kind == 'p' ? "\\P{Cn}" : "\\p{Cn}");
        return true;
    }
    add(r, kind == 'p' ? "\\p{" : "\\P{");
    add(r, before);
    if (shown == name)
        add_bytes(r, name, n);
    else
        add(r, shown);
    add(r, "}");
    return true;
}

/* \d and the like, also within a class: true when it was one. */
static bool class_escape(struct reading *r, bool within)
{
    char c = *r->p, text[] = {'\\', c, '\0'};
    if (!c || !strchr("dDwWsSpP", c))
        return false;
    r->p++;
    if (c == 'p' || c == 'P')
        return property(r, c), true;
    if (c != 's' && c != 'S') {
        add(r, text);
        return true;
    }
    add(r, within ? "" : "[");
    add(r, c == 's' ? blanks : no_blanks);
    add(r, within ? "" : "]");
    return true;
}

static bool back_reference(struct reading *r)
{
    size_t number = 0;
    while (r->p < r->end && is_digit(*r->p) && number < 100000)
        number = number * 10 + (size_t)(*r->p++ - '0');
    if (number > r->groups)
        return wrong(r, "the number of a group");
    if (r->out)
        text_printf(r->out, "\\g{%zu}", number);
    return true;
}

static bool group_name(struct reading *r)
{
    const char *name = r->p;
    while (r->p < r->end && is_name(*r->p))
        r->p++;
    if (r->p == name || is_digit(*name) || r->p == r->end || *r->p != '>')
        return wrong(r, "the name of a group and '>'");
    add_bytes(r, name, (size_t)(r->p - name) + 1);
    r->p++;
    return true;
}

/* A lone surrogate is in no text. */
static void add_character(struct reading *r, int64_t code)
{
    if (code >= 0xD800 && code <= 0xDFFF)
        add(r, "(?!)");
    else
        add_code(r, (uint32_t)code);
}

/* An escape outside a class. *atom: whether it may be repeated. */
static bool escape(struct reading *r, bool *atom)
{
    bool broken;
    *atom = true;
    if (r->p == r->end)
        return wrong(r, "a character after '\\'");
    if (*r->p == 'b' || *r->p == 'B') {
        add(r, *r->p++ == 'b' ? "\\b" : "\\B");
        *atom = false;
        return true;
    }
    if (class_escape(r, false))
        return !r->wrong;
    if (*r->p >= '1' && *r->p <= '9')
        return back_reference(r);
    if (at(r, "k<")) {
        r->p += 2;
        add(r, "\\k<");
        return group_name(r);
    }
    if ((unsigned char)*r->p >= 0x80)
        return true; /* the character follows and stands for itself */
    int64_t code = character_escape(r, &broken);
    if (code == NONE)
        return wrong(r, broken ? "hexadecimal digits" : "an escape that ECMA-262 has");
    add_character(r, code);
    return true;
}

/* --- classes --- */

/* One character of a class, or a set (\d): *set. */
static bool class_atom(struct reading *r, bool *set, int64_t *code)
{
    bool broken;
    *set = false;
    if (*r->p != '\\') {
        size_t n = text_utf8(r->p, r->end);
        if (!n)
            return wrong(r, "UTF-8");
        *code = text_code_point(r->p, n);
        r->p += n;
        return true;
    }
    r->p++;
    if (r->p == r->end)
        return wrong(r, "a character after '\\'");
    if (*r->p == 'b') {
        r->p++;
        *code = '\b';
        return true;
    }
    *set = class_escape(r, true);
    if (*set)
        return !r->wrong;
    if ((unsigned char)*r->p >= 0x80)
        return class_atom(r, set, code);
    *code = character_escape(r, &broken);
    return *code != NONE || wrong(r, broken ? "hexadecimal digits" : "an escape that ECMA-262 has");
}

static void add_member(struct reading *r, int64_t code)
{
    if (code < 0xD800 || code > 0xDFFF)
        add_code(r, (uint32_t)code);
}

/* p stands behind '['. */
static bool class(struct reading *r)
{
    bool negated = r->p < r->end && *r->p == '^', set;
    int64_t low, high;
    r->p += negated;
    if (r->p < r->end && *r->p == ']') {
        r->p++;
        add(r, negated ? "(?s:.)" : "(?!)");
        return true;
    }
    add(r, negated ? "[^" : "[");
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
            return wrong(r, "the end of a range, not before its start");
        add_member(r, low < 0xD800 || low > 0xDFFF ? low : 0xE000);
        add(r, "-");
        add_member(r, high < 0xD800 || high > 0xDFFF ? high : 0xD7FF);
    }
    if (r->p == r->end)
        return wrong(r, "']'");
    if (r->out && r->out->len == from) /* nothing but surrogates */
        add(r, "^\\x00-\xF4\x8F\xBF\xBF");
    r->p++;
    add(r, "]");
    return true;
}

/* --- groups and quantifiers --- */

static bool group(struct reading *r)
{
    static const char *const kinds[] = {"?:", "?=", "?!", "?<=", "?<!"};
    if (++r->depth > GROUPS_DEPTH_MAX)
        return wrong(r, "groups that are not nested so deep");
    add(r, "(");
    if (r->p == r->end || *r->p != '?')
        return true;
    for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++) {
        if (at(r, kinds[i])) {
            r->p += strlen(kinds[i]);
            add(r, kinds[i]);
            return true;
        }
    }
    if (!at(r, "?<"))
        return wrong(r, "'?:', '?=', '?!', '?<=', '?<!' or '?<name>'");
    r->p += 2;
    add(r, "?<");
    return group_name(r);
}

/* {2}, {2,} or {2,3} behind '{'; false when it is none, which is no error: '{' then stands for itself. */
static bool repeat(struct reading *r)
{
    const char *p = r->p;
    unsigned long least = 0, most = 0;
    bool open = false;
    if (p == r->end || !is_digit(*p))
        return false;
    for (; p < r->end && is_digit(*p); p++)
        least = least > REPEAT_MAX ? least : least * 10 + (unsigned long)(*p - '0');
    most = least;
    if (p < r->end && *p == ',') {
        open = ++p < r->end && *p == '}';
        most = open ? least : 0;
        if (p == r->end || (!open && !is_digit(*p)))
            return false;
        for (; p < r->end && is_digit(*p); p++)
            most = most > REPEAT_MAX ? most : most * 10 + (unsigned long)(*p - '0');
    }
    if (p == r->end || *p != '}')
        return false;
    if (most < least || most > REPEAT_MAX)
        wrong(r, most < least ? "two numbers in order" : "at most 65535 repetitions");
    add(r, "{");
    add_bytes(r, r->p, (size_t)(p + 1 - r->p));
    r->p = p + 1;
    return true;
}

/* p stands behind the first character of the quantifier, which has been written. */
static bool quantified(struct reading *r, bool *atom)
{
    if (!*atom)
        return r->p--, wrong(r, "something to repeat before the quantifier");
    *atom = false;
    if (r->p < r->end && *r->p == '?') {
        r->p++;
        add(r, "?");
    }
    return !r->wrong;
}

static bool term(struct reading *r, bool *atom)
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
        add(r, text);
        return r->depth-- > 0 || (r->p--, wrong(r, "'(' before it"));
    case '*':
    case '+':
    case '?':
        add(r, text);
        return quantified(r, atom);
    case '{':
        if (repeat(r))
            return quantified(r, atom);
        break;
    case '.':
        *atom = true;
        add(r, no_line_end);
        return true;
    case '^':
    case '$':
    case '|':
        *atom = false;
        add(r, text);
        return true;
    default:
        break;
    }
    *atom = true;
    if ((unsigned char)c < 0x80) {
        add_code(r, (unsigned char)c);
        return true;
    }
    size_t n = text_utf8(--r->p, r->end);
    add_bytes(r, r->p, n);
    r->p += n;
    return n || wrong(r, "UTF-8");
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

static bool read_all(struct reading *r)
{
    bool atom = false, ok = true;
    while (ok && r->p < r->end)
        ok = term(r, &atom);
    if (ok && r->depth)
        ok = wrong(r, "')'");
    return ok;
}

bool ecma_translate(const char *pattern, size_t len, struct text *out, struct pos at_pos, struct error *err)
{
    struct reading r = {.start = pattern, .p = pattern, .end = pattern + len, .out = out, .groups = count_groups(pattern, len)};
    int shown = len > 200 ? 200 : (int)len;
    if (!read_all(&r))
        return error_at(err, ERR_USAGE, at_pos, "pattern '%.*s', byte %zu: expected %s", shown, pattern,
                        (size_t)(r.p - pattern), r.wrong);
    return !out->over || error_at(err, ERR_USAGE, at_pos, "pattern '%.*s…' is too long", shown, pattern);
}

bool ecma_valid(const char *pattern, size_t len)
{
    struct reading r = {.start = pattern, .p = pattern, .end = pattern + len, .groups = count_groups(pattern, len)};
    return read_all(&r);
}
