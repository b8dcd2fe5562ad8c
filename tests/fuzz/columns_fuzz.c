/* Any bytes as a file of series: read or refused, the same twice; values finite, rows rising; a short series has its change points found. */
#include <assert.h>
#include <math.h>
#include <stdint.h>
#include <string.h>

#include "columns/changes.h"
#include "columns/columns.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size);

enum { SHORT = 64 };

static void check_column(const struct columns *columns, const struct column *column, struct arena *arena)
{
    assert(column->n + column->gaps == columns->rows);
    for (size_t i = 0; i < column->n; i++)
        assert(isfinite(column->x[i]) && column->row[i] < columns->rows && (!i || column->row[i - 1] < column->row[i]));
    for (enum changes_method method = CHANGES_AUTO; column->n <= SHORT && method <= CHANGES_HUNTER; method++) {
        struct shuffles shuffles = {0};
        struct changes found = changes_find(&shuffles, column->x, column->n, &(struct changes_options){.method = method}, arena);
        for (size_t i = 0; i < found.n; i++)
            assert(found.v[i].low <= found.v[i].at && found.v[i].at <= found.v[i].high && found.v[i].high < column->n && found.v[i].at > 0);
        shuffles_close(&shuffles);
    }
}

static void read_once(const char *text, size_t size, const struct columns_options *options, bool *ok, struct error *err)
{
    struct arena arena = {0};
    struct columns columns;
    *ok = columns_read(text, size, "fuzz", options, &columns, &arena, err);
    assert(*ok == (err->kind == ERR_NONE));
    for (size_t i = 0; *ok && i < columns.n && i < 3; i++)
        check_column(&columns, &columns.v[i], &arena);
    arena_close(&arena);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
    static const char *const first[] = {"1", NULL};
    const struct columns_options all[] = {{0}, {.time = "1"}, {.wanted = first}};
    for (size_t i = 0; i < sizeof(all) / sizeof(all[0]); i++) {
        struct error one = {0}, two = {0};
        bool ok, again;
        read_once((const char *)bytes, size, &all[i], &ok, &one);
        read_once((const char *)bytes, size, &all[i], &again, &two);
        assert(ok == again && strcmp(one.text, two.text) == 0);
    }
    return 0;
}
