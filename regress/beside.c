#include "regress/beside.h"

#include <stdlib.h>
#include <string.h>

#include "regress/labels.h"
#include "regress/select.h"

struct placed {
    uint64_t hash;
    struct beside_record beside;
};

struct beside {
    struct label_filter filter;
    struct placed *v; /* by hash, start, id */
    size_t n;
};

static int compare_placed(const void *a, const void *b)
{
    const struct placed *x = a, *y = b;
    const struct record *r = x->beside.record, *s = y->beside.record;
    if (x->hash != y->hash)
        return x->hash < y->hash ? -1 : 1;
    if (r->start_us != s->start_us)
        return r->start_us < s->start_us ? -1 : 1;
    return strcmp(r->id, s->id);
}

static int compare_ids(const void *a, const void *b)
{
    return strcmp(*(const char *const *)a, *(const char *const *)b);
}

static void add(struct beside *beside, const struct record *record, bool entry)
{
    beside->v[beside->n++] = (struct placed){labels_fingerprint(&beside->filter, record), {record, entry}};
}

struct beside *beside_open(struct arena *arena, const struct beside_options *options, const struct record *entries,
                           size_t entries_n, const struct record *history, size_t history_n)
{
    struct beside *beside = ARENA_NEW(arena, struct beside);
    const struct analysis_options *analysis = options->analysis;
    const char **ids = ARENA_ARRAY(arena, const char *, entries_n + 1);
    beside->filter = label_filter_of(analysis->comparison_keys, select_keys(analysis->ignored_keys, options->left_out, arena), arena);
    beside->v = ARENA_ARRAY(arena, struct placed, entries_n + history_n + 1);
    for (size_t i = 0; i < entries_n; i++) {
        ids[i] = entries[i].id;
        if (options->wanted(options->context, &entries[i]))
            add(beside, &entries[i], true);
    }
    qsort(ids, entries_n, sizeof(*ids), compare_ids);
    for (size_t i = 0; i < history_n; i++) {
        if (options->wanted(options->context, &history[i]) && !bsearch(&history[i].id, ids, entries_n, sizeof(*ids), compare_ids))
            add(beside, &history[i], false);
    }
    qsort(beside->v, beside->n, sizeof(*beside->v), compare_placed);
    return beside;
}

struct beside_found beside_find(const struct beside *beside, const struct record *record, struct arena *arena)
{
    LIST_OF(struct beside_record) found = {0};
    uint64_t hash = labels_fingerprint(&beside->filter, record);
    size_t low = 0, high = beside->n;
    while (low < high) {
        size_t mid = low + (high - low) / 2;
        if (beside->v[mid].hash < hash)
            low = mid + 1;
        else
            high = mid;
    }
    for (; low < beside->n && beside->v[low].hash == hash; low++)
        if (labels_equal(&beside->filter, beside->v[low].beside.record, record))
            *LIST_ADD(arena, &found) = beside->v[low].beside;
    return (struct beside_found){found.v, found.n};
}
