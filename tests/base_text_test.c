/* base: text, error, arena. */
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/error.h"
#include "base/text.h"
#include "tests/check.h"

static const struct {
    const char *bytes;
    size_t valid; /* offset of the first bad byte */
} utf8_rows[] = {
    {"plain", 5},
    {"\xC3\xA9t\xC3\xA9", 5},
    {"\xF0\x9F\x98\x80", 4},
    {"12345678\xFFz", 8},
    {"\xC0\x80", 0},         /* overlong NUL */
    {"a\xED\xA0\x80", 1},    /* a surrogate */
    {"a\xF4\x90\x80\x80", 1}, /* above U+10FFFF */
    {"ab\xE2\x82", 2},       /* cut */
};

static void test_utf8(void)
{
    for (size_t i = 0; i < ROWS(utf8_rows); i++) {
        size_t got = text_utf8_valid(utf8_rows[i].bytes, strlen(utf8_rows[i].bytes));
        CHECK(got == utf8_rows[i].valid, "row %zu: %zu", i, got);
    }
    CHECK(text_width("été") == 3, "width");
    const char *trimmed = " \t a b\r\n";
    size_t len = strlen(trimmed);
    text_trim(&trimmed, &len);
    CHECK(len == 3 && memcmp(trimmed, "a b", 3) == 0, "trim: %zu", len);
    trimmed = " \n";
    len = 2;
    text_trim(&trimmed, &len);
    CHECK(len == 0, "trim: nothing is left");
}

static void test_text(void)
{
    struct text t = text_open(10);
    CHECK(t.s[0] == '\0', "new text is empty");
    text_add(&t, "12345");
    text_printf(&t, "%d", 678);
    CHECK(strcmp(t.s, "12345678") == 0 && !t.over, "%s", t.s);
    text_add(&t, "9ab");
    CHECK(t.over && strcmp(t.s, "12345678") == 0, "over the maximum: %s", t.s);
    text_clear(&t);
    CHECK(!t.over && t.len == 0, "clear");
    text_close(&t);
}

static void test_error(void)
{
    struct error err = {0};
    CHECK(!error_at(&err, ERR_USAGE, (struct pos){.file = "w.yaml", .line = 3, .col = 7}, "'%s': unknown key", "a\nb"), "-");
    CHECK(strcmp(err.text, "w.yaml:3:7: 'a\\x0ab': unknown key") == 0, "%s", err.text);
    error_set(&err, ERR_BUG, "second");
    CHECK(err.kind == ERR_USAGE, "the first error wins");
    error_prefix(&err, "test %s", "003");
    CHECK(strncmp(err.text, "test 003: w.yaml:3:7:", 21) == 0, "%s", err.text);
    struct error json = {0};
    error_at(&json, ERR_INVALID, (struct pos){.file = "p.json", .pointer = "/a/0"}, "x");
    CHECK(strcmp(json.text, "p.json#/a/0: x") == 0, "%s", json.text);
    char cut[] = "abcdéfghij";
    error_shorten(cut, 8);
    CHECK(strcmp(cut, "abcd…") == 0, "%s", cut);
    struct error big = {0};
    char *huge = malloc(5000);
    memset(huge, 'x', 4999);
    huge[4999] = '\0';
    error_set(&big, ERR_USAGE, "%s", huge);
    CHECK(strlen(big.text) < ERROR_TEXT_MAX, "cut");
    free(huge);
}

static void test_arena(void)
{
    struct arena arena = {0};
    LIST_OF(int) list = {0};
    for (int i = 0; i < 1000; i++)
        *LIST_ADD(&arena, &list) = i;
    CHECK(list.n == 1000 && list.v[999] == 999, "list");
    char *big = arena_alloc(&arena, 3 << 20);
    CHECK(big[(3 << 20) - 1] == 0, "zeroed");
    CHECK(strcmp(arena_printf(&arena, "%s-%d", "a", 5), "a-5") == 0, "printf");
    arena_clear(&arena);
    arena_close(&arena);
    CHECK(arena.chunks == NULL, "closed");
}

static const struct {
    const char *text, *line;
} lines[] = {
    {"a\nb\tc\x7f", "a\\x0ab\\x09c\\x7f"},
    {"\xC2\x85|\xC2\x9B|\xC2\xA0", "\\u0085|\\u009b|\xC2\xA0"},
    {"\xE2\x80\xA8|\xE2\x80\xA9|\xE2\x80\xAE|\xE2\x80\xA6", "\\u2028|\\u2029|\\u202e|\xE2\x80\xA6"},
    {"\xE2\x81\xA6|\xE2\x81\xA9|\xE2\x81\xAA", "\\u2066|\\u2069|\xE2\x81\xAA"},
    {"\xC2", "\xC2"},
    {"\xE2\x80", "\xE2\x80"},
};

static void test_lines(void)
{
    for (size_t i = 0; i < sizeof(lines) / sizeof(lines[0]); i++) {
        struct text out = text_open(100);
        text_add_line(&out, lines[i].text);
        CHECK(strcmp(out.s, lines[i].line) == 0, "row %zu: %s", i, out.s);
        text_close(&out);
    }
}

int main(void)
{
    test_lines();
    test_utf8();
    test_text();
    test_error();
    test_arena();
    return check_end();
}
