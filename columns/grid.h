/* columns/grid.h — a table as a file gave it, before it is known which of its columns are series. For columns/columns.c and its readers.
 */
#ifndef COLUMNS_GRID_H
#define COLUMNS_GRID_H
#include "base/arena.h"
#include "base/error.h"

struct grid_column {
    const char *name;
    size_t numbers, texts;
    struct pos bad;       /* the first text among its cells */
    const char *bad_text; /* shortened */
    const char *comma, *point;   /* the first cells that have a decimal comma, and a decimal point; shortened, NULL: none */
    struct pos comma_at;
    struct grid_text *said; /* its cells as written, by row, where they may name the runs; else NULL */
};

struct grid_text {
    const char *s;
    size_t len;
};

struct grid {
    struct arena *arena;
    struct grid_column *columns;
    size_t columns_n, rows;
    size_t rows_max;    /* not more rows than these; so many cells has each column */
    size_t said_n, said_times_n; /* how many columns have `said`: of texts, and of what seems a time */
    double *cells;      /* column by column; NAN: a gap, or text */
    const char **times; /* cells of the time column, by row; NULL: there is none */
    struct pos *times_at;
    size_t time; /* index of the time column; columns_n: none */
    bool numbered; /* no header: the names are numbers */
    int first_line; /* of CSV: the line of its first row, or header */
    char separator; /* of CSV; '\n': one column, '\0': JSON */
};

/* The cells of a column, by row. */
double *grid_cells(const struct grid *grid, size_t column);
/* The number of a cell; NAN: a gap, or text. */
double grid_cell(const struct grid *grid, size_t row, size_t column);
/* A cell's text as a number; *gap when it stands for none. False: it is text. */
bool grid_number(const char *s, size_t len, double *value, bool *gap);
/* Notes that a cell is text. */
void grid_note_text(struct grid *grid, size_t column, struct pos at, const char *s, size_t len);
/* Keeps a cell as written, which lives on, where its column may name the runs: its first cell is text, or its name speaks of a time. */
void grid_keep_text(struct grid *grid, size_t row, size_t column, bool text, const char *s, size_t len);
/* "99,7" and "1.234,5": numbers as spreadsheets of half the world write them. */
bool grid_comma_number(const char *s, size_t len, double *value);
/* A column whose name says that its numbers are times. */
bool grid_is_time_name(const char *name);
/* The index of the column that a name or a number from 1 means; columns_n when there is none: *err says so. */
size_t grid_find(const struct grid *grid, const char *wanted, const char *file, const char *option, struct error *err);

bool grid_read_csv(struct grid *grid, const char *bytes, size_t len, const char *file, const char *time, struct error *err);
bool grid_read_json(struct grid *grid, const char *bytes, size_t len, const char *file, const char *time, struct error *err);

#endif
