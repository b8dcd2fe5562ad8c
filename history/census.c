#include "history/census.h"

#include <stdlib.h>
#include <string.h>

static int by_key_value(const void *left, const void *right)
{
    const struct label *a = left, *b = right;
    int order = strcmp(a->key, b->key);
    return order ? order : strcmp(a->value, b->value);
}

static int by_frequency(const void *left, const void *right)
{
    const struct census_value *a = left, *b = right;
    if (a->records != b->records)
        return a->records > b->records ? -1 : 1;
    return strcmp(a->value, b->value);
}

/* One label's values, from the pairs [0, n) that have its key, sorted. */
static struct census_label count_label(struct arena *arena, const struct label *pairs, size_t n, size_t all)
{
    struct census_label label = {.key = pairs[0].key, .records = n};
    LIST_OF(struct census_value) values = {0};
    for (size_t i = 0; i < n; i++) {
        if (!i || strcmp(pairs[i].value, pairs[i - 1].value) != 0)
            *LIST_ADD(arena, &values) = (struct census_value){.value = pairs[i].value};
        values.v[values.n - 1].records++;
    }
    qsort(values.v, values.n, sizeof(*values.v), by_frequency);
    label.values = values.v;
    label.values_n = values.n;
    label.varies = values.n > 1 || n < all;
    return label;
}

struct census census_take(struct arena *arena, const struct record *records, size_t n)
{
    struct arena scratch = {0};
    LIST_OF(struct label) pairs = {0};
    LIST_OF(struct census_label) labels = {0};
    for (size_t i = 0; i < n; i++)
        for (size_t k = 0; k < records[i].labels_n; k++)
            *LIST_ADD(&scratch, &pairs) = records[i].labels[k];
    if (pairs.n)
        qsort(pairs.v, pairs.n, sizeof(*pairs.v), by_key_value);
    for (size_t i = 0, end; i < pairs.n; i = end) {
        for (end = i + 1; end < pairs.n && strcmp(pairs.v[end].key, pairs.v[i].key) == 0;)
            end++;
        *LIST_ADD(arena, &labels) = count_label(arena, &pairs.v[i], end - i, n);
    }
    arena_close(&scratch);
    return (struct census){labels.v, labels.n};
}
