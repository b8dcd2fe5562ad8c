#include "columns/columns.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/moment.h"
#include "columns/grid.h"

enum { TIME_MAX = 64 };

/* ---- order by time ---- */

/* Numbers of seconds, milliseconds …: what lies in the years up to 5138 as seconds is seconds. */
static double seconds_of(double number)
{
    double size = fabs(number);
    return size < 1e11 ? number : size < 1e14 ? number / 1e3 : size < 1e17 ? number / 1e6 : number / 1e9;
}

static bool read_time(const char *text, struct pos at, double *seconds, struct error *err)
{
    bool gap;
    if (grid_number(text, strlen(text), seconds, &gap) && !gap) {
        *seconds = seconds_of(*seconds);
        return true;
    }
    char room[TIME_MAX + 16];
    struct moment moment;
    struct error ignored = {0};
    size_t len = strlen(text);
    if (len && len < TIME_MAX && !gap) {
        snprintf(room, sizeof(room), "%s%s", text, len == 10 ? "T00:00:00" : len == 16 ? ":00" : "");
        if (moment_parse(room, MOMENT_ISO, at, &moment, &ignored)) {
            *seconds = moment_seconds(moment);
            return true;
        }
    }
    return error_at(err, ERR_ARTIFACT, at, "found '%.60s', expected a time: 2025-01-06, 2025-01-06T08:00:00Z, or seconds since 1970", text);
}

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
    for (size_t i = 0; i < grid->rows; i++) {
        moved[i].row = i;
        if (!read_time(grid->times[i], grid->times_at[i], &moved[i].seconds, err))
            return false;
    }
    qsort(moved, grid->rows, sizeof(*moved), compare_times);
    for (size_t i = 0; i < grid->rows; i++)
        order[i] = moved[i].row;
    return true;
}

/* ---- which columns ---- */

static double cell(const struct grid *grid, size_t row, size_t column)
{
    return grid->cells[row * grid->columns_n + column];
}

/* 17, 18, 19 …: the number of a run. */
static bool counts_up(const struct grid *grid, size_t column)
{
    for (size_t i = 0; i < grid->rows; i++) {
        double here = cell(grid, i, column), before = i ? cell(grid, i - 1, column) : here - 1;
        if (!(here == floor(here) && here == before + 1))
            return false;
    }
    return grid->rows > 2;
}

static const char *why_not(const struct grid *grid, size_t i)
{
    const struct grid_column *c = &grid->columns[i];
    if (i == grid->time)
        return "time";
    if (c->texts > c->numbers)
        return "text";
    if (!c->numbers)
        return "empty";
    return grid->columns_n > 1 && counts_up(grid, i) ? "it counts up by one" : NULL;
}

/* Whether the column is a series; one that has been asked for must be. */
static bool check_column(const struct grid *grid, size_t i, struct error *err)
{
    const struct grid_column *c = &grid->columns[i];
    if (!c->texts)
        return true;
    struct pos at = c->bad;
    return error_at(err, ERR_ARTIFACT, at, "found '%s' in column '%.100s', expected a number, or a gap (empty, NaN, null, n/a)", c->bad_text,
                    c->name);
}

static struct column take(const struct grid *grid, size_t i, const size_t *order)
{
    size_t n = grid->columns[i].numbers;
    struct column column = {.name = grid->columns[i].name, .x = ARENA_ARRAY(grid->arena, double, n + 1),
                            .row = ARENA_ARRAY(grid->arena, size_t, n + 1)};
    for (size_t j = 0; j < grid->rows; j++) {
        double value = cell(grid, order ? order[j] : j, i);
        if (isnan(value)) {
            column.gaps++;
        } else {
            column.x[column.n] = value;
            column.row[column.n++] = j;
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
    for (size_t i = 0; i < n; i++) {
        size_t column = grid_find(grid, wanted[i], file, "column", err);
        if (column == grid->columns_n || !check_column(grid, column, err))
            return false;
        out->v[out->n++] = take(grid, column, order);
    }
    return true;
}

static bool take_all(const struct grid *grid, const char *file, const size_t *order, struct columns *out, struct error *err)
{
    LIST_OF(const char *) passed = {0};
    out->v = ARENA_ARRAY(grid->arena, struct column, grid->columns_n + 1);
    for (size_t i = 0; i < grid->columns_n; i++) {
        const char *why = why_not(grid, i);
        if (why)
            *LIST_ADD(grid->arena, &passed) = arena_printf(grid->arena, "%s: %s", grid->columns[i].name, why);
        else if (!check_column(grid, i, err))
            return false;
        else
            out->v[out->n++] = take(grid, i, order);
    }
    *LIST_ADD(grid->arena, &passed) = NULL;
    out->passed_over = passed.v;
    if (out->n)
        return true;
    const struct grid_column *first = &grid->columns[0];
    if (grid->columns_n && first->texts && grid->time != 0)
        return error_at(err, ERR_ARTIFACT, first->bad, "found '%s', expected a number: no column is a series of numbers", first->bad_text);
    return error_set(err, ERR_ARTIFACT, "%s: no column is a series of numbers", file);
}

bool columns_read(const char *bytes, size_t len, const char *name, const struct columns_options *options, struct columns *out,
                  struct arena *arena, struct error *err)
{
    static const char *const none[] = {NULL};
    struct grid grid = {.arena = arena};
    *out = (struct columns){.passed_over = none};
    if (len >= 3 && memcmp(bytes, "\xEF\xBB\xBF", 3) == 0) {
        bytes += 3;
        len -= 3;
    }
    size_t first = 0;
    while (first < len && strchr(" \t\r\n", bytes[first]))
        first++;
    bool json = first < len && (bytes[first] == '[' || bytes[first] == '{');
    if (!(json ? grid_read_json : grid_read_csv)(&grid, bytes, len, name, options->time, err))
        return false;
    size_t *order = NULL;
    if (grid.times) {
        order = ARENA_ARRAY(arena, size_t, grid.rows + 1);
        if (!find_order(&grid, order, err))
            return false;
        const char **times = ARENA_ARRAY(arena, const char *, grid.rows + 1);
        for (size_t i = 0; i < grid.rows; i++)
            times[i] = grid.times[order[i]];
        out->times = times;
    }
    out->rows = grid.rows;
    return options->wanted && options->wanted[0] ? take_wanted(&grid, options->wanted, name, order, out, err)
                                                 : take_all(&grid, name, order, out, err);
}
