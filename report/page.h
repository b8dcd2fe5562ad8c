/* report/page.h — HTML pages: how markup, escaping and looks are done, for all reports.
 *
 * A page is one file that opens from disk: one <style>, no script, nothing from a network; for screens, phones, dark mode
 * and print. Its markup is well-formed XML too, and the same calls give the same bytes. What is shown may come from
 * artifacts: everything is escaped, and characters that could hide or turn text round (control characters, bidi controls,
 * broken UTF-8) become U+FFFD.
 *
 *     struct page page = page_open(&text, NULL, "A title");
 *     page_heading(&page, 1, NULL, "A title");
 *     page_table_begin(&page, "Runs", (struct page_column[]){{"run"}, {.name = "seconds", .right = true}}, 2);
 *     page_row_begin(&page, PAGE_PLAIN);
 *     page_cell(&page, PAGE_PLAIN, "nightly");
 *     page_cell(&page, PAGE_BAD, "12.3");
 *     page_row_end(&page);
 *     page_table_end(&page);
 *     if (!page_close(&page, &err)) …
 *
 * Texts may be NULL, which is "". An id may be any text: it is made into a fragment in the same way where it is defined and
 * where it is linked to ("e1 a/b" is #e1-a-b).
 */
#ifndef REPORT_PAGE_H
#define REPORT_PAGE_H
#include <stdbool.h>
#include <stddef.h>

#include "base/output.h"
#include "base/text.h"

/* What a cell, row, badge or paragraph says at a glance. Colour is never the only sign: the text has to say it too. */
enum page_tone {
    PAGE_PLAIN,
    PAGE_GOOD,     /* better */
    PAGE_BAD,      /* a regression, an error */
    PAGE_WARN,     /* suspect, missing: somebody should look */
    PAGE_MUTED,    /* beside the point: small and grey */
    PAGE_FIXED,    /* a setting with one value */
    PAGE_VARIABLE, /* a setting with several values */
    PAGE_HERE      /* the row that this is about */
};

struct page_column {
    const char *name;
    bool right;       /* numbers: aligned to the right, in one line */
    bool wrap;        /* texts of any length: a line may end anywhere in them, so that a long one does not make the table wide */
    const char *hint; /* shown when the pointer rests on the header; NULL: none */
};

/* On the stack; see page_open. */
struct page {
    struct text *out;
    struct output *sink;
    struct error err; /* the sink's first error */
    const struct page_column *columns; /* of the open table */
    size_t columns_n, column;          /* column: the next cell's */
    bool stacked;                      /* page_stack_next */
};

/* Writes the head. The page goes into `out`; with a sink it is passed on in pieces, so that a page of any length takes
 * little memory. `out` has to be large enough for the page (without a sink) and empty (with one). */
struct page page_open(struct text *out, struct output *sink, const char *title);
/* Writes the end. False when the sink failed or the text is over its maximum (ERR_OUTPUT); the sink stays open. */
bool page_close(struct page *page, struct error *err);

/* ---- blocks ---- */

/* level 1 to 4. With an id it can be linked to. */
void page_heading(struct page *page, int level, const char *id, const char *text);
void page_paragraph(struct page *page, enum page_tone tone, const char *text);
/* Text with its line breaks and blanks, in a box that scrolls: logs, CSV. */
void page_pre(struct page *page, const char *text);

struct page_link {
    const char *id, *text;
    int depth; /* 0, or 1 below the link before it */
};
/* A list of links within the page: a table of contents. Nothing when n is 0. */
void page_contents(struct page *page, const char *label, const struct page_link *links, size_t n);

enum page_fold {
    PAGE_FOLDED,    /* on paper it is open, where the browser can (::details-content) */
    PAGE_UNFOLDED,
    PAGE_ASIDE,     /* folded, on paper too */
};

/* A part that is folded away until its summary is pressed; may hold blocks, folds too. */
void page_fold_begin(struct page *page, const char *summary, enum page_fold fold);
void page_fold_end(struct page *page);

/* Terms and what they mean: page_define for each between begin and end. */
void page_definitions_begin(struct page *page);
void page_define(struct page *page, const char *term, const char *meaning);
void page_define_begin(struct page *page, const char *term); /* inline parts follow */
void page_define_end(struct page *page);
void page_definitions_end(struct page *page);

void page_list_begin(struct page *page);
void page_item_begin(struct page *page); /* inline parts follow, or a list */
void page_item_end(struct page *page);
void page_item(struct page *page, const char *text);
void page_list_end(struct page *page);

/* A paragraph of inline parts. */
void page_paragraph_begin(struct page *page, enum page_tone tone);
void page_paragraph_end(struct page *page);

/* The next table's rows become blocks of their own on a phone, each cell behind its column's name: for few rows of long texts. */
void page_stack_next(struct page *page);
/* Tables scroll sideways in their own box. A NULL caption: none. `columns` must live until page_table_end. A row has at most
 * columns_n cells; what is missing stays empty. */
void page_table_begin(struct page *page, const char *caption, const struct page_column *columns, size_t columns_n);
void page_row_begin(struct page *page, enum page_tone tone);
void page_cell(struct page *page, enum page_tone tone, const char *text);
void page_cell_begin(struct page *page, enum page_tone tone); /* inline parts follow */
void page_cell_end(struct page *page);
void page_row_end(struct page *page);
void page_table_end(struct page *page);

/* ---- inline parts ---- */

void page_text(struct page *page, const char *text);
void page_strong(struct page *page, const char *text);
void page_code(struct page *page, const char *text);
void page_badge(struct page *page, enum page_tone tone, const char *text);
void page_break(struct page *page);
/* A link when the URL is http or https, else both texts. text NULL: the URL. A user's name and password in a URL of the web are
 * left out. */
void page_link(struct page *page, const char *url, const char *text);
/* A link to a heading of this page. */
void page_jump(struct page *page, const char *id, const char *text);
/* A link to a file of ours beside the page: "stats/report_0.html". Each byte that a path segment may not have is encoded, so
 * that it never becomes another kind of address. */
void page_file(struct page *page, const char *path, const char *text);

/* ---- for those who build markup or addresses elsewhere ---- */

/* Appends `text` as it may stand in an element or in an attribute between double quotes. */
void page_escape(struct text *out, const char *text);
/* Appends the fragment of an id, without '#'. */
void page_fragment(struct text *out, const char *id);

#endif
