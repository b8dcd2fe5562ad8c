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
    size_t n = grid->columns_n * rows;
    grid->rows = rows;
    grid->rows_max = rows + 1;
    grid->cells = ARENA_ARRAY(grid->arena, double, n + 1);
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
    double *cell = &grid->cells[row * grid->columns_n + column];
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

/* The columns are the members in the order of their first showing up; *index: name → place. */
static bool collect_names(const struct source *s, const json_t *list, json_t *index, struct error *err)
{
    LIST_OF(struct grid_column) columns = {0};
    for (size_t i = 0; i < json_array_size(list); i++) {
        json_t *object = json_array_get(list, i), *value;
        const char *name;
        if (!json_is_object(object) && !json_is_null(object))
            return error_at(err, ERR_ARTIFACT, (struct pos){.file = s->file, .pointer = arena_printf(s->grid->arena, "%s/%zu", s->at, i)},
                            "expected an object, as the elements before it");
        json_object_foreach (object, name, value) {
            if (json_object_get(index, name))
                continue;
            *LIST_ADD(s->grid->arena, &columns) = (struct grid_column){.name = arena_strdup(s->grid->arena, name)};
            json_object_set_new(index, name, json_integer((json_int_t)columns.n - 1));
        }
    }
    s->grid->columns = columns.v;
    s->grid->columns_n = columns.n;
    return true;
}

static bool read_objects(const struct source *s, const json_t *list, const char *time, struct error *err)
{
    json_t *index = memory_need(json_object());
    bool ok = collect_names(s, list, index, err) && make_cells(s, json_array_size(list), time, err);
    for (size_t i = 0; ok && i < json_array_size(list); i++) {
        json_t *object = json_array_get(list, i), *value;
        const char *name;
        json_object_foreach (object, name, value) {
            char pointer[256];
            snprintf(pointer, sizeof(pointer), "%s/%zu/%s", s->at, i, name);
            put(s, i, (size_t)json_integer_value(json_object_get(index, name)), value, pointer);
        }
    }
    json_decref(index);
    return ok;
}

static bool read_lists(const struct source *s, const json_t *object, const char *time, struct error *err)
{
    struct grid *grid = s->grid;
    grid->columns = ARENA_ARRAY(grid->arena, struct grid_column, json_object_size(object));
    size_t rows = 0;
    const char *name;
    json_t *value;
    json_object_foreach ((json_t *)object, name, value) {
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
    return json_is_object(json_array_get(list, first)) ? read_objects(s, list, time, err) : read_numbers(s, list, time, err);
}

/* One list: {"values": […]} or a list of objects under any name; several: one column each. */
static bool read_object(struct source *s, const json_t *object, const char *time, struct error *err)
{
    const char *name, *only = NULL;
    size_t lists = 0;
    json_t *value;
    json_object_foreach ((json_t *)object, name, value) {
        if (!json_is_array(value))
            continue;
        lists++;
        only = name;
    }
    const json_t *list = only ? json_object_get(object, only) : NULL;
    bool objects = lists == 1 && json_is_object(json_array_get(list, 0));
    if (lists == 0)
        return error_set(err, ERR_ARTIFACT, "%s: there is no list in this object: expected {\"values\": [1, 2, …]}, or a list for each series",
                         s->file);
    if (!objects)
        return read_lists(s, object, time, err);
    s->at = arena_printf(s->grid->arena, "/%s", only);
    return read_objects(s, list, time, err);
}

bool grid_read_json(struct grid *grid, const char *bytes, size_t len, const char *file, const char *time, struct error *err)
{
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
