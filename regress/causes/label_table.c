#include "regress/causes/label_table.h"

#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "json/read.h"
#include "json/write.h"

enum { REPETITIONS_SEEN = 64, PART_MAX = 1 << 16 };

/* Bookkeeping that says something about how a run came to be. */
static bool is_telling(const char *key)
{
    static const char *const telling[] = {"ci_engine", "exit_code", "kpi_settings_version", "lts_schema_version"};
    if (!label_is_bookkeeping(key))
        return true;
    for (size_t i = 0; i < sizeof(telling) / sizeof(telling[0]); i++)
        if (strcmp(telling[i], key) == 0)
            return true;
    return false;
}

static bool listed(const char *const *keys, const char *key)
{
    for (; keys && *keys; keys++)
        if (strcmp(*keys, key) == 0)
            return true;
    return false;
}

static bool same(const char *a, const char *b)
{
    return a == b || strcmp(a, b) == 0;
}

/* What most of its repetitions have; of equals the first. */
static const char *value_of_run(const struct select_point *run, const char *key)
{
    const char *best = record_label_or_null(run->records[0], key);
    size_t n = run->records_n < REPETITIONS_SEEN ? run->records_n : REPETITIONS_SEEN, most = 0;
    for (size_t i = 0; i < n && most <= n / 2; i++) {
        const char *value = record_label_or_null(run->records[i], key);
        size_t count = 0;
        for (size_t j = 0; j < n; j++)
            count += same(value, record_label_or_null(run->records[j], key));
        if (count > most) {
            most = count;
            best = value;
        }
    }
    return best;
}

/* ---- columns ---- */

/* The table while it grows: columns with texts still. */
struct growing {
    const char *key;
    bool compared;
    const char **texts; /* by row; NULL: none */
};
struct filling {
    struct arena *arena;
    size_t rows;
    LIST_OF(struct growing) columns;
    bool compared; /* of the label that is looked at */
    size_t since;  /* its columns begin here */
    size_t parts;  /* of the value that is looked at */
};

static struct growing *column_of(struct filling *filling, const char *key)
{
    for (size_t i = filling->since; i < filling->columns.n; i++)
        if (strcmp(filling->columns.v[i].key, key) == 0)
            return &filling->columns.v[i];
    if (filling->columns.n >= LABEL_COLUMNS_MAX)
        return NULL;
    struct growing *made = LIST_ADD(filling->arena, &filling->columns);
    *made = (struct growing){arena_strdup(filling->arena, key), filling->compared, ARENA_ARRAY(filling->arena, const char *, filling->rows)};
    return made;
}

static void put(struct filling *filling, const char *key, size_t row, const char *text)
{
    struct growing *column = column_of(filling, key);
    if (column)
        column->texts[row] = text;
}

static const char *text_of(const json_t *value, struct arena *arena)
{
    struct text out = text_open(PART_MAX);
    json_write(&out, value, &(struct json_style){.indent = -1, .sort_keys = true}, 0);
    const char *text = arena_strdup(arena, out.s);
    text_close(&out);
    return text;
}

static void put_parts(struct filling *filling, const char *key, size_t row, const json_t *value, int depth)
{
    size_t n = json_is_object(value) ? json_object_size(value) : json_array_size(value);
    if (filling->parts++ >= LABEL_PARTS_MAX)
        return;
    if (n == 0 || depth >= LABEL_DEPTH_MAX) {
        put(filling, key, row, text_of(value, filling->arena));
        return;
    }
    const char *name;
    json_t *part;
    json_object_foreach((json_t *)(uintptr_t)value, name, part) /* which is only read */
        put_parts(filling, arena_printf(filling->arena, "%s.%s", key, name), row, part, depth + 1);
    for (size_t i = 0; i < json_array_size(value); i++)
        put_parts(filling, arena_printf(filling->arena, "%s.%zu", key, i), row, json_array_get(value, i), depth + 1);
}

static void put_value(struct filling *filling, const char *key, size_t row, const char *text)
{
    struct error ignored = {0}; /* a record's labels are JSON; one that is not is a text like another */
    json_t *value = *text == '{' || *text == '['
                        ? json_read(text, strlen(text), &(struct json_read_options){.file = key, .strict = true}, &ignored) : NULL;
    filling->parts = 0;
    if (value)
        put_parts(filling, key, row, value, 0);
    else
        put(filling, key, row, text);
    json_decref(value);
}

/* A value that an earlier row has is not taken apart again. */
static void put_as(struct filling *filling, size_t row, size_t earlier)
{
    for (size_t i = filling->since; i < filling->columns.n; i++)
        filling->columns.v[i].texts[row] = filling->columns.v[i].texts[earlier];
}

static void fill_label(struct filling *filling, const char *key, const char *const *texts)
{
    bool differs = false;
    for (size_t row = 1; row < filling->rows; row++)
        differs |= !same(texts[row], texts[0]);
    filling->since = filling->columns.n;
    for (size_t row = 0; differs && row < filling->rows; row++) {
        size_t earlier = row;
        while (earlier > 0 && !same(texts[earlier - 1], texts[row]))
            earlier--;
        if (earlier > 0)
            put_as(filling, row, earlier - 1);
        else if (strcmp(texts[row], "null") != 0)
            put_value(filling, key, row, texts[row]);
    }
}

/* ---- codes ---- */

static struct label_column code_column(const struct growing *from, size_t rows, struct arena *arena)
{
    struct label_column column = {.key = from->key, .compared = from->compared, .values = ARENA_ARRAY(arena, const char *, rows),
                                  .codes = ARENA_ARRAY(arena, size_t, rows)};
    for (size_t row = 0; row < rows; row++) {
        const char *text = from->texts[row] ? from->texts[row] : "null";
        size_t code = row > 0 && same(column.values[column.codes[row - 1]], text) ? column.codes[row - 1] : 0;
        while (code < column.values_n && !same(column.values[code], text))
            code++;
        if (code == column.values_n)
            column.values[column.values_n++] = text;
        column.codes[row] = code;
    }
    return column;
}

static int compare_columns(const void *a, const void *b)
{
    return strcmp(((const struct label_column *)a)->key, ((const struct label_column *)b)->key);
}

struct label_table label_table_of(const struct analysis_options *options, const struct selection *selection,
                                  const struct record *entry, struct arena *arena)
{
    size_t first = selection->points_n > LABEL_ROWS_MAX ? selection->points_n - LABEL_ROWS_MAX : 0;
    struct label_table table = {.selection = selection, .first = first, .rows = selection->points_n - first + 1};
    struct filling filling = {.arena = arena, .rows = table.rows};
    struct label_filter filter = label_filter_of(options->comparison_keys, options->ignored_keys, arena);
    const char **texts = ARENA_ARRAY(arena, const char *, table.rows);
    for (size_t i = 0; i < filter.n; i++) {
        const char *key = filter.left_out[i];
        if (!is_telling(key) || (i && strcmp(key, filter.left_out[i - 1]) == 0))
            continue;
        for (size_t row = 0; row + 1 < table.rows; row++)
            texts[row] = value_of_run(&selection->points[first + row], key);
        texts[table.rows - 1] = record_label_or_null(entry, key);
        filling.compared = listed(options->comparison_keys, key);
        fill_label(&filling, key, texts);
    }
    table.columns = ARENA_ARRAY(arena, struct label_column, filling.columns.n + 1);
    for (size_t i = 0; i < filling.columns.n; i++) {
        struct label_column column = code_column(&filling.columns.v[i], table.rows, arena);
        if (column.values_n > 1)
            table.columns[table.n++] = column;
    }
    qsort(table.columns, table.n, sizeof(*table.columns), compare_columns);
    return table;
}

size_t label_table_row(const struct label_table *table, const struct select_point *run)
{
    size_t place = (size_t)(run - table->selection->points);
    return place >= table->first ? place - table->first : table->rows;
}
