#include "report/page.h"

#include <assert.h>
#include <stdio.h>
#include <string.h>

enum {
    WIDE = 10,         /* columns from which a table is set small, with its first column always in sight */
    PIECE = 64 << 10,  /* bytes that are passed on to the sink at once */
    SAID_BY_TABLE = 12 /* columns of which a class of the table says how they look; beyond, each cell says it */
};

/* Colours: text on background has a contrast of at least 7 to 1 in both schemes, tinted cells at least 4.5 to 1. */
static const char style[] =
    ":root{color-scheme:light dark;--fg:#1b1f24;--bg:#fff;--soft:#57606a;--line:#d0d7de;--head:#f3f5f7;--link:#0550ae;"
    "--good:#d3f3d8;--bad:#ffd6d2;--warn:#fff0b8;--fixed:#eef6e6;--vary:#dcecf9;--here:#fff6d6}\n"
    "@media (prefers-color-scheme:dark){:root{--fg:#e6e9ed;--bg:#15181c;--soft:#a3acb6;--line:#3a424b;--head:#20252b;"
    "--link:#85b8ff;--good:#153f24;--bad:#5c1d1d;--warn:#4d3d0b;--fixed:#1e2b1a;--vary:#17304a;--here:#3a340f}}\n"
    "*{box-sizing:border-box}\n"
    "body{margin:0 auto;max-width:80rem;padding:1rem 1.5rem 4rem;background:var(--bg);color:var(--fg);"
    "font:1rem/1.5 system-ui,-apple-system,\"Segoe UI\",Roboto,\"Noto Sans\",\"Liberation Sans\",sans-serif;overflow-wrap:anywhere}\n"
    "h1{font-size:1.7rem;line-height:1.25;margin:1.5rem 0 .75rem}\n"
    "h2{font-size:1.35rem;line-height:1.3;margin:2.5rem 0 .75rem;padding-top:.75rem;border-top:2px solid var(--line)}\n"
    "h3{font-size:1.1rem;margin:1.75rem 0 .5rem}h4{font-size:1rem;margin:1.25rem 0 .5rem}\n"
    "p{margin:.5rem 0;max-width:75ch}ul{margin:.5rem 0;padding-left:1.4rem}\n"
    "a{color:var(--link)}a.self{margin-left:.4em;text-decoration:none;color:var(--soft);opacity:.5;font-weight:400}"
    "a.self:hover,a.self:focus{opacity:1}\n"
    ".box{overflow-x:auto;margin:.5rem 0 1rem}.box:focus{outline:2px solid var(--link)}\n"
    "table{border-collapse:collapse;font-size:.9375rem;font-variant-numeric:tabular-nums}\n"
    ".wide{font-size:.8125rem}.wide th,.wide td{padding:.2rem .4rem}.wide td.w{min-width:8rem}"
    ".wide>*>*>:first-child{position:sticky;left:0;background:var(--head)}\n"
    "caption{text-align:left;font-weight:600;padding:.25rem 0}\n"
    "th,td{border:1px solid var(--line);padding:.25rem .6rem;text-align:left;vertical-align:top;overflow-wrap:normal}\n"
    "th{background:var(--head);font-weight:600}td.n,th.n{text-align:right}td.n{white-space:nowrap}"
    "td.w{overflow-wrap:anywhere;min-width:12rem}\n"
    "dl{display:grid;grid-template-columns:max-content 1fr;gap:.2rem 1rem;margin:.5rem 0}"
    "dt{font-weight:600}dd{margin:0}\n"
    "pre{margin:0;padding:.75rem;border:1px solid var(--line);font:.875rem/1.45 ui-monospace,Consolas,\"Liberation Mono\",monospace}"
    "code{font:.9em ui-monospace,Consolas,\"Liberation Mono\",monospace}\n"
    "details{margin:.5rem 0 1rem}summary{cursor:pointer;padding:.25rem 0;color:var(--link)}\n"
    "nav ul{columns:20rem;column-gap:2rem}nav li{break-inside:avoid}\n"
    ".good{background:var(--good)}.bad{background:var(--bad)}.warn{background:var(--warn)}.fixed{background:var(--fixed)}"
    ".vary{background:var(--vary)}.here{background:var(--here);font-weight:600}.muted{color:var(--soft)}p.muted{font-size:.875rem}\n"
    "p.good,p.bad,p.warn,p.here{padding:.5rem .75rem;border-left:.3rem solid var(--soft)}\n"
    ".badge{padding:.05rem .4rem;border:1px solid var(--line);border-radius:.3rem;white-space:nowrap}\n"
    "@media (max-width:40rem){body{padding:.5rem .75rem 3rem}h1{font-size:1.4rem}h2{font-size:1.2rem}"
    "dl{grid-template-columns:1fr}dd{margin:0 0 .4rem}}\n"
    "@page{size:A4 landscape;margin:12mm}\n"
    "@media print{:root{--fg:#000;--bg:#fff;--soft:#333;--line:#888;--head:#eee;--link:#000;--good:#d3f3d8;--bad:#ffd6d2;"
    "--warn:#fff0b8;--fixed:#eef6e6;--vary:#dcecf9;--here:#fff6d6}body{max-width:none;padding:0;font-size:9.5pt}"
    "*{print-color-adjust:exact;-webkit-print-color-adjust:exact}table{font-size:8.5pt}.wide{font-size:6pt}.wide th,.wide td{padding:.1rem .2rem}.box{overflow:visible}a.self{display:none}"
    "tr,h1,h2,h3,h4{break-inside:avoid}h1,h2,h3,h4,caption{break-after:avoid}}\n";

static const char *const tones[] = {
    [PAGE_PLAIN] = "",    [PAGE_GOOD] = "good",   [PAGE_BAD] = "bad",       [PAGE_WARN] = "warn",
    [PAGE_MUTED] = "muted", [PAGE_FIXED] = "fixed", [PAGE_VARIABLE] = "vary", [PAGE_HERE] = "here",
};
static_assert(sizeof(tones) / sizeof(tones[0]) == PAGE_HERE + 1, "every tone has a class");

/* ---- escaping ---- */

static unsigned decode(const char *s, size_t n)
{
    static const unsigned char masks[] = {0, 0x7f, 0x1f, 0x0f, 0x07};
    unsigned c = (unsigned char)s[0] & masks[n];
    for (size_t i = 1; i < n; i++)
        c = c << 6 | ((unsigned char)s[i] & 0x3f);
    return c;
}

/* Not allowed in XML, or able to make a text look like another. */
static bool is_unseemly(unsigned c)
{
    static const struct {
        unsigned from, to;
    } ranges[] = {{0, 0x08},          {0x0b, 0x1f},     {0x7f, 0x9f},     {0x061c, 0x061c}, {0x200b, 0x200b}, {0x200e, 0x200f},
                  {0x2028, 0x202e},   {0x2060, 0x2069}, {0xfdd0, 0xfdef}, {0xfeff, 0xfeff}, {0xfff9, 0xfffc}};
    for (size_t i = 0; i < sizeof(ranges) / sizeof(ranges[0]); i++)
        if (c >= ranges[i].from && c <= ranges[i].to)
            return true;
    return (c & 0xfffe) == 0xfffe || (c >= 0xe0000 && c <= 0xe007f);
}

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
        if (!instead && (n == 0 || is_unseemly(decode(s, n))))
            instead = "\xef\xbf\xbd";
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

/* Rules for the classes r1, r2 …: the cells of those columns need no class each. */
static void add_column_rules(struct page *page, const char *class_name, const char *part, const char *rule)
{
    for (int i = 1; i <= SAID_BY_TABLE; i++)
        text_printf(page->out, "%s.%s%d>%s>*>:nth-child(%d)", i > 1 ? "," : "", class_name, i, part, i);
    add(page, rule);
    add(page, "\n");
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
    add(&page, style);
    add_column_rules(&page, "r", "*", "{text-align:right}");
    add_column_rules(&page, "r", "tbody", "{white-space:nowrap}");
    add_column_rules(&page, "w", "tbody", "{overflow-wrap:anywhere;min-width:12rem}");
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

void page_fold_begin(struct page *page, const char *summary, bool open)
{
    add(page, open ? "<details open=\"open\"><summary>" : "<details><summary>");
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
    for (size_t i = 0; i < page->columns_n && i < SAID_BY_TABLE; i++) {
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
    if (column < SAID_BY_TABLE)
        return "";
    return page->columns[column].right ? "n" : page->columns[column].wrap ? "w" : "";
}

void page_table_begin(struct page *page, const char *caption, const struct page_column *columns, size_t columns_n)
{
    page->columns = columns;
    page->columns_n = columns_n;
    add(page, "<div class=\"box\" tabindex=\"0\"><table");
    add_table_class(page);
    add(page, ">");
    if (caption)
        add_element(page, "caption", PAGE_PLAIN, caption);
    add(page, "\n<thead><tr>");
    for (size_t i = 0; i < columns_n; i++) {
        add(page, "<th scope=\"col\"");
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
    const char *class = column_class(page, page->column++);
    add(page, "<td");
    if (*class && tone != PAGE_PLAIN)
        text_printf(page->out, " class=\"%s %s\"", class, tones[tone]);
    else
        add_class(page, *class ? class : tones[tone]);
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

static bool starts_with(const char *text, const char *start)
{
    for (; *start; text++, start++)
        if ((*text >= 'A' && *text <= 'Z' ? *text - 'A' + 'a' : *text) != *start)
            return false;
    return true;
}

/* Whether a browser takes it for an address of the web as it stands: blanks and control characters could say otherwise. */
static bool is_web_address(const char *url)
{
    size_t scheme = starts_with(url, "https://") ? 8 : starts_with(url, "http://") ? 7 : 0;
    if (!scheme || !url[scheme] || text_utf8_valid(url, strlen(url)) != strlen(url))
        return false;
    for (const char *s = url; *s; s++)
        if ((unsigned char)*s <= ' ' || *s == 0x7f || *s == '\\')
            return false;
    return true;
}

static void add_anchor(struct page *page, const char *text)
{
    add(page, "\">");
    page_escape(page->out, text);
    add(page, "</a>");
}

/* "https://user:password@host/x" → "https://host/x": reports are read by more people than logs. */
static void add_address(struct page *page, const char *url)
{
    const char *host = strstr(url, "://") + 3, *at = NULL;
    for (const char *s = host; *s && !strchr("/?#", *s); s++)
        at = *s == '@' ? s : at;
    for (const char *s = url; at && s < host; s++)
        text_addc(page->out, *s);
    page_escape(page->out, at ? at + 1 : url);
}

void page_link(struct page *page, const char *url, const char *text)
{
    if (url && is_web_address(url)) {
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
