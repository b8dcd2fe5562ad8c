/* manual/markdown.h — the Markdown of our own docs as man(7) source.
 *
 * Known: # headings, paragraphs, lists with - or 1., tables, examples (indented by four, or fenced), comments; within text
 * `code`, **bold**, *emphasis*, [links](x). Anything else is text. A table becomes a list of tagged paragraphs: its first column
 * is the tag, of further ones each cell a line, from the third on with the column's head before it.
 * A link to a page of docs/ becomes a reference to the man page made from it: see man_page_of.
 */
#ifndef MANUAL_MARKDOWN_H
#define MANUAL_MARKDOWN_H
#include "base/text.h"

/* Names the man page that a link's target has become, as "matbench-regression(7)" in `page`; false when there is none. */
typedef bool markdown_page_of(const void *context, const char *target, size_t len, struct text *page);

/* Appends everything but the first # heading, which names the page. Text before the first ## heading comes first, without
 * a heading of its own. */
void markdown_to_roff(struct text *out, const char *markdown, markdown_page_of *page_of, const void *context);
/* The text of the first # heading; "" when there is none. */
void markdown_title(struct text *out, const char *markdown);

#endif
