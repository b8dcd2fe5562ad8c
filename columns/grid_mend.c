#include "columns/grid_mend.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "columns/row_names.h"

enum { SUMMARIES_MAX = 8 };

void grid_say(const struct grid *grid, struct columns *out, bool doubt, const char *text)
{
    *LIST_ADD(grid->arena, &out->notes) = (struct columns_note){doubt, text};
}

static bool is_summary(const char *text)
{
    static const char *const words[] = {"average", "avg", "mean", "median", "total", "totals", "sum", "min", "max", "std", "stdev", "stddev",
                                        "durchschnitt", "mittelwert", "summe", "gesamt", NULL};
    size_t len = strcspn(text, " :");
    for (size_t i = 0; words[i]; i++)
        if (strlen(words[i]) == len && strncasecmp(text, words[i], len) == 0 && text[len + strspn(text + len, " :")] == '\0')
            return true;
    return false;
}

/* Whether nothing is known to stand in the row. */
static bool is_blank(const struct grid *grid, size_t row)
{
    for (size_t i = 0; i < grid->columns_n; i++)
        if (!isnan(grid_cell(grid, row, i)) || (grid->columns[i].said && grid->columns[i].said[row].len))
            return false;
    return true;
}

/* The first of the rows at the end of which a column says that they sum up those above; rows: there are none. Where rows above say it, too, or
 * nearly all do, the column says what was measured ("mean", "max"), and its rows are runs. */
static size_t summaries_from(const struct grid *grid, size_t column)
{
    size_t from = grid->rows, n = 0;
    for (size_t row = grid->rows; row-- > 0 && n <= SUMMARIES_MAX;) {
        if (is_summary(row_names_cell(grid, row, column))) {
            from = row;
            n++;
        } else if (from == grid->rows || !is_blank(grid, row)) {
            break;
        }
    }
    for (size_t row = 0; n && row < from; row++)
        if (is_summary(row_names_cell(grid, row, column)))
            return grid->rows;
    return n <= SUMMARIES_MAX && from ? from : grid->rows;
}

static void drop_row(struct grid *grid, size_t column)
{
    grid->rows--;
    if (!is_blank(grid, grid->rows))
        grid->columns[column].texts--;
    for (size_t i = 0; i < grid->columns_n; i++)
        grid->columns[i].numbers -= isnan(grid_cell(grid, grid->rows, i)) ? 0 : 1;
}

/* "Average", below the runs of a sheet, is no run; nor is the blank row between them. */
static void drop_summaries(struct grid *grid, struct columns *out)
{
    for (size_t i = 0; i < grid->columns_n; i++) {
        size_t from = grid->columns[i].said ? summaries_from(grid, i) : grid->rows;
        bool any = from < grid->rows;
        while (grid->rows > from) {
            if (!is_blank(grid, grid->rows - 1))
                grid_say(grid, out, true, arena_printf(grid->arena, "row %zu, '%s', is left out: it sums up those above it", grid->rows,
                                                       row_names_cell(grid, grid->rows - 1, i)));
            drop_row(grid, i);
        }
        while (any && grid->rows > 1 && is_blank(grid, grid->rows - 1))
            drop_row(grid, i);
    }
}

static int compare_names(const void *a, const void *b)
{
    const struct grid_column *x = *(const struct grid_column *const *)a, *y = *(const struct grid_column *const *)b;
    int order = strcmp(x->name, y->name);
    return order ? order : (x > y) - (x < y);
}

/* Of columns with one name the later ones are called "latency (column 3)". */
static void tell_apart(struct grid *grid, struct columns *out)
{
    const struct grid_column **sorted = ARENA_ARRAY(grid->arena, const struct grid_column *, grid->columns_n + 1);
    const char *doubled = NULL, *first = "";
    for (size_t i = 0; i < grid->columns_n; i++)
        sorted[i] = &grid->columns[i];
    qsort(sorted, grid->columns_n, sizeof(*sorted), compare_names);
    for (size_t i = 0; i < grid->columns_n; i++) {
        bool again = i && strcmp(sorted[i]->name, first) == 0;
        size_t at = (size_t)(sorted[i] - grid->columns);
        first = again ? first : sorted[i]->name;
        if (!again)
            continue;
        grid->columns[at].name = arena_printf(grid->arena, "%s (column %zu)", first, at + 1);
        doubled = doubled ? doubled : grid->columns[at].name;
    }
    if (doubled)
        grid_say(grid, out, true, arena_printf(grid->arena, "more than one column has the same name; the later ones are called as '%.100s'", doubled));
}

/* "812,6" without a header may be one number to people, and is two columns. */
static void note_pairs(const struct grid *grid, struct columns *out)
{
    if (!grid->numbered || grid->separator != ',' || grid->columns_n != 2)
        return;
    for (size_t i = 0; i < grid->rows; i++)
        for (size_t j = 0; j < 2; j++)
            if (!(grid_cell(grid, i, j) == floor(grid_cell(grid, i, j)) && (j == 0 || (grid_cell(grid, i, j) >= 0 && grid_cell(grid, i, j) < 1000))))
                return;
    if (grid->rows && !grid->columns[0].point && !grid->columns[1].point)
        grid_say(grid, out, true, arena_printf(grid->arena, "'%.0f,%.0f' is read as two columns; if it is one number with a decimal comma, write %.0f.%.0f",
                                          grid_cell(grid, 0, 0), grid_cell(grid, 0, 1), grid_cell(grid, 0, 0), grid_cell(grid, 0, 1)));
}

/* The numbers of one series, written into one line. */
static void stand_up(struct grid *grid, struct columns *out)
{
    enum { FEW = 4 };
    if (!grid->numbered || grid->rows != 1 || grid->columns_n < FEW || grid->times)
        return;
    size_t numbers = 0;
    for (size_t i = 0; i < grid->columns_n; i++) {
        numbers += grid->columns[i].numbers;
        if (grid->columns[i].texts || grid->columns[i].comma)
            return;
    }
    grid_say(grid, out, false, arena_printf(grid->arena, "its only line has %zu cells: they are taken as one series", grid->columns_n));
    for (size_t i = 0; i < grid->columns_n; i++)
        grid->cells[i] = grid_cell(grid, 0, i);
    grid->rows = grid->rows_max = grid->columns_n;
    grid->columns_n = grid->time = 1;
    grid->columns[0] = (struct grid_column){.name = "1", .numbers = numbers};
}

void grid_mend(struct grid *grid, struct columns *out)
{
    stand_up(grid, out);
    drop_summaries(grid, out);
    tell_apart(grid, out);
    note_pairs(grid, out);
}
