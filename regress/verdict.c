#include "regress/verdict.h"

#include <math.h>
#include <string.h>

#include "detect/score.h"
#include "regress/checks/checks.h"
#include "regress/checks/control.h"
#include "regress/checks/list_check.h"
#include "regress/checks/pair_check.h"
#include "regress/known.h"
#include "regress/sentence.h"
#include "regress/untested.h"
#include "regress/value.h"

/* A KPI whose runs scatter so much that a change of half its level would not be seen cannot be judged. */
static const double SEEN_SHARE_MAX = 0.5;

const char *verdict_name(enum verdict verdict)
{
    static const char *const names[VERDICT_COUNT] = {
        [VERDICT_OK] = "ok",
        [VERDICT_REGRESSION] = "regression",
        [VERDICT_IMPROVEMENT] = "improvement",
        [VERDICT_SUSPECT] = "suspect",
        [VERDICT_CANNOT_TELL] = "cannot tell",
        [VERDICT_NO_HISTORY] = "no history",
        [VERDICT_ACKNOWLEDGED] = "acknowledged",
        [VERDICT_MISSING] = "missing",
        [VERDICT_NOT_ANALYSED] = "not analysed",
    };
    return names[verdict];
}

bool verdict_in_place(const struct kpi_result *result)
{
    return result->verdict == VERDICT_CANNOT_TELL && !result->evidence.level_kept;
}

bool verdict_is_worse(const struct kpi_result *result)
{
    return result->verdict == VERDICT_REGRESSION || result->verdict == VERDICT_SUSPECT || verdict_in_place(result);
}

const char *check_name(enum check_kind kind)
{
    static const char *const names[CHECK_KINDS] = {
        [CHECK_LEVEL] = "level",   [CHECK_METHOD] = "method", [CHECK_BOUND] = "bound",
        [CHECK_DRIFT] = "drift",   [CHECK_PAIRED] = "paired", [CHECK_DISTRIBUTION] = "distribution",
        [CHECK_EXACT] = "exact",
    };
    return names[kind];
}

const char *change_status_name(enum change_status status)
{
    static const char *const names[CHANGE_STATUSES] = {
        [CHANGE_NONE] = "none",       [CHANGE_NEW] = "new",     [CHANGE_KNOWN] = "known",       [CHANGE_ACKNOWLEDGED] = "acknowledged",
        [CHANGE_EXPIRED] = "expired", [CHANGE_FIXED] = "fixed", [CHANGE_RETURNED] = "returned",
    };
    return names[status];
}

const char *incident_kind_name(enum incident_kind kind)
{
    static const char *const names[INCIDENT_KINDS] = {[INCIDENT_WORSE] = "worse", [INCIDENT_BETTER] = "better", [INCIDENT_MIXED] = "mixed"};
    return names[kind];
}

static struct evidence empty_evidence(void)
{
    return (struct evidence){.level = NAN, .sd = NAN, .df = NAN, .low = NAN, .high = NAN, .value = NAN, .change = NAN,
                             .relative = NAN, .p = NAN, .p_corrected = NAN, .smallest_seen = NAN, .ok_from = NAN,
                             .relative_threshold = NAN, .absolute_threshold = NAN, .own_sd = NAN, .within_sd = NAN, .after = NAN, .size_low = NAN, .size_high = NAN, .measured = NAN,
                             .level_kept = true};
}

/* ---- what there is ---- */

void verdict_gather(const struct hypothesis *h, const struct invocation *invocation, const struct kpi_rule *rule, struct series *series,
                    struct arena *arena)
{
    if (series_gather(h->selection, h->entry, rule, series, arena))
        control_divide(invocation->controls, h->selection, h->entry, series, arena);
    series_trim(series);
}

static void describe_points(struct hypothesis *h)
{
    struct evidence *e = &h->result->evidence;
    e->points = h->series.points;
    e->points_n = h->series.n;
    e->measured = h->series.measured;
    e->repetitions = isnan(h->series.measured) ? 0 : h->series.repetitions;
    e->own_sd = h->series.control ? NAN : h->series.own_sd;
    e->value = h->series.has ? h->series.x[h->series.n] : h->series.measured;
}

/* Runs of pairs are no repetitions of each other. */
static void describe_own(struct evidence *e)
{
    e->value = e->measured;
    e->repetitions = isnan(e->measured) ? 0 : (size_t)1;
    e->own_sd = NAN;
}

/* The series and what of the evidence it gives; whether the entry has a number. */
static bool gather(struct hypothesis *h, const struct invocation *invocation, struct arena *arena)
{
    struct evidence *e = &h->result->evidence;
    if (!list_plan(h, invocation, arena))
        verdict_gather(h, invocation, h->result->rule, &h->series, arena);
    if (!h->list && h->series.n < h->selection->points_n)
        h->others = list_count_others(h, arena);
    *e = empty_evidence();
    describe_points(h);
    e->newer_left_out = h->selection->newer_left_out;
    e->control = control_text(h->series.control, arena);
    h->version = h->selection->version;
    return !isnan(e->measured);
}

bool verdict_plan(struct hypothesis *h, const struct invocation *invocation, struct arena *arena)
{
    bool has = gather(h, invocation, arena);
    if (h->result->rule->ignored)
        return !untested_say(h, VERDICT_NOT_ANALYSED, "ignored for regression by the workload", "");
    const char *excluded = known_excluded(invocation->options, h->entry, h->result->rule->name, arena);
    if (excluded)
        return !untested_say(h, VERDICT_NOT_ANALYSED, excluded, "");
    const char *baseline = pair_baseline(h, invocation, arena);
    if (baseline) {
        describe_own(&h->result->evidence);
        return !untested_say(h, VERDICT_NOT_ANALYSED, baseline, "");
    }
    h->elsewhere = pair_elsewhere(h, invocation, arena);
    if (h->elsewhere) {
        describe_own(&h->result->evidence);
        untested_say(h, VERDICT_NOT_ANALYSED, h->elsewhere, "");
    } else {
        h->level = !untested_settle(h, has, arena);
    }
    h->series.window = (size_t)invocation->options->window;
    checks_plan(h, invocation, arena);
    return h->level || h->checks_n;
}

/* ---- with a test ---- */

static bool worse_direction(const struct hypothesis *h, double change)
{
    return (double)h->series.worse * change > 0;
}

int verdict_min_history(const struct hypothesis *h, const struct analysis_options *options)
{
    for (size_t i = 0; i < h->series.n; i++)
        if (strcmp(h->series.points[i].version, h->version) != 0)
            return options->min_history;
    return options->min_history_same > 0 ? options->min_history_same : options->min_history;
}

void verdict_weigh(struct hypothesis *h)
{
    const struct answers *f = &h->answers;
    h->p_worse = answers_worse(&h->series, f, &h->began);
    double change = h->series.x[h->series.n] - f->now.centre;
    bool counts = (double)h->series.worse * change < 0 && series_passes(h->series.rule, change, f->now.centre);
    h->p_better = counts ? fmin(1, f->p_better / answers_newest_share(&h->series)) : 1;
}

bool verdict_can_see(const struct hypothesis *h, const struct analysis_options *options)
{
    const struct baseline *base = &h->answers.now;
    double seen = baseline_detectable(base, answers_lone_level(&h->series, options->suspect_level), h->series.worse);
    return isfinite(seen) && (base->centre == 0 || seen <= SEEN_SHARE_MAX * fabs(base->centre) || seen <= h->series.rule->min_absolute);
}

/* The newest run by itself: far out for one question that had been asked of this KPI alone. */
static bool lone_suspect(const struct hypothesis *h, const struct analysis_options *options)
{
    double centre = h->answers.now.centre, change = h->series.x[h->series.n] - centre;
    return h->answers.p_worse <= answers_lone_level(&h->series, options->suspect_level) && worse_direction(h, change) &&
           series_passes(h->series.rule, change, centre);
}

static enum verdict decide(const struct hypothesis *h, const struct invocation *invocation)
{
    const struct analysis_options *options = invocation->options;
    if (!h->answers.tested)
        return VERDICT_CANNOT_TELL;
    bool enough = series_known(&h->series) >= (size_t)verdict_min_history(h, options);
    if (h->corrected_worse <= options->false_alarm_rate && enough)
        return h->result->evidence.level_kept ? VERDICT_REGRESSION : VERDICT_CANNOT_TELL;
    if (h->corrected_better <= options->false_alarm_rate && enough)
        return VERDICT_IMPROVEMENT;
    if (h->p_worse <= options->suspect_level || lone_suspect(h, options))
        return VERDICT_SUSPECT;
    return verdict_can_see(h, options) ? VERDICT_OK : VERDICT_CANNOT_TELL;
}

static void place_in_levels(struct hypothesis *h)
{
    const struct levels *levels = &h->answers.levels;
    for (size_t i = 0, level = 0; i < h->series.n; i++) {
        level += level < levels->n && levels->changes[level].at <= i;
        h->series.points[i].level = level + 1;
    }
}

/* Numbers that follow from the level that the entry is held against. */
static void describe_level(struct hypothesis *h, const struct baseline *base, const struct analysis_options *options)
{
    struct evidence *e = &h->result->evidence;
    e->level_start = base->start;
    e->level_n = base->n;
    e->levels = h->answers.levels.n + 1;
    e->level = base->centre;
    e->sd = base->sigma;
    e->df = base->df;
    e->low = base->centre - baseline_critical(base, options->false_alarm_rate, SIDE_BELOW);
    e->high = base->centre + baseline_critical(base, options->false_alarm_rate, SIDE_ABOVE);
    e->change = e->value - base->centre;
    e->relative = base->centre != 0 ? e->change / fabs(base->centre) : NAN;
    e->relative_threshold = series_relative_threshold(h->series.rule, base->centre);
    e->absolute_threshold = h->series.rule->min_absolute;
    e->smallest_seen = baseline_seen(base, answers_lone_level(&h->series, options->suspect_level),
                                     fmax(e->relative_threshold, e->absolute_threshold), h->series.worse);
}

static const char *spread_shown(const void *rule, double sd, struct arena *arena)
{
    return value_shown(rule, sd, VALUE_PEOPLE, arena);
}

/* What the repetitions of run points say about the spread; told where the spread is what stands in the way. */
static void describe_within(struct hypothesis *h, struct arena *arena)
{
    struct evidence *e = &h->result->evidence;
    const struct within *within = &h->series.within;
    bool in_the_way = h->result->verdict == VERDICT_SUSPECT || h->result->verdict == VERDICT_CANNOT_TELL;
    if (h->series.control)
        return;
    e->within_sd = within_sd(within);
    double sigma = within_narrowed(within, e->sd, h->series.repetitions);
    const char *advice = within_advice(within, sigma, spread_shown, h->series.rule, arena);
    if (in_the_way && *advice)
        e->flip = arena_printf(arena, "%s; %s", e->flip, advice);
    if (h->series.repetitions > 1)
        e->reason = arena_printf(arena, "%s; mean of %zu repetitions", e->reason, h->series.repetitions);
}

/* The p of one question asked of this KPI alone: of a list, for the number of its parts. */
static double alone(const struct hypothesis *h, double p)
{
    return fmin(1, p / answers_lone_level(&h->series, 1));
}

static void describe_p(struct hypothesis *h)
{
    struct evidence *e = &h->result->evidence;
    if (verdict_is_worse(h->result)) {
        e->p = h->began ? h->p_worse : fmin(h->p_worse, alone(h, h->answers.p_worse));
        e->p_corrected = h->corrected_worse;
    } else if (h->result->verdict == VERDICT_IMPROVEMENT) {
        e->p = h->p_better;
        e->p_corrected = h->corrected_better;
    } else if (worse_direction(h, e->change)) {
        e->p = alone(h, h->answers.p_worse);
        e->p_corrected = h->corrected_worse;
    } else {
        e->p = alone(h, h->answers.p_better);
        e->p_corrected = h->corrected_better;
    }
}

static void describe_since(struct hypothesis *h)
{
    struct evidence *e = &h->result->evidence;
    bool worse = verdict_is_worse(h->result);
    if (!worse && h->result->verdict != VERDICT_IMPROVEMENT)
        return;
    bool earlier = worse && h->began;
    e->since_point = earlier ? h->began->start : e->points_n;
    e->since_version = e->since_point < e->points_n ? e->points[e->since_point].version : h->version;
    e->since_after = e->points[e->since_point - 1].version;
    e->since_older = NULL;
}

/* The runs since the change, and how large it is. */
static void describe_after(struct hypothesis *h, const struct baseline *base, struct arena *arena)
{
    struct evidence *e = &h->result->evidence;
    const struct series *s = &h->series;
    const struct { const struct began *began; const char *name; } questions[] = {
        {&h->answers.few, "newest few runs"}, {&h->answers.recent, "newest level"}, {&h->answers.step, "step in history"}};
    size_t start = e->since_version ? e->since_point : s->n;
    e->test = "newest run";
    for (size_t i = 0; start < s->n && i < sizeof(questions) / sizeof(questions[0]); i++)
        e->test = h->began == questions[i].began ? questions[i].name : e->test;
    e->after_n = s->n + 1 - start;
    e->after = score_centre(s->x + start, e->after_n, ARENA_ARRAY(arena, double, 2 * e->after_n));
    double half = baseline_half_interval(base, e->after_n);
    e->size_low = e->after - base->centre - half;
    e->size_high = e->after - base->centre + half;
}

/* The level of p at which this KPI alone would become a regression, given what else is one. */
static double gate_alpha(const struct hypothesis *h, const struct invocation *invocation)
{
    return checks_alpha(invocation, h->corrected_worse) * answers_newest_share(&h->series);
}

static int count_more_runs(const struct hypothesis *h, const struct baseline *base, const struct invocation *invocation)
{
    const struct evidence *e = &h->result->evidence;
    int missing = verdict_min_history(h, invocation->options) - (int)series_known(&h->series);
    if (h->result->verdict == VERDICT_SUSPECT) {
        int more = baseline_more_runs(base, gate_alpha(h, invocation), fabs(e->change));
        int least = missing > 1 ? missing : 1;
        return more < 0 ? -1 : more > least ? more : least;
    }
    if (h->result->verdict != VERDICT_CANNOT_TELL)
        return 0;
    if (!e->level_kept)
        return 1; /* a second run as bad decides */
    if (!h->answers.tested)
        return e->points_n < ANSWERS_TESTED_MIN ? ANSWERS_TESTED_MIN - (int)e->points_n : 1;
    return baseline_more_runs(base, invocation->options->suspect_level, SEEN_SHARE_MAX * fabs(e->level));
}

/* Values at which the verdict would turn. */
static void describe_flip(struct hypothesis *h, const struct baseline *base, const struct invocation *invocation,
                          struct arena *arena)
{
    struct evidence *e = &h->result->evidence;
    double sign = (double)h->series.worse, least = fmax(e->relative_threshold, e->absolute_threshold);
    bool better = h->result->verdict == VERDICT_IMPROVEMENT;
    enum side side = better ? (enum side)-h->series.worse : h->series.worse;
    bool enough = series_known(&h->series) >= (size_t)verdict_min_history(h, invocation->options);
    double gate = enough ? gate_alpha(h, invocation) : invocation->options->suspect_level;
    double alpha = better ? invocation->options->false_alarm_rate * answers_newest_share(&h->series) / (double)invocation->tested
                          : fmax(gate, invocation->options->suspect_level);
    double ok = base->centre + (better ? -sign : sign) * fmax(least, baseline_critical(base, alpha, side));
    double worse = base->centre + sign * fmax(least, baseline_critical(base, gate, h->series.worse));
    e->ok_from = ok;
    e->flip = sentence_flip(h, invocation, ok, worse, arena);
}

static void decide_level(struct hypothesis *h, const struct invocation *invocation, struct arena *arena)
{
    struct evidence *e = &h->result->evidence;
    double rate = invocation->options->false_alarm_rate;
    if (h->list) {
        list_choose(h, invocation);
        describe_points(h);
    }
    e->level_kept = !h->answers.tested || h->corrected_worse > rate ||
                    answers_level_kept(&h->series, &h->answers, h->began, h->corrected_worse, rate);
    h->result->verdict = decide(h, invocation);
    if (h->result->verdict == VERDICT_SUSPECT && h->p_worse > invocation->options->suspect_level)
        h->began = NULL;
    bool earlier = h->began && verdict_is_worse(h->result);
    const struct baseline *base = earlier ? &h->began->reference : &h->answers.now;
    if (h->answers.tested) {
        place_in_levels(h);
        describe_level(h, base, invocation->options);
        describe_p(h);
        describe_since(h);
        describe_after(h, base, arena);
    }
    e->more_runs = count_more_runs(h, base, invocation);
    e->reason = sentence_reason(h, invocation, arena);
    if (h->answers.tested)
        describe_flip(h, base, invocation, arena);
    else
        e->flip = sentence_flip(h, invocation, NAN, NAN, arena);
    if (h->answers.tested)
        describe_within(h, arena);
}

void verdict_decide(struct hypothesis *h, const struct invocation *invocation, struct arena *arena)
{
    struct evidence *e = &h->result->evidence;
    if (h->level)
        decide_level(h, invocation, arena);
    if (h->level && h->list)
        list_describe(h, invocation, arena);
    if (h->level && h->others)
        e->reason = arena_printf(arena, "%s; %zu run point%s in which it is %s left out", e->reason, h->others, h->others == 1 ? "" : "s",
                                 h->list ? "a number" : "a list");
    enum verdict level = h->result->verdict;
    if (h->checks_n)
        checks_decide(h, invocation, arena);
    if (h->list && e->decided_by != CHECK_DISTRIBUTION && e->decided_by != CHECK_BOUND && e->decided_by != CHECK_LEVEL)
        list_name_part(h, arena);
    bool divided = h->level || e->decided_by == CHECK_METHOD || e->decided_by == CHECK_EXACT || e->decided_by == CHECK_DRIFT;
    if (divided && e->control)
        e->reason = arena_printf(arena, "%s; %s", e->reason, e->control);
    if (h->level && h->list)
        list_add_checks(h, level, arena);
}
