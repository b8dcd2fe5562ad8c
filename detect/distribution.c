#include "detect/distribution.h"

#include <math.h>

#include "base/quantile.h"
#include "detect/levels.h"
#include "detect/score.h"
#include "detect/stats.h"

enum { RUNS_MIN = 3 };

/* In the order of enum distribution_part. A quantile is worth testing when some values lie beyond it. */
static const struct {
    const char *name;
    double quantile; /* < 0: the mean */
    size_t count_min;
} parts[DISTRIBUTION_PARTS] = {
    [DISTRIBUTION_MEAN] = {"mean", -1, 1},  [DISTRIBUTION_P50] = {"p50", 0.5, 1},
    [DISTRIBUTION_P90] = {"p90", 0.9, 5},   [DISTRIBUTION_P95] = {"p95", 0.95, 10},
    [DISTRIBUTION_P99] = {"p99", 0.99, 50},
};

const char *distribution_part_name(enum distribution_part part)
{
    return parts[part].name;
}

/* ---- of a run ---- */

/* Of n values, dividing first: the sum of large ones does not overflow. */
static double mean_of(const double *values, size_t n)
{
    double mean = 0;
    for (size_t i = 0; i < n; i++)
        mean += (values[i] - mean) / (double)(i + 1);
    return mean;
}

struct distribution distribution_of(const double *values, size_t n, double *room)
{
    struct distribution run = {.count = 0};
    for (size_t i = 0; i < n; i++) {
        if (isfinite(values[i]))
            room[run.count++] = values[i];
    }
    for (size_t i = 0; i < DISTRIBUTION_PARTS; i++) {
        run.part[i] = NAN;
        if (run.count < parts[i].count_min)
            continue;
        double v = parts[i].quantile < 0 ? mean_of(room, run.count) : quantile_at(room, run.count, parts[i].quantile);
        run.part[i] = isfinite(v) ? v : NAN;
    }
    return run;
}

struct distribution distribution_mean(const struct distribution *repetitions, size_t n)
{
    struct distribution mean = {.count = 0};
    for (size_t j = 0; j < n; j++)
        mean.count += repetitions[j].count;
    for (size_t i = 0; i < DISTRIBUTION_PARTS; i++) {
        size_t used = 0;
        double so_far = 0;
        for (size_t j = 0; j < n; j++) {
            if (isfinite(repetitions[j].part[i]))
                so_far += (repetitions[j].part[i] - so_far) / (double)++used;
        }
        mean.part[i] = used && isfinite(so_far) ? so_far : NAN;
    }
    return mean;
}

/* ---- against history ---- */

static bool passes(const struct distribution_options *options, const struct distribution_move *move)
{
    double size = fabs(move->change);
    return size > 0 && size >= options->min_relative * fabs(move->level) && size >= options->min_absolute;
}

static void test_part(const double *x, size_t n, const struct distribution_options *options,
                      struct distribution_move *move, struct arena *scratch)
{
    struct levels levels = levels_find(x, n, &(struct levels_options){.alpha = 0.05, .rho = NAN}, scratch);
    struct baseline base = baseline_of(x, n, &levels, levels.n, score_resolution(x, n + 1), NAN, scratch);
    if (base.n < 2)
        return;
    enum side better = options->worse == SIDE_ABOVE ? SIDE_BELOW : SIDE_ABOVE;
    move->tested = true;
    move->level = base.centre;
    move->change = move->value - base.centre;
    move->relative = base.centre != 0 ? move->change / fabs(base.centre) : NAN;
    move->low = move->change - baseline_critical(&base, options->alpha / 2, SIDE_ABOVE);
    move->high = move->change + baseline_critical(&base, options->alpha / 2, SIDE_BELOW);
    move->smallest_seen = baseline_detectable(&base, options->alpha, options->worse);
    bool counts = passes(options, move);
    move->p_worse = counts ? baseline_p(&base, move->value, options->worse) : 1;
    move->p_better = counts ? baseline_p(&base, move->value, better) : 1;
}

static struct distribution_move move_of(const struct distribution *history, size_t n, const struct distribution *newest,
                                        size_t part, const struct distribution_options *options)
{
    struct distribution_move move = {.value = newest->part[part],
                                     .level = NAN,
                                     .change = NAN,
                                     .relative = NAN,
                                     .low = NAN,
                                     .high = NAN,
                                     .p_worse = 1,
                                     .p_better = 1,
                                     .corrected_worse = 1,
                                     .corrected_better = 1,
                                     .smallest_seen = NAN};
    struct arena scratch = {0};
    double *x = ARENA_ARRAY(&scratch, double, n + 1);
    for (size_t i = 0; i < n; i++) {
        if (isfinite(history[i].part[part]))
            x[move.runs++] = history[i].part[part];
    }
    x[move.runs] = move.value;
    if (move.runs >= RUNS_MIN && isfinite(move.value))
        test_part(x, move.runs, options, &move, &scratch);
    arena_close(&scratch);
    return move;
}

/* Holm over the tested parts: they say nearly the same, and it asks nothing of how they hang together. */
static void correct(struct distribution_result *result)
{
    double worse[DISTRIBUTION_PARTS], better[DISTRIBUTION_PARTS];
    size_t order[DISTRIBUTION_PARTS], at[DISTRIBUTION_PARTS];
    for (size_t i = 0; i < DISTRIBUTION_PARTS; i++) {
        if (!result->move[i].tested)
            continue;
        worse[result->tested] = result->move[i].p_worse;
        better[result->tested] = result->move[i].p_better;
        at[result->tested++] = i;
    }
    stats_adjust_holm(worse, result->tested, worse, order);
    stats_adjust_holm(better, result->tested, better, order);
    for (size_t j = 0; j < result->tested; j++) {
        result->move[at[j]].corrected_worse = worse[j];
        result->move[at[j]].corrected_better = better[j];
        result->p_worse = fmin(result->p_worse, worse[j]);
        result->p_better = fmin(result->p_better, better[j]);
    }
}

/* The part with the smallest p of the direction; of equal ones that which moved most. */
static enum distribution_part find_worst(const struct distribution_result *result)
{
    bool worse = result->p_worse <= result->p_better;
    size_t best = 0;
    double least = INFINITY, size = -1;
    for (size_t i = 0; i < DISTRIBUTION_PARTS; i++) {
        const struct distribution_move *move = &result->move[i];
        double p = worse ? move->p_worse : move->p_better, moved = fabs(move->change);
        if (!move->tested || p > least || (p == least && !(moved > size)))
            continue;
        best = i;
        least = p;
        size = moved;
    }
    return (enum distribution_part)best;
}

static const char *told(const struct distribution_move *move, size_t part, double p, struct arena *arena)
{
    const char *way = move->change > 0 ? "above" : "below";
    const char *by = isnan(move->relative) ? arena_printf(arena, "%.3g", fabs(move->change))
                                           : arena_printf(arena, "%.3g %%", 100 * fabs(move->relative));
    return arena_printf(arena, "%s %.4g is %s %s %.4g (%+.3g … %+.3g), p %.2g", parts[part].name, move->value, by, way,
                        move->level, move->low, move->high, p);
}

static const char *summary_of(const struct distribution_result *result, double alpha, struct arena *arena)
{
    const char *moved = "", *quiet = "";
    for (size_t i = 0; i < DISTRIBUTION_PARTS; i++) {
        const struct distribution_move *move = &result->move[i];
        double p = fmin(move->corrected_worse, move->corrected_better);
        if (move->tested && p <= alpha)
            moved = arena_printf(arena, "%s%s%s", moved, *moved ? "; " : "", told(move, i, p, arena));
        else if (move->tested)
            quiet = arena_printf(arena, "%s%s%s", quiet, *quiet ? ", " : "", parts[i].name);
    }
    if (!result->tested)
        return "nothing to compare: fewer than 3 earlier runs have values";
    return *quiet ? arena_printf(arena, "%s%s%s in line", moved, *moved ? "; " : "", quiet) : moved;
}

struct distribution_result distribution_test(const struct distribution *history, size_t n,
                                             const struct distribution *newest,
                                             const struct distribution_options *options, struct arena *arena)
{
    struct distribution_result result = {.p_worse = 1, .p_better = 1};
    for (size_t i = 0; i < DISTRIBUTION_PARTS; i++)
        result.move[i] = move_of(history, n, newest, i, options);
    correct(&result);
    result.worst = find_worst(&result);
    result.summary = summary_of(&result, options->alpha, arena);
    return result;
}
