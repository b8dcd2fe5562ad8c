#include "regress/missing/vanished.h"

#include <stdlib.h>
#include <string.h>

#include "regress/labels.h"
#include "regress/missing/expect.h"
#include "regress/order.h"

enum { NAME_KEYS_MAX = 8 };

/* A record of the recent ones, or an entry. */
struct seen {
    const struct record *record;
    const char *run;    /* equal for the records of one run */
    uint64_t label_set; /* fingerprint */
    const size_t *ranks; /* by comparison key */
};

struct run {
    const char *name;
    int64_t start_us;
    size_t from, to; /* its records in the list sorted by run */
};

struct search {
    const struct analysis *analysis;
    struct arena *scratch;
    struct label_filter filter;
    struct seen *recent, *entries;
    size_t recent_n, entries_n, keys_n;
    LIST_OF(uint64_t) here; /* label sets of this run: of entries, and of payloads of their runs that were stored before (a shard) */
    LIST_OF(const struct record *) found;
};

/* Version and run_id; without a run_id the payloads of a version are one run. */
static const char *run_name(const struct search *search, const struct record *record)
{
    const char *name = record_label_or_null(record, "run_id");
    for (size_t k = 0; k < search->keys_n; k++)
        name = arena_printf(search->scratch, "%s|%s", name, record_label_or_null(record, search->analysis->options->comparison_keys[k]));
    return name;
}

static struct seen see(const struct search *search, const struct record *record)
{
    return (struct seen){.record = record, .run = run_name(search, record), .label_set = labels_fingerprint(&search->filter, record)};
}

static int compare_ids(const void *a, const void *b)
{
    return strcmp(*(const char *const *)a, *(const char *const *)b);
}

static void see_all(struct search *search, const struct record *recent, size_t n)
{
    size_t entries_n = search->entries_n;
    const char **ids = ARENA_ARRAY(search->scratch, const char *, entries_n + 1);
    search->entries = ARENA_ARRAY(search->scratch, struct seen, entries_n + 1);
    search->recent = ARENA_ARRAY(search->scratch, struct seen, n + 1);
    for (size_t i = 0; i < entries_n; i++) {
        search->entries[i] = see(search, search->analysis->entries[i].entry);
        ids[i] = search->analysis->entries[i].entry->id;
    }
    qsort(ids, entries_n, sizeof(*ids), compare_ids);
    for (size_t i = 0; i < n; i++)
        if (!bsearch(&recent[i].id, ids, entries_n, sizeof(*ids), compare_ids))
            search->recent[search->recent_n++] = see(search, &recent[i]);
}

/* ---- newer versions ---- */

static void rank_all(struct search *search)
{
    size_t n = search->recent_n + search->entries_n, keys_n = search->keys_n;
    size_t *ranks = ARENA_ARRAY(search->scratch, size_t, n * keys_n + 1);
    struct order_item *items = ARENA_ARRAY(search->scratch, struct order_item, n);
    for (size_t k = 0; k < keys_n; k++) {
        for (size_t i = 0; i < n; i++) {
            const struct record *record = (i < search->recent_n ? &search->recent[i] : &search->entries[i - search->recent_n])->record;
            items[i] = (struct order_item){record_label_or_null(record, search->analysis->options->comparison_keys[k]), record->start_us};
        }
        size_t *column = order_ranks(items, n, search->scratch);
        for (size_t i = 0; i < n; i++)
            ranks[i * keys_n + k] = column[i];
    }
    for (size_t i = 0; i < n; i++)
        (i < search->recent_n ? &search->recent[i] : &search->entries[i - search->recent_n])->ranks = ranks + i * keys_n;
}

static int compare_ranks(const struct search *search, const struct seen *a, const struct seen *b)
{
    for (size_t k = 0; k < search->keys_n; k++)
        if (a->ranks[k] != b->ranks[k])
            return a->ranks[k] < b->ranks[k] ? -1 : 1;
    return 0;
}

/* Runs of versions that come after those of all entries are not before this run. */
static void drop_newer(struct search *search)
{
    size_t kept = 0;
    const struct seen *newest = search->entries;
    if (search->analysis->options->scope != SCOPE_OLDER || !search->keys_n || !search->entries_n)
        return;
    rank_all(search);
    for (size_t i = 1; i < search->entries_n; i++)
        if (compare_ranks(search, &search->entries[i], newest) > 0)
            newest = &search->entries[i];
    for (size_t i = 0; i < search->recent_n; i++)
        if (compare_ranks(search, &search->recent[i], newest) <= 0)
            search->recent[kept++] = search->recent[i];
    search->recent_n = kept;
}

/* ---- runs and their label sets ---- */

static int compare_seen(const void *a, const void *b)
{
    const struct seen *x = a, *y = b;
    int order = strcmp(x->run, y->run);
    if (!order)
        order = (x->label_set > y->label_set) - (x->label_set < y->label_set);
    if (!order)
        order = (x->record->start_us < y->record->start_us) - (x->record->start_us > y->record->start_us);
    return order ? order : strcmp(x->record->id, y->record->id);
}

/* The newest first. */
static int compare_run(const void *a, const void *b)
{
    const struct run *x = a, *y = b;
    if (x->start_us != y->start_us)
        return x->start_us > y->start_us ? -1 : 1;
    return strcmp(x->name, y->name);
}

static bool is_here(const struct search *search, uint64_t label_set)
{
    for (size_t i = 0; i < search->here.n; i++)
        if (search->here.v[i] == label_set)
            return true;
    return false;
}

static bool is_own(const struct search *search, const char *run)
{
    for (size_t i = 0; i < search->entries_n; i++)
        if (strcmp(search->entries[i].run, run) == 0)
            return true;
    return false;
}

static bool has_set(const struct search *search, const struct run *run, uint64_t label_set)
{
    for (size_t i = run->from; i < run->to; i++)
        if (search->recent[i].label_set == label_set)
            return true;
    return false;
}

/* Whether an entry without history of its own has the record's labels but for some that are not on both sides. Where the entry has history,
 * the record is another configuration, as runs with and without LoRA are. */
static bool key_list_changed(const struct search *search, const struct record *record)
{
    for (size_t i = 0; i < search->entries_n; i++) {
        if (search->analysis->entries[i].history_n)
            continue;
        struct label_difference d = labels_difference(&search->filter, search->entries[i].record, record);
        if (d.values == 0 && d.keys > 0 && d.shared >= d.keys)
            return true;
    }
    return false;
}

/* The runs that are not the entries' own; what those have is here. */
static size_t find_runs(struct search *search, struct run *runs)
{
    size_t n = 0;
    for (size_t i = 0; i < search->entries_n; i++)
        *LIST_ADD(search->scratch, &search->here) = search->entries[i].label_set;
    for (size_t i = 0, to; i < search->recent_n; i = to) {
        struct run run = {search->recent[i].run, INT64_MAX, i, 0};
        for (to = i; to < search->recent_n && strcmp(search->recent[to].run, run.name) == 0; to++)
            run.start_us = search->recent[to].record->start_us < run.start_us ? search->recent[to].record->start_us : run.start_us;
        run.to = to;
        bool own = is_own(search, run.name);
        if (!own)
            runs[n++] = run;
        for (size_t r = i; own && r < to; r++)
            *LIST_ADD(search->scratch, &search->here) = search->recent[r].label_set;
    }
    return n;
}

static void find_sets(struct search *search)
{
    struct run *runs = ARENA_ARRAY(search->scratch, struct run, search->recent_n + 1);
    qsort(search->recent, search->recent_n, sizeof(*search->recent), compare_seen);
    size_t n = find_runs(search, runs);
    if (n < EXPECT_RUNS)
        return;
    qsort(runs, n, sizeof(*runs), compare_run);
    for (size_t i = runs[0].from; i < runs[0].to; i++) {
        const struct seen *seen = &search->recent[i];
        bool gone = (i == runs[0].from || seen[-1].label_set != seen->label_set) && !is_here(search, seen->label_set);
        for (size_t r = 1; r < EXPECT_RUNS && gone; r++)
            gone = has_set(search, &runs[r], seen->label_set);
        if (gone && !key_list_changed(search, seen->record))
            *LIST_ADD(search->scratch, &search->found) = seen->record;
    }
}

/* ---- names ---- */

/* Whether the label tells the record from an entry or from another that vanished. */
static bool tells(const struct search *search, const struct record *record, const char *key)
{
    const char *value = record_label_or_null(record, key);
    for (size_t i = 0; i < search->entries_n; i++)
        if (strcmp(record_label_or_null(search->entries[i].record, key), value) != 0)
            return true;
    for (size_t i = 0; i < search->found.n; i++)
        if (strcmp(record_label_or_null(search->found.v[i], key), value) != 0)
            return true;
    return false;
}

static bool is_compared(const struct search *search, const char *key)
{
    for (size_t i = 0; i < search->filter.n; i++)
        if (strcmp(search->filter.left_out[i], key) == 0)
            return false;
    return true;
}

/* "without lora": by a label that it has not, but an entry. */
static const char *name_by_absence(const struct search *search, const struct record *record, struct arena *arena)
{
    for (size_t i = 0; i < search->entries_n; i++) {
        const struct record *entry = search->entries[i].record;
        for (size_t k = 0; k < entry->labels_n; k++) {
            const char *key = entry->labels[k].key;
            if (is_compared(search, key) && strcmp(record_label_or_null(record, key), "null") == 0 && strcmp(entry->labels[k].value, "null") != 0)
                return arena_printf(arena, "without %s", key);
        }
    }
    return "a label set";
}

static const char *name_of(const struct search *search, const struct record *record, struct arena *arena)
{
    const char *name = "";
    size_t named = 0;
    for (size_t i = 0; i < record->labels_n && named < NAME_KEYS_MAX; i++) {
        const struct label *label = &record->labels[i];
        if (is_compared(search, label->key) && tells(search, record, label->key))
            name = arena_printf(arena, "%s%s%s=%s", name, named++ ? " " : "", label->key, label_shown(label->value, arena));
    }
    return named ? name : name_by_absence(search, record, arena);
}

static int compare_names(const void *a, const void *b)
{
    return strcmp(*(const char *const *)a, *(const char *const *)b);
}

struct vanished vanished_find(const struct analysis *analysis, const struct record *recent, size_t recent_n, struct arena *arena)
{
    struct arena scratch = {0};
    struct search search = {.analysis = analysis, .scratch = &scratch, .entries_n = analysis->entries_n};
    while (analysis->options->comparison_keys && analysis->options->comparison_keys[search.keys_n])
        search.keys_n++;
    search.filter = label_filter_of(analysis->options->comparison_keys, analysis->options->ignored_keys, &scratch);
    see_all(&search, recent, recent_n);
    drop_newer(&search);
    find_sets(&search);
    const char **names = ARENA_ARRAY(arena, const char *, search.found.n + 1);
    for (size_t i = 0; i < search.found.n; i++)
        names[i] = name_of(&search, search.found.v[i], arena);
    qsort(names, search.found.n, sizeof(*names), compare_names);
    struct vanished vanished = {names, search.found.n};
    arena_close(&scratch);
    return vanished;
}
