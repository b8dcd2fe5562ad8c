#include "regress/method_check.h"

#include <math.h>

#include "detect/method.h"
#include "regress/value.h"

static enum check_place place(const struct hypothesis *h, const struct invocation *invocation)
{
    const struct kpi_rule *rule = h->series.rule;
    (void)invocation;
    bool ours = !rule->method || rule->method == &method_auto || rule->method == &method_fixed;
    return h->level && !ours ? CHECK_INSTEAD : CHECK_NONE;
}

static bool passes(const struct hypothesis *h, const struct method_answer *answer)
{
    return isnan(answer->reference) || series_passes(h->series.rule, answer->value - answer->reference, answer->reference);
}

static void test(const struct hypothesis *h, const struct invocation *invocation, struct checking *checking, struct arena *arena)
{
    const struct series *s = &h->series;
    const struct kpi_rule *rule = s->rule;
    struct method_options options = rule->method_options ? *rule->method_options : method_defaults();
    struct method_question question = {.history = s->x, .n = s->n, .newest = s->x + s->n, .newest_n = 1, .better = rule->better};
    struct method_answer *answer = ARENA_NEW(arena, struct method_answer);
    struct check *check = &checking->check;
    (void)invocation;
    *answer = method_judge(rule->method, &question, &options, arena);
    bool counts = answer->flagged && passes(h, answer);
    checking->kept = answer;
    check->part = rule->method->name;
    check->tested = answer->tested;
    check->value = answer->value;
    check->reference = answer->reference;
    check->low = answer->low;
    check->high = answer->high;
    if (!rule->method->has_p || !answer->tested)
        return;
    check->p_worse = counts && answer->worse ? answer->p : 1;
    check->p_better = counts && !answer->worse ? answer->p : 1;
}

static enum verdict verdict_of(const struct hypothesis *h, const struct invocation *invocation, const struct check *check,
                               const struct method_answer *answer)
{
    double rate = invocation->options->false_alarm_rate;
    bool has_p = h->series.rule->method->has_p;
    if (!answer->tested)
        return VERDICT_CANNOT_TELL;
    if (!answer->flagged || !passes(h, answer))
        return VERDICT_OK;
    if (answer->worse)
        return !has_p || check->corrected_worse <= rate ? VERDICT_REGRESSION : VERDICT_SUSPECT;
    return !has_p || check->corrected_better <= rate ? VERDICT_IMPROVEMENT : VERDICT_OK;
}

/* The value at which the method speaks, on the worse side; NAN: it does not say. */
static double limit_of(const struct hypothesis *h, const struct method_answer *answer)
{
    double limit = h->series.worse == SIDE_ABOVE ? answer->high : answer->low;
    return isfinite(limit) ? limit : NAN;
}

static const char *found_of(const struct hypothesis *h, const struct invocation *invocation, const struct check *check,
                            const struct method_answer *answer, struct arena *arena)
{
    const char *name = check->part;
    if (!answer->tested)
        return arena_printf(arena, "%s: %s", name, answer->why);
    if (answer->flagged && !passes(h, answer))
        return arena_printf(arena, "%s: %s; but so small a change does not count", name, answer->why);
    if (!h->series.rule->method->has_p)
        return arena_printf(arena, "%s: %s; the method promises no false-alarm rate", name, answer->why);
    return arena_printf(arena, "%s: %s%s%s", name, answer->why, answer->flagged ? "; " : "",
                        answer->flagged ? checks_p(check, invocation, arena) : "");
}

static const char *flip_of(const struct hypothesis *h, const struct check *check, const struct method_answer *answer, struct arena *arena)
{
    const struct kpi_rule *rule = h->series.rule;
    const char *limit = value_shown(rule, limit_of(h, answer), VALUE_PEOPLE, arena);
    bool above = h->series.worse == SIDE_ABOVE;
    if (check->verdict == VERDICT_CANNOT_TELL)
        return check->more_runs > 0 ? arena_printf(arena, "%d more run%s would tell", check->more_runs, check->more_runs == 1 ? "" : "s") : "";
    if (!isfinite(answer->low) && !isfinite(answer->high))
        return "";
    if (answer->flagged && isfinite(answer->low) && isfinite(answer->high))
        return arena_printf(arena, "would be ok from %s to %s", value_number(rule, answer->low, VALUE_PEOPLE, arena),
                            value_shown(rule, answer->high, VALUE_PEOPLE, arena));
    if (answer->flagged)
        return arena_printf(arena, "would be ok %s", isfinite(answer->low) ? arena_printf(arena, "from %s on", value_shown(rule, answer->low, VALUE_PEOPLE, arena))
                                                                           : arena_printf(arena, "up to %s", value_shown(rule, answer->high, VALUE_PEOPLE, arena)));
    return isnan(limit_of(h, answer)) ? "" : arena_printf(arena, "would be out of line %s %s", above ? "above" : "below", limit);
}

/* What of the evidence is the level's elsewhere. */
static void describe(const struct hypothesis *h, const struct method_answer *answer)
{
    struct evidence *e = &h->result->evidence;
    const struct kpi_rule *rule = h->series.rule;
    bool previous = rule->method == &method_threshold && rule->method_options && rule->method_options->base == METHOD_OF_PREVIOUS;
    e->level_start = previous ? h->series.n - 1 : 0;
    e->level_n = previous ? 1 : h->series.n;
    e->low = answer->low;
    e->high = answer->high;
    e->absolute_threshold = rule->min_absolute;
    if (!isnan(answer->reference))
        e->relative_threshold = series_relative_threshold(rule, answer->reference);
}

static void judge(const struct hypothesis *h, const struct invocation *invocation, struct checking *checking, struct arena *arena)
{
    const struct method_answer *answer = checking->kept;
    struct check *check = &checking->check;
    check->verdict = verdict_of(h, invocation, check, answer);
    check->found = found_of(h, invocation, check, answer, arena);
    if (check->verdict == VERDICT_CANNOT_TELL) {
        size_t least = h->series.rule->method->history_min;
        check->more_runs = h->series.n < least ? (int)(least - h->series.n) : 0;
    } else if (check->verdict == VERDICT_SUSPECT) {
        check->more_runs = 1;
    }
    check->flip = flip_of(h, check, answer, arena);
    check->ok_from = limit_of(h, answer);
    check->smallest_seen = fabs(check->ok_from - answer->reference);
    check->since = h->series.n;
    if (answer->tested)
        describe(h, answer);
}

const struct check_type method_check = {.kind = CHECK_METHOD, .place = place, .test = test, .judge = judge};
