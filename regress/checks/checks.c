#include "regress/checks/bound_check.h"
#include "regress/checks/drift_check.h"
#include "regress/checks/pair_check.h"

#include <math.h>

#include "regress/checks/exact_check.h"
#include "regress/checks/method_check.h"
#include "regress/value.h"

/* In this order: what comes first stands in place of the level before the others are asked. */
static const struct check_type *const types[] = {&pair_check, &exact_check, &method_check, &bound_check, &drift_check};
enum { TYPES = sizeof(types) / sizeof(types[0]) };

/* ---- which ---- */

void checks_plan(struct hypothesis *h, const struct invocation *invocation, struct arena *arena)
{
    h->checks = ARENA_ARRAY(arena, struct checking, TYPES);
    for (size_t i = 0; i < TYPES; i++) {
        enum check_place place = types[i]->place(h, invocation);
        if (place == CHECK_NONE)
            continue;
        h->checks[h->checks_n++] = (struct checking){
            .type = types[i],
            .place = place,
            .check = {.kind = types[i]->kind, .value = NAN, .reference = NAN, .low = NAN, .high = NAN, .p_worse = NAN,
                      .p_better = NAN, .corrected_worse = NAN, .corrected_better = NAN, .verdict = VERDICT_CANNOT_TELL,
                      .level = NAN, .smallest_seen = NAN, .ok_from = NAN},
        };
        if (place == CHECK_INSTEAD)
            h->level = false;
    }
}

void checks_test(struct hypothesis *h, const struct invocation *invocation, struct arena *arena)
{
    for (size_t i = 0; i < h->checks_n; i++)
        h->checks[i].type->test(h, invocation, &h->checks[i], arena);
}

/* ---- what they say ---- */

enum verdict checks_verdict(const struct check *check, const struct invocation *invocation, bool enough)
{
    const struct analysis_options *options = invocation->options;
    if (check->corrected_worse <= options->false_alarm_rate && enough)
        return VERDICT_REGRESSION;
    if (check->corrected_better <= options->false_alarm_rate && enough)
        return VERDICT_IMPROVEMENT;
    return check->p_worse <= options->suspect_level ? VERDICT_SUSPECT : VERDICT_OK;
}

double checks_alpha(const struct invocation *invocation, double corrected)
{
    double rate = invocation->options->false_alarm_rate;
    size_t others = invocation->rejected - (corrected <= rate);
    return fmin(rate * (double)(others + 1) / (double)(invocation->tested ? invocation->tested : 1), 0.5);
}

const char *checks_p(const struct check *check, const struct invocation *invocation, struct arena *arena)
{
    bool better = check->verdict == VERDICT_IMPROVEMENT;
    const char *p = value_p(better ? check->corrected_better : check->corrected_worse, arena);
    return arena_printf(arena, "p %s%s after correction for %zu test%s, level %.4g", p[0] == '<' ? "" : "= ", p, invocation->tested,
                        invocation->tested == 1 ? "" : "s", invocation->options->false_alarm_rate);
}

/* ---- the gravest ---- */

/* Those that say that nothing was judged stand below all that was, but above what could be told at best. */
static int gravity(enum verdict verdict)
{
    static const int order[VERDICT_COUNT] = {
        [VERDICT_OK] = 0,          [VERDICT_IMPROVEMENT] = 1, [VERDICT_CANNOT_TELL] = 2,  [VERDICT_NOT_ANALYSED] = 3,
        [VERDICT_NO_HISTORY] = 3,  [VERDICT_MISSING] = 3,     [VERDICT_SUSPECT] = 4,      [VERDICT_ACKNOWLEDGED] = 5,
        [VERDICT_REGRESSION] = 5,
    };
    return order[verdict];
}

static void take_own_value(struct evidence *e, double value)
{
    e->value = value;
    e->repetitions = 1;
    e->own_sd = NAN;
}

/* Where the level was not tested, the numbers of what stands in its place. */
static void take_numbers(struct hypothesis *h, const struct check *check)
{
    struct evidence *e = &h->result->evidence;
    bool better = check->verdict == VERDICT_IMPROVEMENT;
    e->p = better ? check->p_better : check->p_worse;
    e->p_corrected = better ? check->corrected_better : check->corrected_worse;
    e->more_runs = check->more_runs;
    e->ok_from = check->ok_from;
    if (h->answers.tested)
        return;
    e->smallest_seen = check->smallest_seen;
    if (check->kind == CHECK_BOUND) /* of each repetition by itself */
        take_own_value(e, check->value);
    double level = isnan(check->level) && check->kind != CHECK_BOUND ? check->reference : check->level;
    if (isnan(level))
        return;
    e->level = level;
    if (check->kind == CHECK_DRIFT) /* its reference: not the run points that another tool's method looked at */
        e->level_start = e->level_n = 0;
    if (check->kind == CHECK_PAIRED) /* each pair ran on a machine of its own */
        take_own_value(e, level * check->value);
    e->change = e->value - e->level;
    e->relative = e->level != 0 ? e->change / fabs(e->level) : NAN;
}

static bool changed(enum verdict verdict)
{
    return verdict == VERDICT_REGRESSION || verdict == VERDICT_SUSPECT || verdict == VERDICT_IMPROVEMENT;
}

void checks_set_since(struct check *check, const struct series *series, size_t first)
{
    bool older = first > 0 && first <= series->older;
    check->since = first > series->older ? first - series->older : 0;
    check->since_older = older ? series->points - series->older + first - 1 : NULL;
    check->since_ago = older ? series->older + series->n - first : 0;
}

/* Since when it is so; a check that knows no better: since this run. */
static void take_since(struct hypothesis *h, const struct check *check)
{
    struct evidence *e = &h->result->evidence;
    bool known = check->since > 0 && check->since <= e->points_n;
    e->since_version = e->since_after = NULL;
    e->since_older = NULL;
    e->since_point = e->points_n;
    if (!changed(check->verdict) || e->points_n == 0)
        return;
    if (check->since_older) {
        e->since_older = check->since_older;
        e->since_ago = check->since_ago;
        e->since_point = 0;
        e->since_version = e->since_older[1].version;
        e->since_after = e->since_older[0].version;
        return;
    }
    e->since_point = known ? check->since : e->points_n;
    e->since_version = e->since_point < e->points_n ? e->points[e->since_point].version : h->version;
    e->since_after = e->points[e->since_point - 1].version;
}

void checks_take(struct hypothesis *h, const struct check *check)
{
    struct evidence *e = &h->result->evidence;
    h->result->verdict = check->verdict;
    e->decided_by = check->kind;
    e->reason = check->found;
    e->flip = check->flip;
    e->test = NULL;
    e->after_n = 0;
    if (check->kind == CHECK_PAIRED) /* it is not divided */
        e->control = NULL;
    take_numbers(h, check);
    take_since(h, check);
}

/* What else was found, or could not be looked for. */
static const char *add_others(const struct hypothesis *h, const struct check *decider, const char *level, struct arena *arena)
{
    const char *reason = h->result->evidence.reason;
    if (decider && level)
        reason = arena_printf(arena, "%s; level: %s", reason, level);
    for (size_t i = 0; i < h->checks_n; i++) {
        const struct check *check = &h->checks[i].check;
        if (check == decider)
            continue;
        if (!check->tested)
            reason = arena_printf(arena, "%s; %s not checked: %s", reason, check_name(check->kind), check->found);
        else if (check->worth_saying || (check->verdict != VERDICT_OK && check->verdict != VERDICT_IMPROVEMENT))
            reason = arena_printf(arena, "%s; %s: %s", reason, check_name(check->kind), check->found);
    }
    return reason;
}

void checks_decide(struct hypothesis *h, const struct invocation *invocation, struct arena *arena)
{
    struct check *checks = ARENA_ARRAY(arena, struct check, h->checks_n + 1);
    const struct check *decider = NULL;
    enum verdict verdict = h->result->verdict;
    const char *level = verdict_is_worse(h->result) ? h->result->evidence.reason : NULL;
    for (size_t i = 0; i < h->checks_n; i++) {
        struct checking *checking = &h->checks[i];
        checking->type->judge(h, invocation, checking, arena);
        checks[i] = checking->check;
        bool instead = checking->place == CHECK_INSTEAD;
        bool counts = checking->check.tested || instead;
        bool first = instead && !decider;
        if (counts && (first || gravity(checking->check.verdict) > gravity(verdict))) {
            decider = &checking->check;
            verdict = checking->check.verdict;
        }
    }
    if (decider)
        checks_take(h, decider);
    h->result->evidence.reason = add_others(h, decider, level, arena);
    h->result->checks = checks;
    h->result->checks_n = h->checks_n;
}
