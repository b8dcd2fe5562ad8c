#include "regress/checks/drift_check.h"

#include <math.h>

#include "detect/drift.h"
#include "detect/law.h"
#include "regress/known.h"
#include "regress/order.h"
#include "regress/value.h"

static const double INTERVAL_ALPHA = 0.05, CREEP_ALPHA = 0.05, POWER_80 = 0.8416;
enum { RUNS_TOLD_MAX = 1000 };

/* The runs that are looked at: from the first of the reference on, this run last. */
struct course {
    const double *x;
    size_t n, first; /* its place among the series' run points, older ones included */
    const char *since;    /* the version that is the reference; NULL: the oldest runs are */
    const double *pinned; /* its runs */
    size_t pinned_n;
    size_t after; /* the place of the first run that is not of the reference */
    struct drift drift;
};

static enum check_place place(const struct hypothesis *h, const struct invocation *invocation)
{
    (void)invocation;
    const struct kpi_rule *rule = h->series.rule;
    bool budget = rule->budget.relative > 0 || rule->budget.absolute > 0;
    return budget && rule->better != DIRECTION_NONE && h->series.has && !h->elsewhere ? CHECK_BESIDE : CHECK_NONE;
}

/* ---- the reference ---- */

static const char *first_key_of(const struct select_point *point, const struct analysis_options *options)
{
    const char *key = options->comparison_keys ? options->comparison_keys[0] : NULL;
    return key ? record_label(point->records[0], key) : NULL;
}

/* Where the newest accepted level begins: nothing before it is a reference. */
static size_t accepted_from(const struct hypothesis *h)
{
    size_t from = known_accepted_from(h);
    return from ? h->series.older + from : 0;
}

static void begin_at(struct course *course, size_t first)
{
    course->first = first;
    course->x += first;
    course->n -= first;
}

static struct course course_of(const struct hypothesis *h, const struct analysis_options *options, struct arena *arena)
{
    const struct series *s = &h->series;
    const double *all = s->x - s->older;
    size_t from = accepted_from(h), first = 0, before = 0;
    struct course course = {.x = all, .n = s->older + s->n + 1, .since = s->rule->budget.since};
    double *pinned = ARENA_ARRAY(arena, double, course.n);
    for (size_t i = 0; course.since && i < s->older + s->n; i++) {
        if (!order_names(first_key_of((s->from - s->older)[i], options), course.since))
            continue;
        before += i < from;
        if (i < from)
            continue;
        first = course.pinned_n == 0 ? i : first;
        pinned[course.pinned_n++] = all[i];
        course.after = i + 1;
    }
    course.pinned = pinned;
    if (before && !course.pinned_n)
        course.since = NULL; /* what it names was left behind by what was accepted: that is the reference from now on */
    begin_at(&course, course.since ? first : from);
    return course;
}

static struct drift ask(const struct hypothesis *h, const struct course *course, double alpha)
{
    const struct kpi_rule *rule = h->series.rule;
    return drift_test(course->x, course->n,
                      &(struct drift_options){.worse = h->series.worse, .budget = rule->budget.relative, .budget_absolute = rule->budget.absolute,
                                              .pinned = course->pinned_n ? course->pinned : NULL, .pinned_n = course->pinned_n,
                                              .rho = rule->independent ? 0 : NAN, .alpha = alpha});
}

static void test(const struct hypothesis *h, const struct invocation *invocation, struct checking *checking, struct arena *arena)
{
    struct course *course = ARENA_NEW(arena, struct course);
    *course = course_of(h, invocation->options, arena);
    checking->kept = course;
    if (course->since && course->pinned_n == 0)
        return;
    course->drift = ask(h, course, INTERVAL_ALPHA);
    const struct drift *drift = &course->drift;
    struct check *check = &checking->check;
    check->tested = drift->tested;
    if (!check->tested)
        return;
    if (!course->pinned_n)
        course->after = course->first + drift->reference_n;
    double sign = (double)h->series.worse;
    check->value = drift->current;
    check->reference = check->level = drift->reference;
    check->low = sign > 0 ? drift->change_low : -drift->change_high;
    check->high = sign > 0 ? drift->change_high : -drift->change_low;
    check->p_worse = drift->p_exceeded;
}

/* ---- words ---- */

/* A change as a share of the reference where the budget is one, else in the KPI's unit; never with a sign. */
static const char *size_of(const struct hypothesis *h, const struct drift *drift, double change, struct arena *arena)
{
    const struct kpi_rule *rule = h->series.rule;
    bool share = rule->budget.relative * fabs(drift->reference) >= rule->budget.absolute && drift->reference != 0;
    return share ? value_percent(fabs(change) / fabs(drift->reference), arena) : value_shown(rule, fabs(change), VALUE_PEOPLE, arena);
}

static const char *signed_size(const struct hypothesis *h, const struct drift *drift, double change, struct arena *arena)
{
    return arena_printf(arena, "%s%s", change < 0 ? "-" : "", size_of(h, drift, change, arena));
}

static const char *reference_text(const struct hypothesis *h, const struct course *course, struct arena *arena)
{
    const char *since = course->since, *plural = course->drift.reference_n == 1 ? "" : "s";
    const char *at = value_shown(h->series.rule, course->drift.reference, VALUE_PEOPLE, arena);
    if (!since && accepted_from(h))
        return arena_printf(arena, "since the oldest %zu run%s of the accepted level (%s)", course->drift.reference_n, plural, at);
    return since ? arena_printf(arena, "since %s (%zu run%s, %s)", since, course->drift.reference_n, plural, at)
                 : arena_printf(arena, "since the oldest %zu run%s (%s)", course->drift.reference_n, plural, at);
}

/* "the newest 8 runs (1,077 MB) are" */
static const char *newest_text(const struct hypothesis *h, const struct drift *drift, struct arena *arena)
{
    const char *at = value_shown(h->series.rule, drift->current, VALUE_PEOPLE, arena);
    return drift->current_n == 1 ? arena_printf(arena, "the newest run (%s) is", at) : arena_printf(arena, "the newest %zu runs (%s) are", drift->current_n, at);
}

/* "62 % of the budget of 5 %", "more than the budget of 5 %". */
static const char *used_text(const struct hypothesis *h, const struct check *check, const struct drift *drift, struct arena *arena)
{
    const struct drift_budget *said = &h->series.rule->budget;
    bool share = said->relative * fabs(drift->reference) >= said->absolute;
    const char *budget = share ? arena_printf(arena, "%.4g %%", said->relative * 100) : size_of(h, drift, drift->budget, arena);
    if (drift->change <= 0)
        return arena_printf(arena, "none of the budget of %s is used", budget);
    if (drift->change > drift->budget)
        return arena_printf(arena, "%s the budget of %s", check->verdict == VERDICT_OK ? "beyond, but not surely beyond," : "beyond", budget);
    return arena_printf(arena, "%s of the budget of %s is used", value_percent(drift->change / drift->budget, arena), budget);
}

static const char *pace_text(const struct drift *drift, struct arena *arena)
{
    if (!(drift->p_creep <= CREEP_ALPHA) || !(drift->runs_left > 0) || !(drift->runs_left <= RUNS_TOLD_MAX))
        return "";
    return arena_printf(arena, "; going on so it is used up in about %.0f run%s", ceil(drift->runs_left), drift->runs_left <= 1 ? "" : "s");
}

static const char *say(const struct hypothesis *h, const struct invocation *invocation, const struct check *check,
                       const struct course *course, struct arena *arena)
{
    const struct drift *d = &course->drift;
    const char *change = d->change == 0 ? "nothing changed"
                                        : arena_printf(arena, "%s %s %s (%s … %s)", newest_text(h, d, arena), size_of(h, d, d->change, arena), d->change > 0 ? "worse" : "better",
                                                       signed_size(h, d, d->change_low, arena), signed_size(h, d, d->change_high, arena));
    const char *what = arena_printf(arena, "%s %s: %s%s", reference_text(h, course, arena), change, used_text(h, check, d, arena), pace_text(d, arena));
    if (check->verdict == VERDICT_OK)
        return what;
    if (check->verdict == VERDICT_SUSPECT && check->corrected_worse <= invocation->options->false_alarm_rate)
        return arena_printf(arena, "%s; %s, but history has only %zu of the %d run points that a regression needs", what, checks_p(check, invocation, arena),
                            series_known(&h->series), verdict_min_history(h, invocation->options));
    const char *p = value_p(check->p_worse, arena);
    const char *alone = arena_printf(arena, "p %s%s alone, but ", p[0] == '<' ? "" : "= ", p);
    return arena_printf(arena, "%s; %s%s", what, check->verdict == VERDICT_SUSPECT ? alone : "", checks_p(check, invocation, arena));
}

static void say_untested(const struct hypothesis *h, const struct course *course, struct check *check, struct arena *arena)
{
    const char *since = course->since;
    if (since && course->pinned_n == 0) {
        check->found = arena_printf(arena, "no run of %s in history has this KPI", since);
        check->flip = arena_printf(arena, "would be checked if history had runs of %s", since);
        return;
    }
    check->more_runs = course->n < DRIFT_MIN ? DRIFT_MIN - (int)course->n : 1;
    check->found = arena_printf(arena, "a budget needs %d runs, there %s %zu%s", DRIFT_MIN, course->n == 1 ? "is" : "are", course->n,
                                accepted_from(h) ? " of the accepted level" : "");
    check->flip = arena_printf(arena, "would be checked with %d more run%s", check->more_runs, check->more_runs == 1 ? "" : "s");
}

/* ---- what would flip it ---- */

/* How many more runs like the newest ones would make it sure: those that fill the newest block, or what a creep needs; -1: none would. */
static int count_more_runs(const struct drift *drift, double excess, double room)
{
    double missing = 2 * (double)(DRIFT_BLOCK - drift->current_n);
    double sharper = room * sqrt((double)drift->current_n / DRIFT_BLOCK);
    if (missing > 0 && excess >= sharper)
        return (int)missing;
    if (!(drift->slope > 0) || !(drift->p_creep <= CREEP_ALPHA))
        return -1;
    double runs = ceil((room - excess) / drift->slope);
    return runs <= RUNS_TOLD_MAX ? (int)fmax(1, runs) : -1;
}

static const char *flip_text(const struct hypothesis *h, const struct check *check, double ok, double worse, bool enough, struct arena *arena)
{
    const struct kpi_rule *rule = h->series.rule;
    bool above = h->series.worse == SIDE_ABOVE;
    const char *back = arena_printf(arena, "would be ok with the newest runs %s %s on average", above ? "below" : "above",
                                    value_shown(rule, ok, VALUE_PEOPLE, arena));
    if (check->verdict == VERDICT_OK)
        return arena_printf(arena, "would be %s with the newest runs %s %s on average", enough ? "a regression" : "suspect",
                            above ? "above" : "below", value_shown(rule, worse, VALUE_PEOPLE, arena));
    if (check->verdict == VERDICT_REGRESSION)
        return back;
    return check->more_runs < 0 ? arena_printf(arena, "%s; more runs alone would not tell, unless it creeps on", back)
                                : arena_printf(arena, "%s; %d more run%s would tell", back, check->more_runs, check->more_runs == 1 ? "" : "s");
}

static void judge(const struct hypothesis *h, const struct invocation *invocation, struct checking *checking, struct arena *arena)
{
    const struct course *course = checking->kept;
    struct check *check = &checking->check;
    if (!check->tested) {
        say_untested(h, course, check, arena);
        return;
    }
    size_t known = series_known(&h->series);
    bool enough = known >= (size_t)verdict_min_history(h, invocation->options);
    check->verdict = checks_verdict(check, invocation, enough);
    double gate = enough ? checks_alpha(invocation, check->corrected_worse) : invocation->options->suspect_level;
    struct drift at_gate = ask(h, course, gate), at_suspect = ask(h, course, invocation->options->suspect_level);
    double sign = (double)h->series.worse, limit = at_gate.reference + sign * at_gate.budget;
    double room = at_gate.change - at_gate.change_low, ok_room = at_suspect.change - at_suspect.change_low;
    double excess = at_gate.change - at_gate.budget;
    if (check->verdict == VERDICT_SUSPECT)
        check->more_runs = !enough ? verdict_min_history(h, invocation->options) - (int)known : count_more_runs(&at_gate, excess, room);
    check->ok_from = limit + sign * ok_room;
    check->smallest_seen = at_suspect.budget + ok_room * (1 + POWER_80 / law_normal_quantile(invocation->options->suspect_level));
    checks_set_since(check, &h->series, course->after);
    check->found = say(h, invocation, check, course, arena);
    check->flip = flip_text(h, check, check->ok_from, limit + sign * room, enough, arena);
}

const struct check_type drift_check = {CHECK_DRIFT, place, test, judge};

bool drift_check_shown_before(const struct hypothesis *h, const struct invocation *invocation, double alpha)
{
    struct course course = {0}; /* as it was tested: of a list the series may be another part's by now */
    for (size_t i = 0; i < h->checks_n; i++)
        course = h->checks[i].type == &drift_check ? *(const struct course *)h->checks[i].kept : course;
    size_t known = series_known(&h->series);
    if (course.n == 0 || known <= (size_t)verdict_min_history(h, invocation->options) || course.after >= known)
        return false;
    course.n--;
    struct drift before = ask(h, &course, alpha);
    return before.tested && before.p_exceeded <= alpha;
}
