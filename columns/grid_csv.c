#include <math.h>
#include <string.h>
#include <strings.h>

#include "base/text.h"
#include "columns/columns.h"
#include "columns/grid.h"

enum { SHOWN_MAX = 40 };

/* A CSV text while it is read. */
struct csv {
    const char *p, *end, *line_start;
    int line;
    char separator;
    const char *file;
    struct arena *arena;
};

struct cell {
    const char *s;
    size_t len;
    const char *at; /* where it begins */
    int line;
    const char *line_start;
    bool last; /* of its row */
};

static struct pos place(const struct csv *csv, const struct cell *cell)
{
    struct text_place at = {cell->line, 1};
    text_place_move(&at, cell->line_start, cell->at);
    return (struct pos){csv->file, cell->line, at.col, NULL};
}

static void next_line(struct csv *csv)
{
    csv->line++;
    csv->line_start = csv->p;
}

/* A cell in quotes; "" in it is a quote. p stands behind the first quote. */
static bool read_quoted(struct csv *csv, struct cell *cell, struct error *err)
{
    const char *from = csv->p;
    bool doubled = false;
    for (;; csv->p++) {
        const char *q = memchr(csv->p, '"', (size_t)(csv->end - csv->p));
        for (const char *n = csv->p; (n = memchr(n, '\n', (size_t)((q ? q : csv->end) - n))); n++) {
            csv->line++;
            csv->line_start = n + 1;
        }
        if (!q)
            return error_at(err, ERR_ARTIFACT, place(csv, cell), "this quote has no end");
        csv->p = q + 1;
        if (csv->p == csv->end || *csv->p != '"')
            break;
        doubled = true;
    }
    cell->s = from;
    cell->len = (size_t)(csv->p - 1 - from);
    if (!doubled)
        return true;
    char *plain = arena_strndup(csv->arena, from, cell->len), *to = plain;
    for (size_t i = 0; i < cell->len; i++) {
        *to++ = from[i];
        i += from[i] == '"';
    }
    cell->s = plain;
    cell->len = (size_t)(to - plain);
    return true;
}

/* The next cell; p stands behind its separator or line end then. */
static bool read_cell(struct csv *csv, struct cell *cell, struct error *err)
{
    const char *p = csv->p;
    *cell = (struct cell){.s = p, .at = p, .line = csv->line, .line_start = csv->line_start};
    if (p < csv->end && *p == '"') {
        csv->p++;
        if (!read_quoted(csv, cell, err))
            return false;
        p = csv->p;
        while (p < csv->end && (*p == ' ' || *p == '\r'))
            p++;
        if (p < csv->end && *p != csv->separator && *p != '\n')
            return error_at(err, ERR_ARTIFACT, place(csv, cell), "expected the end of the cell behind its closing quote");
    } else {
        while (p < csv->end && *p != csv->separator && *p != '\n')
            p++;
        cell->len = (size_t)(p - cell->s);
        text_trim(&cell->s, &cell->len);
    }
    cell->last = p == csv->end || *p == '\n';
    bool newline = p < csv->end && *p == '\n';
    csv->p = p < csv->end ? p + 1 : p;
    if (newline)
        next_line(csv);
    return true;
}

/* "#500,812.6" is the run 500. */
static bool is_comment(const char *p, size_t len, bool several)
{
    return *p == '#' && !(several && len > 1 && p[1] >= '0' && p[1] <= '9');
}

/* Passes over comments, and over empty lines: at the end, and where a line has several cells. */
static bool at_row(struct csv *csv, bool several)
{
    while (csv->p < csv->end) {
        const char *p = csv->p, *eol = memchr(p, '\n', (size_t)(csv->end - p));
        eol = eol ? eol : csv->end;
        size_t len = (size_t)(eol - p);
        text_trim(&p, &len);
        if (len && !is_comment(p, len, several))
            return true;
        if (!len && !several) /* a gap: something follows, see end_of_text */
            return true;
        csv->p = eol < csv->end ? eol + 1 : eol;
        next_line(csv);
    }
    return false;
}

static const char *end_of_line(const char *p, const char *end)
{
    const char *eol = memchr(p, '\n', (size_t)(end - p));
    return eol ? eol : end;
}

/* "latency" and below it "99,7": one column of decimal commas, whose cells nothing separates. */
static bool only_commas_below(const char *p, const char *end)
{
    double value;
    while (p < end) {
        const char *from = p, *eol = end_of_line(p, end);
        size_t len = (size_t)(eol - p);
        text_trim(&from, &len);
        if (len && *from != '#')
            return grid_comma_number(from, len, &value);
        p = eol < end ? eol + 1 : eol;
    }
    return false;
}

/* Whether the line has the character outside of quotes. */
static bool has(const char *p, const char *eol, char c)
{
    bool quoted = false;
    for (; p < eol; p++) {
        quoted ^= *p == '"';
        if (*p == c && !quoted)
            return true;
    }
    return false;
}

static char separator_of(const char *p, const char *end)
{
    const char *eol = end_of_line(p, end);
    if (has(p, eol, '\t') || has(p, eol, ';'))
        return has(p, eol, '\t') ? '\t' : ';';
    return !has(p, eol, ',') && only_commas_below(eol, end) ? '\n' : ',';
}

/* Excel's own first line, "sep=;": names the separator, and is passed over. */
static bool read_separator(struct csv *csv)
{
    const char *eol = end_of_line(csv->p, csv->end), *p = csv->p;
    size_t len = (size_t)(eol - p);
    if (len && p[len - 1] == '\r')
        len--;
    if (len > 6 && p[0] == '"' && p[len - 1] == '"') {
        p++;
        len -= 2;
    }
    if (len != 5 || strncasecmp(p, "sep=", 4) != 0)
        return false;
    csv->separator = p[4];
    csv->p = eol < csv->end ? eol + 1 : eol;
    next_line(csv);
    return true;
}

/* Behind the last line that is not blank. */
static const char *end_of_text(const char *p, const char *end)
{
    const char *last = end;
    while (last > p && strchr(" \t\r\n", last[-1]) && last[-1])
        last--;
    return last == p ? p : end_of_line(last, end);
}

/* How many cells there are at most. */
static size_t count_cells(const struct csv *csv)
{
    size_t n = 2;
    for (const char *p = csv->p; p < csv->end; p++)
        n += *p == csv->separator || *p == '\n';
    return n;
}

typedef LIST_OF(struct cell) cell_list;

static bool read_first(struct csv *csv, cell_list *first, struct error *err)
{
    struct cell cell = {.last = false};
    while (!cell.last) {
        if (!read_cell(csv, &cell, err))
            return false;
        *LIST_ADD(csv->arena, first) = cell;
        if (first->n > COLUMNS_MAX)
            return error_set(err, ERR_ARTIFACT, "%s: has more than %d cells in line %d: expected a row of cells for each run", csv->file, (int)COLUMNS_MAX, cell.line);
    }
    return true;
}

/* A comma between cells is none in a number, unless the cell is in quotes, and then it may be one of thousands. */
static bool is_comma_number(const struct csv *csv, const struct cell *cell, double *value)
{
    return csv->separator != ',' && grid_comma_number(cell->s, cell->len, value);
}

/* A first row is a header when none of its cells is a number. */
static bool is_header(const struct csv *csv, const cell_list *first)
{
    bool text = false;
    for (size_t i = 0; i < first->n; i++) {
        double value;
        bool gap, number = grid_number(first->v[i].s, first->v[i].len, &value, &gap);
        if ((number && !gap) || is_comma_number(csv, &first->v[i], &value))
            return false;
        text = text || !number;
    }
    return text;
}

static void name_columns(struct grid *grid, const cell_list *first)
{
    grid->columns = ARENA_ARRAY(grid->arena, struct grid_column, first->n);
    grid->columns_n = grid->time = first->n;
    for (size_t i = 0; i < first->n; i++)
        grid->columns[i].name = grid->numbered || !first->v[i].len
                                    ? arena_printf(grid->arena, "%zu", i + 1)
                                    : arena_strndup(grid->arena, first->v[i].s, first->v[i].len);
}

static void keep_first(const struct grid *grid, const char **kept, const struct cell *cell)
{
    if (!*kept)
        *kept = arena_strndup(grid->arena, cell->s, (size_t)text_cut(cell->s, cell->len, SHOWN_MAX));
}

static void put_cell(struct grid *grid, const struct csv *csv, const struct cell *cell, size_t row, size_t column)
{
    double *value = &grid_cells(grid, column)[row];
    bool gap;
    if (column == grid->time) {
        grid->times[row] = arena_strndup(grid->arena, cell->s, cell->len);
        grid->times_at[row] = place(csv, cell);
    }
    struct grid_column *c = &grid->columns[column];
    bool number = grid_number(cell->s, cell->len, value, &gap), comma = !number && is_comma_number(csv, cell, value);
    if (comma && !c->comma)
        c->comma_at = place(csv, cell);
    if (comma)
        keep_first(grid, &c->comma, cell);
    else if (number && !c->point && memchr(cell->s, '.', cell->len))
        keep_first(grid, &c->point, cell);
    grid_keep_text(grid, row, column, !number && !comma, cell->s, cell->len);
    if (!number && !comma) {
        *value = NAN;
        grid_note_text(grid, column, c->texts ? (struct pos){0} : place(csv, cell), cell->s, cell->len);
    } else {
        c->numbers += comma || !gap;
    }
}

static bool refuse_row(const struct grid *grid, const struct csv *csv, const struct cell *cell, size_t found, struct error *err)
{
    bool more = found > grid->columns_n;
    const char *first = arena_printf(csv->arena, "expected %zu cell%s as in line %d", grid->columns_n, grid->columns_n == 1 ? "" : "s", grid->first_line);
    if (more && grid->columns_n == 1)
        return error_at(err, ERR_ARTIFACT, place(csv, cell), "found more than one cell in this line, %s, '%.40s': is that a title, which should go?", first,
                        grid->columns[0].name);
    if (more)
        return error_at(err, ERR_ARTIFACT, place(csv, cell), "found more than %zu cells in this line, %s%s", grid->columns_n, first,
                        csv->separator == ',' ? " (numbers with a decimal comma need semicolons or tabs between the cells)" : "");
    return error_at(err, ERR_ARTIFACT, place(csv, cell), "found %zu cell%s in this line, %s", found, found == 1 ? "" : "s", first);
}

/* An empty cell too many, at the end of a line, is only a separator too many. */
static bool read_row(struct grid *grid, struct csv *csv, bool *empty, struct error *err)
{
    struct cell cell = {.last = false};
    *empty = true;
    for (size_t column = 0; !cell.last; column++) {
        if (!read_cell(csv, &cell, err))
            return false;
        if (column == grid->columns_n && cell.last && !cell.len)
            break;
        if (column == grid->columns_n || (cell.last && column + 1 < grid->columns_n))
            return refuse_row(grid, csv, &cell, column + 1, err);
        put_cell(grid, csv, &cell, grid->rows, column);
        *empty &= !cell.len;
    }
    grid->rows++;
    return true;
}

/* Rows of nothing but separators, as spreadsheets leave them behind the last one, are none. */
static bool read_rows(struct grid *grid, struct csv *csv, struct error *err)
{
    size_t rows = 0;
    bool empty;
    while (at_row(csv, grid->columns_n > 1)) {
        if (!read_row(grid, csv, &empty, err))
            return false;
        rows = empty && grid->columns_n > 1 ? rows : grid->rows;
    }
    grid->rows = rows;
    return true;
}

bool grid_read_csv(struct grid *grid, const char *bytes, size_t len, const char *file, const char *time, struct error *err)
{
    struct csv csv = {.p = bytes, .end = end_of_text(bytes, bytes + len), .line_start = bytes, .line = 1, .file = file, .arena = grid->arena};
    cell_list first = {0};
    if (!at_row(&csv, true))
        return error_set(err, ERR_ARTIFACT, "%s: there is nothing in it: expected numbers, as CSV or JSON", file);
    if (!read_separator(&csv) || !at_row(&csv, true))
        csv.separator = separator_of(csv.p, csv.end);
    struct csv start = csv;
    grid->first_line = csv.line;
    grid->separator = csv.separator;
    if (!read_first(&csv, &first, err))
        return false;
    size_t cells = count_cells(&start) + first.n;
    if (cells > COLUMNS_CELLS_MAX)
        return error_set(err, ERR_ARTIFACT, "%s: has more than %d cells", file, (int)COLUMNS_CELLS_MAX);
    grid->numbered = !is_header(&csv, &first);
    name_columns(grid, &first);
    grid->rows_max = cells / grid->columns_n + 1;
    grid->cells = ARENA_ARRAY(grid->arena, double, grid->columns_n * grid->rows_max);
    if (time) {
        grid->time = grid_find(grid, time, file, "time", err);
        if (grid->time == grid->columns_n)
            return false;
        grid->times = ARENA_ARRAY(grid->arena, const char *, grid->rows_max);
        grid->times_at = ARENA_ARRAY(grid->arena, struct pos, grid->rows_max);
    }
    if (grid->numbered)
        csv = start;
    return read_rows(grid, &csv, err);
}
