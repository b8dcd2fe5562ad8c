#include "proof/calibrate_advice.h"

#include <math.h>

#include "regress/value.h"

static const double BELOW = 1.5, SLACK = 3; /* seen / threshold, threshold / seen, from which on it is worth saying */
static const double BOUND_FAR_SD = 10, BOUND_FAR_SHARE = 0.5;
enum { REPETITIONS_FACTOR = 4 };

struct advice {
    struct arena *arena;
    const struct calibrate_series *series;
    LIST_OF(const char *) said;
};

static const char *amount(struct advice *a, double value)
{
    const char *unit = value_unit(a->series->rule), *number = value_spread(a->series->rule, value, a->arena);
    const char *shown = unit[0] ? arena_printf(a->arena, "%s %s", number, unit) : number;
    if (a->series->level == 0 || !isfinite(a->series->level))
        return shown;
    return arena_printf(a->arena, "%s (%s)", value_percent(value / fabs(a->series->level), a->arena), shown);
}

/* Up to two digits: 0.0731 is 0.074. */
static double rounded_up(double share)
{
    double unit = pow(10, floor(log10(share)) - 1);
    return ceil(share / unit - 1e-9) * unit;
}

static void advise_history(struct advice *a, const struct analysis_options *options)
{
    const struct calibrate_series *s = a->series;
    if (!s->shuffled)
        *LIST_ADD(a->arena, &a->said) = arena_printf(a->arena, "cannot be calibrated: %s", s->reason);
    else if (isinf(s->one.size) && s->runs < (size_t)options->min_history)
        *LIST_ADD(a->arena, &a->said) =
            arena_printf(a->arena, "with %zu run points of history no change of one run is a regression yet: %d are needed (min_history)", s->runs,
                         options->min_history);
    else if (isinf(s->one.size))
        *LIST_ADD(a->arena, &a->said) = "no change of one run would be a regression: its history is too short or too uneven for that";
}

static void advise_threshold(struct advice *a)
{
    const struct calibrate_series *s = a->series;
    double floor = s->floor.size;
    if (!isfinite(floor) || !(floor > 0))
        return;
    if (s->threshold <= 0 && isfinite(s->level) && s->level != 0)
        *LIST_ADD(a->arena, &a->said) = arena_printf(a->arena, "has no threshold: a lone run shows changes from %s on; min_relative: %.2g says so",
                                                     amount(a, floor), rounded_up(floor / fabs(s->level)));
    else if (floor > BELOW * s->threshold && isfinite(s->level) && s->level != 0)
        *LIST_ADD(a->arena, &a->said) =
            arena_printf(a->arena, "its threshold, %s, is below the noise floor: a lone run shows changes from %s on; min_relative: %.2g says so",
                         amount(a, s->threshold), amount(a, floor), rounded_up(floor / fabs(s->level)));
    else if (s->threshold > SLACK * floor)
        *LIST_ADD(a->arena, &a->said) =
            arena_printf(a->arena, "its threshold hides what could be seen: changes show from %s on, it asks for %s", amount(a, floor),
                         amount(a, s->threshold));
}

static void advise_bound(struct advice *a, const struct bound *bound, const char *name)
{
    const struct calibrate_series *s = a->series;
    double far = fabs(bound->value - s->level);
    if (bound->has && far > BOUND_FAR_SD * s->sd && far > BOUND_FAR_SHARE * fabs(s->level))
        *LIST_ADD(a->arena, &a->said) = arena_printf(a->arena, "its bound %s %s is far from what is measured (%s): a change of %s would not reach it", name,
                                                     value_shown(s->rule, bound->value, VALUE_PEOPLE, a->arena),
                                                     value_shown(s->rule, s->level, VALUE_PEOPLE, a->arena), amount(a, far));
}

/* The run-to-run variance is that of runs and, divided by how many there are, that of repetitions. */
static void advise_repetitions(struct advice *a)
{
    const struct calibrate_series *s = a->series;
    if (!isfinite(s->within_sd) || !isfinite(s->repetitions) || !(s->sd > 0))
        return;
    double within = s->within_sd * s->within_sd / s->repetitions, share = fmin(1, within / (s->sd * s->sd));
    double left = sqrt(1 - share * (1 - 1.0 / REPETITIONS_FACTOR));
    if (share > 0.5)
        *LIST_ADD(a->arena, &a->said) =
            arena_printf(a->arena, "%s of its noise is within runs: %d times as many repetitions would leave %s of what now must change to be seen",
                         value_percent(share, a->arena), REPETITIONS_FACTOR, value_percent(left, a->arena));
    else
        *LIST_ADD(a->arena, &a->said) = arena_printf(a->arena, "more repetitions would hardly help: only %s of its noise is within runs",
                                                     value_percent(share, a->arena));
}

const char *const *calibrate_advice(struct arena *arena, const struct calibrate_series *series, const struct analysis_options *options)
{
    struct advice a = {.arena = arena, .series = series};
    advise_history(&a, options);
    if (series->shuffled) {
        advise_threshold(&a);
        advise_bound(&a, &series->rule->low, "min");
        advise_bound(&a, &series->rule->high, "max");
        advise_repetitions(&a);
        if (series->drifts)
            *LIST_ADD(arena, &a.said) = "its history drifts: the drift was shuffled away, so that real runs vary more than these";
        if (series->moved)
            *LIST_ADD(arena, &a.said) = "a change in its history is an alarm now: what came before it was moved to the level of now";
        if (series->newest_left_out)
            *LIST_ADD(arena, &a.said) = "its newest run stands out: it was replaced by one of its level";
        if (series->block > 1)
            *LIST_ADD(arena, &a.said) = arena_printf(arena, "neighbouring runs depend on each other (%.2f): shuffled in blocks of %zu", series->rho,
                                                     series->block);
    }
    *LIST_ADD(arena, &a.said) = NULL;
    return a.said.v;
}
