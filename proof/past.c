#include "proof/past.h"

#include <stdlib.h>
#include <string.h>

#include "base/moment.h"
#include "regress/labels.h"
#include "regress/order.h"
#include "regress/select.h"

enum { NAME_KEYS_MAX = 8 };

struct placed {
    struct record record;
    const char *key; /* of its invocation */
    size_t label_set, occurrence; /* on its day, without a run_id */
    uint64_t print;
    int64_t run_start_us;
};

static int compare_numbers(int64_t a, int64_t b)
{
    return (a > b) - (a < b);
}

static int compare_starts(const struct placed *a, const struct placed *b)
{
    int order = compare_numbers(a->record.start_us, b->record.start_us);
    return order ? order : strcmp(a->record.id, b->record.id);
}

/* By invocation; before occurrences are known, by label set in it. */
static int compare_keys(const void *a, const void *b)
{
    const struct placed *x = a, *y = b;
    int order = strcmp(x->key, y->key);
    if (!order)
        order = (x->occurrence > y->occurrence) - (x->occurrence < y->occurrence);
    return order ? order : compare_starts(x, y);
}

static int compare_prints(const void *a, const void *b)
{
    const struct placed *x = a, *y = b;
    if (x->print != y->print)
        return x->print < y->print ? -1 : 1;
    int order = strcmp(x->key, y->key);
    return order ? order : compare_starts(x, y);
}

static int compare_runs(const void *a, const void *b)
{
    const struct placed *x = a, *y = b;
    int order = compare_numbers(x->run_start_us, y->run_start_us);
    return order ? order : compare_keys(a, b);
}

static bool has_run_id(const struct record *record)
{
    const char *run = record_label(record, "run_id");
    return run && strcmp(run, "null") != 0;
}

static const char *day_of(const struct record *record, struct arena *arena)
{
    char text[MOMENT_TEXT_MAX];
    moment_utc_text((struct moment){.us = record->start_us, .has_zone = true}, text);
    return arena_strndup(arena, text, strcspn(text, "T"));
}

/* The label texts with their lengths, so that no two invocations are mixed up. */
static const char *key_of(const struct record *record, const char *const *comparison_keys, struct arena *arena)
{
    const char *key = "";
    for (; comparison_keys && *comparison_keys; comparison_keys++) {
        const char *value = record_label_or_null(record, *comparison_keys);
        key = arena_printf(arena, "%s%zu:%s", key, strlen(value), value);
    }
    const char *run = has_run_id(record) ? record_label(record, "run_id") : day_of(record, arena);
    return arena_printf(arena, "%s%c%s", key, has_run_id(record) ? 'r' : 'd', run);
}

/* Numbers the label sets, and the payloads of one label set and day that have no run_id. Those of one fingerprint stand together; two
 * label sets that share one are told apart by their labels. */
static size_t number_sets(struct placed *placed, size_t n, const struct label_filter *filter)
{
    size_t sets = 0;
    qsort(placed, n, sizeof(*placed), compare_prints);
    for (size_t i = 0, first = 0; i < n; i++) {
        if (i && placed[i].print != placed[i - 1].print)
            first = i;
        size_t same = first;
        while (same < i && !labels_equal(filter, &placed[same].record, &placed[i].record))
            same++;
        placed[i].label_set = same < i ? placed[same].label_set : sets++;
        bool again = i > first && !has_run_id(&placed[i].record) && strcmp(placed[i].key, placed[i - 1].key) == 0;
        placed[i].occurrence = again ? placed[i - 1].occurrence + 1 : 0;
    }
    return sets;
}

/* All payloads of an invocation get its start. */
static void order_runs(struct placed *placed, size_t n)
{
    qsort(placed, n, sizeof(*placed), compare_keys);
    for (size_t i = 0; i < n; i++) {
        bool first = i == 0 || strcmp(placed[i].key, placed[i - 1].key) != 0 || placed[i].occurrence != placed[i - 1].occurrence;
        placed[i].run_start_us = first ? placed[i].record.start_us : placed[i - 1].run_start_us;
    }
    qsort(placed, n, sizeof(*placed), compare_runs);
}

static void add_run(struct past *past, const struct placed *placed, size_t at, const struct analysis_options *options, struct arena *arena)
{
    const struct record *record = &placed[at].record;
    const char *run_id = has_run_id(record) ? label_shown(record_label(record, "run_id"), arena) : day_of(record, arena);
    if (!has_run_id(record) && placed[at].occurrence)
        run_id = arena_printf(arena, "%s #%zu", run_id, placed[at].occurrence + 1);
    const char *version = select_version(options->comparison_keys, record, arena);
    past->runs[past->runs_n++] = (struct past_run){at, 0, placed[at].run_start_us, version, run_id};
}

struct past past_of(struct arena *arena, const struct analysis_options *options, const struct record *records, size_t n)
{
    struct arena scratch = {0};
    struct past past = {.n = n, .records = ARENA_ARRAY(arena, struct record, n + 1), .label_set = ARENA_ARRAY(arena, size_t, n + 1),
                        .runs = ARENA_ARRAY(arena, struct past_run, n + 1)};
    struct label_filter filter = label_filter_of(options->comparison_keys, options->ignored_keys, &scratch);
    struct placed *placed = ARENA_ARRAY(&scratch, struct placed, n + 1);
    for (size_t i = 0; i < n; i++)
        placed[i] = (struct placed){.record = records[i], .key = key_of(&records[i], options->comparison_keys, &scratch),
                                    .print = labels_fingerprint(&filter, &records[i])};
    past.label_sets_n = number_sets(placed, n, &filter);
    order_runs(placed, n);
    size_t *renumbered = ARENA_ARRAY(&scratch, size_t, past.label_sets_n + 1), seen = 0; /* 0: not seen yet */
    for (size_t i = 0; i < n; i++) {
        bool first = i == 0 || strcmp(placed[i].key, placed[i - 1].key) != 0 || placed[i].occurrence != placed[i - 1].occurrence;
        if (first)
            add_run(&past, placed, i, options, arena);
        past.runs[past.runs_n - 1].n++;
        past.records[i] = placed[i].record;
        size_t *number = &renumbered[placed[i].label_set];
        *number = *number ? *number : ++seen;
        past.label_set[i] = *number - 1;
    }
    arena_close(&scratch);
    return past;
}

/* ---- names ---- */

static bool left_out(const struct label_filter *filter, const char *key)
{
    for (size_t i = 0; i < filter->n; i++)
        if (strcmp(filter->left_out[i], key) == 0)
            return true;
    return false;
}

struct keys {
    const char **v;
    size_t n, cap;
};

static bool varies(const struct record *const *sets, size_t n, const char *key)
{
    for (size_t i = 1; i < n; i++)
        if (strcmp(record_label_or_null(sets[i], key), record_label_or_null(sets[0], key)) != 0)
            return true;
    return false;
}

static void add_key(struct keys *keys, const char *key, const struct record *const *sets, size_t n, const struct label_filter *filter,
                    struct arena *arena)
{
    for (size_t i = 0; i < keys->n; i++)
        if (strcmp(keys->v[i], key) == 0)
            return;
    if (keys->n < NAME_KEYS_MAX && !left_out(filter, key) && varies(sets, n, key))
        *LIST_ADD(arena, keys) = key;
}

/* All keys that vary are named, sorting keys first, then as the labels come, NAME_KEYS_MAX at most. */
const char *const *past_names(struct arena *arena, const struct analysis_options *options, const struct past *past)
{
    size_t n = past->label_sets_n;
    const struct record **sets = ARENA_ARRAY(arena, const struct record *, n + 1);
    const char **names = ARENA_ARRAY(arena, const char *, n + 1);
    struct label_filter filter = label_filter_of(options->comparison_keys, options->ignored_keys, arena);
    struct keys keys = {0};
    for (size_t i = past->n; i-- > 0;)
        sets[past->label_set[i]] = &past->records[i];
    for (const char *const *key = options->sorting_keys; n > 1 && key && *key; key++)
        add_key(&keys, *key, sets, n, &filter, arena);
    for (size_t i = 0; n > 1 && i < n && keys.n < NAME_KEYS_MAX; i++)
        for (size_t j = 0; j < sets[i]->labels_n; j++)
            add_key(&keys, sets[i]->labels[j].key, sets, n, &filter, arena);
    for (size_t i = 0; i < n; i++) {
        names[i] = "";
        for (size_t k = 0; k < keys.n; k++)
            names[i] = arena_printf(arena, "%s%s%s=%s", names[i], k ? " " : "", keys.v[k], label_shown(record_label_or_null(sets[i], keys.v[k]), arena));
    }
    return names;
}
