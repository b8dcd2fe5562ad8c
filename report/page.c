#include "report/page.h"

#include <assert.h>
#include <stdio.h>
#include <string.h>

#include "report/clean.h"
#include "report/page_style.h"

enum {
    WIDE = 10,         /* columns from which a table is set small, with its first column always in sight */
    PIECE = 64 << 10  /* bytes that are passed on to the sink at once */
};

static const char *const tones[] = {
    [PAGE_PLAIN] = "",    [PAGE_GOOD] = "good",   [PAGE_BAD] = "bad",       [PAGE_WARN] = "warn",
    [PAGE_MUTED] = "muted", [PAGE_FIXED] = "fixed", [PAGE_VARIABLE] = "vary", [PAGE_HERE] = "here",
};
static_assert(sizeof(tones) / sizeof(tones[0]) == PAGE_HERE + 1, "every tone has a class");

/* ---- escaping ---- */

static const char *entity(char c, bool breakable)
{
    switch (c) {
    case '_':
        return breakable ? "_<wbr/>" : NULL;
    case '&':
        return "&amp;";
    case '<':
        return "&lt;";
    case '>':
        return "&gt;";
    case '"':
        return "&quot;";
    case '\'':
        return "&#39;";
    default:
        return NULL;
    }
}

static void escape(struct text *out, const char *text, bool breakable)
{
    if (!text)
        return;
    const char *end = text + strlen(text), *from = text; /* [from, s): to be copied as it is */
    for (const char *s = text; s < end;) {
        size_t n = text_utf8(s, end);
        const char *instead = n == 1 ? entity(*s, breakable) : NULL;
        if (!instead && (n == 0 || clean_is_unseemly(text_code_point(s, n))))
            instead = CLEAN_INSTEAD;
        size_t step = n ? n : 1;
        if (instead) {
            text_addn(out, from, (size_t)(s - from));
            text_add(out, instead);
            from = s + step;
        }
        s += step;
    }
    text_add(out, from);
}

void page_escape(struct text *out, const char *text)
{
    escape(out, text, false);
}

void page_fragment(struct text *out, const char *id)
{
    for (const char *s = id ? id : ""; *s; s++) {
        bool plain = (*s >= '0' && *s <= '9') || (*s >= 'A' && *s <= 'Z') || (*s >= 'a' && *s <= 'z') || *s == '_' || *s == '.';
        text_addc(out, plain ? *s : '-');
    }
}

/* ---- elements ---- */

static void add(struct page *page, const char *markup)
{
    text_add(page->out, markup);
}

/* At the end of a block: what is long is passed on. */
static void add_end(struct page *page, const char *markup)
{
    add(page, markup);
    if (!page->sink || page->out->len < PIECE)
        return;
    if (!page->err.kind)
        output_write(page->sink, page->out->s, page->out->len, &page->err);
    text_clear(page->out);
}

static void add_class(struct page *page, const char *name)
{
    if (!*name)
        return;
    add(page, " class=\"");
    add(page, name);
    add(page, "\"");
}

/* Escaped; a line may end behind each '_' of it, so that names need not make a table wide. */
static void add_name(struct page *page, const char *name)
{
    escape(page->out, name, true);
}

static void add_element(struct page *page, const char *name, enum page_tone tone, const char *text)
{
    text_printf(page->out, "<%s", name);
    add_class(page, tones[tone]);
    add(page, ">");
    page_escape(page->out, text);
    text_printf(page->out, "</%s>", name);
}

struct page page_open(struct text *out, struct output *sink, const char *title)
{
    struct page page = {.out = out, .sink = sink};
    add(&page, "<!DOCTYPE html>\n<html xmlns=\"http://www.w3.org/1999/xhtml\" lang=\"en\">\n<head>\n<meta charset=\"utf-8\"/>\n"
               "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\"/>\n"
               "<meta name=\"referrer\" content=\"no-referrer\"/>\n"
               "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'; "
               "img-src data:; base-uri 'none'; form-action 'none'\"/>\n<title>");
    page_escape(out, title);
    add(&page, "</title>\n<style>\n");
    page_style_add(out);
    add_end(&page, "</style>\n</head>\n<body>\n");
    return page;
}

bool page_close(struct page *page, struct error *err)
{
    add(page, "</body>\n</html>\n");
    if (page->sink && !page->err.kind)
        output_write(page->sink, page->out->s, page->out->len, &page->err);
    if (page->sink)
        text_clear(page->out);
    if (page->err.kind)
        return error_set(err, page->err.kind, "%s", page->err.text);
    if (page->out->over)
        return error_set(err, ERR_OUTPUT, "a report is larger than %zu bytes: expected fewer entries in one run", page->out->max);
    return true;
}

/* ---- blocks ---- */

void page_heading(struct page *page, int level, const char *id, const char *text)
{
    text_printf(page->out, "<h%d", level);
    if (id) {
        add(page, " id=\"");
        page_fragment(page->out, id);
        add(page, "\"");
    }
    add(page, ">");
    page_escape(page->out, text);
    if (id) {
        add(page, "<a class=\"self\" aria-label=\"link to this part\" href=\"#");
        page_fragment(page->out, id);
        add(page, "\">#</a>");
    }
    text_printf(page->out, "</h%d>", level);
    add_end(page, "\n");
}

void page_paragraph_begin(struct page *page, enum page_tone tone)
{
    add(page, "<p");
    add_class(page, tones[tone]);
    add(page, ">");
}

void page_paragraph_end(struct page *page)
{
    add_end(page, "</p>\n");
}

void page_paragraph(struct page *page, enum page_tone tone, const char *text)
{
    add_element(page, "p", tone, text);
    add_end(page, "\n");
}

void page_pre(struct page *page, const char *text)
{
    add(page, "<div class=\"box\" tabindex=\"0\"><pre>");
    if (text && *text == '\n')
        add(page, "\n"); /* the first line break of a pre is not shown */
    page_escape(page->out, text);
    add_end(page, "</pre></div>\n");
}

void page_contents(struct page *page, const char *label, const struct page_link *links, size_t n)
{
    if (n == 0)
        return;
    add(page, "<nav aria-label=\"");
    page_escape(page->out, label);
    add(page, "\"><ul>\n");
    for (size_t i = 0; i < n; i++) {
        bool below = i > 0 && links[i].depth > 0, has_below = i + 1 < n && links[i + 1].depth > 0;
        add(page, "<li>");
        page_jump(page, links[i].id, links[i].text);
        if (!below && has_below)
            add(page, "<ul>");
        else
            add(page, "</li>");
        if (below && !has_below)
            add(page, "</ul></li>");
        add_end(page, "\n");
    }
    add_end(page, "</ul></nav>\n");
}

void page_fold_begin(struct page *page, const char *summary, enum page_fold fold)
{
    static const char *const begins[] = {[PAGE_FOLDED] = "<details><summary>", [PAGE_UNFOLDED] = "<details open=\"open\"><summary>",
                                         [PAGE_ASIDE] = "<details class=\"aside\"><summary>"};
    add(page, begins[fold]);
    page_escape(page->out, summary);
    add_end(page, "</summary>\n");
}

void page_fold_end(struct page *page)
{
    add_end(page, "</details>\n");
}

void page_definitions_begin(struct page *page)
{
    add(page, "<dl>\n");
}

void page_define_begin(struct page *page, const char *term)
{
    add_element(page, "dt", PAGE_PLAIN, term);
    add(page, "<dd>");
}

void page_define_end(struct page *page)
{
    add_end(page, "</dd>\n");
}

void page_define(struct page *page, const char *term, const char *meaning)
{
    page_define_begin(page, term);
    page_text(page, meaning);
    page_define_end(page);
}

void page_definitions_end(struct page *page)
{
    add_end(page, "</dl>\n");
}

void page_list_begin(struct page *page)
{
    add(page, "<ul>\n");
}

void page_item_begin(struct page *page)
{
    add(page, "<li>");
}

void page_item_end(struct page *page)
{
    add_end(page, "</li>\n");
}

void page_item(struct page *page, const char *text)
{
    page_item_begin(page);
    page_text(page, text);
    page_item_end(page);
}

void page_list_end(struct page *page)
{
    add_end(page, "</ul>\n");
}

/* ---- tables ---- */

static void add_table_class(struct page *page)
{
    bool any = page->columns_n >= WIDE;
    if (any)
        add(page, " class=\"wide");
    for (size_t i = 0; i < page->columns_n && i < PAGE_STYLE_COLUMNS; i++) {
        if (!page->columns[i].right && !page->columns[i].wrap)
            continue;
        text_printf(page->out, "%s%c%zu", any ? " " : " class=\"", page->columns[i].right ? 'r' : 'w', i + 1);
        any = true;
    }
    if (any)
        add(page, "\"");
}

/* The class by which a cell itself says how its column looks, or "". */
static const char *column_class(const struct page *page, size_t column)
{
    if (column < PAGE_STYLE_COLUMNS)
        return "";
    return page->columns[column].right ? "n" : page->columns[column].wrap ? "w" : "";
}

void page_stack_next(struct page *page)
{
    page->stacked = true;
}

void page_table_begin(struct page *page, const char *caption, const struct page_column *columns, size_t columns_n)
{
    page->columns = columns;
    page->columns_n = columns_n;
    add(page, page->stacked ? "<div class=\"box stack\" tabindex=\"0\"><table" : "<div class=\"box\" tabindex=\"0\"><table");
    add_table_class(page);
    add(page, ">");
    if (caption)
        add_element(page, "caption", PAGE_PLAIN, caption);
    add(page, "\n<thead><tr>");
    for (size_t i = 0; i < columns_n; i++) {
        add(page, "<th");
        add_class(page, column_class(page, i));
        if (columns[i].hint) {
            add(page, " title=\"");
            page_escape(page->out, columns[i].hint);
            add(page, "\"");
        }
        add(page, ">");
        add_name(page, columns[i].name);
        add(page, "</th>");
    }
    add_end(page, "</tr></thead>\n<tbody>\n");
}

void page_row_begin(struct page *page, enum page_tone tone)
{
    page->column = 0;
    add(page, "<tr");
    add_class(page, tones[tone]);
    add(page, ">");
}

void page_cell_begin(struct page *page, enum page_tone tone)
{
    assert(page->column < page->columns_n);
    const char *class = column_class(page, page->column), *name = page->columns[page->column++].name;
    add(page, "<td");
    if (*class && tone != PAGE_PLAIN)
        text_printf(page->out, " class=\"%s %s\"", class, tones[tone]);
    else
        add_class(page, *class ? class : tones[tone]);
    if (page->stacked) {
        add(page, " data-c=\"");
        page_escape(page->out, name);
        add(page, "\"");
    }
    add(page, ">");
}

void page_cell_end(struct page *page)
{
    add(page, "</td>");
}

void page_cell(struct page *page, enum page_tone tone, const char *text)
{
    page_cell_begin(page, tone);
    add_name(page, text);
    page_cell_end(page);
}

void page_row_end(struct page *page)
{
    while (page->column < page->columns_n)
        page_cell(page, PAGE_PLAIN, "");
    add_end(page, "</tr>\n");
}

void page_table_end(struct page *page)
{
    page->columns = NULL;
    page->columns_n = 0;
    page->stacked = false;
    add_end(page, "</tbody></table></div>\n");
}

/* ---- inline parts ---- */

void page_text(struct page *page, const char *text)
{
    page_escape(page->out, text);
}

void page_strong(struct page *page, const char *text)
{
    add_element(page, "strong", PAGE_PLAIN, text);
}

void page_code(struct page *page, const char *text)
{
    add_element(page, "code", PAGE_PLAIN, text);
}

void page_badge(struct page *page, enum page_tone tone, const char *text)
{
    add(page, "<span class=\"badge ");
    add(page, tones[tone]);
    add(page, "\">");
    page_escape(page->out, text);
    add(page, "</span>");
}

void page_break(struct page *page)
{
    add(page, "<br/>");
}

static void add_anchor(struct page *page, const char *text)
{
    add(page, "\">");
    page_escape(page->out, text);
    add(page, "</a>");
}

static void add_address(struct page *page, const char *url)
{
    size_t scheme;
    const char *rest = clean_address(url, &scheme);
    text_addn(page->out, url, scheme);
    page_escape(page->out, rest);
}

void page_link(struct page *page, const char *url, const char *text)
{
    if (url && clean_is_web_address(url)) {
        add(page, "<a rel=\"noopener noreferrer\" href=\"");
        add_address(page, url);
        add(page, "\">");
        if (text)
            page_text(page, text);
        else
            add_address(page, url);
        add(page, "</a>");
        return;
    }
    page_text(page, text);
    if (text && url && *url)
        page_text(page, ": ");
    page_text(page, url);
}

void page_jump(struct page *page, const char *id, const char *text)
{
    add(page, "<a href=\"#");
    page_fragment(page->out, id);
    add(page, "\">");
    add_name(page, text);
    add(page, "</a>");
}

void page_file(struct page *page, const char *path, const char *text)
{
    add(page, "<a href=\"");
    for (const char *s = path; *s; s++) {
        bool plain = (*s >= '0' && *s <= '9') || (*s >= 'A' && *s <= 'Z') || (*s >= 'a' && *s <= 'z') || strchr("_.-~", *s);
        if (plain || (*s == '/' && s > path && s[-1] != '/')) /* neither /x nor //host */
            text_addc(page->out, *s);
        else
            text_printf(page->out, "%%%02X", (unsigned char)*s);
    }
    add_anchor(page, text);
}
