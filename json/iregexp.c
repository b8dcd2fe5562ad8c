/* A check of the grammar that writes the same pattern in PCRE2's terms, from left to right, without recursion. */
#include "json/iregexp.h"

#include <stdint.h>
#include <string.h>

#include "base/text.h"

enum { SHOWN_MAX = 200, TIMES_MAX = 65535 }; /* PCRE2's limit on {n} */

struct translation {
    const char *pattern, *p, *end;
    struct text out;
    struct error *err;
    int open;   /* groups */
    bool piece; /* there is something before, which a quantifier may follow */
};

static bool refuse(struct translation *t, const char *expected)
{
    struct text shown = text_open(SHOWN_MAX);
    text_add_line(&shown, t->pattern);
    size_t at = text_utf8_valid(t->pattern, (size_t)(t->p - t->pattern)), characters = 1;
    for (size_t i = 0; i < at; i++)
        characters += ((unsigned char)t->pattern[i] & 0xC0) != 0x80;
    error_set(t->err, ERR_USAGE, "the pattern '%s' is no I-Regexp (RFC 9485): character %zu: %s",
              shown.over ? "…" : shown.s, characters, expected);
    text_close(&shown);
    return false;
}

static bool at(const struct translation *t, char c)
{
    return t->p < t->end && *t->p == c;
}

static bool take(struct translation *t, char c)
{
    bool is = at(t, c);
    t->p += is;
    return is;
}

/* A character that stands for itself: where it may mean something to PCRE2, as a number. */
static void add_literal(struct translation *t, uint32_t code)
{
    bool plain = (code >= '0' && code <= '9') || (code >= 'a' && code <= 'z') || (code >= 'A' && code <= 'Z');
    if (plain)
        text_addc(&t->out, (char)code);
    else
        text_printf(&t->out, "\\x{%x}", code);
}

static bool take_character(struct translation *t, uint32_t *code)
{
    size_t len = text_utf8(t->p, t->end);
    if (!len)
        return refuse(t, t->p == t->end ? "expected more, found the end" : "expected UTF-8");
    *code = text_code_point(t->p, len);
    t->p += len;
    return true;
}

/* SingleCharEsc, behind its backslash. */
static bool take_escaped(struct translation *t, uint32_t *code)
{
    static const char itself[] = "()*+-.?[\\]^{|}", from[] = "nrt", to[] = "\n\r\t";
    char c = t->p < t->end ? *t->p : '\0';
    const char *found = c ? strchr(from, c) : NULL;
    if (c && strchr("dDwWsS", c))
        return refuse(t, "no \\d, \\w, \\s there: write [0-9], [A-Za-z0-9_], [ \\t\\n\\r]");
    if (!found && (!c || !strchr(itself, c)))
        return refuse(t, "expected one of ()*+-.?[\\]^{|}nrtpP after '\\'");
    *code = found ? (unsigned char)to[found - from] : (unsigned char)c;
    t->p++;
    return true;
}

/* "p{Lu}" or "P{Lu}", behind its backslash. */
static bool take_category(struct translation *t)
{
    static const char *const minor[] = {"Llmotu", "Mcen", "Ndlo", "Pcdefios", "Sckmo", "Zlps", "Ccfno"};
    char name[3] = "";
    const char *start = t->p++;
    size_t n = 0, i = 0;
    if (!take(t, '{'))
        return refuse(t, "expected '{' after \\p");
    while (n < 2 && t->p < t->end && !at(t, '}'))
        name[n++] = *t->p++;
    while (i < sizeof(minor) / sizeof(minor[0]) && minor[i][0] != name[0])
        i++;
    bool known = n > 0 && i < sizeof(minor) / sizeof(minor[0]) && (n == 1 || strchr(minor[i] + 1, name[1]));
    if (!known || !take(t, '}'))
        return refuse(t, "expected a general category of Unicode, as \\p{L} or \\p{Nd}");
    text_printf(&t->out, "\\%c{%s}", *start, name);
    return true;
}

static bool at_category(const struct translation *t)
{
    return at(t, 'p') || at(t, 'P');
}

/* --- classes --- */

/* CCchar */
static bool take_class_character(struct translation *t, uint32_t *code)
{
    if (take(t, '\\'))
        return take_escaped(t, code);
    if (at(t, '[') || at(t, '-'))
        return refuse(t, at(t, '[') ? "expected '\\[' within a class" : "expected '\\-', or '-' as first or last of a class");
    return take_character(t, code);
}

/* CCE1 */
static bool take_class_part(struct translation *t)
{
    uint32_t from = 0, to = 0;
    if (at(t, '\\') && t->end - t->p > 1 && (t->p[1] == 'p' || t->p[1] == 'P')) {
        t->p++;
        return take_category(t);
    }
    if (!take_class_character(t, &from))
        return false;
    add_literal(t, from);
    if (!at(t, '-') || (t->end - t->p > 1 && t->p[1] == ']')) /* a '-' before the end is itself */
        return true;
    t->p++;
    if (!take_class_character(t, &to))
        return false;
    text_addc(&t->out, '-');
    add_literal(t, to);
    return from <= to || refuse(t, "expected a range that goes up");
}

/* charClassExpr, behind its '[' */
static bool take_class(struct translation *t)
{
    text_addc(&t->out, '[');
    if (take(t, '^'))
        text_addc(&t->out, '^');
    bool some = take(t, '-');
    if (some)
        text_add(&t->out, "\\x{2d}");
    while (!at(t, ']')) {
        if (at(t, '-') && some && t->end - t->p > 1 && t->p[1] == ']') {
            t->p++;
            text_add(&t->out, "\\x{2d}");
            break;
        }
        if (!take_class_part(t))
            return false;
        some = true;
    }
    t->p++;
    text_addc(&t->out, ']');
    return some || refuse(t, "expected something between '[' and ']'");
}

/* --- pieces --- */

/* -1: there is no digit; TIMES_MAX + 1: too many. */
static int take_times(struct translation *t)
{
    int times = -1;
    for (; t->p < t->end && *t->p >= '0' && *t->p <= '9'; t->p++)
        times = times > TIMES_MAX ? times : (times < 0 ? 0 : times * 10) + (*t->p - '0');
    return times;
}

/* range-quantifier, behind its '{' */
static bool take_range(struct translation *t)
{
    int least = take_times(t), most = least;
    bool open = false;
    if (take(t, ',')) {
        most = take_times(t);
        open = most < 0;
    }
    if (least < 0 || !take(t, '}'))
        return refuse(t, "expected {n}, {n,} or {n,m}");
    if (least > TIMES_MAX || most > TIMES_MAX)
        return refuse(t, "more than 65535 times is more than can be counted here");
    if (!open && most < least)
        return refuse(t, "expected {n,m} with n <= m");
    if (open)
        text_printf(&t->out, "{%d,}", least);
    else
        text_printf(&t->out, "{%d,%d}", least, most);
    return true;
}

static bool take_quantifier(struct translation *t)
{
    char c = *t->p;
    if (!t->piece)
        return refuse(t, "expected something before a quantifier");
    t->p++;
    t->piece = false; /* a second one, lazy or possessive, is none of I-Regexp */
    if (c == '{')
        return take_range(t);
    text_addc(&t->out, c);
    return true;
}

static bool take_escape(struct translation *t)
{
    uint32_t code = 0;
    t->p++;
    if (at_category(t))
        return take_category(t);
    if (!take_escaped(t, &code))
        return false;
    add_literal(t, code);
    return true;
}

static bool take_group(struct translation *t)
{
    bool opens = *t->p == '(';
    if (!opens && t->open == 0)
        return refuse(t, "expected no ')' without '('");
    t->p++;
    t->open += opens ? 1 : -1;
    t->piece = !opens;
    text_add(&t->out, opens ? "(?:" : ")");
    return true;
}

static bool take_next(struct translation *t)
{
    uint32_t code = 0;
    char c = *t->p;
    if (strchr("*+?{", c) && c)
        return take_quantifier(t);
    if (c == '(' || c == ')')
        return take_group(t);
    if (c == ']' || c == '}')
        return refuse(t, c == ']' ? "expected '\\]'" : "expected '\\}'");
    t->piece = c != '|';
    if (c == '\\')
        return take_escape(t);
    if (c == '[') {
        t->p++;
        return take_class(t);
    }
    if (c == '.' || c == '|' || c == '^' || c == '$') {
        t->p++;
        text_add(&t->out, c == '.' ? "[^\\n\\r]" : c == '|' ? "|" : c == '^' ? "(?:\\A)" : "(?:\\z)");
        return true;
    }
    if (!take_character(t, &code))
        return false;
    add_literal(t, code);
    return true;
}

static bool translate(struct translation *t, bool whole)
{
    text_add(&t->out, whole ? "\\A(?:" : "(?:");
    while (t->p < t->end)
        if (!take_next(t))
            return false;
    if (t->open)
        return refuse(t, "expected ')', found the end");
    text_add(&t->out, whole ? ")\\z" : ")");
    if (t->out.over)
        return error_set(t->err, ERR_USAGE, "the pattern is longer than can be used");
    return true;
}

struct regex *iregexp_compile(const char *pattern, size_t len, bool whole, struct error *err)
{
    static const struct regex_options options = {.counted = true};
    struct translation t = {.pattern = pattern, .p = pattern, .end = pattern + len, .err = err,
                            .out = text_open(REGEX_PATTERN_MAX)};
    struct regex *regex = NULL;
    if (translate(&t, whole))
        regex = regex_compile(t.out.s, t.out.len, &options, (struct pos){0}, err);
    text_close(&t.out);
    return regex;
}

void iregexp_close(void *regex)
{
    regex_close(regex);
}
