#include <jansson.h>
#include <math.h>
#include <string.h>

#include "columns/columns.h"
#include "columns/grid.h"
#include "json/read.h"

/* A document while its grid is filled; `at`: the pointer of the list in it. */
struct source {
    struct grid *grid;
    const char *file, *at;
};

static bool too_many(const struct source *s, size_t columns, size_t rows, struct error *err)
{
    if (columns > COLUMNS_MAX) {
        error_set(err, ERR_ARTIFACT, "%s: has more than %d columns", s->file, (int)COLUMNS_MAX);
        return true;
    }
    if (columns == 0 || rows <= COLUMNS_CELLS_MAX / columns)
        return false;
    error_set(err, ERR_ARTIFACT, "%s: has more than %d cells", s->file, (int)COLUMNS_CELLS_MAX);
    return true;
}

static bool make_cells(const struct source *s, size_t rows, const char *time, struct error *err)
{
    struct grid *grid = s->grid;
    if (too_many(s, grid->columns_n, rows, err))
        return false;
    size_t n = grid->columns_n * (rows + 1);
    grid->rows = rows;
    grid->rows_max = rows + 1;
    grid->cells = ARENA_ARRAY(grid->arena, double, n);
    for (size_t i = 0; i < n; i++)
        grid->cells[i] = NAN;
    grid->time = grid->columns_n;
    if (!time)
        return true;
    grid->time = grid_find(grid, time, s->file, "time", err);
    grid->times = ARENA_ARRAY(grid->arena, const char *, rows + 1);
    grid->times_at = ARENA_ARRAY(grid->arena, struct pos, rows + 1);
    for (size_t i = 0; i < rows; i++)
        grid->times[i] = "";
    return grid->time < grid->columns_n;
}

static const char *shown(const json_t *value, struct arena *arena)
{
    if (json_is_string(value))
        return json_string_value(value);
    if (json_is_number(value))
        return arena_printf(arena, "%.17g", json_number_value(value));
    return json_is_object(value) ? "{…}" : json_is_array(value) ? "[…]" : json_is_true(value) ? "true" : "false";
}

static void keep_text(struct grid *grid, size_t row, size_t column, bool is_text, const json_t *value)
{
    const char *text = json_is_null(value) ? "" : arena_strdup(grid->arena, shown(value, grid->arena)); /* it may be the document's */
    grid_keep_text(grid, row, column, is_text, text, strlen(text));
}

static void put(const struct source *s, size_t row, size_t column, const json_t *value, const char *pointer)
{
    struct grid *grid = s->grid;
    struct grid_column *c = &grid->columns[column];
    double *cell = &grid_cells(grid, column)[row];
    struct pos at = {.file = s->file, .pointer = c->texts && column != grid->time ? "" : arena_strdup(grid->arena, pointer)};
    bool gap = false, is_text = false;
    if (json_is_number(value))
        *cell = json_number_value(value);
    else if (json_is_string(value))
        is_text = !grid_number(json_string_value(value), json_string_length(value), cell, &gap);
    else
        is_text = !json_is_null(value);
    if (column == grid->time) {
        grid->times[row] = json_is_null(value) ? "" : shown(value, grid->arena);
        grid->times_at[row] = at;
    }
    if (c->said || row == 0)
        keep_text(grid, row, column, is_text, value);
    if (is_text) {
        *cell = NAN;
        const char *text = shown(value, grid->arena);
        grid_note_text(grid, column, at, text, strlen(text));
    } else if (!json_is_null(value) && !gap) {
        c->numbers++;
    }
}

static bool read_numbers(const struct source *s, const json_t *list, const char *time, struct error *err)
{
    struct grid *grid = s->grid;
    grid->columns = ARENA_ARRAY(grid->arena, struct grid_column, 1);
    grid->columns[grid->columns_n++].name = "value";
    if (!make_cells(s, json_array_size(list), time, err))
        return false;
    for (size_t i = 0; i < grid->rows; i++) {
        char pointer[64];
        snprintf(pointer, sizeof(pointer), "%s/%zu", s->at, i);
        put(s, i, 0, json_array_get(list, i), pointer);
    }
    return true;
}

/* Members within members are columns "metrics.latency", so deep; what lies deeper is text. */
enum { DEPTH = 4, NAME_MAX_LEN = 256 };
typedef LIST_OF(struct grid_column) column_list;

static bool goes_deeper(const json_t *value, int depth)
{
    return json_is_object(value) && json_object_size(value) && depth < DEPTH;
}

/* "prefix.name"; without a prefix the name. */
static const char *joined(const char *prefix, const char *name, struct arena *arena)
{
    return prefix[0] ? arena_printf(arena, "%.*s.%.*s", NAME_MAX_LEN, prefix, NAME_MAX_LEN, name) : name;
}

/* The columns are the members in the order of their first showing up; *index: name → place. */
static void collect_members(const struct source *s, const char *prefix, json_t *object, int depth, column_list *columns, json_t *index)
{
    const char *key;
    json_t *value;
    json_object_foreach (object, key, value) {
        const char *name = joined(prefix, key, s->grid->arena);
        if (goes_deeper(value, depth)) {
            collect_members(s, name, value, depth + 1, columns, index);
            continue;
        }
        if (json_object_get(index, name))
            continue;
        *LIST_ADD(s->grid->arena, columns) = (struct grid_column){.name = arena_strdup(s->grid->arena, name)};
        json_object_set_new(index, name, json_integer((json_int_t)columns->n - 1));
    }
}

static bool collect_names(const struct source *s, const json_t *list, json_t *index, struct error *err)
{
    column_list columns = {0};
    for (size_t i = 0; i < json_array_size(list); i++) {
        json_t *object = json_array_get(list, i);
        if (!json_is_object(object) && !json_is_null(object))
            return error_at(err, ERR_ARTIFACT, (struct pos){.file = s->file, .pointer = arena_printf(s->grid->arena, "%s/%zu", s->at, i)},
                            "expected an object, as the elements before it");
        collect_members(s, "", object, 0, &columns, index);
    }
    s->grid->columns = columns.v;
    s->grid->columns_n = columns.n;
    return true;
}

static void put_members(const struct source *s, const char *prefix, const char *at, size_t row, json_t *object, int depth, json_t *index)
{
    const char *key;
    json_t *value;
    json_object_foreach (object, key, value) {
        char pointer[NAME_MAX_LEN];
        const char *name = joined(prefix, key, s->grid->arena);
        snprintf(pointer, sizeof(pointer), "%s/%s", at, key);
        if (goes_deeper(value, depth))
            put_members(s, name, pointer, row, value, depth + 1, index);
        else
            put(s, row, (size_t)json_integer_value(json_object_get(index, name)), value, pointer);
    }
}

static bool read_objects(const struct source *s, const json_t *list, const char *time, struct error *err)
{
    json_t *index = memory_need(json_object());
    bool ok = collect_names(s, list, index, err) && make_cells(s, json_array_size(list), time, err);
    for (size_t i = 0; ok && i < json_array_size(list); i++) {
        char at[NAME_MAX_LEN];
        snprintf(at, sizeof(at), "%s/%zu", s->at, i);
        put_members(s, "", at, i, json_array_get(list, i), 0, index);
    }
    json_decref(index);
    return ok;
}

/* [["2024-01-01", 12.5], …]: rows without names. */
static bool read_rows(const struct source *s, const json_t *list, const char *time, struct error *err)
{
    struct grid *grid = s->grid;
    size_t columns = json_array_size(json_array_get(list, 0));
    if (columns > COLUMNS_MAX)
        return error_set(err, ERR_ARTIFACT, "%s: has more than %d columns", s->file, (int)COLUMNS_MAX);
    grid->columns = ARENA_ARRAY(grid->arena, struct grid_column, columns + 1);
    grid->numbered = true;
    for (grid->columns_n = 0; grid->columns_n < columns; grid->columns_n++)
        grid->columns[grid->columns_n].name = arena_printf(grid->arena, "%zu", grid->columns_n + 1);
    if (!make_cells(s, json_array_size(list), time, err))
        return false;
    for (size_t i = 0; i < grid->rows; i++) {
        const json_t *row = json_array_get(list, i);
        if (!json_is_array(row) || json_array_size(row) != columns)
            return error_at(err, ERR_ARTIFACT, (struct pos){.file = s->file, .pointer = arena_printf(grid->arena, "%s/%zu", s->at, i)},
                            "expected a list of %zu, as the first one", columns);
        for (size_t j = 0; j < columns; j++) {
            char pointer[96];
            snprintf(pointer, sizeof(pointer), "%.64s/%zu/%zu", s->at, i, j);
            put(s, i, j, json_array_get(row, j), pointer);
        }
    }
    return true;
}

/* {"2024-01-01": 12.5, …}: the names are those of the runs. */
static bool read_map(const struct source *s, json_t *object, const char *time, struct error *err)
{
    struct grid *grid = s->grid;
    const char *key;
    json_t *value;
    size_t row = 0;
    grid->columns = ARENA_ARRAY(grid->arena, struct grid_column, 2);
    grid->columns[grid->columns_n++].name = "name";
    grid->columns[grid->columns_n++].name = "value";
    if (!make_cells(s, json_object_size(object), time, err))
        return false;
    json_object_foreach (object, key, value) {
        char pointer[NAME_MAX_LEN];
        json_t *name = memory_need(json_string(key));
        snprintf(pointer, sizeof(pointer), "%s/%s", s->at, key);
        put(s, row, 0, name, pointer);
        put(s, row++, 1, value, pointer);
        if (grid->times && grid->time == 0)
            grid->times[row - 1] = arena_strdup(grid->arena, key);
        json_decref(name);
    }
    return true;
}

static bool read_lists(const struct source *s, json_t *object, const char *time, struct error *err)
{
    struct grid *grid = s->grid;
    grid->columns = ARENA_ARRAY(grid->arena, struct grid_column, json_object_size(object));
    size_t rows = 0;
    const char *name;
    json_t *value;
    json_object_foreach (object, name, value) {
        if (!json_is_array(value))
            continue;
        grid->columns[grid->columns_n++].name = arena_strdup(grid->arena, name);
        rows = json_array_size(value) > rows ? json_array_size(value) : rows;
    }
    if (!make_cells(s, rows, time, err))
        return false;
    for (size_t j = 0; j < grid->columns_n; j++) {
        const json_t *list = json_object_get(object, grid->columns[j].name);
        for (size_t i = 0; i < json_array_size(list); i++) {
            char pointer[256];
            snprintf(pointer, sizeof(pointer), "%s/%s/%zu", s->at, grid->columns[j].name, i);
            put(s, i, j, json_array_get(list, i), pointer);
        }
    }
    return true;
}

static bool read_list(const struct source *s, const json_t *list, const char *time, struct error *err)
{
    size_t first = 0;
    while (first < json_array_size(list) && json_is_null(json_array_get(list, first)))
        first++;
    if (json_is_array(json_array_get(list, 0)) && json_array_size(json_array_get(list, 0)))
        return read_rows(s, list, time, err);
    return json_is_object(json_array_get(list, first)) ? read_objects(s, list, time, err) : read_numbers(s, list, time, err);
}

/* What an object holds. */
struct members {
    size_t lists, numbers, objects, rows; /* rows: lists of objects or of lists */
    const char *row_list, *only_object;
};

static struct members count_members(json_t *object)
{
    struct members m = {0};
    const char *name;
    json_t *value;
    json_object_foreach (object, name, value) {
        bool rows = json_is_object(json_array_get(value, 0)) || json_is_array(json_array_get(value, 0));
        m.lists += json_is_array(value);
        m.numbers += json_is_number(value);
        m.objects += json_is_object(value);
        m.rows += rows;
        m.row_list = rows ? name : m.row_list;
        m.only_object = json_is_object(value) ? name : m.only_object;
    }
    return m;
}

/* One list of rows under any name; lists of numbers, one column each; numbers by name. Else what its only object holds. */
static bool read_object(struct source *s, json_t *object, const char *time, struct error *err)
{
    struct members m = count_members(object);
    for (int depth = 0; depth < DEPTH && !m.lists && m.objects == 1; depth++) {
        s->at = arena_printf(s->grid->arena, "%s/%.*s", s->at, NAME_MAX_LEN, m.only_object);
        object = json_object_get(object, m.only_object);
        m = count_members(object);
    }
    if (m.rows == 1) {
        s->at = arena_printf(s->grid->arena, "%s/%.*s", s->at, NAME_MAX_LEN, m.row_list);
        return read_list(s, json_object_get(object, m.row_list), time, err);
    }
    if (m.lists)
        return read_lists(s, object, time, err);
    if (m.numbers > 1 && m.numbers * 2 > json_object_size(object))
        return read_map(s, object, time, err);
    return error_set(err, ERR_ARTIFACT, "%s: there is no list in this object: expected {\"values\": [1, 2, …]}, or a list for each series", s->file);
}

/* A line for each object, as logs and jq -c have it, is put into a list; positions stay those of the file, but for the first line's columns. */
static void wrap_lines(const char **bytes, size_t *len, struct arena *arena)
{
    const char *p = *bytes, *end = *bytes + *len;
    while (p < end && strchr(" \t\r\n", *p) && *p)
        p++;
    const char *eol = memchr(p, '\n', (size_t)(end - p)), *last = eol, *next = eol;
    while (last && last > p && strchr(" \t\r\n", last[-1]) && last[-1])
        last--;
    while (next && next < end && strchr(" \t\r\n", *next) && *next)
        next++;
    if (!eol || *p != '{' || last == p || last[-1] != '}' || next == end || *next != '{')
        return;
    while (end > p && strchr(" \t\r\n", end[-1]) && end[-1])
        end--;
    char *out = arena_alloc(arena, 2 * (size_t)(end - *bytes) + 3), *to = out;
    *to++ = '[';
    for (const char *q = *bytes; q < end; q++) {
        bool object_ends = *q == '\n' && q > p;
        const char *r = q + 1;
        while (object_ends && r < end && (*r == ' ' || *r == '\t' || *r == '\r'))
            r++;
        if (object_ends && r < end && *r == '{')
            *to++ = ',';
        *to++ = *q;
    }
    *to++ = ']';
    *bytes = out;
    *len = (size_t)(to - out);
}

bool grid_read_json(struct grid *grid, const char *bytes, size_t len, const char *file, const char *time, struct error *err)
{
    wrap_lines(&bytes, &len, grid->arena);
    json_t *document = json_read(bytes, len, &(struct json_read_options){.file = file}, err);
    struct source source = {grid, file, ""};
    bool ok = document != NULL;
    if (!ok)
        return false;
    if (json_is_array(document))
        ok = read_list(&source, document, time, err);
    else if (json_is_object(document))
        ok = read_object(&source, document, time, err);
    else
        ok = error_set(err, ERR_ARTIFACT, "%s: expected a list of numbers, of objects, or an object of lists", file);
    for (size_t i = 0; ok && grid->times && i < grid->rows; i++)
        grid->times[i] = arena_strdup(grid->arena, grid->times[i]); /* it may be the document's */
    json_decref(document);
    return ok;
}
