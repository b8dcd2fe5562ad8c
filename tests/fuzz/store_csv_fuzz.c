/* Any bytes as comma-separated values: what the rows hold does not depend on how the file comes, and every shape of a table ends in a
 * value or in one error. */
#include <assert.h>
#include <stdint.h>
#include <string.h>

#include "store/table.h"
#include "tests/fuzz/windows.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size);

static const struct csv_dialect dialects[] = {{.delimiter = ','}, {.delimiter = ';', .comment = "#", .skip = 1}, {.delimiter = '\t', .trim = true}};

static json_t *rows_of(struct stream *stream, const struct csv_dialect *dialect, struct error *err)
{
    struct csv csv = csv_open(stream, dialect);
    struct csv_row row;
    json_t *rows = json_array();
    int line = 0;
    while (csv_next(&csv, &row, err)) {
        assert(row.n > 0 && row.line > line);
        line = row.line;
        json_t *cells = json_pack("[i]", row.line);
        for (size_t i = 0; i < row.n; i++)
            json_array_append_new(cells, json_stringn_nocheck(row.cells[i].text, row.cells[i].len));
        json_array_append_new(rows, cells);
    }
    csv_close(&csv);
    return rows;
}

static void check_windows(const char *text, size_t len, const struct csv_dialect *dialect)
{
    struct error whole_err = {0}, parts_err = {0};
    struct stream whole = stream_of_text(text, len, "fuzz");
    struct windows windows;
    struct stream *parts = windows_open(&windows, text, len);
    json_t *one = rows_of(&whole, dialect, &whole_err), *other = rows_of(parts, dialect, &parts_err);
    assert(strcmp(whole_err.text, parts_err.text) == 0 && json_equal(one, other));
    json_decref(one);
    json_decref(other);
    windows_close(&windows);
    stream_close(&whole);
}

static void check_table(const char *text, size_t len, const struct table_wish *wish)
{
    struct arena arena = {0};
    struct error err = {0};
    struct parsing parsing = {.arena = &arena};
    struct stream stream = stream_of_text(text, len, "fuzz");
    struct csv csv = csv_open(&stream, &dialects[0]);
    json_t *value = table_read(&parsing, &csv, wish, &err);
    assert(err.kind == ERR_NONE || (err.kind == ERR_ARTIFACT && !value));
    assert(err.kind || !wish->names || wish->as != TABLE_COLUMNS || json_object_size(value) == 2);
    json_decref(value);
    csv_close(&csv);
    stream_close(&stream);
    arena_close(&arena);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
    static const char *const names[] = {"a", "b", NULL}, *const columns[] = {"b", NULL};
    static const struct named_word types[] = {{.name = "b", .word = TYPED_PYTHON}}, all[] = {{.word = TYPED_MOMENT}};
    static const struct table_wish wishes[] = {{0},
                                               {.ragged = true, .as = TABLE_COLUMNS},
                                               {.nameless = true, .ragged = true},
                                               {.nameless = true, .keep = PIECES_LAST},
                                               {.names = names, .ragged = true, .as = TABLE_COLUMNS},
                                               {.names = names, .columns = columns, .types = types, .types_n = 1, .ragged = true},
                                               {.types = all, .types_n = 1, .keep = PIECES_FIRST}};
    const char *text = (const char *)bytes;
    for (size_t i = 0; i < sizeof(dialects) / sizeof(dialects[0]); i++)
        check_windows(text, size, &dialects[i]);
    for (size_t i = 0; i < sizeof(wishes) / sizeof(wishes[0]); i++)
        check_table(text, size, &wishes[i]);
    return 0;
}
