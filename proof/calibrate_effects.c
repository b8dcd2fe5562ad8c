#include "proof/calibrate_effects.h"

#include <math.h>

#include "base/quantile.h"
#include "proof/calibrate_take.h"

/* One series of its own, in a worker's copies. */
struct probe {
    const struct calibrate_work *work;
    struct calibrate_room *room;
    const struct calibrate_set *set;
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
    const struct calibrate_set *set = p->set;
    bool all = calibrate_needs_all(p->work->options->analysis);
    struct record *copies = p->room->copies;
    size_t from = all ? 0 : set->from, to = all ? p->work->history_n : set->to;
    return analysis_run(&p->room->arena, &p->options, copies + set->entries_from, set->entries_to - set->entries_from, copies + from, to - from);
}

/* A long series takes minutes; what comes of a stopped one is thrown away. */
static bool is_stopped(const struct probe *p)
{
    const struct calibrate_options *options = p->work->options;
    return options->stopped && options->stopped(options->context);
}

static bool is_seen(const struct probe *p, double amount)
{
    bool seen = false;
    if (is_stopped(p))
        return true;
    for (size_t c = p->set->columns_from; c < p->set->columns_to; c++) {
        const struct calibrate_column *column = &p->work->columns.v[c];
        size_t n = column->quiet.n;
        for (size_t i = n - (p->changed < n ? p->changed : n); is_mine(p, c) && i < n; i++)
            calibrate_write_point(p->room->copies, column, i, p->x[c - p->set->columns_from][i] + p->worse * amount);
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
            p->x[c - p->set->columns_from] = calibrate_write(p->room, &p->work->columns.v[c], seed);
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
    for (size_t r = 0; r < n && !is_stopped(p); r++) {
        draw_set(p, calibrate_seed(p->work, r));
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

void calibrate_effects_find(void *context, size_t piece, unsigned worker)
{
    struct calibrate_work *work = context;
    struct calibrate_series *series = &work->result->series[piece];
    struct probe p = {.work = work, .room = &work->rooms[worker], .set = work->sets, .series = piece, .options = *work->options->analysis};
    if (!series->shuffled || is_stopped(&p))
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
    p.options.verdicts_only = true;
    p.options.shuffles = &p.room->shuffles;
    draw_set(&p, calibrate_seed(work, 0));
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
