/* columns/row_names.h — what tells people which run a row of a file is, where nobody said so: the column of its date, and one that names it.
 *
 *     date,build,latency_ms,host          date 2026-11-09, build 1.4.139; host says the same in each row and names none
 *     2026-11-09,1.4.139,109.7,ci-3
 *
 * The column of the date is the first whose cells are dates (no bare numbers), else the first whose name speaks of a time and whose
 * cells are dates as 20261109, or seconds (milliseconds …) since 1970 that go one way, or the days of a spreadsheet (46,335) that do. The naming one is the first other column of text, or of numbers that count
 * by one, in which at least half of the rows differ from the row before. Without a column of dates, one of these that falls from each row
 * to the next (540, 539 …; v1.10, v1.9 …; five rows or more) says that the newest row stands first.
 */
#ifndef COLUMNS_ROW_NAMES_H
#define COLUMNS_ROW_NAMES_H
#include "base/arena.h"
#include "columns/grid.h"

enum row_order { ROWS_FORWARD, ROWS_NEWEST_FIRST, ROWS_MIXED };

struct row_names {
    size_t time, name;     /* the columns; columns_n: none */
    enum row_order order;  /* how the rows stand by the column of the date, without one by the naming column; then it is not ROWS_MIXED */
    size_t unread;         /* a column whose name speaks of a date, and whose first cell is none that is understood; columns_n: none */
    const char *bad;       /* the first cell of a column of dates that is none (""): where many are none, `time` is columns_n; NULL */
    size_t bad_row, bad_column;
};

/* `time`: the column that was named; columns_n: to be guessed. */
struct row_names row_names_guess(const struct grid *grid, size_t time);
/* Whether the whole numbers of a column count by one from row to row, up or down: the number of a run. */
bool row_names_count_up(const struct grid *grid, size_t column);
/* A cell of such a column, as shown; "" for a gap. */
const char *row_names_cell(const struct grid *grid, size_t row, size_t column);

#endif
