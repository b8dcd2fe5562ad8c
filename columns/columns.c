#include "columns/columns.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "columns/file_kind.h"
#include "columns/grid.h"
#include "columns/grid_mend.h"
#include "columns/row_names.h"
#include "columns/row_time.h"

/* ---- order by time ---- */

struct moved {
    double seconds;
    size_t row;
};

static int compare_times(const void *a, const void *b)
{
    const struct moved *x = a, *y = b;
    if (x->seconds != y->seconds)
        return x->seconds < y->seconds ? -1 : 1;
    return (x->row > y->row) - (x->row < y->row);
}

/* order[i]: the row of the file that comes i-th. */
static bool find_order(const struct grid *grid, size_t *order, struct error *err)
{
    struct moved *moved = ARENA_ARRAY(grid->arena, struct moved, grid->rows + 1);
    enum row_time_slash slash = row_time_slashes(grid->times, grid->rows);
    for (size_t i = 0; i < grid->rows; i++) {
        moved[i].row = i;
        if (!row_time_read(grid->times[i], slash, grid->times_at[i], &moved[i].seconds, err))
            return false;
    }
    qsort(moved, grid->rows, sizeof(*moved), compare_times);
    for (size_t i = 0; i < grid->rows; i++)
        order[i] = moved[i].row;
    return true;
}

/* ---- which columns ---- */

static const char *why_not(const struct grid *grid, const struct row_names *names, size_t i)
{
    const struct grid_column *c = &grid->columns[i];
    if (i == names->time)
        return "time";
    if (c->texts > c->numbers)
        return "text";
    if (!c->numbers)
        return "empty";
    return grid->columns_n > 1 && row_names_count_up(grid, i) ? "it counts by one" : NULL;
}

/* Whether the column is a series; one that has been asked for must be. */
static bool check_column(const struct grid *grid, size_t i, struct error *err)
{
    const struct grid_column *c = &grid->columns[i];
    if (c->comma && c->point)
        return error_at(err, ERR_ARTIFACT, c->comma_at, "found '%s' in column '%.100s', whose cell '%s' has a decimal point: expected one or the other",
                        c->comma, c->name, c->point);
    if (!c->texts)
        return true;
    struct pos at = c->bad;
    return error_at(err, ERR_ARTIFACT, at, "found '%s' in column '%.100s', expected a number, or a gap (empty, NaN, null, n/a)", c->bad_text,
                    c->name);
}

/* From 0 on. */
static const size_t *number_rows(const struct grid *grid)
{
    size_t *rows = ARENA_ARRAY(grid->arena, size_t, grid->rows + 1);
    for (size_t i = 0; i < grid->rows; i++)
        rows[i] = i;
    return rows;
}

static bool has_gap(const double *cells, size_t n)
{
    for (size_t i = 0; i < n; i++)
        if (isnan(cells[i]))
            return true;
    return false;
}

/* A column without gaps is what the grid holds, and its rows are all rows. */
static struct column take(const struct grid *grid, size_t i, const size_t *order, const size_t *all_rows)
{
    double *cells = grid_cells(grid, i);
    struct column column = {.name = grid->columns[i].name, .x = cells, .row = all_rows, .n = grid->rows};
    if (!order && !has_gap(cells, grid->rows))
        return column;
    column.n = 0;
    column.x = ARENA_ARRAY(grid->arena, double, grid->columns[i].numbers + 1);
    size_t *row = ARENA_ARRAY(grid->arena, size_t, grid->columns[i].numbers + 1);
    column.row = row;
    for (size_t j = 0; j < grid->rows; j++) {
        double value = cells[order ? order[j] : j];
        if (isnan(value)) {
            column.gaps++;
        } else {
            column.x[column.n] = value;
            row[column.n++] = j;
        }
    }
    return column;
}

static bool take_wanted(const struct grid *grid, const char *const *wanted, const char *file, const size_t *order, struct columns *out,
                        struct error *err)
{
    size_t n = 0;
    while (wanted[n])
        n++;
    out->v = ARENA_ARRAY(grid->arena, struct column, n);
    const size_t *all_rows = number_rows(grid);
    for (size_t i = 0; i < n; i++) {
        size_t column = grid_find(grid, wanted[i], file, "column", err);
        if (column == grid->columns_n || !check_column(grid, column, err))
            return false;
        out->v[out->n++] = take(grid, column, order, all_rows);
    }
    return true;
}

/* "10,660", "12.3 ms", "4 %": numbers to people. Not dates, versions, identities. */
static bool looks_like_number(const char *text)
{
    size_t sign = *text == '-' || *text == '+', digits = 0, points = 0;
    const char *p = text + sign;
    for (; (*p >= '0' && *p <= '9') || *p == '.' || *p == ','; p++) {
        digits += *p >= '0' && *p <= '9';
        points += *p == '.';
    }
    bool bare = *p == '\0', blank = *p == ' ';
    p += blank;
    size_t unit = strcspn(p, "0123456789.,:-_ ");
    return digits && text[sign] >= '0' && text[sign] <= '9' && points < 2 && (bare || p[unit] == '\0') && unit <= 5;
}

static bool take_all(const struct grid *grid, const struct row_names *names, const char *file, const size_t *order, struct columns *out, struct error *err)
{
    LIST_OF(const char *) passed = {0};
    out->v = ARENA_ARRAY(grid->arena, struct column, grid->columns_n + 1);
    const size_t *all_rows = number_rows(grid);
    for (size_t i = 0; i < grid->columns_n; i++) {
        const char *why = why_not(grid, names, i);
        if (why)
            *LIST_ADD(grid->arena, &passed) = arena_printf(grid->arena, "%s: %s", grid->columns[i].name, why);
        else if (!check_column(grid, i, err))
            return false;
        else
            out->v[out->n++] = take(grid, i, order, all_rows);
    }
    *LIST_ADD(grid->arena, &passed) = NULL;
    if (out->n > COLUMNS_SERIES_MAX)
        return error_set(err, ERR_ARTIFACT, "%s: has more than %d series: ask for some of them, --column=NAME", file, (int)COLUMNS_SERIES_MAX);
    out->passed_over = passed.v;
    if (out->n)
        return true;
    if (!grid->rows && !grid->separator)
        return error_set(err, ERR_ARTIFACT, "%s: there is no run in it: expected [12.5, 12.7, …]", file);
    if (!grid->rows)
        return error_set(err, ERR_ARTIFACT, "%s: there is nothing below its first line, '%.60s'…: expected a row of numbers for each run", file,
                         grid->columns_n ? grid->columns[0].name : "");
    const struct grid_column *nearest = NULL;
    for (size_t i = 0; i < grid->columns_n; i++)
        if (grid->columns[i].texts && names->time != i && (!nearest || (looks_like_number(grid->columns[i].bad_text) && !looks_like_number(nearest->bad_text))))
            nearest = &grid->columns[i];
    if (nearest)
        return error_at(err, ERR_ARTIFACT, nearest->bad, "found '%s', expected a number as 1234.5: no column is a series of numbers%s", nearest->bad_text,
                        grid->columns_n == 1 && grid->separator ? " (cells are separated by tabs, semicolons or commas)" : "");
    return error_set(err, ERR_ARTIFACT, "%s: no column is a series of numbers", file);
}

/* ---- what names the runs, and what people should know of how the file was read ---- */

static void note_cells(const struct grid *grid, const struct row_names *names, struct columns *out)
{
    for (size_t i = 0; i < grid->columns_n; i++) {
        const struct grid_column *c = &grid->columns[i];
        const char *why = why_not(grid, names, i);
        if (!why && c->comma)
            grid_say(grid, out, false, arena_printf(grid->arena, "column %.100s: the comma in '%s' is read as the decimal point", c->name, c->comma));
        if (why && c->texts > c->numbers && i != names->name && looks_like_number(c->bad_text))
            grid_say(grid, out, true, arena_printf(grid->arena, "column %.100s is passed over: '%s' is not written as a plain number, as 1234.5", c->name, c->bad_text));
    }
}

static void note_names(const struct grid *grid, const struct row_names *names, struct columns *out)
{
    if (names->unread < grid->columns_n && names->time == grid->columns_n)
        grid_say(grid, out, true, arena_printf(grid->arena, "column %.100s: '%s' is not understood as a date: the rows are taken as they stand, the oldest first",
                                          grid->columns[names->unread].name, row_names_cell(grid, 0, names->unread)));
    if (names->bad) {
        const char *what = names->bad[0] ? arena_printf(grid->arena, "'%s' in row %zu is none", names->bad, names->bad_row + 1)
                                         : arena_printf(grid->arena, "row %zu has none", names->bad_row + 1);
        grid_say(grid, out, true, arena_printf(grid->arena, "column %.100s begins with dates, but %s: does that row belong to the series?",
                                          grid->columns[names->bad_column].name, what));
    }
    if (grid->times || names->order == ROWS_FORWARD)
        return;
    if (names->time == grid->columns_n) {
        grid_say(grid, out, true, arena_printf(grid->arena, "the rows go from %.100s %s down to %s: they are taken from the last to the first, as the newest stands first",
                                          grid->columns[names->name].name, row_names_cell(grid, 0, names->name),
                                          row_names_cell(grid, grid->rows - 1, names->name)));
        return;
    }
    const char *column = grid->columns[names->time].name;
    grid_say(grid, out, names->order == ROWS_MIXED,
        names->order == ROWS_NEWEST_FIRST
            ? arena_printf(grid->arena, "by the column %.100s the newest row stands first: the rows are taken from the last to the first", column)
            : arena_printf(grid->arena, "the rows do not stand in the order of the column %.100s, and are taken as they stand: --time=%.100s puts them in its order",
                           column, column));
}

static const char *const *cells_of(const struct grid *grid, size_t column, const size_t *order)
{
    const char **cells = ARENA_ARRAY(grid->arena, const char *, grid->rows + 1);
    for (size_t i = 0; i < grid->rows; i++)
        cells[i] = row_names_cell(grid, order ? order[i] : i, column);
    return cells;
}

static void name_rows(const struct grid *grid, const struct row_names *names, const size_t *order, struct columns *out)
{
    if (names->name < grid->columns_n) {
        out->naming = grid->columns[names->name].name;
        out->names = cells_of(grid, names->name, order);
    }
    if (!grid->times && names->time < grid->columns_n)
        out->times = cells_of(grid, names->time, order);
    note_names(grid, names, out);
    note_cells(grid, names, out);
}

/* NULL: as in the file. */
static bool put_in_order(const struct grid *grid, const struct row_names *names, size_t **order, struct columns *out, struct error *err)
{
    *order = NULL;
    if (!grid->times && names->order != ROWS_NEWEST_FIRST)
        return true;
    *order = ARENA_ARRAY(grid->arena, size_t, grid->rows + 1);
    for (size_t i = 0; i < grid->rows; i++)
        (*order)[i] = grid->rows - 1 - i;
    if (!grid->times)
        return true;
    if (!find_order(grid, *order, err))
        return false;
    const char **times = ARENA_ARRAY(grid->arena, const char *, grid->rows + 1);
    for (size_t i = 0; i < grid->rows; i++)
        times[i] = grid->times[(*order)[i]];
    out->times = times;
    return true;
}

bool columns_read(const char *bytes, size_t len, const char *name, const struct columns_options *options, struct columns *out,
                  struct arena *arena, struct error *err)
{
    static const char *const none[] = {NULL};
    struct grid grid = {.arena = arena};
    *out = (struct columns){.passed_over = none};
    if (!file_kind_check(bytes, len, name, err))
        return false;
    if (len >= 3 && memcmp(bytes, "\xEF\xBB\xBF", 3) == 0) {
        bytes += 3;
        len -= 3;
    }
    bytes = file_kind_lines(bytes, len, arena);
    size_t first = 0, *order;
    while (first < len && strchr(" \t\r\n", bytes[first]))
        first++;
    bool json = first < len && (bytes[first] == '[' || bytes[first] == '{');
    if (!(json ? grid_read_json : grid_read_csv)(&grid, bytes, len, name, options->time, err))
        return false;
    out->numbered = grid.numbered;
    grid_mend(&grid, out);
    struct row_names names = row_names_guess(&grid, grid.time);
    if (!put_in_order(&grid, &names, &order, out, err))
        return false;
    out->rows = grid.rows;
    name_rows(&grid, &names, order, out);
    return options->wanted && options->wanted[0] ? take_wanted(&grid, options->wanted, name, order, out, err)
                                                 : take_all(&grid, &names, name, order, out, err);
}
