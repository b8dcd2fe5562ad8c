/* base/regex: matches, the ECMA dialect, limits. */
#include <pthread.h>
#include <string.h>

#include "base/regex.h"
#include "base/text.h"
#include "tests/check.h"

static const struct {
    const char *pattern;
    bool ecma;
    const char *subject;
    int start, end; /* -1: no match */
} rows[] = {
    {"b+", false, "abbc", 1, 3},
    {"^b", false, "ab", -1, -1},
    {"a$", true, "a\n", -1, -1}, /* only at the very end */
    {"a$", false, "a\n", 0, 1},
    {"^\\d$", true, "\xD9\xA3", -1, -1}, /* U+0663, an Arabic digit */
    {"^\\d$", false, "\xD9\xA3", 0, 2},
    {"^\\w$", true, "\xC3\xA9", -1, -1},
    {"^\\w$", false, "\xC3\xA9", 0, 2},
    {"^.$", true, "\xF0\x9F\x98\x80", 0, 4},
    {"^\\u00e9\\u{1F600}$", true, "\xC3\xA9\xF0\x9F\x98\x80", 0, 6},
    {"a[^]b", true, "a\nb", 0, 3},
    {"x|", false, "", 0, 0},
    {"b", false,
     "\xFF\xFE"
     "b\xFF",
     2, 3}, /* not UTF-8: other bytes still match */
    {".", false, "\xFF", -1, -1},
};

static void test_rows(void)
{
    struct regex_scratch *scratch = regex_scratch_open();
    for (size_t i = 0; i < ROWS(rows); i++) {
        struct error err = {0};
        struct regex_options options = {.ecma = rows[i].ecma};
        struct regex *regex = regex_compile(rows[i].pattern, strlen(rows[i].pattern), &options, (struct pos){0}, &err);
        struct regex_span span = {0};
        bool found = false;
        bool ok =
            regex && regex_find(regex, scratch, rows[i].subject, strlen(rows[i].subject), 0, &span, 1, &found, &err);
        CHECK(ok && found == (rows[i].start >= 0), "row %zu '%s': %s", i, rows[i].pattern, err.text);
        CHECK(!found || (span.start == (size_t)rows[i].start && span.end == (size_t)rows[i].end), "row %zu: %zu to %zu",
              i, span.start, span.end);
        regex_close(regex);
    }
    regex_scratch_close(scratch);
}

static void test_groups(void)
{
    static const char pattern[] = "(?<key>\\w+)=(\\d+)?(x)?", subject[] = "; loss=12 rate=";
    struct error err = {0};
    struct regex_options options = {0};
    struct regex *regex = regex_compile(pattern, strlen(pattern), &options, (struct pos){0}, &err);
    struct regex_scratch *scratch = regex_scratch_open();
    CHECK(regex && regex_groups(regex) == 3 && regex_group(regex, "key") == 1 && regex_group(regex, "no") == 0, "%s",
          err.text);
    struct regex_span spans[40];
    bool found;
    CHECK(regex_find(regex, scratch, subject, strlen(subject), 0, spans, 40, &found, &err) && found, "%s", err.text);
    CHECK(spans[0].start == 2 && spans[0].end == 9 && spans[1].end == 6 && spans[2].start == 7, "first match");
    CHECK(spans[3].start == REGEX_NONE && spans[4].start == REGEX_NONE && spans[39].end == REGEX_NONE, "no such group");
    CHECK(regex_find(regex, scratch, subject, strlen(subject), spans[0].end, spans, 3, &found, &err) && found, "%s",
          err.text);
    CHECK(spans[0].start == 10 && spans[0].end == 15 && spans[2].start == REGEX_NONE, "second match");
    CHECK(regex_find(regex, scratch, subject, strlen(subject), 15, spans, 3, &found, &err) && !found, "no third");
    CHECK(regex_find(regex, scratch, subject, strlen(subject), 99, spans, 3, &found, &err) && !found, "behind the end");
    regex_scratch_close(scratch);
    regex_close(regex);
}

static const struct {
    const char *pattern, *error; /* at w.yaml:4:2 */
} bad_rows[] = {
    {"a(b", "w.yaml:4:2: pattern 'a(b', byte 3: missing closing parenthesis"},
    {"[z-a]", "w.yaml:4:2: pattern '[z-a]', byte 3: range out of order in character class"},
    {"\\C", "w.yaml:4:2: pattern '\\C', byte 2: using \\C is disabled by the application"},
};

static void test_bad(void)
{
    for (size_t i = 0; i < ROWS(bad_rows); i++) {
        struct error err = {0};
        struct regex_options options = {0};
        struct pos at = {.file = "w.yaml", .line = 4, .col = 2};
        CHECK(!regex_compile(bad_rows[i].pattern, strlen(bad_rows[i].pattern), &options, at, &err), "row %zu", i);
        CHECK(err.kind == ERR_USAGE && strcmp(err.text, bad_rows[i].error) == 0, "%s", err.text);
    }
}

/* Patterns that backtrack without end, on subjects that make them: an error, soon. Counted alike in both ways. */
static const struct {
    const char *pattern, *unit;
    int units;
} slow_rows[] = {
    {"^(a+)+$", "a", 3000},
    {"^(?:a|a)*$", "a", 3000},
    {"(?:.*x)*[yz]", "ax", 3000},
    {"(.*)*(.*)*(.*)*[yz]", "b", 3000},
    {"^(?:(a)|b|ab)*[yz]", "ab", 3000},
    {"a*a*a*[yz]", "a", 700}, /* within the limits for each start of a match, but not over all */
    {"^(?:[ab]*+c|[ab]*+d|.)*[yz]", "a", 100000},
    {"[ab]*[yz]", "a", 1000000}, /* PCRE2 counts nothing here, but looks at 5e11 bytes */
};

static void test_limits(void)
{
    struct regex_scratch *scratch = regex_scratch_open();
    for (size_t i = 0; i < ROWS(slow_rows); i++) {
        struct error err = {0};
        struct regex_options options = {.ecma = true};
        struct regex *regex =
            regex_compile(slow_rows[i].pattern, strlen(slow_rows[i].pattern), &options, (struct pos){0}, &err);
        struct text subject = text_open(1 << 20);
        for (int n = 0; n < slow_rows[i].units; n++)
            text_add(&subject, slow_rows[i].unit);
        text_add(&subject, "!");
        bool found = true;
        bool ok = regex && regex_find(regex, scratch, subject.s, subject.len, 0, NULL, 0, &found, &err);
        CHECK(!ok && !found && err.kind == ERR_USAGE && strncmp(err.text, "pattern needs too many", 22) == 0,
              "row %zu: %s", i, err.text);
        text_close(&subject);
        regex_close(regex);
    }
    regex_scratch_close(scratch);
}

/* Long lines that need many steps for good reason. */
static void test_long(void)
{
    struct regex_scratch *scratch = regex_scratch_open();
    struct error err = {0};
    struct regex_options options = {0};
    struct regex *regex = regex_compile("loss=(.*)rate=(\\d+)", 19, &options, (struct pos){0}, &err);
    for (size_t len = 100; len < 1000000; len *= 10) {
        struct text line = text_open(1 << 21);
        text_fill(&line, 'x', len);
        text_add(&line, " loss=1 rate=22 ");
        text_fill(&line, 'y', len);
        struct regex_span spans[3];
        bool found = false;
        bool ok = regex && regex_find(regex, scratch, line.s, line.len, 0, spans, 3, &found, &err);
        CHECK(ok && found && spans[2].start == len + 13 && spans[2].end == len + 15, "%zu: %s", len, err.text);
        text_close(&line);
    }
    regex_close(regex);
    regex_scratch_close(scratch);
}

/* --- one regex, several threads --- */

static void *match_often(void *regex)
{
    struct regex_scratch *scratch = regex_scratch_open();
    size_t matches = 0;
    for (int i = 0; i < 2000; i++) {
        struct regex_span spans[2];
        struct error err = {0};
        bool found;
        matches += regex_find(regex, scratch, "id=4711;", 8, 0, spans, 2, &found, &err) && found && spans[1].end == 7;
    }
    regex_scratch_close(scratch);
    return matches == 2000 ? regex : NULL;
}

static void test_threads(void)
{
    struct error err = {0};
    struct regex_options options = {0};
    struct regex *regex = regex_compile("id=(\\d+)", 8, &options, (struct pos){0}, &err);
    pthread_t threads[4];
    for (size_t i = 0; i < ROWS(threads); i++)
        CHECK(pthread_create(&threads[i], NULL, match_often, regex) == 0, "thread");
    for (size_t i = 0; i < ROWS(threads); i++) {
        void *result = NULL;
        pthread_join(threads[i], &result);
        CHECK(result == regex, "thread %zu", i);
    }
    regex_close(regex);
}

int main(void)
{
    test_rows();
    test_groups();
    test_bad();
    test_limits();
    test_long();
    test_threads();
    return check_end();
}
