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
#include "regress/naming.h"
#include "regress/order.h"
#include "regress/rules.h"

enum { WORTH_WORKERS = 16 }; /* series */

/* What a worker has for itself. */
struct tester {
    struct arena *arena; /* of the answers: until the run's is closed */
    struct shuffles *shuffles, own;
};

/* One invocation while it is worked on. */
struct work {
    struct arena *arena;
    const struct analysis_options *options;
    struct analysis *analysis;
    struct select_index *index, *entries; /* of the history; of the entries themselves */
    struct invocation invocation;
    LIST_OF(struct hypothesis) hypotheses; /* those with history: tested, or too short to be */
    struct tester *testers; /* by worker */
    unsigned workers;
};

/* ---- the order of entries ---- */

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

/* ---- workers ---- */

static void end_arena(void *arena)
{
    arena_close(arena);
}

/* Every series is tested and judged by itself: by all processors, with the same result. */
static void open_testers(struct work *work)
{
    unsigned processors = work->options->workers ? work->options->workers : pool_processors();
    work->workers = work->hypotheses.n >= WORTH_WORKERS && processors > 1 ? processors : 1;
    work->testers = ARENA_ARRAY(work->arena, struct tester, work->workers);
    for (unsigned i = 0; i < work->workers; i++) {
        work->testers[i].arena = ARENA_NEW(work->arena, struct arena);
        work->testers[i].shuffles = work->workers == 1 && work->options->shuffles ? work->options->shuffles : &work->testers[i].own;
        arena_defer(work->arena, end_arena, work->testers[i].arena);
    }
}

static void close_testers(struct work *work)
{
    for (unsigned i = 0; i < work->workers; i++)
        shuffles_close(&work->testers[i].own);
}

static bool go_on(void *context, size_t i)
{
    (void)context;
    (void)i;
    return true;
}

/* All hypotheses, by the workers. */
static void for_all(struct work *work, void (*piece)(void *context, size_t i, unsigned worker), void *context)
{
    struct pool_job job = {.count = work->hypotheses.n, .workers = work->workers, .window = 8 * (size_t)work->workers, .context = context,
                           .work = piece, .deliver = go_on};
    pool_run(&job);
}

/* ---- correction over the invocation ---- */

struct testing {
    struct work *work;
    double level;
};

static void test_piece(void *context, size_t i, unsigned worker)
{
    struct testing *t = context;
    const struct tester *own = &t->work->testers[worker];
    struct hypothesis *h = &t->work->hypotheses.v[i];
    h->marks = marks_place(h, t->work->options, own->shuffles, own->arena);
    if (h->level && h->list && !marks_begin(h))
        list_test(h, own->shuffles, own->arena);
    else if (h->level && !marks_begin(h))
        h->answers = answers_of(&h->series, own->shuffles, own->arena);
    checks_test(h, &t->work->invocation, own->arena);
}

/* A step's p is found at the level that the correction asks of it, which takes the number of tests. */
static void resolve_piece(void *context, size_t i, unsigned worker)
{
    struct testing *t = context;
    const struct tester *own = &t->work->testers[worker];
    struct hypothesis *h = &t->work->hypotheses.v[i];
    if (!h->answers.tested)
        return;
    if (h->list) {
        list_resolve(h, own->shuffles, t->level);
        return;
    }
    answers_resolve(&h->series, &h->answers, own->shuffles, t->level);
    verdict_weigh(h);
}

static void test_all(struct work *work)
{
    size_t n = work->hypotheses.n;
    struct testing testing = {.work = work};
    for_all(work, test_piece, &testing);
    work->analysis->tested = correction_count(work->hypotheses.v, n);
    if (work->analysis->tested) {
        work->analysis->tested += work->options->others;
        testing.level = work->options->false_alarm_rate / (double)work->analysis->tested;
        for_all(work, resolve_piece, &testing);
    }
    correction_apply(work->hypotheses.v, n, work->options->correction, work->options->others, work->arena);
}

static void decide_piece(void *context, size_t i, unsigned worker)
{
    struct work *work = context;
    const struct tester *own = &work->testers[worker];
    verdict_decide(&work->hypotheses.v[i], &work->invocation, own->arena);
    known_settle(&work->hypotheses.v[i], &work->invocation, own->shuffles, own->arena);
}

static void decide_all(struct work *work)
{
    work->invocation.tested = work->analysis->tested;
    work->invocation.rejected = correction_rejected(work->hypotheses.v, work->hypotheses.n, work->options->false_alarm_rate);
    for_all(work, decide_piece, work);
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
    naming_of_entries(analysis, select_filter(work.index), arena);
    for (size_t i = 0; i < entries_n; i++)
        analyse_entry(&work, &analysis->entries[i]);
    open_testers(&work);
    test_all(&work);
    decide_all(&work);
    close_testers(&work);
    count(analysis);
    ack_notes_make(analysis, &(struct ack_notes_request){work.hypotheses.v, work.hypotheses.n, history, history_n}, arena);
    if (!options->verdicts_only) {
        causes_find(analysis, arena);
        varying_find(analysis, arena);
        incidents_find(analysis, arena);
    }
    expect_find(analysis, history, history_n, arena);
    naming_number_alike(analysis, arena);
    return analysis;
}
