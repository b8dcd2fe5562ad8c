/* manual/markdown.c: Markdown in, man(7) source out. */
#include <string.h>

#include "manual/markdown.h"
#include "tests/check.h"

static bool page_of(const void *context, const char *target, size_t len, struct text *page)
{
    (void)context;
    if (len != 10 || memcmp(target, "ci-docs.md", 10) != 0)
        return false;
    text_add(page, "matbench-ci(1)");
    return true;
}

static const struct {
    const char *markdown, *roff;
} rows[] = {
    {"", ""},
    {"# Only a title\n", ""},
    {"one\ntwo\n\nthree", "one two\n.PP\nthree\n"},
    {"## Two words\ntext\n### Third\nmore\n", ".SH \"TWO WORDS\"\ntext\n.SS \"Third\"\nmore\n"},
    {"# Title\n# Second\nx", ".SH \"SECOND\"\nx\n"},
    /* characters */
    {"a-b ~ ^ ' \" \\ back\n", "a\\-b \\(ti \\(ha \\(aq \\(dq \\e back\n"},
    {"\xc2\xb1 1 \xe2\x86\x92 2\n", "\\[u00B1] 1 \\[u2192] 2\n"},
    {"bad \xff byte", "bad ? byte\n"},
    {".br is text\n'so is this", "\\&.br is text \\(aqso is this\n"},
    {"\\*not emphasis\\*", "*not emphasis*\n"},
    /* inline */
    {"`a,b c|d`", "\\fB\\%a,\\:\\%b \\%c|\\:\\%d\\fR\n"},
    {"`` a`b ``", "\\fB\\%a\\(gab\\fR\n"},
    {"`open", "\\(gaopen\n"},
    {"**bold** and *slanted*, 2 * 3 * 4", "\\fBbold\\fR and \\fIslanted\\fR, 2 * 3 * 4\n"},
    {"[ci-docs.md](ci-docs.md)", "\\fB\\%matbench\\-ci\\fR(1)\n"},
    {"[the *step*](ci-docs.md)", "the \\fIstep\\fR (\\fB\\%matbench\\-ci\\fR(1))\n"},
    {"[words](other.md), [web](https://x.org)", "words, web <https://x.org>\n"},
    {"[no link] (x) [y", "[no link] (x) [y\n"},
    /* lists */
    {"- one\n  goes on\n- two\n\nafter", ".IP \\(bu 2\none goes on\n.IP \\(bu 2\ntwo\n.PP\nafter\n"},
    {"text:\n- one", "text:\n.IP \\(bu 2\none\n"},
    {"1. one\n2. two\n", ".IP 1. 4\none\n.IP 2. 4\ntwo\n"},
    {"sum of\n12. March\n", "sum of 12. March\n"},
    /* examples */
    {"say\n\n    a\n\n    .b\n\nend", "say\n.sp\n.RS 4\n.EX\na\n\n\\&.b\n.EE\n.RE\n.PP\nend\n"},
    {"    a", ".RS 4\n.EX\na\n.EE\n.RE\n"},
    {"    a\n\n\n", ".RS 4\n.EX\na\n.EE\n.RE\n"},
    {"```sh\nx  y\n```\nend", ".RS 4\n.EX\nx  y\n.EE\n.RE\n.PP\nend\n"},
    {"```\nnever closed", ".RS 4\n.EX\nnever closed\n.EE\n.RE\n"},
    /* tables */
    {"| a | b |\n|---|---|\n| `x` | y \\| z |\n| only | |\n", ".TP\n\\fB\\%x\\fR\ny | z\n.TP\nonly\n\\&\n"},
    {"| a | b | c |\n|---|---|---|\n| x | | z |\n", ".TP\nx\n\\fIc\\fR:\nz\n"},
    {"|", ""},
    {"| a |\n|", ""},
    {"<!-- one line -->\ntext\n<!-- more\nlines -->\nend", "text\n.PP\nend\n"},
};

/* Lines are about 76 columns, and one never begins with a period. */
static void test_wrapping(void)
{
    struct text markdown = text_open(1 << 20), out = text_open(1 << 20);
    for (int i = 0; i < 300; i++)
        text_add(&markdown, i % 3 ? ".word " : "longer-words ");
    markdown_to_roff(&out, markdown.s, page_of, NULL);
    for (const char *line = out.s; *line; line += strcspn(line, "\n") + 1) {
        CHECK(strcspn(line, "\n") <= 80, "%.90s", line);
        CHECK(*line != '.', "%.30s", line);
    }
    text_close(&markdown);
    text_close(&out);
}

int main(void)
{
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct text out = text_open(1 << 20);
        markdown_to_roff(&out, rows[i].markdown, page_of, NULL);
        CHECK(strcmp(out.s, rows[i].roff) == 0, "%s\nexpected:\n%sgot:\n%s", rows[i].markdown, rows[i].roff, out.s);
        text_close(&out);
    }
    test_wrapping();
    struct text title = text_open(1000);
    markdown_title(&title, "text\n# The `ci` *step*\n# Other\n");
    CHECK(strcmp(title.s, "The ci step") == 0, "%s", title.s);
    text_close(&title);
    return check_end();
}
