#include "proof/calibrate_take.h"

#include <math.h>
#include <string.h>

#include "detect/score.h"
#include "proof/inject.h"
#include "regress/answers.h"

/* ---- what is looked at ---- */

bool calibrate_needs_all(const struct analysis_options *options)
{
    if (options->pairing.label)
        return true;
    for (size_t i = 0; i < options->kpis_n; i++)
        if (options->kpis[i].control.labels.n || options->kpis[i].budget.relative > 0 || options->kpis[i].budget.absolute > 0)
            return true;
    return false;
}

/* The label set's history as the analysis selects it: the newest points that it looks at. */
static void take_history(struct calibrate_work *work, const struct select_index *index, struct calibrate_set *set, const struct record *entry)
{
    struct selection selection = select_history(index, entry, work->arena);
    size_t skip = selection.points_n > SERIES_MAX && !calibrate_needs_all(work->options->analysis) ? selection.points_n - SERIES_MAX : 0;
    set->points = selection.points + skip;
    set->points_n = selection.points_n - skip;
    set->from = work->base.n;
    for (size_t i = 0; i < set->points_n; i++)
        for (size_t k = 0; k < set->points[i].records_n; k++)
            *LIST_ADD(work->arena, &work->base) = *set->points[i].records[k];
    set->to = work->base.n;
}

void calibrate_take(struct calibrate_work *work)
{
    const struct past *past = work->past;
    const struct past_run *newest = work->result->newest;
    struct arena scratch = {0};
    const struct select_index *index = select_open(&scratch, work->options->analysis, past->records, newest->at);
    work->sets = ARENA_ARRAY(work->arena, struct calibrate_set, newest->n + 1);
    for (size_t i = newest->at; i < newest->at + newest->n; i++) {
        size_t k = 0;
        while (k < work->sets_n && work->sets[k].number != past->label_set[i])
            k++;
        if (k < work->sets_n)
            continue;
        work->sets[work->sets_n++].number = past->label_set[i];
        take_history(work, index, &work->sets[k], &past->records[i]);
    }
    work->history_n = work->base.n;
    for (size_t k = 0; k < work->sets_n; k++) {
        work->sets[k].entries_from = work->base.n;
        for (size_t i = newest->at; i < newest->at + newest->n; i++)
            if (past->label_set[i] == work->sets[k].number)
                *LIST_ADD(work->arena, &work->base) = past->records[i];
        work->sets[k].entries_to = work->base.n;
    }
    arena_close(&scratch);
}

const struct calibrate_set *calibrate_set_of(const struct calibrate_work *work, size_t record)
{
    size_t from = 0, to = work->sets_n; /* their entries follow one another */
    while (to - from > 1) {
        size_t middle = from + (to - from) / 2;
        *(work->sets[middle].entries_from <= record ? &from : &to) = middle;
    }
    return &work->sets[from];
}

size_t calibrate_series_of(const struct calibrate_work *work, const struct calibrate_set *set, const char *kpi)
{
    for (size_t s = set->series_from; s < work->result->series_n && work->result->series[s].label_set == set->number; s++)
        if (strcmp(work->result->series[s].rule->name, kpi) == 0)
            return s;
    return SIZE_MAX;
}

/* ---- columns ---- */

static size_t kpi_index(const struct record *record, const char *name)
{
    for (size_t k = 0; k < record->kpis_n; k++)
        if (strcmp(record->kpis[k].name, name) == 0)
            return k;
    return SIZE_MAX;
}

struct building {
    struct calibrate_work *work;
    const struct kpi_rule *rule;
    const char *name; /* the rule's, or of a part of its list */
    struct calibrate_column column;
    size_t cells_n, points_n;
    double *x;
    size_t *run;
};

/* The numbers of records [from, to) of base, which are one run point. */
static void add_point(struct building *b, size_t from, size_t to, size_t run)
{
    const struct record *base = b->work->base.v;
    size_t first = b->cells_n;
    double sum = 0;
    for (size_t i = from; i < to; i++) {
        size_t k = kpi_index(&base[i], b->name);
        if (k == SIZE_MAX || !isfinite(base[i].kpis[k].value) || (b->rule->has_idle && base[i].kpis[k].value == b->rule->idle))
            continue;
        sum += base[i].kpis[k].value;
        b->column.cells[b->cells_n++] = (struct calibrate_cell){i, k, base[i].kpis[k].value};
    }
    if (b->cells_n == first)
        return;
    double mean = sum / (double)(b->cells_n - first);
    for (size_t c = first; c < b->cells_n; c++)
        b->column.cells[c].deviation -= mean;
    b->column.first[b->points_n] = first;
    b->x[b->points_n] = mean;
    b->run[b->points_n++] = run;
}

/* The invocation that a point is from: it started when the point did, or before. */
static size_t run_at(const struct past *past, int64_t start_us)
{
    size_t low = 0, high = past->runs_n;
    while (low < high) {
        size_t mid = low + (high - low) / 2;
        if (past->runs[mid].start_us <= start_us)
            low = mid + 1;
        else
            high = mid;
    }
    return low;
}

static void build_column(struct calibrate_work *work, const struct calibrate_set *set, size_t series, const char *name, const struct evidence *e,
                         enum verdict verdict, struct shuffles *shuffles)
{
    size_t records = set->to - set->from + set->entries_to - set->entries_from;
    struct building b = {.work = work, .rule = work->result->series[series].rule, .name = name, .column = {.series = series}};
    b.column.cells = ARENA_ARRAY(work->arena, struct calibrate_cell, records + 1);
    b.column.first = ARENA_ARRAY(work->arena, size_t, set->points_n + 2);
    b.x = ARENA_ARRAY(work->arena, double, set->points_n + 1);
    b.run = ARENA_ARRAY(work->arena, size_t, set->points_n + 1);
    bool alarm = verdict == VERDICT_REGRESSION || verdict == VERDICT_IMPROVEMENT || verdict == VERDICT_ACKNOWLEDGED; /* a suspect run may well be noise */
    bool earlier = alarm && e->since_version && e->since_point < e->points_n;
    size_t since = SIZE_MAX, at = set->from;
    for (size_t i = 0; i < set->points_n; i++) {
        if (since == SIZE_MAX && earlier && set->points[i].start_us == e->points[e->since_point].start_us)
            since = b.points_n;
        add_point(&b, at, at + set->points[i].records_n, run_at(work->past, set->points[i].start_us));
        at += set->points[i].records_n;
    }
    size_t before = b.points_n;
    add_point(&b, set->entries_from, set->entries_to, work->past->runs_n);
    if (b.points_n != before + 1 || before < ANSWERS_TESTED_MIN)
        return; /* nothing to shuffle */
    b.column.first[b.points_n] = b.cells_n;
    since = since != SIZE_MAX ? since : alarm ? before : b.points_n;
    struct quiet_series quiet = {b.x, b.run, b.points_n, since, b.rule->independent};
    b.column.quiet = quiet_of(&quiet, shuffles, work->arena);
    *LIST_ADD(work->arena, &work->columns) = b.column;
}

static void describe(struct calibrate_series *series, const struct quiet *quiet)
{
    double relative = series_relative_threshold(series->rule, quiet->centre);
    if (!series->shuffled) { /* of a list its first part */
        series->level = quiet->centre;
        series->sd = quiet->sd;
        series->threshold = fmax(relative, series->rule->min_absolute > 0 ? series->rule->min_absolute : 0);
    }
    series->shuffled = true;
    series->drifts |= quiet->drifts;
    series->moved |= quiet->moved;
    series->newest_left_out |= quiet->newest_drawn;
    if (quiet->block > series->block) {
        series->block = quiet->block;
        series->rho = quiet->rho;
    }
}

/* The numbers of the KPI in the newest entry: its own, or those of its parts. */
static void build_columns(struct calibrate_work *work, struct calibrate_set *set, const struct entry_result *entry, struct shuffles *shuffles)
{
    set->columns_from = work->columns.n;
    for (size_t j = 0; j < entry->kpis_n; j++) {
        size_t s = calibrate_series_of(work, set, entry->kpis[j].rule->name);
        for (size_t k = 0; s != SIZE_MAX && k < entry->entry->kpis_n; k++) {
            const char *name = entry->entry->kpis[k].name;
            size_t before = work->columns.n;
            if (inject_is_of(name, entry->kpis[j].rule))
                build_column(work, set, s, name, &entry->kpis[j].evidence, entry->kpis[j].verdict, shuffles);
            if (work->columns.n > before)
                describe(&work->result->series[s], &work->columns.v[before].quiet);
        }
    }
    set->columns_to = work->columns.n;
}

/* ---- the newest invocation as it is ---- */

static double mean_repetitions(const struct evidence *e)
{
    double sum = 0;
    for (size_t i = 0; i < e->points_n; i++)
        sum += (double)e->points[i].repetitions;
    return e->points_n && sum > (double)e->points_n ? sum / (double)e->points_n : NAN;
}

static void add_series(struct calibrate_work *work, const struct calibrate_set *set, const struct entry_result *entry)
{
    for (size_t j = 0; j < entry->kpis_n; j++) {
        const struct kpi_result *kpi = &entry->kpis[j];
        const struct evidence *e = &kpi->evidence;
        if (kpi->verdict == VERDICT_NOT_ANALYSED || calibrate_series_of(work, set, kpi->rule->name) != SIZE_MAX)
            continue;
        work->result->series[work->result->series_n++] = (struct calibrate_series){
            .rule = kpi->rule, .label_set = set->number, .verdict = kpi->verdict, .reason = e->reason, .runs = e->points_n,
            .more_runs = kpi->verdict == VERDICT_CANNOT_TELL || kpi->verdict == VERDICT_SUSPECT ? e->more_runs : 0,
            .level = e->level, .sd = e->sd, .levels = e->levels, .within_sd = e->within_sd, .repetitions = mean_repetitions(e),
            .threshold = fmax(isfinite(e->relative_threshold) ? e->relative_threshold : 0, isfinite(e->absolute_threshold) ? e->absolute_threshold : 0),
            .block = 1, .one = {NAN, NAN, NAN}, .several = {NAN, NAN, NAN}, .floor = {NAN, NAN, NAN}};
    }
}

void calibrate_look(struct calibrate_work *work)
{
    struct shuffles shuffles = {0};
    size_t entries = work->base.n - work->history_n, kpis = work->options->analysis->kpis_n;
    const struct analysis *analysis = analysis_run(work->arena, work->options->analysis, work->base.v + work->history_n, entries, work->base.v,
                                                   work->history_n);
    work->result->tested = analysis->tested;
    work->result->series = ARENA_ARRAY(work->arena, struct calibrate_series, work->sets_n * kpis + 1);
    for (size_t k = 0; k < work->sets_n; k++) {
        struct calibrate_set *set = &work->sets[k];
        const struct entry_result *first = NULL;
        set->series_from = work->result->series_n;
        for (size_t i = 0; i < analysis->entries_n; i++) {
            const struct entry_result *entry = &analysis->entries[i];
            size_t record = (size_t)(entry->entry - work->base.v);
            if (record < set->entries_from || record >= set->entries_to)
                continue;
            add_series(work, set, entry);
            first = first ? first : entry;
        }
        build_columns(work, set, first, &shuffles);
    }
    shuffles_close(&shuffles);
}

/* ---- shuffled values ---- */

uint64_t calibrate_seed(const struct calibrate_work *work, size_t replicate)
{
    uint64_t state = work->options->seed + 0x9E3779B97F4A7C15u * (uint64_t)replicate;
    return score_random(&state);
}

void calibrate_write_point(struct record *copies, const struct calibrate_column *column, size_t point, double value)
{
    for (size_t c = column->first[point]; c < column->first[point + 1]; c++) {
        const struct calibrate_cell *cell = &column->cells[c];
        copies[cell->record].kpis[cell->kpi].value = value + cell->deviation;
    }
}

double *calibrate_write(struct calibrate_room *room, const struct calibrate_column *column, uint64_t seed)
{
    double *x = ARENA_ARRAY(&room->scratch, double, column->quiet.n);
    quiet_draw(&column->quiet, seed, x, &room->scratch);
    for (size_t i = 0; i < column->quiet.n; i++)
        calibrate_write_point(room->copies, column, i, x[i]);
    return x;
}
