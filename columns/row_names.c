#include "columns/row_names.h"

#include <math.h>
#include <string.h>

#include "base/text.h"
#include "columns/row_time.h"

enum { CELL_MAX = 40, FEW = 3 };

bool row_names_count_up(const struct grid *grid, size_t column)
{
    if (grid->rows < FEW)
        return false;
    double step = grid_cell(grid, 1, column) - grid_cell(grid, 0, column);
    for (size_t i = 1; i < grid->rows; i++) {
        double here = grid_cell(grid, i, column), before = grid_cell(grid, i - 1, column);
        if (!(before == floor(before) && here == before + step))
            return false;
    }
    return fabs(step) == 1;
}

const char *row_names_cell(const struct grid *grid, size_t row, size_t column)
{
    const struct grid_text *said = grid->columns[column].said;
    if (said)
        return said[row].s ? arena_strndup(grid->arena, said[row].s, (size_t)text_cut(said[row].s, said[row].len, CELL_MAX)) : "";
    return isnan(grid_cell(grid, row, column)) ? "" : arena_printf(grid->arena, "%.0f", grid_cell(grid, row, column));
}

/* ---- the column of the date ---- */

static enum row_order order_of(const double *seconds, size_t n)
{
    size_t up = 0, down = 0;
    for (size_t i = 1; i < n; i++) {
        up += seconds[i] > seconds[i - 1];
        down += seconds[i] < seconds[i - 1];
    }
    return !down ? ROWS_FORWARD : !up ? ROWS_NEWEST_FIRST : ROWS_MIXED;
}

/* How many of the column's cells are dates; the first that is none is noted. */
static size_t read_dates(const struct grid *grid, size_t column, double *seconds, struct row_names *out)
{
    size_t dates = 0;
    for (size_t i = 0; i < grid->rows; i++) {
        const char *text = row_names_cell(grid, i, column);
        if (row_time_is_date(text, &seconds[i])) {
            dates++;
        } else if (!out->bad) {
            out->bad = text;
            out->bad_row = i;
            out->bad_column = column;
        }
    }
    return dates;
}

/* Seconds since 1970 of the years from 1998 to 2128, or their thousands, millions, milliards, that go one way. */
static bool is_clock(const struct grid *grid, size_t column, double *seconds)
{
    if (!grid_is_time_name(grid->columns[column].name) || grid->columns[column].texts)
        return false;
    for (size_t i = 0; i < grid->rows; i++) {
        double size = grid_cell(grid, i, column);
        for (int k = 0; k < 3 && size > 5e9; k++)
            size /= 1e3;
        seconds[i] = grid_cell(grid, i, column);
        if (!(size >= 9e8 && size <= 5e9))
            return false;
    }
    return grid->rows >= FEW && order_of(seconds, grid->rows) != ROWS_MIXED && seconds[0] != seconds[grid->rows - 1];
}

static void find_time(const struct grid *grid, struct row_names *out)
{
    double *seconds = ARENA_ARRAY(grid->arena, double, grid->rows + 1);
    double first;
    for (size_t i = 0; i < grid->columns_n; i++) {
        if (!grid->columns[i].said || !row_time_is_date(row_names_cell(grid, 0, i), &first))
            continue;
        out->bad = NULL;
        if (read_dates(grid, i, seconds, out) == grid->rows) {
            out->time = i;
            out->order = order_of(seconds, grid->rows);
            return;
        }
    }
    for (size_t i = 0; i < grid->columns_n; i++)
        if (is_clock(grid, i, seconds)) {
            out->time = i;
            out->order = order_of(seconds, grid->rows);
            out->bad = NULL;
            return;
        }
}

/* ---- the column that names ---- */

static bool names(const struct grid *grid, size_t column)
{
    const struct grid_column *c = &grid->columns[column];
    size_t changes = 0;
    if (!c->said || c->texts <= c->numbers)
        return row_names_count_up(grid, column) && fmin(grid_cell(grid, 0, column), grid_cell(grid, grid->rows - 1, column)) > 1; /* from 0 or 1 on it is the row */
    for (size_t i = 1; i < grid->rows; i++) {
        const struct grid_text *a = &c->said[i - 1], *b = &c->said[i];
        changes += a->len != b->len || (a->len && memcmp(a->s, b->s, a->len) != 0);
    }
    return 2 * changes >= grid->rows;
}

struct row_names row_names_guess(const struct grid *grid, size_t time)
{
    struct row_names out = {.time = time, .name = grid->columns_n};
    if (time == grid->columns_n && grid->rows)
        find_time(grid, &out);
    for (size_t i = 0; i < grid->columns_n && out.name == grid->columns_n; i++)
        if (i != out.time && grid->columns_n > 1 && names(grid, i))
            out.name = i;
    return out;
}
