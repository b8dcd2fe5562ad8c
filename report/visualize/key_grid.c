#include "report/visualize/key_grid.h"

#include <stdlib.h>
#include <string.h>

#include "regress/order.h"
#include "report/visualize/test_view.h"

enum { KEY_NONE = KEY_GRID_KEYS_MAX };

static size_t key_of(struct key_grid *grid, const char *name)
{
    for (size_t i = 0; i < grid->keys.n; i++)
        if (strcmp(grid->keys.v[i], name) == 0)
            return i;
    if (grid->keys.n == KEY_GRID_KEYS_MAX)
        return KEY_NONE;
    *LIST_ADD(grid->arena, &grid->keys) = arena_strdup(grid->arena, name);
    return grid->keys.n - 1;
}

/* A row often repeats the values of the one before: they are kept once. */
static const char *keep(struct key_grid *grid, size_t key, const json_t *value, struct arena *scratch)
{
    const char *text = test_view_json(scratch, value, KEY_GRID_VALUE_MAX);
    const char *before = grid->rows.n > 1 ? key_grid_value(grid, grid->rows.n - 2, key) : NULL;
    return before && strcmp(before, text) == 0 ? before : arena_strdup(grid->arena, text);
}

/* The key of each member, KEY_NONE for those that are left out. */
static size_t *member_keys(struct key_grid *grid, json_t *object, bool (*left_out)(const char *), struct arena *scratch)
{
    const char *name;
    json_t *value;
    size_t *keys = ARENA_ARRAY(scratch, size_t, json_object_size(object)), i = 0;
    json_object_foreach(object, name, value)
        keys[i++] = left_out && left_out(name) ? KEY_NONE : key_of(grid, name);
    return keys;
}

void key_grid_add(struct key_grid *grid, json_t *object, bool (*left_out)(const char *))
{
    const char *name;
    json_t *value;
    struct arena scratch = {0};
    size_t *keys = member_keys(grid, object, left_out, &scratch), i = 0;
    struct key_grid_row *row = LIST_ADD(grid->arena, &grid->rows);
    row->n = grid->keys.n;
    row->values = ARENA_ARRAY(grid->arena, const char *, row->n);
    json_object_foreach(object, name, value) {
        size_t key = keys[i++];
        if (key != KEY_NONE && !json_is_null(value))
            row->values[key] = keep(grid, key, value, &scratch);
    }
    arena_close(&scratch);
}

const char *key_grid_value(const struct key_grid *grid, size_t row, size_t key)
{
    return key < grid->rows.v[row].n ? grid->rows.v[row].values[key] : NULL;
}

const char *key_grid_shown(const char *value, struct arena *arena)
{
    static const char letters[] = "nrtbf", meant[] = "\n\r\t\b\f";
    if (*value != '"')
        return value;
    char *out = arena_alloc(arena, strlen(value)), *to = out;
    for (const char *s = value + 1; *s && *s != '"'; s++) {
        bool escaped = *s == '\\' && s[1];
        s += escaped;
        const char *letter = escaped ? strchr(letters, *s) : NULL;
        bool is_code = escaped && *s == 'u' && strlen(s) > 4; /* \u001b: the writer has none but control characters */
        *to++ = letter ? meant[letter - letters] : is_code ? '?' : *s;
        s += is_code ? 4 : 0;
    }
    *to = '\0';
    return out;
}

static int compare_values(const char *a, const char *b)
{
    if (!a || !b)
        return (a != NULL) - (b != NULL);
    return order_compare(a, b);
}

bool key_grid_varies(const struct key_grid *grid, size_t key)
{
    for (size_t i = 1; i < grid->rows.n; i++)
        if (compare_values(key_grid_value(grid, 0, key), key_grid_value(grid, i, key)) != 0)
            return true;
    return false;
}

static int compare_cells(const void *a, const void *b)
{
    return compare_values(*(const char *const *)a, *(const char *const *)b);
}

const char **key_grid_distinct(const struct key_grid *grid, size_t key, struct arena *arena, size_t *n)
{
    const char **values = ARENA_ARRAY(arena, const char *, grid->rows.n);
    for (size_t i = 0; i < grid->rows.n; i++)
        values[i] = key_grid_value(grid, i, key);
    qsort(values, grid->rows.n, sizeof(*values), compare_cells);
    *n = 0;
    for (size_t i = 0; i < grid->rows.n; i++)
        if (*n == 0 || compare_values(values[*n - 1], values[i]) != 0)
            values[(*n)++] = values[i];
    return values;
}

/* The variable keys sorted by (place in `first`, name). */
struct ranked {
    size_t key, rank;
    const char *name;
};

static int compare_ranked(const void *a, const void *b)
{
    const struct ranked *x = a, *y = b;
    if (x->rank != y->rank)
        return x->rank < y->rank ? -1 : 1;
    return strcmp(x->name, y->name);
}

size_t *key_grid_variable(const struct key_grid *grid, const char *const *first, struct arena *arena, size_t *n)
{
    struct ranked *ranked = ARENA_ARRAY(arena, struct ranked, grid->keys.n);
    *n = 0;
    for (size_t key = 0; key < grid->keys.n; key++) {
        if (!key_grid_varies(grid, key))
            continue;
        size_t rank = 0;
        while (first && first[rank] && strcmp(first[rank], grid->keys.v[key]) != 0)
            rank++;
        ranked[(*n)++] = (struct ranked){key, rank, grid->keys.v[key]};
    }
    if (*n)
        qsort(ranked, *n, sizeof(*ranked), compare_ranked);
    size_t *keys = ARENA_ARRAY(arena, size_t, *n);
    for (size_t i = 0; i < *n; i++)
        keys[i] = ranked[i].key;
    return keys;
}

int key_grid_compare(const struct key_grid *grid, size_t a, size_t b, const size_t *keys, size_t keys_n)
{
    for (size_t i = 0; i < keys_n; i++) {
        int order = compare_values(key_grid_value(grid, a, keys[i]), key_grid_value(grid, b, keys[i]));
        if (order)
            return order;
    }
    return 0;
}

struct sorting {
    const struct key_grid *grid;
    const size_t *keys;
    size_t keys_n;
};

static int compare_rows(const void *a, const void *b, void *context)
{
    const struct sorting *sorting = context;
    size_t x = *(const size_t *)a, y = *(const size_t *)b;
    int order = key_grid_compare(sorting->grid, x, y, sorting->keys, sorting->keys_n);
    return order ? order : (x > y) - (x < y);
}

size_t *key_grid_sorted(const struct key_grid *grid, const size_t *keys, size_t keys_n, struct arena *arena)
{
    struct sorting sorting = {grid, keys, keys_n};
    size_t *rows = ARENA_ARRAY(arena, size_t, grid->rows.n);
    for (size_t i = 0; i < grid->rows.n; i++)
        rows[i] = i;
    if (grid->rows.n)
        qsort_r(rows, grid->rows.n, sizeof(*rows), compare_rows, &sorting);
    return rows;
}
