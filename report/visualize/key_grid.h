/* report/visualize/key_grid.h — rows of named values, as settings or labels of tests: which keys there are, which of them vary.
 *
 * Values are texts of JSON ("\"a\"", "8"), compared as texts; null and what a row does not have are the same: NULL. Keys stand in
 * the order in which they were met first; beyond KEY_GRID_KEYS_MAX they are left out. */
#ifndef REPORT_VISUALIZE_KEY_GRID_H
#define REPORT_VISUALIZE_KEY_GRID_H
#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>

#include "base/arena.h"

enum { KEY_GRID_KEYS_MAX = 500, KEY_GRID_VALUE_MAX = 2000 /* bytes of a value that are kept */ };

struct key_grid_row {
    const char **values; /* by key */
    size_t n;            /* keys that were known when the row was made; the rest are NULL */
};

/* A zeroed grid is an empty one; all is in the arena. */
struct key_grid {
    struct arena *arena;
    struct {
        const char **v;
        size_t n, cap;
    } keys;
    struct {
        struct key_grid_row *v;
        size_t n, cap;
    } rows;
};

/* Adds a row with the members of the object, but those whose key is `left_out` (NULL: all). */
void key_grid_add(struct key_grid *grid, json_t *object, bool (*left_out)(const char *key));
const char *key_grid_value(const struct key_grid *grid, size_t row, size_t key);
bool key_grid_varies(const struct key_grid *grid, size_t key);
/* The values of a key, without repetition, in the order of order_compare; a NULL, if any, comes first. */
const char **key_grid_distinct(const struct key_grid *grid, size_t key, struct arena *arena, size_t *n);
/* The keys that vary: those of `first` (NULL-ended, may be NULL) in its order, then the others by name. */
size_t *key_grid_variable(const struct key_grid *grid, const char *const *first, struct arena *arena, size_t *n);
/* The rows sorted by the values of those keys; rows with equal values stay in their order. */
size_t *key_grid_sorted(const struct key_grid *grid, const size_t *keys, size_t keys_n, struct arena *arena);
/* A value for people: a string without its quotes and escapes, all else as it is. */
const char *key_grid_shown(const char *value, struct arena *arena);
/* How two rows compare by those keys. */
int key_grid_compare(const struct key_grid *grid, size_t a, size_t b, const size_t *keys, size_t keys_n);

#endif
