/* json/ecma: what patterns match, through PCRE2, and where they are refused. */
#include "json/ecma.h"

#include <string.h>

#include "base/regex.h"
#include "tests/check.h"

static const struct {
    const char *pattern, *matches, *matches_not; /* NULL: not asked */
} rows[] = {
    {"^[\\w-.]+$", "a-b.c", "a b"},
    {"^[^\\S]$", "\xC2\xA0", "a"},
    {"^\\s$", "\xEF\xBB\xBF", "\xE2\x80\x8B"},
    {"^\\S$", "\xE2\x80\x8B", "\xE2\x80\xA8"},
    {"^.$", "\xC2\x85", "\xE2\x80\xA8"},
    {"^[\\d-x]$", "-", "a"},
    {"^[a-\\d]$", "-", "b"},
    {"^[[:alpha:]]$", ":]", "b"},
    {"^\\u{1F600}$", "\xF0\x9F\x98\x80", "u"},
    {"^\\uD83D\\uDE00$", "\xF0\x9F\x98\x80", NULL},
    {"^[\\uD83D\\uDE00-\\u{1F602}]$", "\xF0\x9F\x98\x81", "a"},
    {"^\\v\\cJ\\x41\\0?$", "\v\nA", "vJA"},
    {"^(?<y>a)\\k<y>\\1$", "aaa", "aa"},
    {"^\\p{Script=Greek}\\p{Lu}\\P{Letter}$", "\xCE\xB1" "A1", "aA1"},
    {"^a{2}$", "aa", "a"},
    {"^a{,2}$", "a{,2}", "a"},
    {"^\\@\\_\\/\\-$", "@_/-", "@_/"},
    {"^#(?=x) *x$", "#x", "# x"},
    {"a[]b|^[^]$", "\n", "ab"},
    {"^(a|b)??c*?d+?$", "accd", "aa"},
    {"\\bfoo\\B", "fooa", "foo"},
    {"^[\\b]$", "\b", "b"},
    {"^(?:a$|b)", "a", "a\n"},
};

static const struct {
    const char *pattern, *error;
} refused[] = {
    {"a**", "pattern 'a**', byte 2: expected something to repeat before the quantifier"},
    {"a++", "pattern 'a++', byte 2: expected something to repeat before the quantifier"},
    {"(*ACCEPT)", "pattern '(*ACCEPT)', byte 1: expected something to repeat before the quantifier"},
    {"a)", "pattern 'a)', byte 1: expected '(' before it"},
    {"(a", "pattern '(a', byte 2: expected ')'"},
    {"[a", "pattern '[a', byte 2: expected ']'"},
    {"[b-a]", "pattern '[b-a]', byte 4: expected the end of a range, not before its start"},
    {"\\a", "pattern '\\a', byte 1: expected an escape that ECMA-262 has"},
    {"\\2(a)", "pattern '\\2(a)', byte 2: expected the number of a group"},
    {"\\u12", "pattern '\\u12', byte 4: expected hexadecimal digits"},
    {"\\p{", "pattern '\\p{', byte 3: expected the name of a property and '}'"},
    {"a{3,2}", "pattern 'a{3,2}', byte 6: expected two numbers in order"},
    {"(?P<n>a)", "pattern '(?P<n>a)', byte 1: expected '?:', '?=', '?!', '?<=', '?<!' or '?<name>'"},
    {"\\", "pattern '\\', byte 1: expected a character after '\\'"},
};

static bool finds(const char *pattern, const char *text)
{
    static const struct regex_options ecma = {.ecma = true};
    struct text out = text_open(10000);
    struct error err = {0};
    struct regex *regex = NULL;
    struct regex_scratch *scratch = regex_scratch_open();
    bool found = false;
    if (ecma_translate(pattern, strlen(pattern), &out, (struct pos){0}, &err))
        regex = regex_compile(out.s, out.len, &ecma, (struct pos){0}, &err);
    CHECK(regex, "%s: %s", pattern, err.text);
    if (regex)
        regex_find(regex, scratch, text, strlen(text), 0, NULL, 0, &found, &err);
    regex_close(regex);
    regex_scratch_close(scratch);
    text_close(&out);
    return found;
}

int main(void)
{
    for (size_t i = 0; i < ROWS(rows); i++) {
        CHECK(ecma_valid(rows[i].pattern, strlen(rows[i].pattern)), "%s", rows[i].pattern);
        CHECK(!rows[i].matches || finds(rows[i].pattern, rows[i].matches), "%s does not match %s", rows[i].pattern, rows[i].matches);
        CHECK(!rows[i].matches_not || !finds(rows[i].pattern, rows[i].matches_not), "%s matches %s", rows[i].pattern, rows[i].matches_not);
    }
    for (size_t i = 0; i < ROWS(refused); i++) {
        struct text out = text_open(10000);
        struct error err = {0};
        bool ok = ecma_translate(refused[i].pattern, strlen(refused[i].pattern), &out, (struct pos){0}, &err);
        CHECK(!ok && strcmp(err.text, refused[i].error) == 0, "%s: %s", refused[i].pattern, err.text);
        text_close(&out);
    }
    return check_end();
}
