#include "regress/analysis.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/pool.h"
#include "regress/acks/ack_notes.h"
#include "regress/causes/causes.h"
#include "regress/causes/incidents.h"
#include "regress/causes/varying.h"
#include "regress/checks/control.h"
#include "regress/checks/list_check.h"
#include "regress/checks/pair_check.h"
#include "regress/correction.h"
#include "regress/known.h"
#include "regress/missing/expect.h"
#include "regress/order.h"
#include "regress/rules.h"

enum { WORTH_WORKERS = 16 }; /* series */

/* One invocation while it is worked on. */
struct work {
    struct arena *arena;
    const struct analysis_options *options;
    struct analysis *analysis;
    struct select_index *index, *entries; /* of the history; of the entries themselves */
    struct invocation invocation;
    LIST_OF(struct hypothesis) hypotheses; /* those with history: tested, or too short to be */
};

/* ---- entries: order and names ---- */

static int compare_entries(const void *a, const void *b, void *options)
{
    const struct record *x = ((const struct entry_result *)a)->entry, *y = ((const struct entry_result *)b)->entry;
    const struct analysis_options *o = options;
    int order = 0;
    for (const char *const *key = o->sorting_keys; !order && key && *key; key++)
        order = order_compare(record_label(x, *key), record_label(y, *key));
    if (!order)
        order = strcmp(x->where ? x->where : "", y->where ? y->where : "");
    return order ? order : strcmp(x->id, y->id);
}

static bool same_label(const struct record *a, const struct record *b, const char *key)
{
    const char *x = record_label(a, key), *y = record_label(b, key);
    return strcmp(x ? x : "null", y ? y : "null") == 0;
}

static bool varies(const struct analysis *analysis, const char *key)
{
    for (size_t i = 1; i < analysis->entries_n; i++) {
        if (!same_label(analysis->entries[0].entry, analysis->entries[i].entry, key))
            return true;
    }
    return false;
}

static bool contains(const char *const *keys, size_t n, const char *key)
{
    for (size_t i = 0; i < n; i++) {
        if (strcmp(keys[i], key) == 0)
            return true;
    }
    return false;
}

/* Whether the label may tell entries apart: it is compared, or the name of a pair. */
static bool may_name(const struct work *work, const char *key)
{
    const struct label_filter *filter = select_filter(work->index);
    const char *pair = work->options->pairing.label;
    return (pair && strcmp(pair, key) == 0) || !contains(filter->left_out, filter->n, key);
}

/* The labels that tell the entries apart: sorting keys first, then by name. */
static const char **find_names(struct work *work)
{
    LIST_OF(const char *) names = {0};
    const struct analysis *analysis = work->analysis;
    for (const char *const *key = work->options->sorting_keys; key && *key; key++) {
        if (may_name(work, *key) && !contains(names.v, names.n, *key) && varies(analysis, *key))
            *LIST_ADD(work->arena, &names) = *key;
    }
    size_t sorted = names.n;
    for (size_t i = 0; i < analysis->entries_n; i++) {
        const struct record *entry = analysis->entries[i].entry;
        for (size_t j = 0; j < entry->labels_n; j++) {
            const char *key = entry->labels[j].key;
            if (may_name(work, key) && !contains(names.v, names.n, key) && varies(analysis, key))
                *LIST_ADD(work->arena, &names) = key;
        }
    }
    for (size_t i = sorted + 1; i < names.n; i++) { /* few: insertion */
        const char *key = names.v[i];
        size_t j = i;
        for (; j > sorted && strcmp(names.v[j - 1], key) > 0; j--)
            names.v[j] = names.v[j - 1];
        names.v[j] = key;
    }
    *LIST_ADD(work->arena, &names) = NULL;
    return names.v;
}

/* Whether two entries have the same values for the first n names. */
static bool ambiguous(const struct analysis *analysis, const char *const *names, size_t n)
{
    for (size_t i = 0; i < analysis->entries_n; i++) {
        for (size_t j = i + 1; j < analysis->entries_n; j++) {
            bool same = true;
            for (size_t k = 0; k < n && same; k++)
                same = same_label(analysis->entries[i].entry, analysis->entries[j].entry, names[k]);
            if (same)
                return true;
        }
    }
    return false;
}

/* As few names as tell the entries apart; all when nothing does. */
static void shorten_names(const struct analysis *analysis, const char **names)
{
    for (size_t n = 0; names[n]; n++) {
        if (!ambiguous(analysis, names, n)) {
            names[n] = NULL;
            return;
        }
    }
}

static const char *name_entry(struct work *work, const struct record *entry, const char *const *keys)
{
    const char *name = "";
    for (size_t i = 0; keys[i]; i++)
        name = arena_printf(work->arena, "%s%s%s=%s", name, i ? " " : "", keys[i],
                            label_shown(record_label(entry, keys[i]), work->arena));
    return name[0] ? name : "only entry";
}

/* ---- one entry ---- */

static bool wanted(const struct analysis_options *options, const struct kpi_rule *rule)
{
    return !options->kpi_filter || !options->kpi_filter[0] || strstr(rule->name, options->kpi_filter);
}

static void analyse_entry(struct work *work, struct entry_result *result)
{
    struct selection *kept = ARENA_NEW(work->arena, struct selection), selection = select_history(work->index, result->entry, work->arena);
    selection.own = select_repetitions(work->entries, result->entry, &selection.own_n, work->arena);
    *kept = selection;
    result->selection = kept;
    result->version = selection.version;
    result->run_id = selection.run_id;
    result->history = selection.history;
    result->history_n = selection.history_n;
    result->newer_left_out = selection.newer_left_out;
    result->changed_key = selection.changed_key;
    result->near_misses = selection.near_misses;
    result->near_misses_n = selection.near_misses_n;
    result->varying = selection.varying;
    uint64_t labels = labels_fingerprint(select_filter(work->index), result->entry);
    result->kpis = ARENA_ARRAY(work->arena, struct kpi_result, work->options->kpis_n + 1);
    for (size_t i = 0; i < work->options->kpis_n; i++) {
        if (!wanted(work->options, &work->options->kpis[i]))
            continue;
        struct hypothesis h = {.result = &result->kpis[result->kpis_n++], .entry = result->entry, .selection = kept,
                               .p_worse = 1, .p_better = 1, .corrected_worse = 1, .corrected_better = 1};
        h.labels = labels;
        h.result->rule = rules_for(&work->options->kpis[i], result->entry, work->arena);
        if (verdict_plan(&h, &work->invocation, work->arena))
            *LIST_ADD(work->arena, &work->hypotheses) = h;
    }
}

/* ---- correction over the invocation ---- */

/* What a worker has for itself. */
struct tester {
    struct arena *arena; /* of the findings: until the run's is closed */
    struct shuffles *shuffles, own;
};

struct testing {
    struct work *work;
    struct tester *testers;
    double level;
};

static void end_arena(void *arena)
{
    arena_close(arena);
}

static void test_piece(void *context, size_t i, unsigned worker)
{
    struct testing *t = context;
    struct hypothesis *h = &t->work->hypotheses.v[i];
    h->marks = marks_place(h, t->work->options, t->testers[worker].shuffles, t->testers[worker].arena);
    if (h->level && h->list && !marks_begin(h))
        list_test(h, t->testers[worker].shuffles, t->testers[worker].arena);
    else if (h->level && !marks_begin(h))
        h->findings = series_test(&h->series, t->testers[worker].shuffles, t->testers[worker].arena);
    checks_test(h, &t->work->invocation, t->testers[worker].arena);
}

/* A step's p is found at the level that the correction asks of it, which takes the number of tests. */
static void resolve_piece(void *context, size_t i, unsigned worker)
{
    struct testing *t = context;
    struct hypothesis *h = &t->work->hypotheses.v[i];
    if (!h->findings.tested)
        return;
    if (h->list) {
        list_resolve(h, t->testers[worker].shuffles, t->level);
        return;
    }
    series_resolve(&h->series, &h->findings, t->testers[worker].shuffles, t->level);
    verdict_weigh(h);
}

static bool go_on(void *context, size_t i)
{
    (void)context;
    (void)i;
    return true;
}

/* Every series is tested by itself: by all processors, with the same result. */
static void test_all(struct work *work)
{
    size_t n = work->hypotheses.n;
    unsigned processors = work->options->workers ? work->options->workers : pool_processors();
    unsigned workers = n >= WORTH_WORKERS && processors > 1 ? processors : 1;
    struct testing testing = {.work = work, .testers = ARENA_ARRAY(work->arena, struct tester, workers)};
    for (unsigned i = 0; i < workers; i++) {
        testing.testers[i].arena = ARENA_NEW(work->arena, struct arena);
        testing.testers[i].shuffles = workers == 1 && work->options->shuffles ? work->options->shuffles : &testing.testers[i].own;
        arena_defer(work->arena, end_arena, testing.testers[i].arena);
    }
    struct pool_job job = {.count = n, .workers = workers, .window = 8 * (size_t)workers, .context = &testing, .work = test_piece, .deliver = go_on};
    pool_run(&job);
    work->analysis->tested = correction_count(work->hypotheses.v, n);
    if (work->analysis->tested) {
        work->analysis->tested += work->options->others;
        testing.level = work->options->false_alarm_rate / (double)work->analysis->tested;
        job.work = resolve_piece;
        pool_run(&job);
    }
    for (unsigned i = 0; i < workers; i++)
        shuffles_close(&testing.testers[i].own);
    correction_apply(work->hypotheses.v, n, work->options->correction, work->options->others, work->arena);
}

static void decide_all(struct work *work)
{
    work->invocation.tested = work->analysis->tested;
    work->invocation.rejected = correction_rejected(work->hypotheses.v, work->hypotheses.n, work->options->false_alarm_rate);
    struct shuffles shuffles = {0};
    for (size_t i = 0; i < work->hypotheses.n; i++) {
        verdict_decide(&work->hypotheses.v[i], &work->invocation, work->arena);
        known_settle(&work->hypotheses.v[i], &work->invocation, &shuffles, work->arena);
    }
    shuffles_close(&shuffles);
}

static void count(struct analysis *analysis)
{
    for (size_t i = 0; i < analysis->entries_n; i++) {
        for (size_t j = 0; j < analysis->entries[i].kpis_n; j++) {
            analysis->counts[analysis->entries[i].kpis[j].verdict]++;
            analysis->statuses[analysis->entries[i].kpis[j].change.status]++;
        }
    }
}

static int compare_ids(const void *a, const void *b)
{
    const char *const *x = a, *const *y = b;
    return strcmp(*x, *y);
}

static size_t count_own(const struct record *entries, size_t entries_n, const struct record *history, size_t history_n, struct arena *arena)
{
    const char **ids = ARENA_ARRAY(arena, const char *, entries_n + 1);
    size_t n = 0;
    for (size_t i = 0; i < entries_n; i++)
        ids[i] = entries[i].id;
    qsort(ids, entries_n, sizeof(*ids), compare_ids);
    for (size_t i = 0; i < history_n; i++)
        n += bsearch(&history[i].id, ids, entries_n, sizeof(*ids), compare_ids) != NULL;
    return n;
}

struct analysis *analysis_run(struct arena *arena, const struct analysis_options *options,
                              const struct record *entries, size_t entries_n,
                              const struct record *history, size_t history_n)
{
    struct analysis *analysis = ARENA_NEW(arena, struct analysis);
    *analysis = (struct analysis){.entries_n = entries_n, .history_records = history_n, .options = options,
                                  .own_records = count_own(entries, entries_n, history, history_n, arena)};
    analysis->entries = ARENA_ARRAY(arena, struct entry_result, entries_n + 1);
    for (size_t i = 0; i < entries_n; i++)
        analysis->entries[i].entry = &entries[i];
    qsort_r(analysis->entries, entries_n, sizeof(*analysis->entries), compare_entries, (void *)options);
    struct work work = {.arena = arena, .options = options, .analysis = analysis, .invocation = {.options = options}};
    work.index = select_open(arena, options, history, history_n);
    work.invocation.controls = control_open(arena, options, entries, entries_n, history, history_n);
    work.invocation.pairs = pair_open(arena, options, entries, entries_n, history, history_n);
    work.entries = select_open(arena, options, entries, entries_n);
    const char **names = find_names(&work);
    shorten_names(analysis, names);
    for (size_t i = 0; i < entries_n; i++) {
        analysis->entries[i].name = name_entry(&work, analysis->entries[i].entry, names);
        analyse_entry(&work, &analysis->entries[i]);
    }
    test_all(&work);
    decide_all(&work);
    count(analysis);
    ack_notes_make(analysis, &(struct ack_notes_request){work.hypotheses.v, work.hypotheses.n, history, history_n}, arena);
    causes_find(analysis, arena);
    varying_find(analysis, arena);
    incidents_find(analysis, arena);
    expect_find(analysis, history, history_n, arena);
    return analysis;
}
