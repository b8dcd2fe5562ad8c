/* report/layout.h — lines and columns of plain text: wrapping, cutting, padding; by columns, not bytes.
 *
 * What is shown may come from artifacts: control characters become '?', so nothing breaks or paints a line.
 */
#ifndef REPORT_LAYOUT_H
#define REPORT_LAYOUT_H
#include <stdbool.h>
#include <stddef.h>

#include "base/text.h"

/* The words of `s`, wrapped to `columns`; the first line starts at `indent`, the others at `hang`; words that are too long
 * for a line are cut with "…", but addresses of the web. Ends with a newline. */
void layout_wrap(struct text *out, const char *s, size_t indent, size_t hang, size_t columns);

/* Exactly `width` columns: padded with blanks (on the left when `right`), or cut with "…". */
void layout_cell(struct text *out, const char *s, size_t width, bool right);

#endif
