/* report/page_style.h — how pages look (report/page.h): for screens, phones, dark mode and print.
 *
 * Classes: the tones good, bad, warn, muted, fixed, vary, here; of a cell n (number) and w (wraps anywhere); of a table wide, and
 * r1 … r12, w1 … w12: the same as n and w for all cells of that column, so that these need no class each. */
#ifndef REPORT_PAGE_STYLE_H
#define REPORT_PAGE_STYLE_H
#include "base/text.h"

enum { PAGE_STYLE_COLUMNS = 12 }; /* columns that the classes of a table speak of */

/* Appends what stands in <style>; nothing in it needs escaping. */
void page_style_add(struct text *out);

#endif
