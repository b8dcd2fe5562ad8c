#include "json/path_value.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "json/equal.h"

struct path_value path_value_of(json_t *node)
{
    struct path_value value = {.kind = PATH_NOTHING};
    if (!node)
        return value;
    switch (json_typeof(node)) {
    case JSON_OBJECT:
    case JSON_ARRAY:
        value.kind = PATH_TREE;
        value.tree = node;
        break;
    case JSON_STRING:
        value.kind = PATH_STRING;
        value.string.s = json_string_value(node);
        value.string.len = json_string_length(node);
        break;
    case JSON_INTEGER:
        value.kind = PATH_INTEGER;
        value.integer = json_integer_value(node);
        break;
    case JSON_REAL:
        value.kind = PATH_REAL;
        value.real = json_real_value(node);
        break;
    case JSON_TRUE:
        value.kind = PATH_TRUE;
        break;
    case JSON_FALSE:
        value.kind = PATH_FALSE;
        break;
    case JSON_NULL:
        value.kind = PATH_NULL;
        break;
    }
    return value;
}

enum order { BELOW = -1, SAME, ABOVE, UNORDERED };

static enum order order_of(bool below, bool above)
{
    return below ? BELOW : above ? ABOVE : SAME;
}

static enum order order_mixed(int64_t integer, double real)
{
    if (isnan(real))
        return UNORDERED;
    int order = json_compare_integer(integer, real);
    return order_of(order < 0, order > 0);
}

static enum order order_numbers(const struct path_value *a, const struct path_value *b)
{
    if (a->kind == PATH_INTEGER && b->kind == PATH_INTEGER)
        return order_of(a->integer < b->integer, a->integer > b->integer);
    if (a->kind == PATH_INTEGER)
        return order_mixed(a->integer, b->real);
    if (b->kind == PATH_INTEGER) {
        enum order order = order_mixed(b->integer, a->real);
        return order == BELOW ? ABOVE : order == ABOVE ? BELOW : order;
    }
    if (isnan(a->real) || isnan(b->real))
        return UNORDERED;
    return order_of(a->real < b->real, a->real > b->real);
}

/* UTF-8 is ordered as its code points are. */
static enum order order_strings(const struct path_value *a, const struct path_value *b, size_t *work)
{
    size_t len = a->string.len < b->string.len ? a->string.len : b->string.len;
    *work += len / 64;
    int order = len ? memcmp(a->string.s, b->string.s, len) : 0;
    return order ? order_of(order < 0, true) : order_of(a->string.len < b->string.len, a->string.len > b->string.len);
}

static bool is_number(const struct path_value *value)
{
    return value->kind == PATH_INTEGER || value->kind == PATH_REAL;
}

static enum order order_scalars(const struct path_value *a, const struct path_value *b, size_t *work)
{
    ++*work;
    if (is_number(a) && is_number(b))
        return order_numbers(a, b);
    if (a->kind != b->kind)
        return UNORDERED;
    return a->kind == PATH_STRING ? order_strings(a, b, work) : SAME;
}

/* --- arrays and objects --- */

struct pairs { /* still to be compared */
    json_t *(*v)[2];
    size_t n, cap;
};

static void push(struct pairs *pairs, json_t *a, json_t *b)
{
    if (pairs->n == pairs->cap) {
        pairs->cap = pairs->cap ? pairs->cap * 2 : 64;
        pairs->v = memory_need(realloc(pairs->v, pairs->cap * sizeof(*pairs->v)));
    }
    pairs->v[pairs->n][0] = a;
    pairs->v[pairs->n++][1] = b;
}

static bool same_shape(json_t *a, json_t *b)
{
    if (json_is_array(a))
        return json_is_array(b) && json_array_size(a) == json_array_size(b);
    return json_is_object(b) && json_object_size(a) == json_object_size(b);
}

/* Compares the scalars in two containers of one shape, and leaves the containers in them for later. */
static bool same_children(struct pairs *pairs, json_t *a, json_t *b, size_t *work)
{
    size_t n = json_is_array(a) ? json_array_size(a) : json_object_size(a);
    void *member = json_object_iter(a);
    for (size_t i = 0; i < n; i++) {
        json_t *x = member ? json_object_iter_value(member) : json_array_get(a, i);
        json_t *y = member ? json_object_getn(b, json_object_iter_key(member), json_object_iter_key_len(member))
                           : json_array_get(b, i);
        struct path_value left = path_value_of(x), right = path_value_of(y);
        if (order_scalars(&left, &right, work) != SAME)
            return false;
        if (left.kind == PATH_TREE)
            push(pairs, x, y);
        member = member ? json_object_iter_next(a, member) : NULL;
    }
    return true;
}

static bool same_trees(json_t *a, json_t *b, size_t *work, size_t work_max)
{
    struct pairs pairs = {0};
    bool same = true;
    push(&pairs, a, b);
    while (same && pairs.n > 0 && *work <= work_max) {
        a = pairs.v[--pairs.n][0];
        b = pairs.v[pairs.n][1];
        same = a == b || (same_shape(a, b) && same_children(&pairs, a, b, work));
    }
    free(pairs.v);
    return same && *work <= work_max;
}

bool path_value_compare(struct path_value a, enum path_comparison comparison, struct path_value b, size_t *work,
                        size_t work_max)
{
    enum order order = order_scalars(&a, &b, work);
    bool same = order == SAME, ordered = is_number(&a) || a.kind == PATH_STRING;
    if (same && a.kind == PATH_TREE)
        same = same_trees(a.tree, b.tree, work, work_max);
    if (*work > work_max)
        return false;
    switch (comparison) {
    case PATH_EQUAL: return same;
    case PATH_UNEQUAL: return !same;
    case PATH_LESS: return ordered && order == BELOW;
    case PATH_AT_MOST: return same || (ordered && order == BELOW);
    case PATH_GREATER: return ordered && order == ABOVE;
    case PATH_AT_LEAST: break;
    }
    return same || (ordered && order == ABOVE);
}
