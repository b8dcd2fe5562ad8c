#include "regress/select.h"

#include <stdlib.h>
#include <string.h>

#include "regress/acks/marks.h"
#include "regress/order.h"

struct fingerprint {
    uint64_t hash;
    size_t record;
};

struct select_index {
    const struct analysis_options *options;
    struct label_filter filter;
    const struct record *history;
    size_t n, keys_n; /* records; comparison keys */
    struct fingerprint *fingerprints; /* by hash, then record */
};

static int compare_fingerprints(const void *a, const void *b)
{
    const struct fingerprint *x = a, *y = b;
    if (x->hash != y->hash)
        return x->hash < y->hash ? -1 : 1;
    return (x->record > y->record) - (x->record < y->record);
}

const char *const *select_keys(const char *const *a, const char *const *b, struct arena *arena)
{
    const char *const *const lists[] = {a, b};
    LIST_OF(const char *) all = {0};
    for (size_t l = 0; l < 2; l++)
        for (const char *const *key = lists[l]; key && *key; key++)
            *LIST_ADD(arena, &all) = *key;
    *LIST_ADD(arena, &all) = NULL;
    return all.v;
}

struct select_index *select_open(struct arena *arena, const struct analysis_options *options,
                                 const struct record *history, size_t history_n)
{
    struct select_index *index = ARENA_NEW(arena, struct select_index);
    *index = (struct select_index){.options = options, .history = history, .n = history_n};
    const char *pair[] = {options->pairing.label, NULL};
    index->filter = label_filter_of(options->comparison_keys, select_keys(options->ignored_keys, pair, arena), arena);
    while (options->comparison_keys && options->comparison_keys[index->keys_n])
        index->keys_n++;
    index->fingerprints = ARENA_ARRAY(arena, struct fingerprint, history_n + 1);
    for (size_t i = 0; i < history_n; i++)
        index->fingerprints[i] = (struct fingerprint){labels_fingerprint(&index->filter, &history[i]), i};
    qsort(index->fingerprints, history_n, sizeof(*index->fingerprints), compare_fingerprints);
    return index;
}

const struct label_filter *select_filter(const struct select_index *index)
{
    return &index->filter;
}

/* ---- matching ---- */

/* The run that a record belongs to: its run_id as a JSON text, without one its id. They do not mix: an id is not quoted. */
static const char *run_of(const struct record *record)
{
    const char *run = record_label_or_null(record, "run_id");
    return strcmp(run, "null") == 0 ? record->id : run;
}

bool select_same_point(const struct analysis_options *options, const struct record *a, const struct record *b)
{
    for (const char *const *key = options->comparison_keys; key && *key; key++) {
        if (strcmp(record_label_or_null(a, *key), record_label_or_null(b, *key)) != 0)
            return false;
    }
    return strcmp(run_of(a), run_of(b)) == 0;
}

struct matches {
    const struct record **v;
    size_t n, cap;
};

/* The first with this hash. */
static size_t find_hash(const struct select_index *index, uint64_t hash)
{
    size_t low = 0, high = index->n;
    while (low < high) {
        size_t mid = low + (high - low) / 2;
        if (index->fingerprints[mid].hash < hash)
            low = mid + 1;
        else
            high = mid;
    }
    return low;
}

static struct matches find_matches(const struct select_index *index, const struct record *entry, struct arena *arena)
{
    struct matches found = {0};
    uint64_t hash = labels_fingerprint(&index->filter, entry);
    for (size_t i = find_hash(index, hash); i < index->n && index->fingerprints[i].hash == hash; i++) {
        const struct record *record = &index->history[index->fingerprints[i].record];
        if (!marks_excluded(index->options, record, NULL) && strcmp(record->id, entry->id) != 0 &&
            !select_same_point(index->options, record, entry) && labels_equal(&index->filter, record, entry))
            *LIST_ADD(arena, &found) = record;
    }
    return found;
}

/* Of a pair only one side is a repetition of the run, whatever keys are ignored. */
static bool same_side(const struct analysis_options *options, const struct record *a, const struct record *b)
{
    const char *side = options->pairing.label ? options->pairing.side : NULL;
    return !side || strcmp(record_label_or_null(a, side), record_label_or_null(b, side)) == 0;
}

static int compare_repetitions(const void *a, const void *b)
{
    const struct record *const *x = a, *const *y = b;
    if ((*x)->start_us != (*y)->start_us)
        return (*x)->start_us < (*y)->start_us ? -1 : 1;
    return strcmp((*x)->id, (*y)->id);
}

const struct record *const *select_repetitions(const struct select_index *entries, const struct record *entry, size_t *n, struct arena *arena)
{
    struct matches found = {0};
    uint64_t hash = labels_fingerprint(&entries->filter, entry);
    for (size_t i = find_hash(entries, hash); i < entries->n && entries->fingerprints[i].hash == hash; i++) {
        const struct record *record = &entries->history[entries->fingerprints[i].record];
        bool same = select_same_point(entries->options, record, entry) && same_side(entries->options, record, entry);
        if (record == entry || (same && labels_equal(&entries->filter, record, entry)))
            *LIST_ADD(arena, &found) = record;
    }
    if (found.n > 1)
        qsort(found.v, found.n, sizeof(*found.v), compare_repetitions);
    *n = found.n;
    return found.v;
}

bool select_any(const struct select_index *index, const struct record *entry, struct arena *arena)
{
    return find_matches(index, entry, arena).n > 0;
}

/* ---- run points ---- */

struct placed {
    const struct record *record;
    const size_t *ranks; /* one per comparison key */
    size_t keys_n;
    int64_t point_start_us;
};

static int compare_ranks(const struct placed *a, const struct placed *b)
{
    for (size_t k = 0; k < a->keys_n; k++) {
        if (a->ranks[k] != b->ranks[k])
            return a->ranks[k] < b->ranks[k] ? -1 : 1;
    }
    return 0;
}

static int compare_starts(int64_t a, int64_t b)
{
    return (a > b) - (a < b);
}

/* By run, so that repetitions stand together; then by start. */
static int compare_runs(const void *a, const void *b)
{
    const struct placed *x = a, *y = b;
    int order = compare_ranks(x, y);
    if (!order)
        order = strcmp(run_of(x->record), run_of(y->record));
    if (!order)
        order = compare_starts(x->record->start_us, y->record->start_us);
    return order ? order : strcmp(x->record->id, y->record->id);
}

static int compare_points(const void *a, const void *b)
{
    const struct placed *x = a, *y = b;
    int order = compare_ranks(x, y);
    if (!order)
        order = compare_starts(x->point_start_us, y->point_start_us);
    return order ? order : compare_runs(a, b);
}

/* Ranks of every match, and of the entry as the last one. */
static struct placed *place(const struct select_index *index, const struct matches *found, const struct record *entry,
                            struct arena *arena)
{
    size_t n = found->n + 1, keys_n = index->keys_n;
    struct placed *placed = ARENA_ARRAY(arena, struct placed, n);
    size_t *ranks = ARENA_ARRAY(arena, size_t, n * keys_n + 1);
    struct order_item *items = ARENA_ARRAY(arena, struct order_item, n);
    for (size_t i = 0; i < n; i++)
        placed[i] = (struct placed){i < found->n ? found->v[i] : entry, ranks + i * keys_n, keys_n, 0};
    for (size_t k = 0; k < keys_n; k++) {
        for (size_t i = 0; i < n; i++)
            items[i] = (struct order_item){record_label_or_null(placed[i].record, index->options->comparison_keys[k]),
                                           placed[i].record->start_us};
        size_t *column = order_ranks(items, n, arena);
        for (size_t i = 0; i < n; i++)
            ranks[i * keys_n + k] = column[i];
    }
    return placed;
}

const char *select_version(const char *const *comparison_keys, const struct record *record, struct arena *arena)
{
    const char *version = "";
    bool any = false;
    for (size_t k = 0; comparison_keys && comparison_keys[k]; k++) {
        const char *value = record_label_or_null(record, comparison_keys[k]), *shown = label_shown(value, arena);
        any |= strcmp(value, "null") != 0;
        version = k ? arena_printf(arena, "%s|%s", version, shown) : shown;
    }
    return any ? version : "";
}

static bool one_point(const struct placed *a, const struct placed *b)
{
    return compare_ranks(a, b) == 0 && strcmp(run_of(a->record), run_of(b->record)) == 0;
}

/* Sorts the matches into points: all records of a point get its first start, then points are ordered by it. */
static void order_points(struct placed *placed, size_t n)
{
    qsort(placed, n, sizeof(*placed), compare_runs);
    for (size_t i = 0; i < n; i++) {
        bool first = i == 0 || !one_point(&placed[i - 1], &placed[i]);
        placed[i].point_start_us = first ? placed[i].record->start_us : placed[i - 1].point_start_us;
    }
    qsort(placed, n, sizeof(*placed), compare_points);
}

static void add_points(const struct select_index *index, const struct placed *placed, size_t n,
                       const struct placed *entry, struct selection *selection, struct arena *arena)
{
    const struct record **records = ARENA_ARRAY(arena, const struct record *, n + 1);
    selection->points = ARENA_ARRAY(arena, struct select_point, n + 1);
    for (size_t i = 0, to; i < n; i = to) {
        for (to = i; to < n && one_point(&placed[i], &placed[to]); to++)
            records[to] = placed[to].record;
        if (index->options->scope == SCOPE_OLDER && compare_ranks(&placed[i], entry) > 0) {
            selection->newer_left_out++;
            continue;
        }
        selection->points[selection->points_n++] = (struct select_point){
            select_version(index->options->comparison_keys, records[i], arena), label_shown(run_of(records[i]), arena), records[i]->where,
            placed[i].point_start_us, records + i, to - i};
    }
}

/* ---- what varies ---- */

static bool varies(const struct selection *selection, const struct record *entry, const char *key)
{
    const char *value = record_label_or_null(entry, key);
    for (size_t i = 0; i < selection->points_n; i++) {
        for (size_t j = 0; j < selection->points[i].records_n; j++) {
            if (strcmp(record_label_or_null(selection->points[i].records[j], key), value) != 0)
                return true;
        }
    }
    return false;
}

static bool listed(const char *const *keys, const char *key)
{
    for (; keys && *keys; keys++) {
        if (strcmp(*keys, key) == 0)
            return true;
    }
    return false;
}

/* Ignored keys, and the two bookkeeping keys that do not vary by nature; comparison keys do. */
static const char *const *find_varying(const struct select_index *index, const struct selection *selection,
                                       const struct record *entry, struct arena *arena)
{
    static const char *const watched[] = {"ci_engine", "kpi_settings_version", NULL};
    const char *const *lists[] = {index->options->ignored_keys, watched};
    LIST_OF(const char *) found = {0};
    for (size_t l = 0; l < 2; l++) {
        for (const char *const *key = lists[l]; key && *key; key++) {
            bool repeated = listed(index->options->comparison_keys, *key) ||
                            (l == 1 && listed(index->options->ignored_keys, *key));
            if (!repeated && varies(selection, entry, *key))
                *LIST_ADD(arena, &found) = *key;
        }
    }
    *LIST_ADD(arena, &found) = NULL;
    return found.v;
}

/* ---- when nothing matched ---- */

struct near_record {
    struct near_miss miss;
    const struct record *example; /* the newest, so that the example does not depend on the history's order */
};

static bool newer(const struct record *a, const struct record *b)
{
    int order = compare_starts(a->start_us, b->start_us);
    return order ? order > 0 : strcmp(a->id, b->id) > 0;
}

static int compare_near(const void *a, const void *b)
{
    const struct near_record *x = a, *y = b;
    if (x->miss.records != y->miss.records)
        return x->miss.records > y->miss.records ? -1 : 1;
    return strcmp(x->miss.key, y->miss.key);
}

struct near_list {
    struct near_record *v;
    size_t n, cap;
};

static void add_near(struct near_list *list, const struct label_difference *d, const struct record *record,
                     struct arena *arena)
{
    size_t i = 0;
    while (i < list->n && strcmp(list->v[i].miss.key, d->key) != 0)
        i++;
    if (i == list->n)
        *LIST_ADD(arena, list) = (struct near_record){{d->key, 0, d->a, d->b}, record};
    struct near_record *near = &list->v[i];
    near->miss.records++;
    if (newer(record, near->example))
        *near = (struct near_record){{d->key, near->miss.records, d->a, d->b}, record};
}

static void look_around(const struct select_index *index, const struct record *entry, struct selection *selection,
                        struct arena *arena)
{
    struct near_list near = {0};
    for (size_t i = 0; i < index->n; i++) {
        const struct record *record = &index->history[i];
        if (strcmp(record->id, entry->id) == 0 || marks_excluded(index->options, record, NULL))
            continue;
        struct label_difference d = labels_difference(&index->filter, entry, record);
        bool other_side = index->options->pairing.side && strcmp(d.key ? d.key : "", index->options->pairing.side) == 0;
        if (d.values + d.keys == 1 && !other_side)
            add_near(&near, &d, record, arena);
        if (d.values == 0 && d.keys > 0 && d.shared >= d.keys) {
            selection->keys_changed++;
            if (!selection->changed_key || strcmp(d.key, selection->changed_key) < 0)
                selection->changed_key = d.key;
        }
    }
    if (near.n)
        qsort(near.v, near.n, sizeof(*near.v), compare_near);
    selection->near_misses = ARENA_ARRAY(arena, struct near_miss, near.n + 1);
    selection->near_misses_n = near.n;
    for (size_t i = 0; i < near.n; i++)
        selection->near_misses[i] = near.v[i].miss;
}

struct selection select_history(const struct select_index *index, const struct record *entry, struct arena *arena)
{
    struct matches found = find_matches(index, entry, arena);
    struct selection selection = {.options = index->options, .history = found.v, .history_n = found.n,
                                  .version = select_version(index->options->comparison_keys, entry, arena), .run_id = label_shown(run_of(entry), arena)};
    struct placed *placed = place(index, &found, entry, arena);
    struct placed own = placed[found.n];
    order_points(placed, found.n);
    add_points(index, placed, found.n, &own, &selection, arena);
    selection.varying = find_varying(index, &selection, entry, arena);
    if (found.n == 0)
        look_around(index, entry, &selection, arena);
    return selection;
}
