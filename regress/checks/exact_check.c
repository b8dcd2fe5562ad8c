#include "regress/checks/exact_check.h"

#include <math.h>

#include "regress/known.h"
#include "regress/sentence.h"
#include "regress/value.h"

enum { RUNS_PER_CHANGE = 3, NEAR = 2 /* run points by which the begin of one change may be off */ };

/* ---- stretches of one value ---- */

static bool differs(const struct series *s, double from, double value)
{
    return series_passes(s->rule, value - from, from);
}

/* The first point after the stretch that begins at `start`. */
static size_t stretch_end(const struct series *s, size_t start)
{
    size_t i = start + 1;
    while (i < s->n && !differs(s, s->x[start], s->x[i]))
        i++;
    return i;
}

/* ---- is it as declared? ---- */

static bool repetitions_differ(const struct hypothesis *h)
{
    const struct kpi_rule *rule = h->series.rule;
    if (h->series.control) /* what was measured differs by what the control takes out */
        return false;
    for (size_t i = 0; i < h->selection->points_n; i++) {
        const struct select_point *point = &h->selection->points[i];
        double first = NAN, value;
        for (size_t k = 0; k < point->records_n; k++) {
            if (!series_counts(h->selection->options, point->records[k], h->entry, rule, &value))
                continue;
            if (isnan(first))
                first = value;
            if (differs(&h->series, first, value))
                return true;
        }
    }
    return false;
}

static size_t changes_in_window(const struct series *s)
{
    size_t from = series_window_start(s), changes = 0;
    for (size_t i = stretch_end(s, 0); i < s->n; i = stretch_end(s, i))
        changes += i > from;
    return changes;
}

static bool varies(const struct hypothesis *h)
{
    const struct series *s = &h->series;
    size_t runs = s->n - series_window_start(s);
    return repetitions_differ(h) || changes_in_window(s) > (runs + RUNS_PER_CHANGE - 1) / RUNS_PER_CHANGE;
}

static enum check_place place(const struct hypothesis *h, const struct invocation *invocation)
{
    const struct kpi_rule *rule = h->series.rule;
    (void)invocation;
    if (!rule->exact || rule->method || !h->level)
        return CHECK_NONE;
    return varies(h) ? CHECK_BESIDE : CHECK_INSTEAD;
}

/* ---- what is it held against? ---- */

struct exact {
    size_t current, best; /* first points of the newest stretch, and of the best one before it within the window; best: current if none */
    size_t reference;     /* of those that it is held against */
    size_t since; /* the first point that is as bad as the entry; n: the entry itself */
};

/* Where the value of now began, or one that was no better: the window ends there (as in regress/answers.c). */
static size_t now_began(const struct series *s, size_t floor)
{
    size_t current = floor, began = floor;
    for (size_t i = floor; i < s->n; i = stretch_end(s, i))
        current = i;
    for (size_t i = floor; i < current; i = stretch_end(s, i))
        if (series_worse_by(s, s->x[i], s->x[current]) > 0 && differs(s, s->x[i], s->x[current]))
            began = stretch_end(s, i);
    return began;
}

/* Of the run points from `floor` on. */
static struct exact look(const struct series *s, size_t floor)
{
    struct exact e = {0};
    size_t from = series_window_before(s, now_began(s, floor));
    bool any = false;
    for (size_t i = floor, next; i < s->n; i = next) {
        next = stretch_end(s, i);
        e.current = i;
        if (next < s->n && next > from && (!any || series_worse_by(s, s->x[e.best], s->x[i]) < 0)) {
            e.best = i;
            any = true;
        }
    }
    if (!any)
        e.best = e.current;
    return e;
}

/* The entry stands with a newest stretch that is worse than the best: it is no nearer to the best. */
static bool began_before(const struct series *s, const struct exact *e)
{
    double good = s->x[e->best], bad = s->x[e->current], value = s->x[s->n];
    double size = series_worse_by(s, good, bad);
    return size > 0 && differs(s, good, bad) && series_worse_by(s, good, value) >= 0.5 * size && differs(s, good, value) &&
           !(series_worse_by(s, bad, value) > 0 && differs(s, bad, value));
}

/* The first stretch after the best one from which on all are worse than it. */
static size_t worse_since(const struct series *s, const struct exact *e)
{
    size_t since = s->n;
    for (size_t i = stretch_end(s, e->best); i < s->n; i = stretch_end(s, i)) {
        bool worse = series_worse_by(s, s->x[e->best], s->x[i]) > 0 && differs(s, s->x[e->best], s->x[i]);
        since = !worse ? s->n : since == s->n ? i : since;
    }
    return since;
}

static struct exact hold(const struct series *s, size_t floor)
{
    struct exact e = look(s, floor);
    bool before = began_before(s, &e);
    e.reference = before ? e.best : e.current;
    e.since = before ? worse_since(s, &e) : s->n;
    return e;
}

static bool is_worse(const struct series *s, const struct exact *e)
{
    return series_worse_by(s, s->x[e->reference], s->x[s->n]) > 0 && differs(s, s->x[e->reference], s->x[s->n]);
}

/* The begin of the stretch nearest to the place, as far as the begin of one change may be off; else the place. */
static size_t begin_near(const struct series *s, size_t at)
{
    size_t best = at, least = NEAR + 1;
    for (size_t i = 0; i < s->n; i = stretch_end(s, i)) {
        size_t off = i > at ? i - at : at - i;
        if (off < least) {
            least = off;
            best = i;
        }
    }
    return best;
}

/* Where the newest level begins that somebody acknowledged: what is worse than that is a change of its own. 0: there is none. */
static size_t acknowledged_from(const struct hypothesis *h)
{
    size_t from = 0;
    for (size_t i = 0; i < known_acknowledgements(h); i++) {
        size_t at = known_acknowledged_at(h, i);
        at = at ? begin_near(&h->series, at) : 0;
        from = at > from ? at : from;
    }
    return from;
}

static void test(const struct hypothesis *h, const struct invocation *invocation, struct checking *checking, struct arena *arena)
{
    const struct series *s = &h->series;
    struct check *check = &checking->check;
    struct exact *exact = ARENA_NEW(arena, struct exact);
    (void)invocation;
    *exact = hold(s, s->floor);
    size_t known = acknowledged_from(h);
    struct exact further = hold(s, known);
    if (known > s->floor && is_worse(s, &further))
        *exact = further;
    checking->kept = exact;
    check->tested = checking->place == CHECK_INSTEAD;
    check->value = s->x[s->n];
    check->reference = s->x[exact->reference];
    check->low = check->high = check->value - check->reference;
}

/* ---- what is said ---- */

static enum verdict verdict_of(const struct series *s, const struct check *check)
{
    if (!differs(s, check->reference, check->value))
        return VERDICT_OK;
    return series_worse_by(s, check->reference, check->value) > 0 ? VERDICT_REGRESSION : VERDICT_IMPROVEMENT;
}

static const char *distance(const struct series *s, const struct check *check, struct arena *arena)
{
    double change = check->value - check->reference;
    const char *side = change < 0 ? "below" : "above";
    if (change == 0)
        return "equal to";
    if (check->reference == 0)
        return arena_printf(arena, "%s %s", value_shown(s->rule, fabs(change), VALUE_PEOPLE, arena), side);
    return arena_printf(arena, "%s %s", value_percent(change / fabs(check->reference), arena), side);
}

static double threshold_of(const struct series *s, const struct check *check)
{
    return fmax(series_relative_threshold(s->rule, check->reference), s->rule->min_absolute);
}

static const char *found_of(const struct series *s, const struct exact *exact, const struct check *check, struct arena *arena)
{
    size_t to = stretch_end(s, exact->reference), n = to - exact->reference, ago = s->n - exact->since;
    const char *since = !ago ? "" : arena_printf(arena, "since %s (%zu run%s ago): ", sentence_run(&s->points[exact->since]), ago, ago == 1 ? "" : "s");
    const char *text = arena_printf(arena, "%s%s the value of %s (%zu run point%s, %s)", since, distance(s, check, arena),
                                    sentence_runs(&s->points[exact->reference], &s->points[to - 1], arena), n, n == 1 ? "" : "s",
                                    value_shown(s->rule, check->reference, VALUE_PEOPLE, arena));
    if (check->verdict != VERDICT_OK)
        return arena_printf(arena, "%s; declared exact: any change%s counts", text, threshold_of(s, check) > 0 ? " that passes the thresholds" : "");
    if (check->value == check->reference)
        return text;
    return arena_printf(arena, "%s; a change below %s does not count", text, value_shown(s->rule, threshold_of(s, check), VALUE_PEOPLE, arena));
}

/* Bad or good from `limit` on. */
static const char *flip_of(const struct series *s, const struct check *check, double limit, struct arena *arena)
{
    bool above = s->worse == SIDE_ABOVE, better = check->verdict == VERDICT_IMPROVEMENT;
    const char *shown = value_shown(s->rule, limit, VALUE_PEOPLE, arena);
    if (check->verdict == VERDICT_OK)
        return arena_printf(arena, "would be a regression %s %s", above ? "above" : "below", shown);
    if (limit == check->reference)
        return arena_printf(arena, "would be ok at %s", shown);
    return arena_printf(arena, "would be ok %s %s", above == better ? "above" : "below", shown);
}

static void describe(const struct hypothesis *h, const struct exact *exact, const struct check *check)
{
    struct evidence *e = &h->result->evidence;
    const struct series *s = &h->series;
    double room = threshold_of(s, check);
    e->level_start = exact->reference;
    e->level_n = stretch_end(s, exact->reference) - exact->reference;
    e->sd = 0;
    e->low = check->reference - room;
    e->high = check->reference + room;
    e->relative_threshold = series_relative_threshold(s->rule, check->reference);
    e->absolute_threshold = s->rule->min_absolute;
    e->levels = 0;
    for (size_t i = 0; i < s->n;) {
        e->levels++;
        for (size_t next = stretch_end(s, i); i < next; i++)
            s->points[i].level = e->levels;
    }
}

static void judge(const struct hypothesis *h, const struct invocation *invocation, struct checking *checking, struct arena *arena)
{
    const struct series *s = &h->series;
    const struct exact *exact = checking->kept;
    struct check *check = &checking->check;
    (void)invocation;
    check->flip = "";
    if (!check->tested) {
        check->found = "declared exact, but its history varies: judged as any other";
        return;
    }
    if (known_begins_accepted(h)) {
        check->verdict = VERDICT_OK;
        check->found = "begins an accepted level";
        return;
    }
    check->verdict = verdict_of(s, check);
    double room = threshold_of(s, check), side = check->verdict == VERDICT_IMPROVEMENT ? -(double)s->worse : (double)s->worse;
    check->found = found_of(s, exact, check, arena);
    check->flip = flip_of(s, check, check->reference + side * room, arena);
    check->ok_from = check->reference + side * room;
    check->smallest_seen = room;
    check->since = exact->since;
    describe(h, exact, check);
}

const struct check_type exact_check = {.kind = CHECK_EXACT, .place = place, .test = test, .judge = judge};
