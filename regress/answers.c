#include "regress/answers.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "detect/recent.h"
#include "detect/score.h"
#include "detect/stats.h"

enum { RUNS_EACH = 10, OUTERMOST = 5 }; /* a tenth of the residuals, but no more, draw the tail */
static const double TAIL_FEW = 1.9, TAIL_MANY = 2.2; /* up to 8 residuals, from 20 on */
static const double MEAN_SHARE = 0.3; /* of the mean of the newest few in how far out they are: the nearest of them counts most */
enum { SKEWED_RUNS = 30, SKEWED_FEW = 8, JUST_BEFORE = 8 };
static const double SKEWED = 1.3, SKEWED_MARGIN = 4;
static const double GLANCE = 0.05, DRIFT_MARGIN = 2;
static const double FIRST_LEVEL = 0.05; /* for which p are found at first */

/* The autocorrelation that the workload declares: none; NAN: it is estimated. */
static double declared_rho(const struct kpi_rule *rule)
{
    return rule->independent ? 0 : NAN;
}

static double divided(const struct series *series, double share)
{
    return series->parts > 1 ? share / (double)series->parts : share;
}

double answers_newest_share(const struct series *series)
{
    return divided(series, series->n < ANSWERS_FEW ? ANSWERS_NEWEST_SHARE_FEW : ANSWERS_NEWEST_SHARE);
}

double answers_lone_level(const struct series *series, double level)
{
    return divided(series, level);
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
 * more slowly: measured, see docs/statistics.md. */
static struct baseline cautious_baseline(const struct series *s, size_t n, const struct levels *levels, size_t level, double rho,
                                         struct arena *arena)
{
    double resolution = score_resolution(s->x, s->n + 1);
    struct baseline base = baseline_of(s->x, n, levels, level, resolution, rho, arena);
    base.normal = s->rule->normal_tails;
    baseline_take_regime(&base, s->x, n, levels, resolution, arena);
    widen(&base, s->control ? 1 : within_widening(&s->within, base.sigma, s->repetitions));
    base.tail = TAIL_FEW + (TAIL_MANY - TAIL_FEW) * fmin(1, fmax(0, ((double)base.residuals_n - 8) / 12));
    base.outermost = base.residuals_n / RUNS_EACH < OUTERMOST ? base.residuals_n / RUNS_EACH : OUTERMOST;
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
    return last >= 2 || (s->borders_n && last == 1 && together >= ANSWERS_TESTED_MIN);
}

/* Whether x[0 … n) show how much runs differ: a border that people drew may leave one run alone before it. */
static bool shows_spread(const struct levels *levels, size_t n)
{
    for (size_t i = 0; i <= levels->n; i++)
        if (levels_start(levels, i + 1, n) - levels_start(levels, i, n) >= 2)
            return true;
    return false;
}

/* ---- a worse level that began with one of the newest runs ---- */

/* The level that the newest runs are held against: that of history's end; or, where that is a worse one which began within the
 * window, the one before it. Returns how many changes lie before its end. */
static size_t reference_level(const struct series *s, const struct levels *levels)
{
    size_t level = levels->n, window = series_window_start(s);
    for (; level > 0 && levels->changes[level - 1].at > window && levels_start(levels, level - 1, s->n) >= s->floor; level--) {
        size_t before = levels_start(levels, level - 1, s->n), from = levels->changes[level - 1].at, to = levels_start(levels, level + 1, s->n);
        if (series_worse_by(s, score_mean(s->x + before, from - before), score_mean(s->x + from, to - from)) <= 0)
            break;
    }
    return level;
}

/* The newest value speaks for the bad level, or not much for the good one: where it lies beyond the middle the bad level would have to be
 * e^2 times less likely than the good one for it. */
static bool stands_with(const struct series *s, double good, double bad, double sigma)
{
    double size = series_worse_by(s, good, bad), middle = 0.5 * size - 2 * sigma * sigma / size;
    return series_worse_by(s, good, s->x[s->n]) >= fmax(0, middle);
}

/* The newest k runs as one group, FEW_MIN <= k <= FEW_MAX: all of them are out of what the runs before them give. */
static struct began test_few(const struct series *s, const struct levels *before, size_t k, double rho, struct arena *arena)
{
    size_t start = s->n + 1 - k;
    struct began began = {.start = start, .p = 1};
    if (start < levels_start(before, before->n, start) + ANSWERS_TESTED_MIN)
        return began;
    began.reference = cautious_baseline(s, start, before, before->n, rho, arena);
    double good = began.reference.centre, limit = SCORE_CLIP * began.reference.sigma, least = INFINITY, mean = 0, bad = 0;
    for (size_t i = start; i <= s->n; i++) {
        double out = series_worse_by(s, good, s->x[i]);
        least = fmin(least, out);
        mean += (limit > 0 ? fmin(out, limit) : out) / (double)k;
        bad += s->x[i] / (double)k;
    }
    if (!(least > 0) || !series_worse_and_passes(s, good, bad) || !stands_with(s, good, bad, began.reference.sigma))
        return began;
    began.p = fmin(1, baseline_runs_p(&began.reference, fmax(mean, least), fmax(least, MEAN_SHARE * mean + (1 - MEAN_SHARE) * least), k, s->worse) * ANSWERS_FEW_TRIES);
    began.found = true;
    return began;
}

/* Against the levels of the whole history; and, since an odd last run or two can hide those, where the runs look rare beside those just
 * before them, against the levels that were known then. (To find those each time would take most of the time of an analysis.) */
static struct began judge_few(const struct series *s, const struct levels *before, size_t k, double rho, struct shuffles *shuffles, struct arena *arena)
{
    struct began began = test_few(s, before, k, rho, arena);
    size_t start = s->n + 1 - k;
    struct level_change near = {.at = start > JUST_BEFORE ? start - JUST_BEFORE : 0};
    struct levels just_before = {.changes = &near, .n = near.at > 0};
    if (began.p <= GLANCE || test_few(s, &just_before, k, rho, arena).p > GLANCE)
        return began;
    struct levels known = find_levels(s, start, shuffles, arena);
    struct began again = test_few(s, &known, k, rho, arena);
    return again.found && again.p < began.p ? again : began;
}

static struct began find_few(const struct series *s, const struct levels *before, double rho, struct shuffles *shuffles, struct arena *arena)
{
    struct began best = {.p = 1};
    size_t most = s->n - series_window_start(s);
    for (size_t k = ANSWERS_FEW_MIN; k <= ANSWERS_FEW_MAX && k <= most && k < s->n && s->n + 1 > k + s->floor; k++) {
        struct began began = judge_few(s, before, k, rho, shuffles, arena);
        if (began.found && began.p < best.p)
            best = began;
    }
    return best;
}

static double few_rho(const struct series *s, const struct levels *before)
{
    size_t from = levels_start(before, before->n, s->n);
    struct arena scratch = {0};
    double rho = s->rule->independent ? 0 : recent_rho(s->x + from, s->n + 1 - from, &scratch);
    arena_close(&scratch);
    return rho;
}

/* Where a worse level may have begun: by the thresholds, and such that the newest run stands with it. */
static bool *allowed_starts(const struct series *s, size_t from, struct arena *scratch)
{
    size_t n = s->n + 1 - from;
    bool *allowed = ARENA_ARRAY(scratch, bool, n);
    double total = 0, before = 0, squares = 0;
    for (size_t i = from; i <= s->n; i++)
        total += s->x[i];
    for (size_t i = from; i < s->n; i++) {
        double d = s->x[i + 1] - s->x[i];
        squares += d * d / (double)(n - 1) / 2; /* a spread that no step moves much */
    }
    for (size_t i = 1; i < n; i++) {
        before += s->x[from + i - 1];
        double good = before / (double)i, bad = (total - before) / (double)(n - i);
        allowed[i] = series_worse_and_passes(s, good, bad) && stands_with(s, good, bad, sqrt(squares));
    }
    return allowed;
}

/* Whether a straight line explains the values better than a step at `start`, by as much as detect/levels.h asks of a drift. */
static bool creeps(const double *x, size_t n, size_t start)
{
    double mean = score_mean(x, n), first = score_mean(x, start), second = score_mean(x + start, n - start);
    double steps = 0, around = 0, slope = 0, squares = 0;
    for (size_t i = 0; i < n; i++) {
        double t = (double)i - (double)(n - 1) / 2, left = x[i] - (i < start ? first : second);
        steps += left * left;
        around += (x[i] - mean) * (x[i] - mean);
        slope += t * x[i];
        squares += t * t;
    }
    double line = fmax(0, around - slope * slope / squares);
    return line < steps * exp(-DRIFT_MARGIN / (double)n);
}

/* All starts at once. A slow creep is no new level (the budget is for that). */
static struct began find_recent(const struct series *s, const struct levels *before, double alpha, struct shuffles *shuffles, struct arena *arena)
{
    struct began began = {.p = 1};
    struct arena scratch = {0};
    size_t from = levels_start(before, before->n, s->n);
    struct recent_options asked = {.worse = s->worse, .longest = s->n - series_window_start(s), .alpha = alpha,
                                   .rho = declared_rho(s->rule), .shuffles = shuffles};
    asked.allowed = allowed_starts(s, from, &scratch);
    struct recent recent = recent_test(s->x + from, s->n + 1 - from, &asked, &scratch);
    if (recent.p < 1 && !creeps(s->x + from, s->n + 1 - from, recent.start)) {
        began = (struct began){.found = true, .p = recent.p, .start = from + recent.start};
        began.reference = cautious_baseline(s, began.start, before, before->n, declared_rho(s->rule), arena);
    }
    arena_close(&scratch);
    return began;
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
    while (level > 0 && !series_worse_and_passes(s, level_centre(s, levels, level - 1, scratch), now))
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
        if (best == levels->n || series_worse_by(s, centre, c) < 0) {
            best = i;
            centre = c;
        }
    }
    return best;
}

/* The levels up to the best one, and what came after it as one: how sure the step from the one to the other is does not hang on a small change
 * between them with which it began. Left out are levels after `since` that were twice as bad as the last one: what was fixed since makes what is
 * left neither surer nor less sure. */
static struct stepped stepped_levels(const struct series *s, const struct levels *levels, size_t best, size_t since, struct arena *arena)
{
    struct arena scratch = {0};
    struct stepped stepped = {.levels = {.n = best + 1, .p_series = levels->p_series, .rho = levels->rho}, .n = levels_start(levels, since, s->n)};
    double good = level_centre(s, levels, best, &scratch), size = series_worse_by(s, good, level_centre(s, levels, levels->n, &scratch));
    double *x = ARENA_ARRAY(arena, double, s->n);
    memcpy(x, s->x, stepped.n * sizeof(*x));
    for (size_t i = since; i <= levels->n; i++) {
        size_t from = levels_start(levels, i, s->n), n = levels_start(levels, i + 1, s->n) - from;
        if (i < levels->n && size < 0.5 * series_worse_by(s, good, level_centre(s, levels, i, &scratch)))
            continue;
        memcpy(x + stepped.n, s->x + from, n * sizeof(*x));
        stepped.n += n;
    }
    stepped.x = x;
    stepped.levels.changes = ARENA_ARRAY(arena, struct level_change, best + 1);
    for (size_t i = 0; i < best; i++)
        stepped.levels.changes[i] = levels->changes[i];
    stepped.levels.changes[best] = levels->changes[since - 1];
    arena_close(&scratch);
    return stepped;
}

/* The entry stands with the last level of history, which is worse than the best one before it. (A level that began with
 * one of the newest runs is found by find_few and find_recent.) */
static struct began find_step(const struct series *s, struct answers *f, struct arena *arena)
{
    struct began began = {.p = 1};
    struct arena scratch = {0};
    const struct levels *levels = &f->levels;
    size_t best = best_level(s, levels, &scratch), since = levels->n;
    if (best == levels->n)
        goto out;
    double good = level_centre(s, levels, best, &scratch), bad = level_centre(s, levels, levels->n, &scratch);
    if (!series_worse_and_passes(s, good, bad))
        goto out;
    while (since - 1 > best && series_worse_and_passes(s, good, level_centre(s, levels, since - 1, &scratch)))
        since--;
    const struct level_change *change = &levels->changes[since - 1];
    struct levels before = {.changes = levels->changes, .n = since - 1};
    if (change->drift || !shows_spread(&before, change->at))
        goto out;
    began.reference = cautious_baseline(s, change->at, &before, best, declared_rho(s->rule), arena);
    began.start = change->at;
    began.p = fmax(change->p, levels->p_series);
    began.found = stands_with(s, good, bad, began.reference.sigma);
    f->stepped = stepped_levels(s, levels, best, since, arena);
out:
    arena_close(&scratch);
    return began;
}

static const double WORTH_RESOLVING = 0.1;

void answers_resolve(const struct series *series, struct answers *answers, struct shuffles *shuffles, double alpha)
{
    if (answers->recent.found && answers->recent.p <= WORTH_RESOLVING) {
        struct arena unused = {0};
        answers->recent.p = find_recent(series, &answers->before, alpha * ANSWERS_RECENT_SHARE, shuffles, &unused).p;
        arena_close(&unused);
    }
    if (answers->step.found)
        answers->step.p = levels_resolve(shuffles, answers->stepped.x, answers->stepped.n, &answers->stepped.levels, answers->stepped.levels.n - 1,
                                          alpha * ANSWERS_STEP_SHARE);
}

/* ---- how far the level is kept ---- */

/* Skewed noise, of which few runs show the tail: simulated log-normal noise (sigma 1) with 5 to 20 runs and 24 KPIs had up to twice as many
 * alarms as promised, three quarters of them where the outermost run was farther out on the worse side than on the other, and most of
 * them close to the level. */
bool answers_level_kept(const struct series *s, const struct answers *f, const struct began *began, double corrected, double level)
{
    if (s->rule->normal_tails || (began && began != &f->few))
        return true;
    const struct baseline *base = began ? &began->reference : &f->now;
    double p = began ? began->p : f->p_worse, out = base->residuals[base->residuals_n - 1], in = -base->residuals[0];
    bool few = base->residuals_n < SKEWED_FEW;
    double times = few ? 1 : SKEWED, margin = few ? 2 * SKEWED_MARGIN : SKEWED_MARGIN;
    bool skewed = s->worse == SIDE_ABOVE ? out > times * in : in > times * out;
    return !skewed || p * ((double)base->residuals_n + 1) >= 1 || corrected * margin <= level || base->residuals_n >= SKEWED_RUNS;
}

/* ---- all of it ---- */

struct answers answers_of(const struct series *series, struct shuffles *shuffles, struct arena *arena)
{
    struct answers f = {.p_worse = 1, .p_better = 1, .few = {.p = 1}, .recent = {.p = 1}, .step = {.p = 1}};
    if (series->n < ANSWERS_TESTED_MIN)
        return f;
    double value = series->x[series->n];
    f.levels = find_levels(series, series->n, shuffles, arena);
    f.tested = can_judge(series, &f.levels, series->n);
    if (!f.tested)
        return f;
    f.now = cautious_baseline(series, series->n, &f.levels, f.levels.n, declared_rho(series->rule), arena);
    f.p_worse = baseline_p(&f.now, value, series->worse);
    f.p_better = baseline_p(&f.now, value, series->worse == SIDE_ABOVE ? SIDE_BELOW : SIDE_ABOVE);
    f.before = (struct levels){.changes = f.levels.changes, .n = reference_level(series, &f.levels), .rho = f.levels.rho};
    f.few = find_few(series, &f.before, few_rho(series, &f.before), shuffles, arena);
    f.recent = find_recent(series, &f.before, FIRST_LEVEL * ANSWERS_RECENT_SHARE, shuffles, arena);
    f.step = find_step(series, &f, arena);
    return f;
}

double answers_worse(const struct series *series, const struct answers *f, const struct began **began)
{
    double value = series->x[series->n], p = 1;
    *began = NULL;
    if (series_worse_and_passes(series, f->now.centre, value))
        p = fmin(1, f->p_worse / answers_newest_share(series));
    const struct {
        const struct began *began;
        double share;
    } questions[] = {{&f->few, ANSWERS_FEW_SHARE}, {&f->recent, ANSWERS_RECENT_SHARE}, {&f->step, ANSWERS_STEP_SHARE}};
    for (size_t i = 0; i < sizeof(questions) / sizeof(*questions); i++) {
        double spent = divided(series, questions[i].share);
        if (!questions[i].began->found || questions[i].began->p / spent >= p)
            continue;
        p = questions[i].began->p / spent;
        *began = questions[i].began;
    }
    if (*began && f->step.found && f->step.start < (*began)->start)
        *began = &f->step; /* where it began is best seen in the whole history */
    return p;
}
