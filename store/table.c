#include "store/table.h"

#include <stdlib.h>
#include <string.h>

#include "json/read.h"

const char *const table_as_words[] = {"rows", "columns", NULL};

enum { SHARED_MAX = 64 /* bytes of a text that is kept once for many cells */, SHARED_N = 16, NAMES_SHOWN_MAX = 400 };

struct column {
    const char *name, *what; /* NULL: nameless */
    enum typed_as as;
    bool kept;
    json_t *values;           /* with TABLE_COLUMNS: a list */
    json_t *shared[SHARED_N]; /* texts of this column; most columns of text repeat a few */
};

struct table {
    struct parsing *parsing;
    struct csv *csv;
    const struct table_wish *wish;
    const char *path;
    struct column *columns;
    size_t n, kept_n;
    json_t *rows;
    size_t count, values;
    size_t bad, surplus; /* bytes that are not UTF-8; rows with too many cells */
    int surplus_line;
    struct typed_mended mended;
    struct text clean;
};

/* ---- columns ---- */

static struct column *find_column(const struct table *table, const char *name)
{
    for (size_t i = 0; i < table->n; i++)
        if (strcmp(table->columns[i].name, name) == 0)
            return &table->columns[i];
    return NULL;
}

static bool no_such_column(const struct table *table, const char *argument, const char *name, int line, struct error *err)
{
    struct text names = text_open(NAMES_SHOWN_MAX);
    for (size_t i = 0; i < table->n; i++)
        text_printf(&names, "%s%s", i ? ", " : "", table->columns[i].name);
    error_at(err, ERR_ARTIFACT, (struct pos){.file = table->path, .line = line}, "%s: there is no column '%s'; there are: %s%s", argument, name,
             names.s, names.over ? "…" : "");
    text_close(&names);
    return false;
}

/* "file.csv:1:9" is where the cell begins. */
static struct pos place_of(const struct table *table, const struct csv_row *row, size_t i)
{
    struct pos at = {.file = table->path, .line = row->line};
    const char *line = row->start, *place = row->cells[i].source;
    for (const char *feed; (feed = memchr(line, '\n', (size_t)(place - line))); line = feed + 1)
        at.line++;
    at.col = stream_column(line, place);
    return at;
}

static const char *clean_text(struct table *table, const struct csv_cell *cell, size_t *len)
{
    *len = cell->len;
    if (text_utf8_valid(cell->text, cell->len) == cell->len)
        return cell->text;
    text_clear(&table->clean);
    table->bad += text_add_utf8(&table->clean, cell->text, cell->len);
    *len = table->clean.len;
    return table->clean.s;
}

static void make_columns(struct table *table, size_t n)
{
    table->n = table->kept_n = n;
    table->columns = ARENA_ARRAY(table->parsing->arena, struct column, n);
    for (size_t i = 0; i < n; i++)
        table->columns[i] = (struct column){.as = TYPED_AUTO, .kept = true};
}

static int by_name(const void *a, const void *b)
{
    return strcmp((*(struct column *const *)a)->name, (*(struct column *const *)b)->name);
}

static bool check_twice(const struct table *table, const struct csv_row *row, struct error *err)
{
    struct column **sorted = ARENA_ARRAY(table->parsing->arena, struct column *, table->n);
    for (size_t i = 0; i < table->n; i++)
        sorted[i] = &table->columns[i];
    qsort(sorted, table->n, sizeof(struct column *), by_name);
    for (size_t i = 1; i < table->n; i++) {
        if (by_name(&sorted[i - 1], &sorted[i]) != 0)
            continue;
        size_t a = (size_t)(sorted[i - 1] - table->columns), b = (size_t)(sorted[i] - table->columns);
        return error_at(err, ERR_ARTIFACT, row ? place_of(table, row, a > b ? a : b) : (struct pos){.file = table->path},
                        "the name '%s' is given to two columns", sorted[i]->name);
    }
    return true;
}

static bool name_columns(struct table *table, const struct csv_row *row, struct error *err)
{
    struct arena *arena = table->parsing->arena;
    size_t n = 0, len;
    while (!row && table->wish->names[n])
        n++;
    make_columns(table, row ? row->n : n);
    for (size_t i = 0; i < table->n; i++) {
        const char *text = row ? clean_text(table, &row->cells[i], &len) : table->wish->names[i];
        table->columns[i].name = row ? arena_strndup(arena, text, len) : text;
        table->columns[i].what = arena_printf(arena, "column '%s'", table->columns[i].name);
    }
    return check_twice(table, row, err);
}

static bool choose_columns(struct table *table, int line, struct error *err)
{
    const struct table_wish *wish = table->wish;
    for (size_t i = 0; wish->columns && i < table->n; i++)
        table->columns[i].kept = false;
    for (size_t i = 0; wish->columns && wish->columns[i]; i++) {
        struct column *column = find_column(table, wish->columns[i]);
        if (!column)
            return no_such_column(table, "columns", wish->columns[i], line, err);
        column->kept = true;
    }
    for (size_t i = 0; i < wish->types_n; i++) {
        struct column *column = wish->types[i].name ? find_column(table, wish->types[i].name) : NULL;
        if (wish->types[i].name && !column)
            return no_such_column(table, "types", wish->types[i].name, line, err);
        for (size_t k = 0; k < table->n; k++)
            if (!column || column == &table->columns[k])
                table->columns[k].as = (enum typed_as)wish->types[i].word;
    }
    table->kept_n = 0;
    for (size_t i = 0; i < table->n; i++)
        table->kept_n += table->columns[i].kept;
    return true;
}

static void open_lists(struct table *table)
{
    for (size_t i = 0; i < table->n; i++)
        if (table->columns[i].kept && table->wish->as == TABLE_COLUMNS)
            table->columns[i].values = memory_need(json_array());
}

/* The row that names the columns is taken; what there is without one is known from the first row. */
static bool begin(struct table *table, struct csv_row *row, bool *there, struct error *err)
{
    const struct table_wish *wish = table->wish;
    *there = csv_next(table->csv, row, err);
    if (err->kind || (!*there && wish->nameless))
        return err->kind == ERR_NONE;
    if (!*there && !wish->names)
        return error_at(err, ERR_ARTIFACT, (struct pos){.file = table->path}, "empty, expected a first row with the names of the columns");
    int line = *there && !wish->names ? row->line : 0;
    if (wish->nameless) {
        make_columns(table, row->n);
    } else {
        bool own = !wish->names;
        if (!name_columns(table, own ? row : NULL, err))
            return false;
        if (own)
            *there = csv_next(table->csv, row, err);
    }
    if (err->kind || !choose_columns(table, line, err))
        return false;
    open_lists(table);
    return true;
}

/* ---- cells and rows ---- */

static uint64_t hash_of(const char *text, size_t len)
{
    uint64_t hash = 14695981039346656037u;
    for (size_t i = 0; i < len; i++)
        hash = (hash ^ (unsigned char)text[i]) * 1099511628211u;
    return hash ^ hash >> 32;
}

/* A text that this column had before is the same value. */
static json_t *shared_text(struct column *column, json_t *value)
{
    const char *text = json_string_value(value);
    size_t len = json_string_length(value);
    if (!text || len > SHARED_MAX)
        return value;
    json_t **place = &column->shared[hash_of(text, len) % SHARED_N];
    if (*place && json_string_length(*place) == len && memcmp(json_string_value(*place), text, len) == 0) {
        json_decref(value);
        return json_incref(*place);
    }
    json_decref(*place);
    *place = json_incref(value);
    return value;
}

static json_t *read_cell(struct table *table, const struct csv_row *row, size_t i, struct error *err)
{
    struct column *column = &table->columns[i];
    if (i >= row->n)
        return json_null();
    struct typed_text text = {.as = column->as, .at = {.file = table->path, .line = row->line}, .what = column->what};
    text.text = clean_text(table, &row->cells[i], &text.len);
    if (!text.len && text.as != TYPED_TEXT)
        return json_null();
    json_t *value = typed_read(&text, &table->mended, err);
    if (value)
        return shared_text(column, value);
    *err = (struct error){0};
    text.at = place_of(table, row, i); /* only now is the column worth its time */
    return typed_read(&text, &table->mended, err);
}

static json_t *make_row(struct table *table, const struct csv_row *row, struct error *err)
{
    json_t *made = memory_need(table->wish->nameless ? json_array() : json_object());
    size_t n = table->wish->nameless && table->wish->ragged ? row->n : table->n;
    for (size_t i = 0; i < n; i++) {
        if (!table->columns[i].kept)
            continue;
        json_t *value = read_cell(table, row, i, err);
        if (!value) {
            json_decref(made);
            return NULL;
        }
        if (table->wish->nameless)
            json_array_append_new(made, value);
        else
            json_object_set_new_nocheck(made, table->columns[i].name, value);
    }
    return made;
}

static void add_to_columns(struct table *table, const struct csv_row *row, struct error *err)
{
    for (size_t i = 0; i < table->n && !err->kind; i++) {
        json_t *value = table->columns[i].kept ? read_cell(table, row, i, err) : NULL;
        if (value)
            json_array_append_new(table->columns[i].values, value);
    }
}

static void add_row(struct table *table, const struct csv_row *row, struct error *err)
{
    enum pieces_keep keep = table->wish->keep;
    table->count++;
    int max = table->wish->as == TABLE_COLUMNS ? TABLE_COLUMN_CELLS_MAX : TABLE_CELLS_MAX;
    table->values += keep == PIECES_ALL ? table->kept_n + 1 : 0;
    if (table->values > (size_t)max) {
        error_at(err, ERR_ARTIFACT, (struct pos){.file = table->path, .line = row->line},
                 "more than %d values; columns: [NAME…] keeps only those that are asked for, as: columns needs less", max);
        return;
    }
    if (keep == PIECES_COUNT)
        return;
    if (table->wish->as == TABLE_COLUMNS) {
        add_to_columns(table, row, err);
        return;
    }
    json_t *made = make_row(table, row, err);
    if (keep != PIECES_ALL)
        json_array_clear(table->rows);
    if (made)
        json_array_append_new(table->rows, made);
}

/* More columns than the rows so far had: lists may grow. */
static void widen(struct table *table, size_t n)
{
    if (n <= table->n)
        return;
    struct column *wider = ARENA_ARRAY(table->parsing->arena, struct column, n * 2);
    memcpy(wider, table->columns, table->n * sizeof(*wider));
    for (size_t i = table->n; i < n * 2; i++)
        wider[i] = (struct column){.as = table->n ? wider[0].as : TYPED_AUTO, .kept = true};
    table->columns = wider;
    table->n = n * 2;
}

/* A row has a cell for each column; one empty cell more, after a comma at the end of the line, means nothing. */
static bool fit_row(struct table *table, struct csv_row *row, struct error *err)
{
    const struct table_wish *wish = table->wish;
    if (wish->ragged && wish->nameless) {
        widen(table, row->n);
        return true;
    }
    row->n -= row->n == table->n + 1 && row->cells[row->n - 1].len == 0;
    if (row->n == table->n)
        return true;
    if (!wish->ragged)
        return error_at(err, ERR_ARTIFACT, (struct pos){.file = table->path, .line = row->line, .col = 1},
                        "found %zu field%s, expected %zu as %s (ragged: true takes rows as they are)", row->n, row->n == 1 ? "" : "s", table->n,
                        wish->names ? "header: names columns" : wish->nameless ? "in the first row" : "in the header");
    if (row->n < table->n)
        return true;
    if (table->surplus++ == 0)
        table->surplus_line = row->line;
    row->n = table->n;
    return true;
}

/* ---- the whole ---- */

static void note(const struct table *table)
{
    if (table->mended.non_finite)
        parsing_note(table->parsing, FINDING_WARNING, table->path, "%zu numbers are NaN or infinite (read as null)", table->mended.non_finite);
    if (table->bad)
        parsing_note(table->parsing, FINDING_WARNING, table->path, "%zu bytes are not UTF-8 (read as U+FFFD)", table->bad);
    if (table->surplus)
        parsing_note(table->parsing, FINDING_WARNING, table->path, "%zu rows have more fields than there are columns (left out), the first at line %d",
                     table->surplus, table->surplus_line);
}

static json_t *result_of(struct table *table)
{
    if (table->wish->keep == PIECES_COUNT)
        return json_integer((json_int_t)table->count);
    if (table->wish->keep != PIECES_ALL)
        return json_incref(json_array_get(table->rows, 0));
    if (table->wish->as == TABLE_ROWS)
        return json_incref(table->rows);
    json_t *all = memory_need(json_object());
    for (size_t i = 0; i < table->n; i++)
        if (table->columns[i].values)
            json_object_set_nocheck(all, table->columns[i].name, table->columns[i].values);
    return all;
}

static void release(struct table *table)
{
    for (size_t i = 0; i < table->n; i++) {
        json_decref(table->columns[i].values);
        for (size_t k = 0; k < SHARED_N; k++)
            json_decref(table->columns[i].shared[k]);
    }
    json_decref(table->rows);
    text_close(&table->clean);
}

json_t *table_read(struct parsing *parsing, struct csv *csv, const struct table_wish *wish, struct error *err)
{
    struct table table = {.parsing = parsing, .csv = csv, .wish = wish, .path = csv->stream->path, .rows = memory_need(json_array()),
                          .clean = text_open(ARTIFACT_MAX)};
    struct csv_row row = {0};
    bool there;
    json_t *value = NULL;
    if (!begin(&table, &row, &there, err))
        goto out;
    while (there && fit_row(&table, &row, err)) {
        add_row(&table, &row, err);
        there = !err->kind && (wish->keep != PIECES_FIRST || !table.count) && csv_next(csv, &row, err);
    }
    if (!err->kind)
        value = result_of(&table);
    note(&table);
out:
    release(&table);
    return value;
}
