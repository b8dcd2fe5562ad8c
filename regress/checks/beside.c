#include "regress/checks/beside.h"

#include <stdlib.h>
#include <string.h>

#include "regress/labels.h"
#include "regress/select.h"

struct beside {
    struct label_filter filter;
    uint64_t *hashes; /* of by_start[i] and by_run[i] */
    struct beside_record *by_start, *by_run;
    size_t n;
    bool collisions; /* of hashes: what is found has to be compared */
};

struct placed {
    uint64_t hash;
    struct beside_record beside;
};

const char *beside_run(const struct record *record)
{
    const char *run = record_label(record, "run_id");
    return run && strcmp(run, "null") != 0 ? run : "";
}

uint64_t beside_apart(int64_t a_us, int64_t b_us)
{
    return a_us > b_us ? (uint64_t)a_us - (uint64_t)b_us : (uint64_t)b_us - (uint64_t)a_us;
}

bool beside_near(int64_t a_us, int64_t b_us)
{
    return beside_apart(a_us, b_us) <= (uint64_t)BESIDE_DAYS * 86400000000;
}

static int compare_records(const struct record *a, const struct record *b)
{
    if (a->start_us != b->start_us)
        return a->start_us < b->start_us ? -1 : 1;
    return strcmp(a->id, b->id);
}

static int compare_starts(const void *a, const void *b)
{
    const struct placed *x = a, *y = b;
    if (x->hash != y->hash)
        return x->hash < y->hash ? -1 : 1;
    return compare_records(x->beside.record, y->beside.record);
}

static int compare_runs(const void *a, const void *b)
{
    const struct placed *x = a, *y = b;
    if (x->hash != y->hash)
        return x->hash < y->hash ? -1 : 1;
    int order = strcmp(beside_run(x->beside.record), beside_run(y->beside.record));
    return order ? order : compare_records(x->beside.record, y->beside.record);
}

static int compare_ids(const void *a, const void *b)
{
    return strcmp(*(const char *const *)a, *(const char *const *)b);
}

struct places {
    struct placed *v;
    size_t n;
};

static void add(struct beside *beside, struct places *places, const struct record *record, bool entry)
{
    places->v[places->n++] = (struct placed){labels_fingerprint(&beside->filter, record), {record, entry}};
}

static struct places place_all(struct beside *beside, const struct beside_options *options, const struct record *entries, size_t entries_n,
                               const struct record *history, size_t history_n, struct arena *scratch)
{
    struct places places = {ARENA_ARRAY(scratch, struct placed, entries_n + history_n + 1), 0};
    const char **ids = ARENA_ARRAY(scratch, const char *, entries_n + 1);
    for (size_t i = 0; i < entries_n; i++) {
        ids[i] = entries[i].id;
        if (options->wanted(options->context, &entries[i]))
            add(beside, &places, &entries[i], true);
    }
    qsort(ids, entries_n, sizeof(*ids), compare_ids);
    for (size_t i = 0; i < history_n; i++) {
        if (options->wanted(options->context, &history[i]) && !bsearch(&history[i].id, ids, entries_n, sizeof(*ids), compare_ids))
            add(beside, &places, &history[i], false);
    }
    return places;
}

/* A list in an order; hashes stand in it from the smallest on. */
static struct beside_record *sort_places(struct beside *beside, struct places *places, int (*compare)(const void *, const void *),
                                         struct arena *arena)
{
    struct beside_record *list = ARENA_ARRAY(arena, struct beside_record, places->n + 1);
    qsort(places->v, places->n, sizeof(*places->v), compare);
    for (size_t i = 0; i < places->n; i++) {
        beside->hashes[i] = places->v[i].hash;
        list[i] = places->v[i].beside;
    }
    return list;
}

struct beside *beside_open(struct arena *arena, const struct beside_options *options, const struct record *entries,
                           size_t entries_n, const struct record *history, size_t history_n)
{
    struct arena scratch = {0};
    struct beside *beside = ARENA_NEW(arena, struct beside);
    const struct analysis_options *analysis = options->analysis;
    beside->filter = label_filter_of(analysis->comparison_keys, select_keys(analysis->ignored_keys, options->left_out, arena), arena);
    struct places places = place_all(beside, options, entries, entries_n, history, history_n, &scratch);
    beside->n = places.n;
    beside->hashes = ARENA_ARRAY(arena, uint64_t, places.n + 1);
    beside->by_run = sort_places(beside, &places, compare_runs, arena);
    beside->by_start = sort_places(beside, &places, compare_starts, arena);
    for (size_t i = 1; i < beside->n; i++)
        beside->collisions |= beside->hashes[i] == beside->hashes[i - 1] &&
                              !labels_equal(&beside->filter, beside->by_start[i].record, beside->by_start[i - 1].record);
    arena_close(&scratch);
    return beside;
}

static const struct beside_record *only_equal(const struct beside *beside, const struct beside_record *list, size_t n, const struct record *record,
                                              size_t *found, struct arena *arena)
{
    struct beside_record *equal = ARENA_ARRAY(arena, struct beside_record, n + 1);
    *found = 0;
    for (size_t i = 0; i < n; i++)
        if (labels_equal(&beside->filter, list[i].record, record))
            equal[(*found)++] = list[i];
    return equal;
}

struct beside_found beside_find(const struct beside *beside, const struct record *record, struct arena *arena)
{
    uint64_t hash = labels_fingerprint(&beside->filter, record);
    size_t low = 0, high = beside->n, to;
    while (low < high) {
        size_t mid = low + (high - low) / 2;
        if (beside->hashes[mid] < hash)
            low = mid + 1;
        else
            high = mid;
    }
    for (to = low; to < beside->n && beside->hashes[to] == hash; to++)
        ;
    struct beside_found found = {beside->by_start + low, beside->by_run + low, to - low};
    if (found.n && (beside->collisions || !labels_equal(&beside->filter, found.v[0].record, record))) {
        size_t all = found.n;
        found.v = only_equal(beside, found.v, all, record, &found.n, arena);
        found.by_run = only_equal(beside, found.by_run, all, record, &found.n, arena);
    }
    return found;
}
