#include "report/label_overview.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "regress/labels.h"
#include "regress/order.h"

/* A key with one of its values, and how many records have it. */
struct pair {
    const char *key, *value;
    size_t records;
};

/* Different pairs; found by open addressing. */
struct pairs {
    struct arena *arena;
    struct pair *v;
    size_t n, cap;
    size_t *slots; /* index + 1; 0: free */
    size_t slots_n;
};

static size_t hash_pair(const char *key, const char *value)
{
    uint64_t hash = 0xcbf29ce484222325u;
    for (; *key; key++)
        hash = (hash ^ (unsigned char)*key) * 0x100000001b3u;
    hash *= 0x100000001b3u;
    for (; *value; value++)
        hash = (hash ^ (unsigned char)*value) * 0x100000001b3u;
    return (size_t)(hash ^ hash >> 29);
}

static size_t find_slot(const struct pairs *pairs, const char *key, const char *value)
{
    size_t slot = hash_pair(key, value) & (pairs->slots_n - 1);
    while (pairs->slots[slot]) {
        const struct pair *pair = &pairs->v[pairs->slots[slot] - 1];
        if (strcmp(pair->value, value) == 0 && strcmp(pair->key, key) == 0)
            break;
        slot = (slot + 1) & (pairs->slots_n - 1);
    }
    return slot;
}

static void grow_slots(struct pairs *pairs)
{
    pairs->slots_n = pairs->slots_n ? 2 * pairs->slots_n : 256;
    pairs->slots = ARENA_ARRAY(pairs->arena, size_t, pairs->slots_n);
    for (size_t i = 0; i < pairs->n; i++)
        pairs->slots[find_slot(pairs, pairs->v[i].key, pairs->v[i].value)] = i + 1;
}

/* Returns the place of the pair in `v`. */
static size_t add_label(struct pairs *pairs, const char *key, const char *value)
{
    if (2 * pairs->n >= pairs->slots_n)
        grow_slots(pairs);
    size_t slot = find_slot(pairs, key, value);
    if (!pairs->slots[slot]) {
        *LIST_ADD(pairs->arena, pairs) = (struct pair){key, value, 0};
        pairs->slots[slot] = pairs->n;
    }
    pairs->v[pairs->slots[slot] - 1].records++;
    return pairs->slots[slot] - 1;
}

/* The pairs of one kind. Neighbours in a history mostly share the texts of their labels: what the record before has at the same place is not
 * looked up again. */
static void add_labels(struct pairs *pairs, const struct record *const *records, size_t n, enum label_kind kind)
{
    const size_t other_kind = SIZE_MAX;
    struct {
        size_t *v, n, cap;
    } places = {0}; /* of the labels of the record before */
    for (size_t i = 0; i < n; i++) {
        const struct label *labels = records[i]->labels, *before = i ? records[i - 1]->labels : NULL;
        size_t before_n = i ? records[i - 1]->labels_n : 0;
        while (places.n < records[i]->labels_n)
            *LIST_ADD(pairs->arena, &places) = other_kind;
        for (size_t k = 0; k < records[i]->labels_n; k++) {
            bool same = k < before_n && before[k].key == labels[k].key && before[k].value == labels[k].value;
            if (!same)
                places.v[k] = label_is_bookkeeping(labels[k].key) == (kind == LABEL_BOOKKEEPING) ? add_label(pairs, labels[k].key, labels[k].value)
                                                                                                 : other_kind;
            else if (places.v[k] != other_kind)
                pairs->v[places.v[k]].records++;
        }
    }
}

static int compare_pairs(const void *a, const void *b)
{
    const struct pair *x = a, *y = b;
    int order = strcmp(x->key, y->key);
    return order ? order : order_compare(x->value, y->value);
}

/* The row of pairs[from, to), all of one key; a record without the key has the value null, as one that says null. */
static struct label_row make_row(const struct pair *pairs, size_t n, size_t records_n, struct arena *arena)
{
    struct label_row row = {.key = pairs[0].key, .values_n = n};
    size_t with = 0, kept = 0;
    bool null = false;
    for (size_t i = 0; i < n; i++) {
        with += pairs[i].records;
        null |= strcmp(pairs[i].value, "null") == 0;
    }
    if (with < records_n && !null) {
        row.values[kept++] = "null";
        row.values_n++;
    }
    for (size_t i = 0; i < n && kept < LABEL_OVERVIEW_VALUES; i++)
        row.values[kept++] = label_shown(pairs[i].value, arena);
    return row;
}

static size_t rank_of(const char *key, const char *const *sorting_keys)
{
    size_t i = 0;
    while (sorting_keys && sorting_keys[i] && strcmp(sorting_keys[i], key) != 0)
        i++;
    return i;
}

static int compare_rows(const void *a, const void *b, void *sorting_keys)
{
    const struct label_row *x = a, *y = b;
    if ((x->values_n > 1) != (y->values_n > 1))
        return x->values_n > 1 ? -1 : 1;
    size_t rx = rank_of(x->key, sorting_keys), ry = rank_of(y->key, sorting_keys);
    return rx != ry ? (rx < ry ? -1 : 1) : strcmp(x->key, y->key);
}

struct label_overview label_overview_of(const struct record *const *records, size_t n, enum label_kind kind,
                                        const char *const *sorting_keys, struct arena *arena)
{
    struct pairs pairs = {.arena = arena};
    struct label_overview overview = {0};
    add_labels(&pairs, records, n, kind);
    if (pairs.n)
        qsort(pairs.v, pairs.n, sizeof(*pairs.v), compare_pairs);
    overview.rows = ARENA_ARRAY(arena, struct label_row, pairs.n + 1);
    for (size_t i = 0, to; i < pairs.n; i = to) {
        for (to = i; to < pairs.n && strcmp(pairs.v[i].key, pairs.v[to].key) == 0; to++)
            continue;
        overview.rows[overview.n] = make_row(pairs.v + i, to - i, n, arena);
        overview.varying += overview.rows[overview.n++].values_n > 1;
    }
    if (overview.n)
        qsort_r(overview.rows, overview.n, sizeof(*overview.rows), compare_rows, (void *)sorting_keys);
    return overview;
}
