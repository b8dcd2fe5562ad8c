#include "manual/markdown.h"

#include <ctype.h>
#include <string.h>

#include "manual/roff.h"

enum { CELLS_MAX = 16 };

struct span {
    const char *s;
    size_t n;
};

struct converter {
    struct text *out;
    markdown_page_of *page_of;
    const void *context;
    const char *next;      /* the next line */
    struct text paragraph; /* collected lines of a paragraph, item or cell, as Markdown */
    bool fresh;            /* right after a heading: no .PP */
    bool titled;           /* the first # heading was met */
    bool in_comment;
    bool in_item; /* the paragraph is that of a list's item */
};

/* ---- within a line ---- */

static void inline_text(struct converter *c, struct text *out, struct span text);

static struct span trimmed(const char *s, size_t n)
{
    text_trim(&s, &n);
    return (struct span){s, n};
}

/* Where `mark` (n bytes) is next, from `from` on; NULL when it is not. */
static const char *find_mark(struct span text, size_t from, const char *mark, size_t n)
{
    return from < text.n ? memmem(text.s + from, text.n - from, mark, n) : NULL;
}

static size_t code_span(struct text *out, struct span text)
{
    size_t ticks = 0;
    while (ticks < text.n && text.s[ticks] == '`')
        ticks++;
    const char *end = find_mark(text, ticks, text.s, ticks);
    if (!end)
        return 0;
    text_add(out, "\\fB");
    struct span code = trimmed(text.s + ticks, (size_t)(end - text.s) - ticks);
    roff_code(out, code.s, code.n);
    text_add(out, "\\fR");
    return (size_t)(end - text.s) + ticks;
}

static size_t emphasis(struct converter *c, struct text *out, struct span text)
{
    size_t n = text.n > 1 && text.s[1] == '*' ? 2 : 1;
    const char *end = find_mark(text, n + 1, text.s, n);
    if (!end || isspace((unsigned char)text.s[n]) || isspace((unsigned char)end[-1]))
        return 0;
    text_add(out, n == 2 ? "\\fB" : "\\fI");
    inline_text(c, out, (struct span){text.s + n, (size_t)(end - text.s) - n});
    text_add(out, "\\fR");
    return (size_t)(end - text.s) + n;
}

/* The page, after the link's words when these say more than the file's name. */
static void add_page(struct converter *c, struct text *out, struct span words, const char *page)
{
    bool names_file = words.n > 3 && memcmp(words.s + words.n - 3, ".md", 3) == 0;
    if (!names_file) {
        inline_text(c, out, words);
        text_add(out, " (");
    }
    size_t name = strcspn(page, "(");
    text_add(out, "\\fB");
    roff_code(out, page, name);
    text_printf(out, "\\fR%s%s", page + name, names_file ? "" : ")");
}

static size_t link(struct converter *c, struct text *out, struct span text)
{
    const char *middle = find_mark(text, 1, "](", 2);
    const char *end = middle ? find_mark(text, (size_t)(middle - text.s), ")", 1) : NULL;
    if (!end || memchr(text.s + 1, '[', (size_t)(middle - text.s) - 1))
        return 0;
    struct span words = {text.s + 1, (size_t)(middle - text.s) - 1}, target = {middle + 2, (size_t)(end - middle) - 2};
    struct text page = text_open(1 << 16);
    if (c->page_of(c->context, target.s, target.n, &page)) {
        add_page(c, out, words, page.s);
    } else {
        inline_text(c, out, words);
        if (target.n > 4 && memcmp(target.s, "http", 4) == 0) {
            text_add(out, " <");
            roff_escape(out, target.s, target.n);
            text_addc(out, '>');
        }
    }
    text_close(&page);
    return (size_t)(end - text.s) + 1;
}

static void inline_text(struct converter *c, struct text *out, struct span text)
{
    while (text.n) {
        size_t used = 0;
        if (*text.s == '`')
            used = code_span(out, text);
        else if (*text.s == '*')
            used = emphasis(c, out, text);
        else if (*text.s == '[')
            used = link(c, out, text);
        else if (*text.s == '\\' && text.n > 1 && ispunct((unsigned char)text.s[1]))
            text.s++, text.n--; /* an escaped character is itself */
        if (!used) {
            used = text_utf8(text.s, text.s + text.n);
            used = used ? used : 1;
            roff_escape(out, text.s, used);
        }
        text.s += used;
        text.n -= used;
    }
}

/* ---- blocks ---- */

static void add_words(struct converter *c, struct span markdown)
{
    struct text escaped = text_open(1 << 20);
    inline_text(c, &escaped, markdown);
    roff_words(c->out, escaped.s);
    text_close(&escaped);
}

/* Ends what was collected. Its macro (.PP, .IP) is out already. */
static void end_paragraph(struct converter *c)
{
    if (c->paragraph.len)
        add_words(c, (struct span){c->paragraph.s, c->paragraph.len});
    text_clear(&c->paragraph);
}

static void begin_block(struct converter *c)
{
    end_paragraph(c);
    if (!c->fresh)
        text_add(c->out, ".PP\n");
    c->fresh = c->in_item = false;
}

static struct span read_line(struct converter *c)
{
    struct span line = {c->next, strcspn(c->next, "\n")};
    c->next += line.n + (c->next[line.n] == '\n');
    if (line.n && line.s[line.n - 1] == '\r')
        line.n--;
    return line;
}

static bool starts(struct span line, const char *with)
{
    return line.n >= strlen(with) && memcmp(line.s, with, strlen(with)) == 0;
}

static bool blank(struct span line)
{
    return trimmed(line.s, line.n).n == 0;
}

static void heading(struct converter *c, struct span line)
{
    size_t level = 0;
    while (level < line.n && line.s[level] == '#')
        level++;
    struct span words = trimmed(line.s + level, line.n - level);
    end_paragraph(c);
    if (level == 1 && !c->titled) {
        c->titled = true;
        return;
    }
    struct text plain = text_open(1 << 16);
    for (size_t i = 0; i < words.n; i++)
        if (words.s[i] != '`' && words.s[i] != '*')
            text_addc(&plain, words.s[i]);
    if (plain.len)
        (level <= 2 ? roff_heading : roff_subheading)(c->out, plain.s);
    c->fresh = plain.len > 0;
    text_close(&plain);
}

static void add_verbatim(struct converter *c, struct span line)
{
    roff_verbatim(c->out, line.s, line.n);
}

static void open_example(struct converter *c)
{
    end_paragraph(c);
    text_add(c->out, c->fresh ? ".RS 4\n.EX\n" : ".sp\n.RS 4\n.EX\n");
    c->fresh = false;
}

static void close_example(struct converter *c)
{
    text_add(c->out, ".EE\n.RE\n");
}

/* Indented by four; blank lines within belong to it, those after do not. */
static void indented_example(struct converter *c, struct span line)
{
    size_t blanks = 0;
    const char *after = c->next; /* behind the last line that belongs to it */
    open_example(c);
    add_verbatim(c, (struct span){line.s + 4, line.n - 4});
    while (*c->next) {
        line = read_line(c);
        if (blank(line)) {
            blanks++;
            continue;
        }
        if (!starts(line, "    "))
            break;
        for (; blanks; blanks--)
            text_addc(c->out, '\n');
        add_verbatim(c, (struct span){line.s + 4, line.n - 4});
        after = c->next;
    }
    c->next = after;
    close_example(c);
}

static void fenced_example(struct converter *c)
{
    open_example(c);
    while (*c->next) {
        struct span line = read_line(c);
        if (starts(line, "```"))
            break;
        add_verbatim(c, line);
    }
    close_example(c);
}

/* "| a | b \| c |" gives its cells. */
static size_t split_row(struct span line, struct span *cells)
{
    size_t n = 0, start = 1;
    line = trimmed(line.s, line.n);
    for (size_t i = 1; i < line.n && n < CELLS_MAX; i++) {
        if (line.s[i] != '|' || line.s[i - 1] == '\\')
            continue;
        cells[n++] = trimmed(line.s + start, i - start);
        start = i + 1;
    }
    return n;
}

/* A bar in a table is written \| also within code, where nothing else is escaped. */
static void add_cell(struct converter *c, struct span cell)
{
    struct text plain = text_open(1 << 20);
    for (size_t i = 0; i < cell.n; i++)
        if (!(cell.s[i] == '\\' && i + 1 < cell.n && cell.s[i + 1] == '|'))
            text_addc(&plain, cell.s[i]);
    add_words(c, (struct span){plain.s, plain.len});
    text_close(&plain);
}

static void add_row(struct converter *c, const struct span *heads, size_t heads_n, const struct span *cells, size_t n)
{
    bool any = false;
    text_add(c->out, ".TP\n");
    if (cells[0].n)
        add_cell(c, cells[0]);
    else
        text_add(c->out, "\\&\n");
    for (size_t i = 1; i < n; i++) {
        if (!cells[i].n)
            continue;
        if (any)
            text_add(c->out, ".br\n");
        if (n > 2 && i < heads_n && heads[i].n) {
            text_add(c->out, "\\fI");
            roff_escape(c->out, heads[i].s, heads[i].n);
            text_add(c->out, "\\fR:\n");
        }
        add_cell(c, cells[i]);
        any = true;
    }
    if (!any)
        text_add(c->out, "\\&\n");
}

static bool is_rule(struct span line)
{
    return strspn(line.s, "|-: ") >= line.n;
}

static void table(struct converter *c, struct span line)
{
    struct span heads[CELLS_MAX], cells[CELLS_MAX];
    size_t heads_n = split_row(line, heads);
    end_paragraph(c);
    while (*c->next == '|') {
        line = read_line(c);
        size_t n = split_row(line, cells);
        if (n && !is_rule(line))
            add_row(c, heads, heads_n, cells, n);
    }
    c->fresh = false;
}

/* Bytes of "- " or "12. " at the beginning, else 0. */
static size_t item_mark(struct span line)
{
    size_t digits = 0;
    if (starts(line, "- ") || starts(line, "* "))
        return 2;
    while (digits < line.n && isdigit((unsigned char)line.s[digits]))
        digits++;
    return digits && digits < 4 && digits + 1 < line.n && line.s[digits] == '.' && line.s[digits + 1] == ' ' ? digits + 2 : 0;
}

static void item(struct converter *c, struct span line, size_t mark)
{
    end_paragraph(c);
    if (mark == 2) /* "1. " is three bytes */
        text_add(c->out, ".IP \\(bu 2\n");
    else
        text_printf(c->out, ".IP %.*s 4\n", (int)mark - 1, line.s);
    text_addn(&c->paragraph, line.s + mark, line.n - mark);
    c->fresh = false;
    c->in_item = true;
}

static void add_line(struct converter *c, struct span line)
{
    size_t mark = item_mark(trimmed(line.s, line.n));
    bool running = c->paragraph.len > 0;
    if (starts(line, "<!--")) {
        end_paragraph(c);
        c->in_comment = !find_mark(line, 0, "-->", 3);
    } else if (c->in_comment) {
        c->in_comment = !find_mark(line, 0, "-->", 3);
    } else if (blank(line)) {
        end_paragraph(c);
    } else if (*line.s == '#') {
        heading(c, line);
    } else if (starts(line, "```")) {
        fenced_example(c);
    } else if (!running && starts(line, "    ")) {
        indented_example(c, line);
    } else if (*line.s == '|') {
        table(c, line);
    } else if (mark && (!running || c->in_item || mark == 2)) { /* within a paragraph, "12. " is text */
        line = trimmed(line.s, line.n);
        item(c, line, mark);
    } else {
        if (!running)
            begin_block(c);
        else
            text_addc(&c->paragraph, ' ');
        line = trimmed(line.s, line.n);
        text_addn(&c->paragraph, line.s, line.n);
    }
}

void markdown_to_roff(struct text *out, const char *markdown, markdown_page_of *page_of, const void *context)
{
    struct converter c = {.out = out, .page_of = page_of, .context = context, .next = markdown,
                          .paragraph = text_open(1 << 20), .fresh = true};
    while (*c.next)
        add_line(&c, read_line(&c));
    end_paragraph(&c);
    text_close(&c.paragraph);
}

void markdown_title(struct text *out, const char *markdown)
{
    const char *title = strncmp(markdown, "# ", 2) == 0 ? markdown : strstr(markdown, "\n# ");
    if (!title)
        return;
    title += *title == '\n' ? 3 : 2;
    for (size_t i = 0, n = strcspn(title, "\n"); i < n; i++)
        if (title[i] != '`' && title[i] != '*')
            text_addc(out, title[i]);
}
