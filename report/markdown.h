/* report/markdown.h — texts of inputs in GitHub's Markdown: shown as they are, never as markup.
 *
 * What stands between a name and its mention, a number and its issue, an address and its link is broken, so that a label's value cannot call
 * people, link issues or show images in a comment. Nothing that is appended begins or ends a block: the caller begins each with words of its
 * own. Line breaks become blanks, unseemly characters U+FFFD (report/clean.h); more than `most` bytes are cut with "…". */
#ifndef REPORT_MARKDOWN_H
#define REPORT_MARKDOWN_H
#include "base/text.h"

enum { MARKDOWN_WORDS = 400, MARKDOWN_NAME = 120 };

/* A sentence. NULL is "". */
void markdown_text(struct text *out, const char *text, size_t most);
/* A name or value in a code span; nothing for "". In a cell of a table a bar needs a backslash, elsewhere that would be shown. */
void markdown_code(struct text *out, const char *text, size_t most);
void markdown_cell(struct text *out, const char *text, size_t most);
/* [text](url) when the URL is of the web, without a user's name and password; else both texts. */
void markdown_link(struct text *out, const char *text, const char *url);

#endif
