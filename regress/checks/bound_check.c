#include "regress/checks/bound_check.h"

#include <math.h>

#include "detect/law.h"
#include "detect/method.h"
#include "regress/checks/list_check.h"
#include "regress/sentence.h"
#include "regress/value.h"

/* -INFINITY, INFINITY: none. */
struct bounds {
    double low, high;
};

static bool fixed_method(const struct kpi_rule *rule)
{
    return rule->method == &method_fixed;
}

static struct bounds bounds_of(const struct kpi_rule *rule)
{
    struct bounds bounds = {rule->low.has ? rule->low.value : -INFINITY, rule->high.has ? rule->high.value : INFINITY};
    const struct method_options *options = fixed_method(rule) ? rule->method_options : NULL;
    if (options && !rule->low.has && !isnan(options->low))
        bounds.low = options->low;
    if (options && !rule->high.has && !isnan(options->high))
        bounds.high = options->high;
    return bounds;
}

static bool any(struct bounds bounds)
{
    return isfinite(bounds.low) || isfinite(bounds.high);
}

static enum check_place place(const struct hypothesis *h, const struct invocation *invocation)
{
    (void)invocation;
    if (!isfinite(h->series.measured))
        return CHECK_NONE;
    if (fixed_method(h->series.rule))
        return CHECK_INSTEAD;
    return any(bounds_of(h->series.rule)) ? CHECK_BESIDE : CHECK_NONE;
}

static bool outside(struct bounds bounds, double value)
{
    return value < bounds.low || value > bounds.high;
}

static void test(const struct hypothesis *h, const struct invocation *invocation, struct checking *checking, struct arena *arena)
{
    (void)invocation;
    (void)arena;
    struct bounds bounds = bounds_of(h->series.rule);
    struct check *check = &checking->check;
    check->tested = any(bounds);
    check->value = h->series.measured;
    if (h->list)
        check->part = list_outermost(h, bounds.low, bounds.high, &check->value);
    check->reference = !outside(bounds, check->value) ? NAN : check->value < bounds.low ? bounds.low : bounds.high;
    check->low = isfinite(bounds.low) ? bounds.low : NAN;
    check->high = isfinite(bounds.high) ? bounds.high : NAN;
}

/* ---- words ---- */

static const char *range(const struct kpi_rule *rule, struct bounds bounds, struct arena *arena)
{
    if (!isfinite(bounds.low))
        return arena_printf(arena, "the bound of at most %s", value_shown(rule, bounds.high, VALUE_PEOPLE, arena));
    if (!isfinite(bounds.high))
        return arena_printf(arena, "the bound of at least %s", value_shown(rule, bounds.low, VALUE_PEOPLE, arena));
    return arena_printf(arena, "the bounds of %s to %s", value_number(rule, bounds.low, VALUE_PEOPLE, arena),
                        value_shown(rule, bounds.high, VALUE_PEOPLE, arena));
}

static const char *say_outside(const struct hypothesis *h, const struct check *check, struct bounds bounds, struct arena *arena)
{
    const struct kpi_rule *rule = h->series.rule;
    double by = fabs(check->value - check->reference);
    const char *size = check->reference != 0 ? value_percent(by / fabs(check->reference), arena) : value_shown(rule, by, VALUE_PEOPLE, arena);
    const struct run_point *older = check->since_older;
    size_t runs = older ? check->since_ago : h->result->evidence.points_n - check->since;
    const struct run_point *first = older ? &older[1] : check->since > 0 && runs > 0 ? &h->series.points[check->since] : NULL;
    const char *since = first ? arena_printf(arena, "since %s (%zu run%s ago): ", sentence_run(first), runs, runs == 1 ? "" : "s") : "";
    return arena_printf(arena, "%s%s%s%s is %s %s %s", since, check->part ? check->part : "", check->part ? " " : "", value_shown(rule, check->value, VALUE_PEOPLE, arena), size,
                        check->value < bounds.low ? "below" : "above", range(rule, bounds, arena));
}

/* The chance that the next run of the current level crosses a bound; NAN: nothing is known of the next run, because there
 * is no level, the newest run does not stand with it, or it is not in the unit of the bounds. */
static double next_crosses(const struct hypothesis *h, struct bounds bounds, double level)
{
    const struct answers *f = &h->answers;
    if (!f->tested || h->list || h->series.control || fmin(f->p_worse, f->p_better) <= level)
        return NAN;
    double error = f->now.sigma * sqrt(f->now.variance);
    double low = (f->now.centre - bounds.low) / error, high = (bounds.high - f->now.centre) / error; /* INFINITY without one */
    if (!(error > 0) || isnan(low) || isnan(high))
        return NAN;
    return law_t_upper(low, f->now.df) + law_t_upper(high, f->now.df);
}

static const char *say_within(const struct hypothesis *h, struct check *check, struct bounds bounds, double level, struct arena *arena)
{
    const struct kpi_rule *rule = h->series.rule;
    const char *within = arena_printf(arena, "%s is within %s", value_shown(rule, check->value, VALUE_PEOPLE, arena), range(rule, bounds, arena));
    double p = next_crosses(h, bounds, level);
    check->worth_saying = p >= level;
    return check->worth_saying ? arena_printf(arena, "%s, but the next run crosses %s with probability %s", within,
                                              isfinite(bounds.low) && isfinite(bounds.high) ? "one of them" : "it", value_p(p, arena))
                               : within;
}

/* "above 200 ms" or "below 100 ms or above 200 ms"; `ok`: where it would be within. */
static const char *say_where(const struct kpi_rule *rule, struct bounds bounds, bool ok, struct arena *arena)
{
    const char *low = value_shown(rule, bounds.low, VALUE_PEOPLE, arena), *high = value_shown(rule, bounds.high, VALUE_PEOPLE, arena);
    if (!isfinite(bounds.low))
        return arena_printf(arena, "%s %s", ok ? "up to" : "above", high);
    if (!isfinite(bounds.high))
        return arena_printf(arena, "%s %s", ok ? "from" : "below", ok ? arena_printf(arena, "%s on", low) : low);
    return ok ? arena_printf(arena, "from %s to %s", low, high) : arena_printf(arena, "below %s or above %s", low, high);
}

/* Whether a run of history stood outside, by what was measured: i counts from the oldest that is known. */
static bool was_outside(const struct hypothesis *h, struct bounds bounds, size_t i)
{
    const struct series *s = &h->series;
    const struct select_point *point = (s->from - s->older)[i];
    double value = (s->x - s->older)[i];
    if (h->list)
        return list_was_outside(h, point, bounds.low, bounds.high);
    if (s->control && !series_mean(h->selection->options, point, h->entry, s->rule, &value))
        return false;
    return outside(bounds, value);
}

/* The first of the runs up to this one that all stood outside, as far as is known. */
static void set_outside_since(const struct hypothesis *h, struct bounds bounds, struct check *check)
{
    const struct series *s = &h->series;
    size_t since = s->older + s->n, first = h->list ? s->older : 0; /* the series may be another part's: what is older is not its own */
    if (s->n == 0) /* what is older is not what came before */
        return;
    while (since > first + 1 && was_outside(h, bounds, since - 1))
        since--;
    checks_set_since(check, s, since);
}

static void judge(const struct hypothesis *h, const struct invocation *invocation, struct checking *checking, struct arena *arena)
{
    const struct kpi_rule *rule = h->series.rule;
    struct bounds bounds = bounds_of(rule);
    struct check *check = &checking->check;
    if (!check->tested) {
        check->found = "its method is 'fixed', but it has no bounds";
        check->flip = "would be judged with bounds";
        return;
    }
    bool out = outside(bounds, check->value);
    check->verdict = out ? VERDICT_REGRESSION : VERDICT_OK;
    if (out)
        set_outside_since(h, bounds, check);
    check->ok_from = out ? check->reference : h->series.worse == SIDE_ABOVE ? check->high : check->low;
    check->found = out ? say_outside(h, check, bounds, arena) : say_within(h, check, bounds, invocation->options->false_alarm_rate, arena);
    if (check->part && !out)
        check->found = arena_printf(arena, "%s %s", check->part, check->found);
    check->flip = arena_printf(arena, "would be %s %s", out ? "ok" : "a regression", say_where(rule, bounds, out, arena));
}

const struct check_type bound_check = {CHECK_BOUND, place, test, judge};
