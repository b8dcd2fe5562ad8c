#include "manual/roff.h"

#include <ctype.h>
#include <stdint.h>
#include <string.h>

enum { LINE_WIDTH = 76 };

void roff_title(struct text *out, const char *name, int section, const char *version)
{
    text_printf(out, ".TH ");
    for (const char *c = name; *c; c++)
        text_addc(out, (char)toupper((unsigned char)*c));
    /* no date: the same source gives the same page */
    text_printf(out, " %d \"\" \"matbench %s\" \"matbench\"\n.ad l\n", section, version);
}

static void heading(struct text *out, const char *macro, const char *text, bool capitals)
{
    struct text line = text_open(1 << 16);
    for (const char *c = text; *c; c++)
        text_addc(&line, (char)(capitals ? toupper((unsigned char)*c) : *c));
    text_printf(out, "%s \"", macro);
    roff_escape(out, line.s, line.len);
    text_add(out, "\"\n");
    text_close(&line);
}

void roff_heading(struct text *out, const char *text)
{
    heading(out, ".SH", text, true);
}

void roff_subheading(struct text *out, const char *text)
{
    heading(out, ".SS", text, false);
}

/* The escape of an ASCII character that roff would change or take as its own, or NULL. */
static const char *escape_of(char c)
{
    switch (c) {
    case '\\': return "\\e";
    case '-': return "\\-"; /* else a hyphen, which nobody can paste into a shell */
    case '\'': return "\\(aq";
    case '`': return "\\(ga";
    case '^': return "\\(ha";
    case '~': return "\\(ti";
    case '"': return "\\(dq"; /* may stand in a macro's argument */
    default: return NULL;
    }
}

void roff_escape(struct text *out, const char *text, size_t len)
{
    const char *end = text + len;
    while (text < end) {
        size_t n = text_utf8(text, end);
        const char *escape = escape_of(*text);
        if (n > 1)
            text_printf(out, "\\[u%04X]", (unsigned)text_code_point(text, n));
        else if (escape)
            text_add(out, escape);
        else
            text_addc(out, n ? *text : '?');
        text += n ? n : 1;
    }
}

/* A line that begins with a period is a request. */
static void add_word(struct text *out, const char *word, size_t n, bool first)
{
    if (first && *word == '.')
        text_add(out, "\\&");
    text_addn(out, word, n);
}

void roff_code(struct text *out, const char *text, size_t len)
{
    const char *end = text + len;
    text_add(out, "\\%");
    for (const char *next; text < end; text = next) {
        for (next = text; next < end && !strchr(", |", *next); next++)
            ;
        next += next < end;
        roff_escape(out, text, (size_t)(next - text));
        if (next < end)
            text_add(out, next[-1] == ' ' ? "\\%" : *next == ' ' ? "" : "\\:\\%");
    }
}

void roff_words(struct text *out, const char *escaped)
{
    size_t column = 0;
    for (const char *word = escaped + strspn(escaped, " \n"); *word;) {
        size_t n = strcspn(word, " \n");
        bool first = column == 0 || column + 1 + n > LINE_WIDTH;
        if (first && column)
            text_addc(out, '\n');
        else if (!first)
            text_addc(out, ' ');
        add_word(out, word, n, first);
        column = first ? n : column + 1 + n;
        word += n;
        word += strspn(word, " \n");
    }
    if (column)
        text_addc(out, '\n');
}

void roff_verbatim(struct text *out, const char *line, size_t len)
{
    if (len && *line == '.')
        text_add(out, "\\&");
    roff_escape(out, line, len);
    text_addc(out, '\n');
}
