#include "regress/checks/method_check.h"

#include <math.h>
#include <string.h>

#include "detect/method.h"
#include "regress/known.h"
#include "regress/sentence.h"
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

/* What the method says of a run; nothing before an accepted level is a reference. */
static struct method_answer ask(const struct hypothesis *h, size_t run, struct arena *arena)
{
    const struct series *s = &h->series;
    size_t from = known_accepted_from(h);
    struct method_options options = s->rule->method_options ? *s->rule->method_options : method_defaults();
    struct method_question question = {.history = s->x + from, .n = run - from, .newest = s->x + run, .newest_n = 1, .better = s->rule->better};
    return method_judge(s->rule->method, &question, &options, arena);
}

static void test(const struct hypothesis *h, const struct invocation *invocation, struct checking *checking, struct arena *arena)
{
    const struct kpi_rule *rule = h->series.rule;
    struct method_answer *answer = ARENA_NEW(arena, struct method_answer);
    struct check *check = &checking->check;
    (void)invocation;
    *answer = ask(h, h->series.n, arena);
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

/* The first of the runs up to this one that the method called worse each, as long as this one is not twice as far out: what is is a change of
 * its own. The methods forget soon what a level was. */
static size_t worse_since(const struct hypothesis *h, struct arena *arena)
{
    const struct series *s = &h->series;
    size_t since = s->n, window = series_window_start(s), first = known_accepted_from(h);
    while (since > first + 1 && since > window + 1) {
        struct method_answer then = ask(h, since - 1, arena);
        bool worse = then.tested && then.flagged && then.worse && passes(h, &then);
        double was = worse ? series_worse_by(s, then.reference, s->x[since - 1]) : 0;
        if (!worse || isnan(then.reference) || series_worse_by(s, then.reference, s->x[s->n]) > 2 * was)
            break;
        since--;
    }
    return since;
}

/* Where values neither are out of line nor pass the thresholds; ±INFINITY: no bound on that side. NAN: the method does not say. */
struct range {
    double low, high;
};

static struct range range_of(const struct hypothesis *h, const struct method_answer *answer)
{
    const struct kpi_rule *rule = h->series.rule;
    double room = isnan(answer->reference) ? 0 : fmax(series_relative_threshold(rule, answer->reference), rule->min_absolute);
    struct range range = {answer->low, answer->high};
    if (isfinite(range.low) && !isnan(answer->reference))
        range.low = fmin(range.low, answer->reference - room);
    if (isfinite(range.high) && !isnan(answer->reference))
        range.high = fmax(range.high, answer->reference + room);
    return range;
}

/* The value from which it is out of line for the worse; NAN: the method does not say. */
static double limit_of(const struct hypothesis *h, const struct method_answer *answer)
{
    struct range range = range_of(h, answer);
    double limit = h->series.worse == SIDE_ABOVE ? range.high : range.low;
    return isfinite(limit) ? limit : NAN;
}

static const char *found_of(const struct hypothesis *h, const struct invocation *invocation, const struct check *check,
                            const struct method_answer *answer, struct arena *arena)
{
    const char *name = check->part;
    if (!answer->tested) /* some begin with the name */
        return strncmp(answer->why, name, strlen(name)) == 0 ? answer->why : arena_printf(arena, "%s: %s", name, answer->why);
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
    struct range range = range_of(h, answer);
    const char *low = value_shown(rule, range.low, VALUE_PEOPLE, arena), *high = value_shown(rule, range.high, VALUE_PEOPLE, arena);
    double limit = limit_of(h, answer);
    if (check->verdict == VERDICT_CANNOT_TELL)
        return check->more_runs > 0 ? arena_printf(arena, "%d more run%s would tell", check->more_runs, check->more_runs == 1 ? "" : "s") : "";
    if (check->verdict == VERDICT_OK)
        return isnan(limit) ? "" : arena_printf(arena, "would be out of line %s %s", h->series.worse == SIDE_ABOVE ? "above" : "below",
                                                value_shown(rule, limit, VALUE_PEOPLE, arena));
    if (isfinite(range.low) && isfinite(range.high))
        return arena_printf(arena, "would be ok from %s to %s", value_number(rule, range.low, VALUE_PEOPLE, arena), high);
    if (isfinite(range.low))
        return arena_printf(arena, "would be ok from %s on", low);
    return isfinite(range.high) ? arena_printf(arena, "would be ok up to %s", high) : "would be ok if this run stood with those before it";
}

/* What of the evidence is the level's elsewhere. */
static void describe(const struct hypothesis *h, const struct method_answer *answer)
{
    struct evidence *e = &h->result->evidence;
    const struct kpi_rule *rule = h->series.rule;
    bool previous = rule->method == &method_threshold && rule->method_options && rule->method_options->base == METHOD_OF_PREVIOUS;
    e->level_start = previous ? h->series.n - 1 : known_accepted_from(h);
    e->level_n = previous ? 1 : h->series.n - known_accepted_from(h);
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
    if (check->verdict == VERDICT_CANNOT_TELL)
        check->more_runs = (int)answer->lacks;
    else if (check->verdict == VERDICT_SUSPECT)
        check->more_runs = 1;
    check->flip = flip_of(h, check, answer, arena);
    check->ok_from = limit_of(h, answer);
    check->smallest_seen = fabs(check->ok_from - answer->reference);
    check->since = check->verdict == VERDICT_REGRESSION ? worse_since(h, arena) : h->series.n;
    if (check->since < h->series.n)
        check->found = arena_printf(arena, "since %s (%zu run%s ago): %s", sentence_run(&h->series.points[check->since]), h->series.n - check->since,
                                    h->series.n - check->since == 1 ? "" : "s", check->found);
    if (answer->tested)
        describe(h, answer);
}

const struct check_type method_check = {.kind = CHECK_METHOD, .place = place, .test = test, .judge = judge};
