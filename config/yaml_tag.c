#include "config/yaml_tag.h"

#include <string.h>

static const char *const names[] = {
    [YAML_TAG_STR] = "!!str",     [YAML_TAG_NULL] = "!!null",           [YAML_TAG_BOOL] = "!!bool",
    [YAML_TAG_INT] = "!!int",     [YAML_TAG_FLOAT] = "!!float",         [YAML_TAG_TIMESTAMP] = "!!timestamp",
    [YAML_TAG_SEQ] = "!!seq",     [YAML_TAG_BINARY] = "!!binary",       [YAML_TAG_MERGE] = "!!merge",
    [YAML_TAG_VALUE] = "!!value", [YAML_TAG_MAP] = "!!map",             [YAML_TAG_SET] = "!!set",
    [YAML_TAG_OMAP] = "!!omap",   [YAML_TAG_PAIRS] = "!!pairs",         [YAML_TAG_OTHER] = "",
};
_Static_assert(sizeof(names) / sizeof(names[0]) == YAML_TAG_N, "one name for each tag");

const char *yaml_tag_text(enum yaml_tag tag)
{
    return names[tag];
}

enum yaml_tag yaml_tag_named(const char *tag)
{
    static const char prefix[] = "tag:yaml.org,2002:";
    if (!tag || strncmp(tag, prefix, sizeof(prefix) - 1) != 0)
        return YAML_TAG_OTHER;
    for (int i = 0; i < YAML_TAG_OTHER; i++)
        if (strcmp(tag + sizeof(prefix) - 1, names[i] + 2) == 0)
            return (enum yaml_tag)i;
    return YAML_TAG_OTHER;
}

/* Sets of characters, for the runs below. */
enum { DIGIT = 1, DIGIT_ = 2, OCTAL_ = 4, BINARY_ = 8, HEX_ = 16, BLANK = 32, OCTAL = 64, HEX = 128 };

static unsigned sets_of(char c)
{
    if (c >= '0' && c <= '9')
        return DIGIT | DIGIT_ | HEX_ | HEX | (c < '8' ? OCTAL_ | OCTAL : 0) | (c < '2' ? BINARY_ : 0);
    if ((c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F'))
        return HEX_ | HEX;
    return c == '_' ? DIGIT_ | OCTAL_ | BINARY_ | HEX_ : c == ' ' || c == '\t' ? BLANK : 0;
}

/* The first character from p on that is not in the set. */
static const char *run(const char *p, const char *end, unsigned set)
{
    while (p < end && sets_of(*p) & set)
        p++;
    return p;
}

static const char *sign(const char *p, const char *end)
{
    return p < end && (*p == '-' || *p == '+') ? p + 1 : p;
}

static bool all(const char *p, const char *end, unsigned set)
{
    return p < end && run(p, end, set) == end;
}

static bool is_one_of(const char *s, size_t len, const char *const *words, size_t n)
{
    for (size_t i = 0; i < n; i++)
        if (strlen(words[i]) == len && memcmp(words[i], s, len) == 0)
            return true;
    return false;
}
#define IS_ONE_OF(s, len, words) is_one_of((s), (len), (words), sizeof(words) / sizeof((words)[0]))

static const char *const nulls[] = {"~", "null", "Null", "NULL"};
static const char *const infinities[] = {".inf", ".Inf", ".INF"};
static const char *const nans[] = {".nan", ".NaN", ".NAN"};
static const char *const booleans[] = {"true", "True", "TRUE", "false", "False", "FALSE"};
static const char *const more_booleans[] = {"yes", "Yes", "YES", "no", "No", "NO", "on", "On", "ON", "off", "Off", "OFF"};

/* ":30:05" up to something else; NULL when a group is not 0..59. */
static const char *sixties(const char *p, const char *end)
{
    while (p < end && *p == ':') {
        const char *next = run(p + 1, end, DIGIT);
        size_t n = (size_t)(next - p) - 1;
        if (n < 1 || n > 2 || (n == 2 && p[1] > '5'))
            return NULL;
        p = next;
    }
    return p;
}

static bool looks_int(const char *p, const char *end)
{
    p = sign(p, end);
    if (p == end)
        return false;
    if (*p == '0') {
        if (p + 1 == end || all(p + 1, end, OCTAL_))
            return true;
        return (p[1] == 'b' && all(p + 2, end, BINARY_)) || (p[1] == 'x' && all(p + 2, end, HEX_));
    }
    if (!(sets_of(*p) & DIGIT))
        return false;
    return sixties(run(p, end, DIGIT_), end) == end;
}

static bool exponent_or_end(const char *p, const char *end)
{
    if (p == end)
        return true;
    return end - p >= 3 && (*p == 'e' || *p == 'E') && (p[1] == '-' || p[1] == '+') && all(p + 2, end, DIGIT);
}

static bool looks_float(const char *p, const char *end)
{
    const char *after = sign(p, end);
    if (after == end)
        return false;
    if (*after == '.') {
        size_t len = (size_t)(end - after);
        if (len > 1 && after == p && sets_of(p[1]) & DIGIT)
            return exponent_or_end(run(p + 1, end, DIGIT_), end);
        return IS_ONE_OF(after, len, infinities) || (after == p && IS_ONE_OF(p, len, nans));
    }
    if (!(sets_of(*after) & DIGIT))
        return false;
    const char *dot = run(after, end, DIGIT_);
    bool sexagesimal = dot < end && *dot == ':';
    dot = sixties(dot, end);
    if (!dot || dot == end || *dot != '.')
        return false;
    const char *rest = run(dot + 1, end, DIGIT_);
    return sexagesimal ? rest == end : exponent_or_end(rest, end);
}

/* Passes n to m digits; NULL when there are fewer or more. */
static const char *digits(const char *p, const char *end, int n, int m)
{
    const char *next = p ? run(p, end, DIGIT) : NULL;
    return next && next - p >= n && next - p <= m ? next : NULL;
}

static const char *one(const char *p, const char *end, char c)
{
    return p && p < end && *p == c ? p + 1 : NULL;
}

static bool zone_or_end(const char *p, const char *end)
{
    if (p == end)
        return true;
    p = run(p, end, BLANK);
    if (p < end && *p == 'Z')
        return p + 1 == end;
    if (sign(p, end) == p)
        return false;
    p = digits(p + 1, end, 1, 2);
    return p && (p == end || digits(one(p, end, ':'), end, 2, 2) == end);
}

static bool looks_timestamp(const char *s, const char *end)
{
    const char *month = one(digits(s, end, 4, 4), end, '-');
    const char *day = one(digits(month, end, 1, 2), end, '-');
    const char *p = digits(day, end, 1, 2);
    if (!p)
        return false;
    if (p == end)
        return end - s == 10;
    const char *clock = *p == 'T' || *p == 't' ? p + 1 : run(p, end, BLANK);
    if (clock == p)
        return false;
    p = one(digits(clock, end, 1, 2), end, ':');
    p = digits(one(digits(p, end, 2, 2), end, ':'), end, 2, 2);
    if (p && p < end && *p == '.')
        p = run(p + 1, end, DIGIT);
    return p && zone_or_end(p, end);
}

enum yaml_tag yaml_tag_looks(const char *s, size_t len)
{
    if (len == 0)
        return YAML_TAG_NULL;
    if (len > 1 && s[len - 1] == '\n') /* the $ of a Python pattern matches before a last line feed, too */
        len--;
    const char *end = s + len;
    switch (s[0]) {
    case 'y': case 'Y': case 'n': case 'N': case 't': case 'T': case 'f': case 'F': case 'o': case 'O':
        if (len > 5)
            return YAML_TAG_STR;
        if (IS_ONE_OF(s, len, booleans) || IS_ONE_OF(s, len, more_booleans))
            return YAML_TAG_BOOL;
        return IS_ONE_OF(s, len, nulls) ? YAML_TAG_NULL : YAML_TAG_STR;
    case '~':
        return len == 1 ? YAML_TAG_NULL : YAML_TAG_STR;
    case '<':
        return len == 2 && s[1] == '<' ? YAML_TAG_MERGE : YAML_TAG_STR;
    case '=':
        return len == 1 ? YAML_TAG_VALUE : YAML_TAG_STR;
    case '-': case '+': case '.':
        return looks_float(s, end) ? YAML_TAG_FLOAT : looks_int(s, end) ? YAML_TAG_INT : YAML_TAG_STR;
    case '0': case '1': case '2': case '3': case '4': case '5': case '6': case '7': case '8': case '9':
        return looks_int(s, end)         ? YAML_TAG_INT
               : looks_float(s, end)     ? YAML_TAG_FLOAT
               : looks_timestamp(s, end) ? YAML_TAG_TIMESTAMP
                                         : YAML_TAG_STR;
    default:
        return YAML_TAG_STR;
    }
}

static bool core_int(const char *s, const char *end)
{
    const char *p = sign(s, end);
    if (end - p > 2 && p == s && *p == '0' && (p[1] == 'x' || p[1] == 'o'))
        return all(p + 2, end, p[1] == 'x' ? HEX : OCTAL);
    return all(p, end, DIGIT) && (*p != '0' || p + 1 == end);
}

/* [-+]? ( \.[0-9]+ | [0-9]+ ( \.[0-9]* )? ) ( [eE] [-+]? [0-9]+ )?, and not digits alone: those are core_int's. */
static bool core_float(const char *s, const char *end)
{
    const char *p = sign(s, end), *rest = run(p, end, DIGIT);
    size_t len = (size_t)(end - p);
    if (IS_ONE_OF(p, len, infinities) || (p == s && IS_ONE_OF(p, len, nans)))
        return true;
    bool any = rest > p, dot = rest < end && *rest == '.';
    if (dot) {
        const char *fraction = rest + 1;
        rest = run(fraction, end, DIGIT);
        any = any || rest > fraction;
    }
    if (!any || rest == end)
        return any && dot;
    return (*rest == 'e' || *rest == 'E') && all(sign(rest + 1, end), end, DIGIT);
}

enum yaml_tag yaml_tag_core(const char *s, size_t len)
{
    if (len == 0 || IS_ONE_OF(s, len, nulls))
        return YAML_TAG_NULL;
    if (IS_ONE_OF(s, len, booleans))
        return YAML_TAG_BOOL;
    if (len == 2 && s[0] == '<' && s[1] == '<')
        return YAML_TAG_MERGE;
    if (!(sets_of(s[0]) & DIGIT) && s[0] != '-' && s[0] != '+' && s[0] != '.')
        return YAML_TAG_STR;
    return core_int(s, s + len) ? YAML_TAG_INT : core_float(s, s + len) ? YAML_TAG_FLOAT : YAML_TAG_STR;
}
