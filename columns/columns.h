/* columns/columns.h — the series in a file: columns of numbers in CSV or JSON, whatever tool wrote it.
 *
 * Rows are in the order of the file, oldest first; where a column of dates says that the newest stands first, the other way round.
 *
 * CSV: separated by tabs, semicolons or commas (the first of them that its first line has), cells in double quotes or not, with a header
 * or without; lines that begin with # are passed over. A gap is an empty cell, NaN, null, n/a, none, - or an infinity.
 * JSON: a list of numbers; a list of objects (members of one name are a column, those within others "metrics.latency"), or an object on each
 * line; a list of rows; an object of lists, {"values": […]} among them, or of numbers by the name of the run; an object whose only list of rows,
 * or only object, is any of these.
 *
 *     time,latency,commit          a column of text is no series and passed over; so is one that counts by one
 *     2024-01-01,12.5,ab12f        from row to row (a number of the run), unless it is asked for
 *     2024-01-02,,ab130            a gap
 *
 * Numbers have a decimal point; where cells are separated by semicolons or tabs a column may have decimal commas instead ("99,7", "1.234,5").
 * A file that is one line of numbers is one series. A cell of a series that is neither a number nor a gap is an error with its line and column (JSON: its pointer).
 */
#ifndef COLUMNS_COLUMNS_H
#define COLUMNS_COLUMNS_H
#include "base/arena.h"
#include "base/error.h"

struct column {
    const char *name; /* of the header; without one "1", "2", … ("value" for a plain list) */
    double *x;        /* what is no gap, in the order of the rows */
    const size_t *row; /* the row of each, from 0 */
    size_t n, gaps;   /* n + gaps = rows */
};

/* What people should know of how a file was read; doubt: it may not be what they meant. */
struct columns_note {
    bool doubt;
    const char *text;
};

struct columns {
    struct column *v;
    size_t n, rows;
    bool numbered; /* there was no header: the names are numbers */
    const char *const *times; /* of each row, as written; NULL without a column of dates (columns/row_names.h) */
    const char *const *names; /* what names each row, "1.4.139"; NULL: nothing does */
    const char *naming;       /* the column of these */
    const char *const *passed_over; /* NULL-ended: "commit: text" */
    LIST_OF(struct columns_note) notes;
};

struct columns_options {
    const char *const *wanted; /* NULL-ended: names, or numbers from 1; none: all series */
    const char *time;          /* the name or number of the column by which the rows are ordered, equal times as in the file; or NULL.
                                * ISO 8601, or seconds, milli-, micro- or nanoseconds since 1970, as their size tells */
};

enum { COLUMNS_CELLS_MAX = 100000000, COLUMNS_MAX = 100000, COLUMNS_SERIES_MAX = 20000 };

/* `name` is the file's, for errors: ERR_ARTIFACT for the file, ERR_USAGE for a column that is not there. Everything lives in `arena`;
 * times and names may point into `bytes`. */
bool columns_read(const char *bytes, size_t len, const char *name, const struct columns_options *options, struct columns *out,
                  struct arena *arena, struct error *err);

#endif
