#include "report/table.h"

#include "report/layout.h"

enum { GAP = 2 }; /* between columns; 1 when it is tight */

void table_add(struct table *table, struct arena *arena, const char *const *cells)
{
    for (size_t i = 0; i < table->columns; i++)
        *LIST_ADD(arena, &table->cells) = cells[i];
}

/* Fills the widths; gives the gap. */
static size_t measure(const struct table *table, size_t indent, size_t width, size_t *widths)
{
    size_t all = indent, gaps = 0;
    for (size_t c = 0; c < table->columns; c++) {
        widths[c] = 0;
        for (size_t i = c; i < table->cells.n; i += table->columns) {
            size_t needed = text_width(table->cells.v[i]);
            widths[c] = needed > widths[c] ? needed : widths[c];
        }
        all += widths[c];
        gaps += c && widths[c];
    }
    size_t gap = all + gaps * GAP > width ? 1 : GAP;
    size_t over = all + gaps * gap > width ? all + gaps * gap - width : 0;
    widths[0] = over < widths[0] ? widths[0] - over : 1;
    return gap;
}

/* The last cell of the row that has something in it, plus one. */
static size_t used_columns(const struct table *table, const char *const *row)
{
    size_t n = table->columns;
    while (n > 1 && !row[n - 1][0])
        n--;
    return n;
}

void table_render(struct text *out, const struct table *table, size_t indent, size_t width)
{
    size_t widths[TABLE_COLUMNS_MAX];
    size_t gap = measure(table, indent, width, widths);
    for (size_t at = 0; at < table->cells.n; at += table->columns) {
        const char *const *row = (const char *const *)table->cells.v + at;
        size_t n = used_columns(table, row);
        text_fill(out, ' ', indent);
        for (size_t c = 0; c < n; c++) {
            if (c && widths[c])
                text_fill(out, ' ', gap);
            bool last = c + 1 == n && !table->right[c];
            size_t needed = text_width(row[c]);
            layout_cell(out, row[c], last && needed < widths[c] ? needed : widths[c], table->right[c]);
        }
        text_addc(out, '\n');
    }
}
