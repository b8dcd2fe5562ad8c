#include "proof/calibrate.h"

#include <math.h>
#include <string.h>

#include "base/pool.h"
#include "base/quantile.h"
#include "detect/score.h"
#include "proof/calibrate_advice.h"
#include "proof/inject.h"
#include "proof/quiet.h"
#include "regress/series.h"

/* Replicates for detectable changes: as many in all, so many for each series. */
enum { EFFECTS_ALL = 10000, EFFECTS_LEAST = 25, EFFECTS_MOST = 100 };

/* A number of a record, and how far it is from the mean of its run point. */
struct cell {
    size_t record, kpi;
    double deviation;
};

/* What is shuffled: the numbers of one name of one label set, by run points in the order of the analysis. */
struct column {
    size_t series;   /* index in calibration.series */
    struct quiet quiet;
    struct cell *cells;
    size_t *first;   /* of each point in cells; and the end */
};

/* Records of a label set: history [from, to) and entries [entries_from, entries_to) of `base`. */
struct set {
    size_t number;   /* in past */
    size_t from, to, entries_from, entries_to;
    struct select_point *points; /* whose records are in `base` */
    size_t points_n;
    size_t columns_from, columns_to;
};

/* What a worker has for itself. */
struct room {
    struct record *copies; /* of base */
    struct arena keeps, arena, scratch;
    struct shuffles shuffles;
};

struct work {
    struct arena *arena;
    const struct past *past;
    const struct calibrate_options *options;
    struct calibration *result;
    LIST_OF(struct record) base; /* history, then entries; each by label set */
    size_t history_n;
    struct set *sets;
    size_t sets_n;
    LIST_OF(struct column) columns;
    struct room *rooms;
    unsigned char *found; /* per slot and series: the verdict */
    size_t window, done, all;
};

/* ---- what is looked at ---- */

static bool needs_all(const struct analysis_options *options)
{
    if (options->pairing.label)
        return true;
    for (size_t i = 0; i < options->kpis_n; i++)
        if (options->kpis[i].control.labels.n || options->kpis[i].budget.relative > 0 || options->kpis[i].budget.absolute > 0)
            return true;
    return false;
}

/* The label set's history as the analysis selects it: the newest points that it looks at. */
static void take_history(struct work *work, const struct select_index *index, struct set *set, const struct record *entry)
{
    struct selection selection = select_history(index, entry, work->arena);
    size_t skip = selection.points_n > SERIES_MAX && !needs_all(work->options->analysis) ? selection.points_n - SERIES_MAX : 0;
    set->points = selection.points + skip;
    set->points_n = selection.points_n - skip;
    set->from = work->base.n;
    for (size_t i = 0; i < set->points_n; i++)
        for (size_t k = 0; k < set->points[i].records_n; k++)
            *LIST_ADD(work->arena, &work->base) = *set->points[i].records[k];
    set->to = work->base.n;
}

static void take_sets(struct work *work)
{
    const struct past *past = work->past;
    const struct past_run *newest = work->result->newest;
    struct arena scratch = {0};
    const struct select_index *index = select_open(&scratch, work->options->analysis, past->records, newest->at);
    work->sets = ARENA_ARRAY(work->arena, struct set, newest->n + 1);
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

static const struct set *set_of_entry(const struct work *work, size_t record)
{
    const struct set *set = work->sets;
    while (!(record >= set->entries_from && record < set->entries_to))
        set++;
    return set;
}

static size_t find_series(const struct work *work, const struct set *set, const char *kpi)
{
    for (size_t s = 0; s < work->result->series_n; s++)
        if (work->result->series[s].label_set == set->number && strcmp(work->result->series[s].rule->name, kpi) == 0)
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
    struct work *work;
    const struct kpi_rule *rule;
    const char *name; /* the rule's, or of a part of its list */
    struct column column;
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
        b->column.cells[b->cells_n++] = (struct cell){i, k, base[i].kpis[k].value};
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

static void build_column(struct work *work, const struct set *set, size_t series, const char *name, const struct evidence *e, enum verdict verdict,
                         struct shuffles *shuffles)
{
    size_t records = set->to - set->from + set->entries_to - set->entries_from;
    struct building b = {.work = work, .rule = work->result->series[series].rule, .name = name, .column = {.series = series}};
    b.column.cells = ARENA_ARRAY(work->arena, struct cell, records + 1);
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
    if (b.points_n != before + 1 || before < SERIES_TESTED_MIN)
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
static void build_columns(struct work *work, struct set *set, const struct entry_result *entry, struct shuffles *shuffles)
{
    set->columns_from = work->columns.n;
    for (size_t j = 0; j < entry->kpis_n; j++) {
        size_t s = find_series(work, set, entry->kpis[j].rule->name);
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

static void add_series(struct work *work, const struct set *set, const struct entry_result *entry)
{
    for (size_t j = 0; j < entry->kpis_n; j++) {
        const struct kpi_result *kpi = &entry->kpis[j];
        const struct evidence *e = &kpi->evidence;
        if (kpi->verdict == VERDICT_NOT_ANALYSED || find_series(work, set, kpi->rule->name) != SIZE_MAX)
            continue;
        work->result->series[work->result->series_n++] = (struct calibrate_series){
            .rule = kpi->rule, .label_set = set->number, .verdict = kpi->verdict, .reason = e->reason, .runs = e->points_n,
            .more_runs = kpi->verdict == VERDICT_CANNOT_TELL || kpi->verdict == VERDICT_SUSPECT ? e->more_runs : 0,
            .level = e->level, .sd = e->sd, .levels = e->levels, .within_sd = e->within_sd, .repetitions = mean_repetitions(e),
            .threshold = fmax(isfinite(e->relative_threshold) ? e->relative_threshold : 0, isfinite(e->absolute_threshold) ? e->absolute_threshold : 0),
            .block = 1, .one = {NAN, NAN, NAN}, .several = {NAN, NAN, NAN}, .floor = {NAN, NAN, NAN}};
    }
}

static void look_as_is(struct work *work)
{
    struct shuffles shuffles = {0};
    size_t entries = work->base.n - work->history_n, kpis = work->options->analysis->kpis_n;
    const struct analysis *analysis = analysis_run(work->arena, work->options->analysis, work->base.v + work->history_n, entries, work->base.v,
                                                   work->history_n);
    work->result->tested = analysis->tested;
    work->result->series = ARENA_ARRAY(work->arena, struct calibrate_series, work->sets_n * kpis + 1);
    for (size_t k = 0; k < work->sets_n; k++) {
        struct set *set = &work->sets[k];
        const struct entry_result *first = NULL;
        for (size_t i = 0; i < analysis->entries_n; i++) {
            const struct entry_result *entry = &analysis->entries[i];
            if (set_of_entry(work, (size_t)(entry->entry - work->base.v)) != set)
                continue;
            add_series(work, set, entry);
            first = first ? first : entry;
        }
        build_columns(work, set, first, &shuffles);
    }
    shuffles_close(&shuffles);
}

/* ---- one shuffled invocation ---- */

static uint64_t seed_of(const struct work *work, size_t replicate)
{
    uint64_t state = work->options->seed + 0x9E3779B97F4A7C15u * (uint64_t)replicate;
    return score_random(&state);
}

static void write_point(struct record *copies, const struct column *column, size_t point, double value)
{
    for (size_t c = column->first[point]; c < column->first[point + 1]; c++) {
        const struct cell *cell = &column->cells[c];
        copies[cell->record].kpis[cell->kpi].value = value + cell->deviation;
    }
}

/* Gives the values that were written, in scratch. */
static double *write_column(struct room *room, const struct column *column, uint64_t seed)
{
    double *x = ARENA_ARRAY(&room->scratch, double, column->quiet.n);
    quiet_draw(&column->quiet, seed, x, &room->scratch);
    for (size_t i = 0; i < column->quiet.n; i++)
        write_point(room->copies, column, i, x[i]);
    return x;
}

static int weight(enum verdict verdict)
{
    return verdict == VERDICT_REGRESSION ? 3 : verdict == VERDICT_SUSPECT ? 2 : verdict == VERDICT_CANNOT_TELL ? 1 : 0;
}

static void replicate(void *context, size_t piece, unsigned worker)
{
    struct work *work = context;
    struct room *room = &work->rooms[worker];
    unsigned char *found = work->found + (piece % work->window) * work->result->series_n;
    memset(found, 0, work->result->series_n);
    for (size_t c = 0; c < work->columns.n; c++) {
        write_column(room, &work->columns.v[c], seed_of(work, piece));
        arena_clear(&room->scratch);
    }
    struct analysis_options options = *work->options->analysis;
    options.workers = 1;
    options.shuffles = &room->shuffles;
    const struct analysis *analysis = analysis_run(&room->arena, &options, room->copies + work->history_n, work->base.n - work->history_n,
                                                   room->copies, work->history_n);
    for (size_t i = 0; i < analysis->entries_n; i++) {
        const struct set *set = set_of_entry(work, (size_t)(analysis->entries[i].entry - room->copies));
        for (size_t j = 0; j < analysis->entries[i].kpis_n; j++) {
            size_t s = find_series(work, set, analysis->entries[i].kpis[j].rule->name);
            int w = weight(analysis->entries[i].kpis[j].verdict);
            if (s != SIZE_MAX && w > found[s])
                found[s] = (unsigned char)w;
        }
    }
    arena_clear(&room->arena);
}

static bool tell_done(struct work *work)
{
    work->done++;
    return !work->options->go_on || work->options->go_on(work->options->context, work->done, work->all);
}

static bool count(void *context, size_t piece)
{
    struct work *work = context;
    struct calibration *result = work->result;
    const unsigned char *found = work->found + (piece % work->window) * result->series_n;
    bool any = false, suspect = false;
    for (size_t k = 0; k < result->kpis_n; k++) {
        bool kpi = false, kpi_suspect = false;
        for (size_t s = 0; s < result->series_n; s++) {
            if (strcmp(result->series[s].rule->name, result->kpis[k].rule->name) != 0 || !result->series[s].shuffled)
                continue;
            result->series[s].regressions += found[s] == 3;
            result->series[s].suspects += found[s] == 2;
            result->series[s].cannot_tell += found[s] == 1;
            kpi |= found[s] == 3;
            kpi_suspect |= found[s] == 2;
        }
        result->kpis[k].regressions += kpi;
        result->kpis[k].suspects += kpi_suspect;
        any |= kpi;
        suspect |= kpi_suspect;
    }
    result->alarms += any;
    result->suspects += suspect;
    return tell_done(work);
}

/* ---- detectable changes ---- */

/* One series of its own, in a worker's copies. */
struct probe {
    const struct work *work;
    struct room *room;
    const struct set *set;
    struct kpi_rule rule;
    struct analysis_options options;
    size_t series;
    size_t changed; /* newest runs that are changed */
    double **x;     /* of each column of the set, what was drawn */
    double worse;
};

static bool is_mine(const struct probe *p, size_t column)
{
    return p->work->columns.v[column].series == p->series;
}

static const struct analysis *ask(const struct probe *p)
{
    const struct set *set = p->set;
    bool all = needs_all(p->work->options->analysis);
    struct record *copies = p->room->copies;
    size_t from = all ? 0 : set->from, to = all ? p->work->history_n : set->to;
    return analysis_run(&p->room->arena, &p->options, copies + set->entries_from, set->entries_to - set->entries_from, copies + from, to - from);
}

static bool is_seen(const struct probe *p, double amount)
{
    bool seen = false;
    for (size_t c = p->set->columns_from; c < p->set->columns_to; c++) {
        const struct column *column = &p->work->columns.v[c];
        size_t n = column->quiet.n;
        for (size_t i = n - (p->changed < n ? p->changed : n); is_mine(p, c) && i < n; i++)
            write_point(p->room->copies, column, i, p->x[c - p->set->columns_from][i] + p->worse * amount);
    }
    const struct analysis *analysis = ask(p);
    for (size_t i = 0; i < analysis->entries_n; i++)
        for (size_t j = 0; j < analysis->entries[i].kpis_n; j++)
            seen |= analysis->entries[i].kpis[j].verdict == VERDICT_REGRESSION;
    arena_clear(&p->room->arena);
    return seen;
}

enum { HALVINGS = 2, NEVER = 5 /* so many replicates in which nothing is seen, and none in which it is */ };
static const double STEP = 1.3, NOTHING = 0.02, TOO_MUCH = 1e6; /* of the unit */
static const double SLACK_SD = 10; /* a threshold of so many sd may hide what noise would not */

/* The smallest amount that is seen, within 4 %; beginning at a guess. Less than NOTHING units: it is an alarm anyway; more than TOO_MUCH:
 * none is. */
static double smallest_seen(const struct probe *p, double guess, double unit)
{
    double low = guess, high = guess;
    if (is_seen(p, guess)) {
        while (low > NOTHING * unit && is_seen(p, low = high / STEP))
            high = low;
        if (low <= NOTHING * unit)
            return low;
    } else {
        do {
            low = high;
            high *= STEP;
        } while (high <= TOO_MUCH * unit && !is_seen(p, high));
        if (!(high <= TOO_MUCH * unit))
            return INFINITY;
    }
    for (int i = 0; i < HALVINGS; i++) {
        double mid = sqrt(low * high);
        *(is_seen(p, mid) ? &high : &low) = mid;
    }
    return sqrt(low * high);
}

static void draw_set(struct probe *p, uint64_t seed)
{
    for (size_t c = p->set->columns_from; c < p->set->columns_to; c++)
        if (is_mine(p, c) || p->rule.control.kpi)
            p->x[c - p->set->columns_from] = write_column(p->room, &p->work->columns.v[c], seed);
}

/* `unit`: about what is expected. */
static struct calibrate_effect effect_of(struct probe *p, size_t changed, bool thresholds, double unit)
{
    const struct kpi_rule *rule = p->work->result->series[p->series].rule;
    size_t n = p->work->result->effect_replicates, low, high, infinite = 0;
    double *sizes = ARENA_ARRAY(&p->room->keeps, double, n + 1);
    double guess = unit;
    p->changed = changed;
    p->rule = *rule;
    if (!thresholds) {
        p->rule.min_relative = p->rule.min_absolute = 0;
        p->rule.thresholds_n = 0;
    }
    for (size_t r = 0; r < n; r++) {
        draw_set(p, seed_of(p->work, r));
        sizes[r] = smallest_seen(p, guess, unit);
        if (isfinite(sizes[r]) && sizes[r] > NOTHING * unit)
            guess = sizes[r];
        infinite += isinf(sizes[r]) ? 1 : 0;
        arena_clear(&p->room->scratch);
        if (infinite == NEVER && infinite == r + 1)
            return (struct calibrate_effect){INFINITY, INFINITY, INFINITY};
    }
    quantile_sort(sizes, n);
    proportion_ranks(n, CALIBRATE_POWER, 0.95, &low, &high);
    size_t rank = (size_t)ceil(CALIBRATE_POWER * (double)(n + 1)); /* n values divide chance into n + 1 equal parts */
    return (struct calibrate_effect){sizes[(rank < n ? rank : n) - 1], low ? sizes[low - 1] : 0, high <= n ? sizes[high - 1] : INFINITY};
}

static void find_effects(void *context, size_t piece, unsigned worker)
{
    struct work *work = context;
    struct calibrate_series *series = &work->result->series[piece];
    struct probe p = {.work = work, .room = &work->rooms[worker], .set = work->sets, .series = piece, .options = *work->options->analysis};
    if (!series->shuffled)
        return;
    while (p.set->number != series->label_set)
        p.set++;
    p.x = ARENA_ARRAY(&p.room->keeps, double *, p.set->columns_to - p.set->columns_from + 1);
    p.worse = series->rule->better == DIRECTION_HIGHER ? -1 : 1;
    p.rule = *series->rule;
    p.options.kpis = &p.rule;
    p.options.kpis_n = 1;
    p.options.kpi_filter = NULL;
    p.options.workers = 1;
    p.options.shuffles = &p.room->shuffles;
    draw_set(&p, seed_of(work, 0));
    size_t own = ask(&p)->tested;
    arena_clear(&p.room->arena);
    arena_clear(&p.room->scratch);
    p.options.others = work->result->tested > own ? work->result->tested - own : 0;
    double sd = isfinite(series->sd) && series->sd > 0 ? series->sd : fabs(series->level) / 100;
    double unit = fmax(isfinite(sd) && sd > 0 ? 4 * sd : 1, series->threshold);
    series->one = effect_of(&p, 1, true, unit);
    series->floor = series->threshold > SLACK_SD * sd ? effect_of(&p, 1, false, unit) : series->one;
    series->several = effect_of(&p, CALIBRATE_RUNS, true, unit);
}

static bool next_series(void *context, size_t piece)
{
    struct work *work = context;
    (void)piece;
    return tell_done(work);
}

/* ---- all of it ---- */

static size_t choose_effects(const struct work *work)
{
    size_t given = work->options->effect_replicates, series = work->result->series_n;
    if (given != CALIBRATE_AS_MANY || !series)
        return given != CALIBRATE_AS_MANY ? given : 0;
    size_t each = EFFECTS_ALL / series;
    return each < EFFECTS_LEAST ? EFFECTS_LEAST : each > EFFECTS_MOST ? EFFECTS_MOST : each;
}

static void gather_kpis(struct work *work)
{
    struct calibration *result = work->result;
    const struct analysis_options *options = work->options->analysis;
    result->kpis = ARENA_ARRAY(work->arena, struct calibrate_kpi, options->kpis_n + 1);
    for (size_t k = 0; k < options->kpis_n; k++) {
        struct calibrate_kpi kpi = {.rule = &options->kpis[k]};
        for (size_t s = 0; s < result->series_n; s++)
            if (result->series[s].shuffled && strcmp(result->series[s].rule->name, kpi.rule->name) == 0)
                kpi.series++;
        if (kpi.series)
            result->kpis[result->kpis_n++] = kpi;
    }
}

static bool run_pieces(struct work *work)
{
    const struct calibrate_options *options = work->options;
    size_t series = work->result->effect_replicates ? work->result->series_n : 0, unit = options->replicates;
    struct pool_job job = {.count = work->columns.n ? unit : 0, .workers = options->workers, .window = work->window, .context = work, .work = replicate,
                           .deliver = count};
    work->all = job.count + series;
    if (!pool_run(&job))
        return false;
    job.count = work->columns.n ? series : 0;
    job.work = find_effects;
    job.deliver = next_series;
    return pool_run(&job);
}

struct calibration *calibrate_run(struct arena *arena, const struct past *past, const struct calibrate_options *options)
{
    struct calibration *result = ARENA_NEW(arena, struct calibration);
    struct work work = {.arena = arena, .past = past, .options = options, .result = result, .window = 2 * (size_t)options->workers};
    *result = (struct calibration){.past = past, .options = options, .names = past_names(arena, options->analysis, past),
                                   .newest = &past->runs[past->runs_n - 1]};
    take_sets(&work);
    result->label_sets = work.sets_n;
    look_as_is(&work);
    gather_kpis(&work);
    result->effect_replicates = choose_effects(&work);
    work.found = ARENA_ARRAY(arena, unsigned char, work.window * result->series_n + 1);
    work.rooms = ARENA_ARRAY(arena, struct room, options->workers);
    for (unsigned i = 0; i < options->workers; i++)
        work.rooms[i].copies = inject_copies(&work.rooms[i].keeps, work.base.v, work.base.n);
    bool complete = run_pieces(&work);
    for (unsigned i = 0; i < options->workers; i++) {
        shuffles_close(&work.rooms[i].shuffles);
        arena_close(&work.rooms[i].keeps);
        arena_close(&work.rooms[i].arena);
        arena_close(&work.rooms[i].scratch);
    }
    if (!complete)
        return NULL;
    result->false_alarms = proportion_of(result->alarms, options->replicates, 0.95);
    for (size_t k = 0; k < result->kpis_n; k++)
        result->kpis[k].false_alarms = proportion_of(result->kpis[k].regressions, options->replicates, 0.95);
    for (size_t s = 0; s < result->series_n; s++)
        result->series[s].advice = calibrate_advice(arena, &result->series[s], options->analysis);
    return result;
}
