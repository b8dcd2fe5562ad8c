/* report/table.h — a table of text whose columns are as wide as their cells need.
 *
 * The first column gives way (cut with "…") when the table would be wider than it may be. Trailing blanks are not written. */
#ifndef REPORT_TABLE_H
#define REPORT_TABLE_H
#include "base/arena.h"
#include "base/text.h"

enum { TABLE_COLUMNS_MAX = 12 };

struct table {
    size_t columns;
    bool right[TABLE_COLUMNS_MAX]; /* aligned to the right */
    struct {
        const char **v; /* row by row */
        size_t n, cap;
    } cells;
};

/* One row of table->columns texts; none may be NULL. */
void table_add(struct table *table, struct arena *arena, const char *const *cells);
void table_render(struct text *out, const struct table *table, size_t indent, size_t width);

#endif
