/* What both parts of the translation write with, and the escapes that mean the same inside and outside of a class. */
#include <string.h>

#include "json/ecma_reading.h"

/* ECMA's WhiteSpace and LineTerminator, and all else, as the inside of a class. */
static const char blanks[] = "\\t\\n\\x0b\\f\\r \xC2\xA0\xE1\x9A\x80\xE2\x80\x80-\xE2\x80\x8A\xE2\x80\xA8\xE2\x80\xA9"
                             "\xE2\x80\xAF\xE2\x81\x9F\xE3\x80\x80\xEF\xBB\xBF";
static const char no_blanks[] = "\\x00-\\x08\\x0e-\\x1f!-\\x7f\xC2\x80-\xC2\x9F\xC2\xA1-\xE1\x99\xBF\xE1\x9A\x81-\xE1\xBF\xBF"
                                "\xE2\x80\x8B-\xE2\x80\xA7\xE2\x80\xAA-\xE2\x80\xAE\xE2\x80\xB0-\xE2\x81\x9E\xE2\x81\xA0-\xE2\xBF\xBF"
                                "\xE3\x80\x81-\xED\x9F\xBF\xEE\x80\x80-\xEF\xBB\xBE\xEF\xBC\x80-\xF4\x8F\xBF\xBF";
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

bool ecma_is_digit(char c)
{
    return c >= '0' && c <= '9';
}

bool ecma_is_name(char c)
{
    return ecma_is_digit(c) || c == '_' || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

bool ecma_at(const struct ecma_reading *r, const char *text)
{
    size_t n = strlen(text);
    return (size_t)(r->end - r->p) >= n && memcmp(r->p, text, n) == 0;
}

bool ecma_wrong(struct ecma_reading *r, const char *expected)
{
    if (!r->wrong)
        r->wrong = expected;
    return false;
}

void ecma_add(struct ecma_reading *r, const char *text)
{
    if (r->out)
        text_add(r->out, text);
}

void ecma_add_bytes(struct ecma_reading *r, const char *s, size_t n)
{
    if (r->out)
        text_addn(r->out, s, n);
}

void ecma_add_code(struct ecma_reading *r, uint32_t code)
{
    char bytes[8];
    if (!r->out)
        return;
    if (code < 0x80 && !ecma_is_name((char)code))
        text_printf(r->out, "\\x%02x", (unsigned)code);
    else
        text_addn(r->out, bytes, text_encode(bytes, code));
}

/* --- escapes --- */

static int64_t hex_number(struct ecma_reading *r, int least, int most)
{
    int64_t value = 0;
    int n = 0;
    for (; n < most && r->p < r->end; n++, r->p++) {
        char c = *r->p;
        int digit = ecma_is_digit(c) ? c - '0' : (c | 32) >= 'a' && (c | 32) <= 'f' ? (c | 32) - 'a' + 10 : ECMA_NONE;
        if (digit == ECMA_NONE)
            break;
        value = value * 16 + digit;
    }
    return n < least ? ECMA_NONE : value;
}

/* What follows "\u": the code point, or ECMA_NONE. Two escapes that make a surrogate pair are one character. */
static int64_t unicode_escape(struct ecma_reading *r)
{
    if (r->p < r->end && *r->p == '{') {
        r->p++;
        int64_t value = hex_number(r, 1, 6);
        if (value == ECMA_NONE || value > 0x10FFFF || r->p == r->end || *r->p != '}')
            return ECMA_NONE;
        r->p++;
        return value;
    }
    int64_t high = hex_number(r, 4, 4);
    if (high < 0xD800 || high > 0xDBFF || !ecma_at(r, "\\u"))
        return high;
    const char *back = r->p;
    r->p += 2;
    int64_t low = hex_number(r, 4, 4);
    if (low >= 0xDC00 && low <= 0xDFFF)
        return 0x10000 + ((high - 0xD800) << 10) + (low - 0xDC00);
    r->p = back;
    return high;
}

int64_t ecma_character_escape(struct ecma_reading *r, bool *broken)
{
    static const char letters[] = "tnvfr", codes[] = "\t\n\v\f\r";
    const char *start = r->p;
    char c = *r->p++;
    const char *letter = strchr(letters, c);
    int64_t value = ECMA_NONE;
    *broken = false;
    if (c && letter)
        return codes[letter - letters];
    if (c == '0' && (r->p == r->end || !ecma_is_digit(*r->p)))
        return 0;
    if (c == 'c' && r->p < r->end && (*r->p | 32) >= 'a' && (*r->p | 32) <= 'z')
        return *r->p++ & 31;
    if (c == 'x' || c == 'u') {
        value = c == 'x' ? hex_number(r, 2, 2) : unicode_escape(r);
        *broken = value == ECMA_NONE;
        return value;
    }
    if ((unsigned char)c >= 0x80) { /* the character itself */
        r->p = start;
        return ECMA_NONE;
    }
    if (!ecma_is_name(c) || c == '_')
        return (unsigned char)c;
    r->p = start;
    return ECMA_NONE;
}

static bool property(struct ecma_reading *r, char kind)
{
    static const char *const prefixes[][2] = {{"General_Category=", ""}, {"gc=", ""},          {"Script=", "sc:"},
                                              {"sc=", "sc:"},            {"Script_Extensions=", "scx:"}, {"scx=", "scx:"}};
    if (r->p == r->end || *r->p != '{')
        return ecma_wrong(r, "'{' after \\p");
    r->p++;
    const char *before = "";
    for (size_t i = 0; i < sizeof(prefixes) / sizeof(prefixes[0]); i++) {
        if (ecma_at(r, prefixes[i][0])) {
            r->p += strlen(prefixes[i][0]);
            before = prefixes[i][1];
            break;
        }
    }
    const char *name = r->p;
    while (r->p < r->end && ecma_is_name(*r->p))
        r->p++;
    size_t n = (size_t)(r->p - name);
    if (!n || r->p == r->end || *r->p != '}')
        return ecma_wrong(r, "the name of a property and '}'");
    r->p++;
    const char *shown = name;
    for (size_t i = 0; !*before && i < sizeof(categories) / sizeof(categories[0]); i++)
        if (strlen(categories[i].name) == n && memcmp(categories[i].name, name, n) == 0)
            shown = categories[i].category;
    if (n == 8 && memcmp(name, "Assigned", 8) == 0) {
        ecma_add(r, kind == 'p' ? "\\P{Cn}" : "\\p{Cn}");
        return true;
    }
    ecma_add(r, kind == 'p' ? "\\p{" : "\\P{");
    ecma_add(r, before);
    if (shown == name)
        ecma_add_bytes(r, name, n);
    else
        ecma_add(r, shown);
    ecma_add(r, "}");
    return true;
}

bool ecma_class_escape(struct ecma_reading *r, bool within)
{
    char c = *r->p, text[] = {'\\', c, '\0'};
    if (!c || !strchr("dDwWsSpP", c))
        return false;
    r->p++;
    if (c == 'p' || c == 'P')
        return property(r, c), true;
    if (c != 's' && c != 'S') {
        ecma_add(r, text);
        return true;
    }
    ecma_add(r, within ? "" : "[");
    ecma_add(r, c == 's' ? blanks : no_blanks);
    ecma_add(r, within ? "" : "]");
    return true;
}
