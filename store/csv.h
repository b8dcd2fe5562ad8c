/* store/csv.h — rows of comma-separated values, as Python's csv module reads them (dialect excel; RFC 4180 and what programs write).
 *
 *     id,"a ""name""",note        3 cells: id · a "name" · note
 *     1,"two
 *     lines",                     3 cells: 1 · two\nlines · (empty)
 *
 * A cell that begins with a quote goes on to the next single quote, over delimiters and line ends; two quotes are one. What
 * follows the closing quote up to the delimiter belongs to the cell; a quote elsewhere stands for itself. Rows end with \n, \r\n
 * or \r. Empty lines are no rows; a byte order mark at the start is passed over. A quote that does not end is an error (Python
 * takes the rest of the file), and so is a row longer than STREAM_UNIT_MAX.
 */
#ifndef STORE_CSV_H
#define STORE_CSV_H
#include "base/text.h"
#include "store/stream.h"

enum { CSV_CELLS_MAX = 100 * 1000 /* of one row */ };

struct csv_dialect {
    char delimiter;
    const char *comment; /* lines that begin with it are passed over; NULL: none */
    size_t skip;         /* lines at the start of the file that are passed over */
    bool trim;           /* blanks and tabs around a cell do not count */
};

struct csv_cell {
    const char *text; /* any bytes */
    size_t len;
    const char *source; /* where it begins in the file */
    bool copied;
};

/* Cells and what they point to stand until the next call. */
struct csv_row {
    const struct csv_cell *cells;
    size_t n;
    int line;          /* at which it begins */
    const char *start; /* its first byte */
};

struct csv {
    struct stream *stream;
    struct csv_dialect dialect;
    struct csv_cell *cells;
    size_t n, cap;
    struct text copies; /* cells that do not stand in the file as they are */
    int line;
    bool started;
};

struct csv csv_open(struct stream *stream, const struct csv_dialect *dialect);
void csv_close(struct csv *csv);
/* False: there is no further row, or *err is set (ERR_ARTIFACT with file:line:col). */
bool csv_next(struct csv *csv, struct csv_row *row, struct error *err);

#endif
