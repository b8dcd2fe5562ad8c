#include "regress/series.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "detect/score.h"
#include "detect/stats.h"
#include "regress/acks/marks.h"
#include "regress/missing/unit_change.h"

enum { JUST_BEFORE = 8 };
static const double RUNS_GLANCE = 0.25; /* 25 times what the gate's share of .05 asks for */
static const double TAIL_FEW = 1.9, TAIL_MANY = 2.2; /* up to 8 residuals, from 20 on */

/* The autocorrelation that the workload declares: none; NAN: it is estimated. */
static double declared_rho(const struct kpi_rule *rule)
{
    return rule->independent ? 0 : NAN;
}

bool series_value(const struct record *record, const struct kpi_rule *rule, double *value)
{
    return record_kpi(record, rule->name, value) && isfinite(*value) && !(rule->has_idle && *value == rule->idle);
}

/* The mean of those that have it in the entry's unit, but for what is left out by hand; false: none, or it is too large to be one. */
static bool mean_of(const struct selection *selection, const struct record *const *records, size_t n, const struct record *entry,
                    const struct kpi_rule *rule, struct within_mean *mean)
{
    double value;
    *mean = (struct within_mean){0};
    for (size_t i = 0; i < n; i++)
        if (series_value(records[i], rule, &value) && !unit_differs(records[i], entry, rule->name) &&
            !marks_excluded(selection->options, records[i], rule->name))
            within_take(mean, value);
    return mean->n && isfinite(mean->mean);
}

static void gather_points(const struct selection *selection, const struct record *entry, struct series *series)
{
    for (size_t i = 0; i < selection->points_n; i++) {
        const struct select_point *from = &selection->points[i];
        struct within_mean mean;
        if (!mean_of(selection, from->records, from->records_n, entry, series->rule, &mean))
            continue;
        within_add(&series->within, &mean);
        series->x[series->n] = mean.mean;
        series->from[series->n] = from;
        series->points[series->n++] =
            (struct run_point){from->version, from->run_id, from->where, from->start_us, mean.mean, mean.n, 0, from};
    }
}

bool series_gather(const struct selection *selection, const struct record *entry, const struct kpi_rule *rule,
                   struct series *series, struct arena *arena)
{
    *series = (struct series){.rule = rule, .worse = rule->better == DIRECTION_HIGHER ? SIDE_BELOW : SIDE_ABOVE, .repetitions = 1};
    series->points = ARENA_ARRAY(arena, struct run_point, selection->points_n + 1);
    series->from = ARENA_ARRAY(arena, const struct select_point *, selection->points_n + 1);
    series->x = ARENA_ARRAY(arena, double, selection->points_n + 1);
    gather_points(selection, entry, series);
    double value;
    struct within_mean own;
    series->has = series_value(entry, rule, &value);
    series->x[series->n] = series->measured = series->has ? value : NAN;
    if (series->has && mean_of(selection, selection->own, selection->own_n, entry, rule, &own)) {
        series->x[series->n] = own.mean;
        series->repetitions = own.n;
    }
    return series->has;
}

void series_trim(struct series *series)
{
    if (series->n <= SERIES_MAX)
        return;
    series->older = series->n - SERIES_MAX;
    series->points += series->older;
    series->from += series->older;
    series->x += series->older;
    series->n = SERIES_MAX;
}

bool series_of(const struct selection *selection, const struct record *entry, const struct kpi_rule *rule,
               struct series *series, struct arena *arena)
{
    bool has = series_gather(selection, entry, rule, series, arena);
    series_trim(series);
    return has;
}

static double divided(const struct series *series, double share)
{
    return series->parts > 1 ? share / (double)series->parts : share;
}

size_t series_window_before(const struct series *series, size_t end)
{
    size_t window = series->window ? series->window : SERIES_WINDOW;
    return end > window ? end - window : 0;
}

size_t series_window_start(const struct series *series)
{
    return series_window_before(series, series->n);
}

size_t series_place(const struct series *series, const struct select_point *point)
{
    size_t i = 0;
    while (i < series->n && series->from[i] < point) /* places in one list, oldest first */
        i++;
    return i;
}

void series_take_borders(struct series *series, const struct series *other, struct arena *arena)
{
    size_t *borders = ARENA_ARRAY(arena, size_t, other->borders_n + 1), n = 0;
    for (size_t i = 0; i < other->borders_n; i++) {
        size_t at = series_place(series, other->from[other->borders[i]]);
        if (at > 0 && at < series->n && (n == 0 || at > borders[n - 1]))
            borders[n++] = at;
    }
    series->borders = borders;
    series->borders_n = n;
    series->floor = other->floor ? series_place(series, other->from[other->floor]) : 0;
    if (series->floor >= series->n)
        series->floor = 0;
}

double series_newest_share(const struct series *series)
{
    return divided(series, series->n < SERIES_FEW ? SERIES_NEWEST_SHARE_FEW : SERIES_NEWEST_SHARE);
}

double series_relative_threshold(const struct kpi_rule *rule, double level)
{
    return rule->min_relative > 0 ? rule->min_relative * fabs(level) : 0;
}

bool series_passes(const struct kpi_rule *rule, double change, double level)
{
    double size = fabs(change);
    return size > 0 && size >= series_relative_threshold(rule, level) && size >= rule->min_absolute;
}

/* How much worse b is than a; negative: better. */
static double worse_by(const struct series *s, double a, double b)
{
    return (double)s->worse * (b - a);
}

static bool worse_and_passes(const struct series *s, double level, double value)
{
    return worse_by(s, level, value) > 0 && series_passes(s->rule, value - level, level);
}

static double median_of(const double *x, size_t n, struct arena *scratch)
{
    return stats_median(arena_copy(scratch, x, n * sizeof(*x)), n);
}

/* The newest value stands nearer to the bad level than to the good one. */
static bool not_recovered(const struct series *s, double good, double bad)
{
    return worse_by(s, good, s->x[s->n]) >= 0.5 * worse_by(s, good, bad);
}

/* The run under test has fewer repetitions than those of history, whose means scatter less for it. */
static void widen(struct baseline *base, double by)
{
    base->sigma *= by;
    for (size_t i = 0; i < base->residuals_n; i++)
        base->residuals[i] *= by;
}

/* The baseline of the specification assumes a tail index up to 3, which is right for one test at .05. A correction over
 * many tests looks farther out than the history reaches, where log-normal noise and Student's t with 3 degrees of freedom fall
 * more slowly: measured, see series.h. */
static struct baseline cautious_baseline(const struct series *s, size_t n, const struct levels *levels, size_t level,
                                         struct arena *arena)
{
    double resolution = score_resolution(s->x, s->n + 1);
    struct baseline base = baseline_of(s->x, n, levels, level, resolution, declared_rho(s->rule), arena);
    base.normal = s->rule->normal_tails;
    widen(&base, s->control ? 1 : within_widening(&s->within, base.sigma, s->repetitions));
    base.tail = TAIL_FEW + (TAIL_MANY - TAIL_FEW) * fmin(1, fmax(0, ((double)base.residuals_n - 8) / 12));
    return base;
}

/* Of x[0 … n), with the borders that lie in it. */
static struct levels find_levels(const struct series *s, size_t n, struct shuffles *shuffles, struct arena *arena)
{
    size_t borders_n = 0;
    while (borders_n < s->borders_n && s->borders[borders_n] < n)
        borders_n++;
    return levels_find_between(shuffles, s->x, n, s->borders, borders_n, &(struct levels_options){0.05, declared_rho(s->rule)}, arena);
}

/* Whether the last level of x[0 … n) can be what a run is held against: two points make one; where somebody said that a level begins, its
 * first point is enough, if other levels show the spread. */
static bool can_judge(const struct series *s, const struct levels *levels, size_t n)
{
    size_t last = n - levels_start(levels, levels->n, n), together = 0;
    for (size_t i = 0; i <= levels->n; i++) {
        size_t len = levels_start(levels, i + 1, n) - levels_start(levels, i, n);
        together += len >= 2 ? len : 0;
    }
    return last >= 2 || (s->borders_n && last == 1 && together >= SERIES_TESTED_MIN);
}

/* ---- most of the newest runs are outside ---- */

static int compare_doubles(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

/* Whether it is worth looking at: x[start] is worse than nearly all of the runs just before it, and so are the runs since,
 * by more than the thresholds. Only saves time: what is passed over would not have been sure. */
static bool worth_testing(const struct series *s, size_t start, struct arena *scratch)
{
    size_t from = start > s->floor + JUST_BEFORE ? start - JUST_BEFORE : s->floor, beyond = 0;
    for (size_t i = from; i < start; i++)
        beyond += worse_by(s, s->x[start], s->x[i]) >= 0;
    if (beyond > (start - from) / 4)
        return false;
    double good = median_of(s->x + from, start - from, scratch);
    double bad = median_of(s->x + start, s->n + 1 - start, scratch);
    return worse_and_passes(s, good, bad) && not_recovered(s, good, bad);
}

/* The runs from `start` on against the last of these levels of the history before them: how rare it is that three quarters of them stand as
 * far out as they do; the first is nearer to the bad level. Looking at every number of runs k costs a share 1/(k(k-1)), together 1. */
static struct began judge_runs(const struct series *s, size_t start, const struct levels *levels, struct arena *arena, struct arena *scratch)
{
    struct began began = {.start = start, .p = 1};
    size_t k = s->n + 1 - start, some = k - k / 4;
    if (!can_judge(s, levels, start))
        return began;
    began.reference = cautious_baseline(s, start, levels, levels->n, arena);
    double good = began.reference.centre, bad = median_of(s->x + start, k, scratch), *out_by = ARENA_ARRAY(scratch, double, k);
    if (!worse_and_passes(s, good, bad) || !not_recovered(s, good, bad))
        return began;
    for (size_t i = 0; i < k; i++)
        out_by[i] = worse_by(s, good, s->x[start + i]);
    double first = out_by[0];
    qsort(out_by, k, sizeof(*out_by), compare_doubles);
    double least = out_by[k - some];
    if (!(least > 0) || first < 0.5 * worse_by(s, good, bad))
        return began;
    double share = 1 / ((double)k * (double)(k - 1));
    began.p = fmin(1, baseline_runs_p(&began.reference, least, some, k, s->worse) / share);
    began.found = true;
    return began;
}

/* The levels of the whole history, as far as they speak of what was before `start`; a level needs two runs. */
static struct levels levels_before(const struct levels *levels, size_t start)
{
    struct levels before = *levels;
    while (before.n && before.changes[before.n - 1].at + 2 > start)
        before.n--;
    return before;
}

/* Whether the runs look rare by what is known without a search: the levels of the whole history, and, since a last odd run or two can hide
 * those, the few runs just before them. */
static bool at_a_glance(const struct series *s, size_t start, const struct levels *whole, struct arena *scratch)
{
    struct level_change few = {.at = start > JUST_BEFORE ? start - JUST_BEFORE : 0};
    struct levels known = levels_before(whole, start), near = {.changes = &few, .n = few.at > 0};
    return judge_runs(s, start, &known, scratch, scratch).p <= RUNS_GLANCE || judge_runs(s, start, &near, scratch, scratch).p <= RUNS_GLANCE;
}

/* To find the levels that were known before these runs takes most of the time of an analysis: only where they look rare. What is passed
 * over is far from any verdict. */
static struct began test_runs(const struct series *s, size_t start, const struct levels *whole, struct shuffles *shuffles, struct arena *arena)
{
    struct arena scratch = {0};
    struct began began = {.p = 1};
    if (worth_testing(s, start, &scratch) && at_a_glance(s, start, whole, &scratch)) {
        struct levels levels = find_levels(s, start, shuffles, &scratch);
        began = judge_runs(s, start, &levels, arena, &scratch);
    }
    arena_close(&scratch);
    return began;
}

static struct began find_runs(const struct series *s, const struct levels *whole, struct shuffles *shuffles, struct arena *arena)
{
    struct began best = {.p = 1};
    size_t most = s->n - series_window_start(s);
    for (size_t k = 2; k <= most && k <= SERIES_WINDOW && s->n + 1 >= k + SERIES_TESTED_MIN && s->n + 1 > k + s->floor; k++) {
        struct began began = test_runs(s, s->n + 1 - k, whole, shuffles, arena);
        if (began.found && began.p < best.p)
            best = began;
    }
    return best;
}

/* ---- a level that is worse than the best earlier one ---- */

static double level_centre(const struct series *s, const struct levels *levels, size_t level, struct arena *scratch)
{
    size_t from = levels_start(levels, level, s->n), n = levels_start(levels, level + 1, s->n) - from;
    return score_centre(s->x + from, n, ARENA_ARRAY(scratch, double, 2 * n));
}

/* Where the state of now began: with the last level, and those just before it that were no better. */
static size_t now_began(const struct series *s, const struct levels *levels, struct arena *scratch)
{
    size_t level = levels->n;
    double now = level_centre(s, levels, level, scratch);
    while (level > 0 && !worse_and_passes(s, level_centre(s, levels, level - 1, scratch), now))
        level--;
    return levels_start(levels, level, s->n);
}

/* The best level, other than the last, of which a run stands within the window; levels->n when there is none. The window ends where the
 * state of now began: a regression does not become the level by being there long enough. */
static size_t best_level(const struct series *s, const struct levels *levels, struct arena *scratch)
{
    size_t window = series_window_before(s, now_began(s, levels, scratch)), best = levels->n;
    double centre = 0;
    for (size_t i = 0; i < levels->n; i++) {
        if (levels_start(levels, i + 1, s->n) <= window || levels_start(levels, i, s->n) < s->floor)
            continue;
        double c = level_centre(s, levels, i, scratch);
        if (best == levels->n || worse_by(s, centre, c) < 0) {
            best = i;
            centre = c;
        }
    }
    return best;
}

/* The entry stands with the last level of history, which is worse than the best one before it. (A level that began with
 * the last run or two is found by find_runs.) */
static struct began find_step(const struct series *s, struct findings *f, struct arena *arena)
{
    struct began began = {.p = 1};
    struct arena scratch = {0};
    const struct levels *levels = &f->levels;
    size_t best = best_level(s, levels, &scratch), since = levels->n;
    if (best == levels->n)
        goto out;
    double good = level_centre(s, levels, best, &scratch), bad = level_centre(s, levels, levels->n, &scratch);
    if (!worse_and_passes(s, good, bad) || !not_recovered(s, good, bad))
        goto out;
    while (since - 1 > best && worse_and_passes(s, good, level_centre(s, levels, since - 1, &scratch)))
        since--;
    const struct level_change *change = &levels->changes[since - 1];
    if (change->drift)
        goto out;
    struct levels before = {.changes = levels->changes, .n = since - 1};
    began.reference = cautious_baseline(s, change->at, &before, best, arena);
    began.start = change->at;
    began.p = fmax(change->p, levels->p_series);
    began.found = true;
    f->step_change = since - 1;
out:
    arena_close(&scratch);
    return began;
}

void series_resolve(const struct series *series, struct findings *findings, struct shuffles *shuffles, double alpha)
{
    if (findings->step.found)
        findings->step.p = levels_resolve(shuffles, series->x, series->n, &findings->levels, findings->step_change, alpha);
}

/* ---- all of it ---- */

struct findings series_test(const struct series *series, struct shuffles *shuffles, struct arena *arena)
{
    struct findings f = {.p_worse = 1, .p_better = 1, .runs = {.p = 1}, .step = {.p = 1}};
    if (series->n < SERIES_TESTED_MIN)
        return f;
    double value = series->x[series->n];
    f.levels = find_levels(series, series->n, shuffles, arena);
    f.tested = can_judge(series, &f.levels, series->n);
    if (!f.tested)
        return f;
    f.now = cautious_baseline(series, series->n, &f.levels, f.levels.n, arena);
    f.p_worse = baseline_p(&f.now, value, series->worse);
    f.p_better = baseline_p(&f.now, value, series->worse == SIDE_ABOVE ? SIDE_BELOW : SIDE_ABOVE);
    f.runs = find_runs(series, &f.levels, shuffles, arena);
    f.step = find_step(series, &f, arena);
    return f;
}

double series_worse(const struct series *series, const struct findings *f, const struct began **began)
{
    double value = series->x[series->n], p = 1;
    *began = NULL;
    if (worse_and_passes(series, f->now.centre, value))
        p = fmin(1, f->p_worse / series_newest_share(series));
    if (f->runs.found && f->runs.p / divided(series, SERIES_RUNS_SHARE) < p) {
        p = f->runs.p / divided(series, SERIES_RUNS_SHARE);
        *began = &f->runs;
    }
    if (f->step.found && f->step.p / divided(series, SERIES_STEP_SHARE) < p) {
        p = f->step.p / divided(series, SERIES_STEP_SHARE);
        *began = &f->step;
    }
    return p;
}
