#include "columns/row_names.h"

#include <math.h>
#include <string.h>

#include "base/text.h"
#include "columns/row_time.h"

enum { CELL_MAX = 40, FEW = 3, ENOUGH = 5, NEARLY = 5 /* one in so many cells may be no date */ };

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

/* NAN: not known when. */
static enum row_order order_of(const double *seconds, size_t n)
{
    size_t up = 0, down = 0;
    double before = NAN;
    for (size_t i = 0; i < n; i++) {
        up += seconds[i] > before;
        down += seconds[i] < before;
        before = isnan(seconds[i]) ? before : seconds[i];
    }
    return !down ? ROWS_FORWARD : !up ? ROWS_NEWEST_FIRST : ROWS_MIXED;
}

/* How many of the column's cells are dates; the first that is none is noted. */
static size_t read_dates(const struct grid *grid, size_t column, double *seconds, struct row_names *out)
{
    size_t dates = 0;
    const char **cells = ARENA_ARRAY(grid->arena, const char *, grid->rows + 1);
    for (size_t i = 0; i < grid->rows; i++)
        cells[i] = row_names_cell(grid, i, column);
    enum row_time_slash slash = row_time_slashes(cells, grid->rows);
    for (size_t i = 0; i < grid->rows; i++) {
        const char *text = cells[i];
        if (row_time_is_date(text, slash, &seconds[i])) {
            dates++;
            continue;
        }
        seconds[i] = NAN;
        if (!out->bad) {
            out->bad = text;
            out->bad_row = i;
            out->bad_column = column;
        }
    }
    return dates;
}

/* Seconds since 1970 of the years from 1998 to 2128, or their thousands, millions, milliards. */
static bool is_epoch(double number, double *seconds)
{
    double size = number;
    for (int k = 0; k < 3 && size > 5e9; k++)
        size /= 1e3;
    *seconds = number;
    return size >= 9e8 && size <= 5e9;
}

static bool speaks_of_a_day(const char *name)
{
    return strcasestr(name, "date") || strcasestr(name, "datum") || strcasecmp(name, "day") == 0 || strcasecmp(name, "tag") == 0;
}

/* Whether all numbers of a column are moments of the kind that `read` knows. */
static bool all_are(const struct grid *grid, size_t column, bool (*read)(double, double *), double *seconds)
{
    for (size_t i = 0; i < grid->rows; i++)
        if (!read(grid_cell(grid, i, column), &seconds[i]))
            return false;
    return grid->rows >= FEW;
}

static bool one_way(const struct grid *grid, const double *seconds)
{
    return order_of(seconds, grid->rows) != ROWS_MIXED && seconds[0] != seconds[grid->rows - 1];
}

/* Whether a column of numbers whose name speaks of a time holds moments. */
static bool is_clock(const struct grid *grid, size_t column, double *seconds)
{
    const struct grid_column *c = &grid->columns[column];
    if (!grid_is_time_name(c->name) || c->texts)
        return false;
    return all_are(grid, column, row_time_is_compact, seconds) || (all_are(grid, column, is_epoch, seconds) && one_way(grid, seconds)) ||
           (speaks_of_a_day(c->name) && all_are(grid, column, row_time_is_serial, seconds) && one_way(grid, seconds));
}

static bool is_gap(const char *text)
{
    double value;
    bool gap;
    return grid_number(text, strlen(text), &value, &gap) && gap;
}

/* Whether the first cell that is no gap is a date. */
static bool begins_with_date(const struct grid *grid, size_t column)
{
    double first;
    size_t row = 0;
    while (row + 1 < grid->rows && is_gap(row_names_cell(grid, row, column)))
        row++;
    const char *text = row_names_cell(grid, row, column);
    return row_time_is_date(text, SLASH_MONTH_FIRST, &first) || row_time_is_date(text, SLASH_DAY_FIRST, &first);
}

/* A column whose cells are all dates; else of numbers that are moments; else one of which few cells are none: `bad` is the first of these. */
static void find_time(const struct grid *grid, struct row_names *out)
{
    double *seconds = ARENA_ARRAY(grid->arena, double, grid->rows + 1);
    struct row_names nearly = *out;
    for (size_t i = 0; i < grid->columns_n; i++) {
        const struct grid_column *c = &grid->columns[i];
        if (!c->said || !begins_with_date(grid, i)) {
            if (c->said && c->texts > c->numbers && speaks_of_a_day(c->name) && out->unread == grid->columns_n)
                out->unread = i;
            continue;
        }
        out->bad = NULL;
        size_t dates = read_dates(grid, i, seconds, out);
        if (dates < grid->rows && !(nearly.time == grid->columns_n && (grid->rows - dates) * NEARLY <= grid->rows))
            continue;
        struct row_names *found = dates == grid->rows ? out : &nearly;
        *found = *out;
        found->time = i;
        found->order = order_of(seconds, grid->rows);
        if (found == out)
            return;
    }
    for (size_t i = 0; i < grid->columns_n; i++)
        if (is_clock(grid, i, seconds)) {
            out->time = i;
            out->order = order_of(seconds, grid->rows);
            out->bad = NULL;
            return;
        }
    if (nearly.time < grid->columns_n)
        *out = nearly;
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

/* How the rows stand by the naming column, if each of its cells is above the one before, or each below; numbers in them count as numbers. */
static enum row_order order_by_name(const struct grid *grid, size_t column)
{
    size_t up = 0, down = 0;
    const char *before = row_names_cell(grid, 0, column);
    for (size_t i = 1; i < grid->rows && (!up || !down); i++) {
        const char *here = row_names_cell(grid, i, column);
        int order = here[0] ? strverscmp(before, here) : 0;
        up += order <= 0;
        down += order >= 0;
        before = here;
    }
    return grid->rows < ENOUGH || (up && down) ? ROWS_MIXED : down ? ROWS_NEWEST_FIRST : ROWS_FORWARD;
}

struct row_names row_names_guess(const struct grid *grid, size_t time)
{
    struct row_names out = {.time = time, .name = grid->columns_n, .unread = grid->columns_n};
    if (time == grid->columns_n && grid->rows)
        find_time(grid, &out);
    for (size_t i = 0; i < grid->columns_n && out.name == grid->columns_n; i++)
        if (i != out.time && grid->columns_n > 1 && names(grid, i))
            out.name = i;
    enum row_order order = out.time == grid->columns_n && out.name < grid->columns_n ? order_by_name(grid, out.name) : ROWS_MIXED;
    if (order == ROWS_NEWEST_FIRST)
        out.order = order;
    if (order != ROWS_MIXED && out.name == out.unread)
        out.unread = grid->columns_n; /* its order is as good as a date's */
    return out;
}
