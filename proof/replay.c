#include "proof/replay.h"

#include <math.h>
#include <string.h>

#include "base/pool.h"
#include "regress/series.h"

/* What one invocation gave for one KPI of one payload. */
struct cell {
    size_t series;
    struct replay_point point;
    int64_t since_us; /* when the run at which the change began started */
    bool since_here;
};

/* An invocation while it is worked on, and until it is delivered. */
struct slot {
    struct arena arena;
    struct cell *cells;
    size_t n;
};

struct work {
    struct arena *arena;
    const struct past *past;
    const struct replay_options *options;
    struct analysis_options analysis;
    struct replay *replay;
    struct slot *slots;
    struct shuffles *shuffles; /* of each worker */
    size_t window, all, done;
};

/* ---- one invocation ---- */

static bool is_change(enum verdict verdict)
{
    return verdict == VERDICT_REGRESSION || verdict == VERDICT_SUSPECT || verdict == VERDICT_IMPROVEMENT || verdict == VERDICT_ACKNOWLEDGED;
}

static size_t rule_of(const struct work *work, const char *name)
{
    size_t k = 0;
    while (strcmp(work->analysis.kpis[k].name, name) != 0)
        k++;
    return k;
}

static struct cell cell_of(const struct work *work, size_t run, const struct entry_result *entry, const struct kpi_result *kpi)
{
    const struct past *past = work->past;
    const struct evidence *e = &kpi->evidence;
    size_t record = (size_t)(entry->entry - past->records);
    struct cell cell = {.series = past->label_set[record] * work->analysis.kpis_n + rule_of(work, kpi->rule->name),
                        .point = {run, e->value, true, kpi->verdict, e->relative, e->p_corrected, REPLAY_NOWHERE, entry->entry->start_us}};
    if (is_change(kpi->verdict) && e->since_version) {
        cell.since_here = e->since_point >= e->points_n;
        cell.since_us = cell.since_here ? 0 : e->since_older ? e->since_older[1].start_us : e->points[e->since_point].start_us;
    }
    return cell;
}

static void judge_run(void *context, size_t piece, unsigned worker)
{
    struct work *work = context;
    const struct past *past = work->past;
    struct slot *slot = &work->slots[piece % work->window];
    size_t run = work->replay->first + piece;
    const struct past_run *r = &past->runs[run];
    arena_clear(&slot->arena);
    struct analysis_options options = work->analysis;
    options.now_us = r->start_us;
    options.shuffles = &work->shuffles[worker];
    options.verdicts_only = true;
    const struct analysis *analysis = analysis_run(&slot->arena, &options, past->records + r->at, r->n, past->records, r->at);
    slot->n = 0;
    slot->cells = ARENA_ARRAY(&slot->arena, struct cell, r->n * options.kpis_n + 1);
    for (size_t i = 0; i < analysis->entries_n; i++)
        for (size_t j = 0; j < analysis->entries[i].kpis_n; j++)
            slot->cells[slot->n++] = cell_of(work, run, &analysis->entries[i], &analysis->entries[i].kpis[j]);
}

/* ---- into the series, run by run ---- */

static int gravity(enum verdict verdict)
{
    static const int order[VERDICT_COUNT] = {
        [VERDICT_REGRESSION] = 8,  [VERDICT_ACKNOWLEDGED] = 7, [VERDICT_SUSPECT] = 6,    [VERDICT_MISSING] = 5,      [VERDICT_CANNOT_TELL] = 4,
        [VERDICT_IMPROVEMENT] = 3, [VERDICT_OK] = 2,           [VERDICT_NO_HISTORY] = 1, [VERDICT_NOT_ANALYSED] = 0,
    };
    return order[verdict];
}

/* The point of the series that started then; points are in order of their invocations, which is nearly that of their starts. */
static size_t find_start(const struct replay_series *series, int64_t start_us)
{
    for (size_t i = series->n; i-- > 0;)
        if (series->points[i].start_us == start_us)
            return i;
    return REPLAY_NOWHERE;
}

static void add_point(struct work *work, const struct cell *cell)
{
    struct replay_series *series = &work->replay->series[cell->series];
    struct replay_point point = cell->point;
    if (cell->since_here)
        point.since = series->n;
    else if (cell->since_us)
        point.since = find_start(series, cell->since_us);
    struct replay_point *last = series->n ? &series->points[series->n - 1] : NULL;
    if (!last || last->run != point.run) {
        series->points = arena_grow(work->arena, series->points, series->n, &series->cap, sizeof(*series->points));
        series->points[series->n++] = point;
        return;
    }
    int64_t start = last->start_us < point.start_us ? last->start_us : point.start_us;
    if (cell->since_here)
        point.since = series->n - 1;
    if (gravity(point.verdict) > gravity(last->verdict))
        *last = point;
    last->start_us = start;
}

static bool take_run(void *context, size_t piece)
{
    struct work *work = context;
    const struct slot *slot = &work->slots[piece % work->window];
    bool red = false;
    for (size_t i = 0; i < slot->n; i++) {
        add_point(work, &slot->cells[i]);
        red |= slot->cells[i].point.verdict == VERDICT_REGRESSION;
    }
    work->replay->sums.red += red;
    work->done++;
    return !work->options->go_on || work->options->go_on(work->options->context, work->done, work->all);
}

/* Runs before the first one that is judged: only their values. */
static void add_unjudged(struct work *work)
{
    const struct past *past = work->past;
    size_t end = work->replay->first < past->runs_n ? past->runs[work->replay->first].at : past->n;
    for (size_t i = 0, run = 0; i < end; i++) {
        run += i == past->runs[run].at + past->runs[run].n;
        for (size_t k = 0; k < work->analysis.kpis_n; k++) {
            double value;
            const struct record *record = &past->records[i];
            if (!series_value(record, &work->analysis.kpis[k], &value))
                continue;
            struct cell cell = {.series = past->label_set[i] * work->analysis.kpis_n + k,
                                .point = {run, value, false, VERDICT_NOT_ANALYSED, NAN, NAN, REPLAY_NOWHERE, record->start_us}};
            add_point(work, &cell);
        }
    }
}

/* The mean over the repetitions of each point, as the analysis takes it. */
static void average_points(struct work *work)
{
    const struct past *past = work->past;
    for (size_t s = 0; s < work->replay->series_n; s++) {
        struct replay_series *series = &work->replay->series[s];
        for (size_t i = 0; i < series->n; i++) {
            const struct past_run *run = &past->runs[series->points[i].run];
            double sum = 0, value;
            size_t n = 0;
            for (size_t k = run->at; k < run->at + run->n; k++)
                if (past->label_set[k] == series->label_set && series_value(&past->records[k], series->rule, &value))
                    sum += value, n++;
            series->points[i].value = n ? sum / (double)n : NAN;
        }
    }
}

static bool is_analysed(const struct replay_series *series)
{
    for (size_t i = 0; i < series->n; i++)
        if (series->points[i].judged && series->points[i].verdict != VERDICT_NOT_ANALYSED)
            return true;
    return false;
}

static void drop_others(struct replay *replay)
{
    size_t kept = 0;
    for (size_t i = 0; i < replay->series_n; i++)
        if (is_analysed(&replay->series[i]))
            replay->series[kept++] = replay->series[i];
    replay->series_n = kept;
}

static void close_slots(struct work *work)
{
    for (size_t i = 0; i < work->window; i++)
        arena_close(&work->slots[i].arena);
    for (unsigned i = 0; i < work->options->workers; i++)
        shuffles_close(&work->shuffles[i]);
}

struct replay *replay_run(struct arena *arena, const struct past *past, const struct replay_options *options)
{
    size_t kpis = options->analysis->kpis_n, all = options->last && options->last < past->runs_n ? options->last : past->runs_n;
    struct replay *replay = ARENA_NEW(arena, struct replay);
    *replay = (struct replay){.past = past, .options = options, .first = past->runs_n - all, .series_n = past->label_sets_n * kpis,
                              .series = ARENA_ARRAY(arena, struct replay_series, past->label_sets_n * kpis + 1),
                              .names = past_names(arena, options->analysis, past)};
    for (size_t i = 0; i < replay->series_n; i++)
        replay->series[i] = (struct replay_series){.rule = &options->analysis->kpis[i % kpis], .label_set = i / kpis};
    struct work work = {.arena = arena, .past = past, .options = options, .analysis = *options->analysis, .replay = replay, .all = all,
                        .window = 2 * (size_t)options->workers};
    work.analysis.workers = 1;
    work.slots = ARENA_ARRAY(arena, struct slot, work.window);
    work.shuffles = ARENA_ARRAY(arena, struct shuffles, options->workers);
    add_unjudged(&work);
    struct pool_job job = {.count = all, .workers = options->workers, .window = work.window, .context = &work, .work = judge_run, .deliver = take_run};
    bool complete = pool_run(&job);
    close_slots(&work);
    if (!complete)
        return NULL;
    replay->sums.runs = all;
    drop_others(replay);
    average_points(&work);
    replay_judge(arena, replay);
    return replay;
}
