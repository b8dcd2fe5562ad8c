/* report: the primitives of a page. */
#include "report/page.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "tests/check.h"
#include "tests/markup.h"

static const struct {
    const char *text, *want;
} escape_rows[] = {
    {"plain ü €", "plain ü €"},
    {"<script>alert('&\"')</script>", "&lt;script&gt;alert(&#39;&amp;&quot;&#39;)&lt;/script&gt;"},
    {"a\x1b[31m\x7f\x01", "a\xef\xbf\xbd[31m\xef\xbf\xbd\xef\xbf\xbd"},
    {"line\nnext\tcell", "line\nnext\tcell"},
    {"a\rb", "a\xef\xbf\xbd" "b"},
    {"\xff\xc0\xaf", "\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd"},
    {"\xed\xa0\x80", "\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd"},                  /* a surrogate */
    {"a\xe2\x80\xae" "b\xe2\x81\xa6", "a\xef\xbf\xbd" "b\xef\xbf\xbd"},      /* U+202E, U+2066 */
    {"\xd8\x9c\xef\xbb\xbf\xef\xbf\xbe", "\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd"}, /* U+061C, U+FEFF, U+FFFE */
    {"\xc2\x9b" "0m", "\xef\xbf\xbd" "0m"},                                  /* CSI as one character */
    {"\xf0\x9f\x91\xa9\xe2\x80\x8d\xf0\x9f\x94\xac", "\xf0\x9f\x91\xa9\xe2\x80\x8d\xf0\x9f\x94\xac"}, /* a joiner in an emoji */
    {"", ""},
};

static const struct {
    const char *url, *text, *want;
} link_rows[] = {
    {"https://ci.example/1?a=1&b=\"2\"", "run", "<a rel=\"noopener noreferrer\" href=\"https://ci.example/1?a=1&amp;b=&quot;2&quot;\">run</a>"},
    {"HTTP://x", NULL, "<a rel=\"noopener noreferrer\" href=\"HTTP://x\">HTTP://x</a>"},
    {"https://user:pass@word@host/x@y?z=@", NULL, "<a rel=\"noopener noreferrer\" href=\"https://host/x@y?z=@\">https://host/x@y?z=@</a>"},
    {"https://host/x@y", "run", "<a rel=\"noopener noreferrer\" href=\"https://host/x@y\">run</a>"},
    {"javascript:alert(1)", "run", "run: javascript:alert(1)"},
    {"data:text/html,x", NULL, "data:text/html,x"},
    {"//host/x", "run", "run: //host/x"},
    {" https://x", "run", "run:  https://x"},
    {"https:/\\x", "run", "run: https:/\\x"},
    {"https://x/\na", "run", "run: https://x/\na"},
    {"https://", NULL, "https://"},
    {"", "run", "run"},
    {NULL, "run", "run"},
};

static const struct {
    const char *path, *want;
} file_rows[] = {
    {"stats/report_0.html", "<a href=\"stats/report_0.html\">t</a>"},
    {"a b/\"<é>?#%.html", "<a href=\"a%20b/%22%3C%C3%A9%3E%3F%23%25.html\">t</a>"},
    {"javascript:alert(1)", "<a href=\"javascript%3Aalert%281%29\">t</a>"},
    {"//host/x", "<a href=\"%2F%2Fhost/x\">t</a>"},
};

static void check_part(const struct text *out, const char *want, const char *row)
{
    CHECK(strcmp(out->s, want) == 0, "%s: '%s', expected '%s'", row, out->s, want);
}

static void test_inline(void)
{
    struct text out = text_open(1 << 20);
    struct page page = {.out = &out};
    for (size_t i = 0; i < ROWS(escape_rows); i++) {
        text_clear(&out);
        page_escape(&out, escape_rows[i].text);
        check_part(&out, escape_rows[i].want, escape_rows[i].text);
    }
    for (size_t i = 0; i < ROWS(link_rows); i++) {
        text_clear(&out);
        page_link(&page, link_rows[i].url, link_rows[i].text);
        check_part(&out, link_rows[i].want, link_rows[i].url ? link_rows[i].url : "NULL");
    }
    for (size_t i = 0; i < ROWS(file_rows); i++) {
        text_clear(&out);
        page_file(&page, file_rows[i].path, "t");
        check_part(&out, file_rows[i].want, file_rows[i].path);
    }
    text_close(&out);
}

enum { COLUMNS = 14 };
static const char evil[] = "\"'><script>&amp;\x1b\xe2\x80\xae\xff</td>";

static void write_table(struct page *page)
{
    struct page_column columns[COLUMNS] = {{.name = evil, .hint = evil}};
    for (size_t i = 1; i < COLUMNS; i++)
        columns[i] = (struct page_column){.name = "n", .right = i == 1 || i >= 12};
    page_table_begin(page, evil, columns, COLUMNS);
    page_row_begin(page, PAGE_HERE);
    for (size_t i = 0; i < COLUMNS; i++)
        page_cell(page, i == 12 ? PAGE_BAD : PAGE_PLAIN, "1");
    page_row_end(page);
    page_row_begin(page, PAGE_PLAIN);
    page_cell(page, PAGE_GOOD, evil);
    page_cell(page, PAGE_PLAIN, "a_b");
    page_cell_begin(page, PAGE_PLAIN);
    page_badge(page, PAGE_WARN, evil);
    page_break(page);
    page_strong(page, evil);
    page_cell_end(page);
    page_row_end(page);
    page_table_end(page);
}

static void write_blocks(struct page *page)
{
    static const struct page_link links[] = {{evil, evil, 0}, {"b", "b", 1}, {"c", "c", 1}, {"d", "d", 0}, {"e", "e", 1}};
    page_contents(page, evil, links, ROWS(links));
    page_contents(page, "none", links, 0);
    page_contents(page, "flat", links + 3, 1);
    for (size_t i = 0; i < ROWS(links); i++)
        page_heading(page, 2 + (int)(i % 3), links[i].id, links[i].text);
    page_heading(page, 1, NULL, evil);
    page_paragraph(page, PAGE_BAD, evil);
    page_paragraph(page, PAGE_MUTED, NULL);
    page_paragraph_begin(page, PAGE_WARN);
    page_code(page, evil);
    page_jump(page, evil, evil);
    page_link(page, "https://x/\"><b>", evil);
    page_paragraph_end(page);
    page_pre(page, "\n<b>\tlog</b>\n");
    page_fold_begin(page, evil, PAGE_UNFOLDED);
    page_fold_begin(page, evil, PAGE_FOLDED);
    page_fold_begin(page, evil, PAGE_ASIDE);
    page_definitions_begin(page);
    page_define(page, evil, evil);
    page_definitions_end(page);
    page_fold_end(page);
    page_fold_end(page);
    page_fold_end(page);
    page_list_begin(page);
    page_item(page, evil);
    page_item_begin(page);
    page_text(page, "below");
    page_list_begin(page);
    page_item(page, "x");
    page_list_end(page);
    page_item_end(page);
    page_list_end(page);
}

static void write_page(struct text *out, struct output *sink, size_t times, struct error *err)
{
    struct page page = page_open(out, sink, evil);
    write_blocks(&page);
    for (size_t i = 0; i < times; i++)
        write_table(&page);
    page_close(&page, err);
}

static void test_blocks(void)
{
    static const char *const parts[] = {
        ".stack table,.stack caption,", "details:not(.aside)::details-content{content-visibility:visible", "<table class=\"wide r2\"><caption>", "<td class=\"n bad\">1</td><td class=\"n\">1</td></tr>", "<th class=\"n\">n</th>", "<td>a_<wbr/>b</td>",
        "<pre>\n\n&lt;b&gt;\tlog", "<details open=\"open\"><summary>", "<details><summary>", "<details class=\"aside\"><summary>", "<tr class=\"here\">",
    };
    struct text out = text_open(1 << 20);
    struct error err = {0};
    write_page(&out, NULL, 1, &err);
    CHECK(!err.kind && markup_good(out.s), "%s", out.s);
    for (size_t i = 0; i < ROWS(parts); i++)
        CHECK(strstr(out.s, parts[i]), "'%s' is not in:\n%s", parts[i], out.s);
    CHECK(!strstr(out.s, "<script") && !strstr(out.s, "\xff"), "escaped");
    text_close(&out);
}

/* Passed on in pieces it is the same page, and little of it is in memory. */
static void test_sink(void)
{
    char path[] = "/tmp/mb-page-XXXXXX";
    int fd = mkstemp(path);
    struct error err = {0};
    struct text whole = text_open(1 << 24), piece = text_open(1 << 20), read_back = text_open(1 << 24);
    struct output *sink = output_open(path, STDOUT_FILENO, &err);
    CHECK(fd >= 0 && sink, "%s", err.text);
    write_page(&whole, NULL, 1000, &err);
    write_page(&piece, sink, 1000, &err);
    CHECK(output_commit(sink, &err), "%s", err.text);
    FILE *in = fopen(path, "rb");
    size_t n = in ? fread(text_room(&read_back, whole.len + 1), 1, whole.len + 1, in) : 0;
    CHECK(n == whole.len && memcmp(read_back.s, whole.s, n) == 0, "%zu bytes of %zu", n, whole.len);
    CHECK(whole.len > 500000 && piece.cap < whole.len / 2, "%zu bytes kept of %zu", piece.cap, whole.len);
    if (in)
        fclose(in);
    close(fd);
    unlink(path);
    text_close(&whole);
    text_close(&piece);
    text_close(&read_back);
}

static void test_too_large(void)
{
    struct text out = text_open(1000);
    struct error err = {0};
    write_page(&out, NULL, 1, &err);
    CHECK(err.kind == ERR_OUTPUT, "%d %s", err.kind, err.text);
    text_close(&out);
}

/* The judge itself. */
static void test_markup(void)
{
    static const char *const bad[] = {"<p>", "<p></b></p>", "</p>", "<p a=b></p>", "<p a=\"1\" a=\"2\"></p>", "a & b", "<p",
                                      "<p id=\"a\"></p><p id=\"a\"></p>", "<a href=\"#x\">x</a>", "<p>\x01</p>", "< p></p>"};
    for (size_t i = 0; i < ROWS(bad); i++)
        CHECK(!markup_good(bad[i]), "%s", bad[i]);
    CHECK(markup_good("<p id=\"a\"><br/>&amp;<a href=\"#a\">x</a></p>"), "good markup");
}

int main(void)
{
    test_inline();
    test_blocks();
    test_sink();
    test_too_large();
    test_markup();
    return check_end();
}
