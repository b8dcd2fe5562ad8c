#include "regress/sentence.h"

#include <math.h>
#include <string.h>

#include "regress/value.h"

enum { FEW = 5 }; /* run points of a level, so few that their number is why nothing can be told */

static const char *plural(size_t n, const char *one, const char *many, struct arena *arena)
{
    return arena_printf(arena, "%zu %s", n, n == 1 ? one : many);
}

const char *sentence_run(const struct run_point *run)
{
    return run->version[0] ? run->version : run->run_id;
}

const char *sentence_runs(const struct run_point *first, const struct run_point *last, struct arena *arena)
{
    if (!first->version[0] && !last->version[0])
        return "history";
    bool one = strcmp(first->version, last->version) == 0;
    return one ? first->version : arena_printf(arena, "%s…%s", sentence_run(first), sentence_run(last));
}

/* "12.4 % below", "3 errors above" for a level of 0, "equal to". */
static const char *distance(const struct hypothesis *h, struct arena *arena)
{
    const struct evidence *e = &h->result->evidence;
    if (e->change == 0)
        return "equal to";
    const char *side = e->change < 0 ? "below" : "above";
    if (isnan(e->relative))
        return arena_printf(arena, "%s %s", value_shown(h->series.rule, fabs(e->change), VALUE_PEOPLE, arena), side);
    return arena_printf(arena, "%s %s", value_percent(e->relative, arena), side);
}

static const char *level_text(const struct hypothesis *h, struct arena *arena)
{
    const struct evidence *e = &h->result->evidence;
    const struct kpi_rule *rule = h->series.rule;
    const char *unit = value_unit(rule);
    return arena_printf(arena, "%s the level of %s (%s, %s ± %s%s%s)", distance(h, arena), sentence_runs(&e->points[e->level_start], &e->points[e->level_start + e->level_n - 1], arena),
                        plural(e->level_n, "run point", "run points", arena),
                        value_number(rule, e->level, VALUE_PEOPLE, arena), value_spread(rule, e->sd, arena),
                        unit[0] ? " " : "", unit);
}

static const char *probability(const char *what, double p, struct arena *arena)
{
    const char *shown = value_p(p, arena);
    return arena_printf(arena, "%s %s%s", what, shown[0] == '<' ? "" : "= ", shown);
}

static const char *corrected(const struct hypothesis *h, const struct invocation *invocation, struct arena *arena)
{
    return arena_printf(arena, "%s after correction for %s, level %.4g", probability("p", h->result->evidence.p_corrected, arena),
                        plural(invocation->tested, "test", "tests", arena), invocation->options->false_alarm_rate);
}

static const char *since(const struct hypothesis *h, struct arena *arena)
{
    const struct evidence *e = &h->result->evidence;
    if (!h->began || h->result->verdict == VERDICT_IMPROVEMENT || e->since_point >= e->points_n)
        return "";
    return arena_printf(arena, "since %s (%s ago): ", sentence_run(&e->points[e->since_point]),
                        plural(e->points_n - e->since_point, "run", "runs", arena));
}

static const char *reason_suspect(const struct hypothesis *h, const struct invocation *invocation, struct arena *arena)
{
    const struct evidence *e = &h->result->evidence;
    const char *start = arena_printf(arena, "%s%s; ", since(h, arena), level_text(h, arena));
    int needed = verdict_min_history(h, invocation->options);
    if (series_known(&h->series) < (size_t)needed && e->p_corrected <= invocation->options->false_alarm_rate)
        return arena_printf(arena, "%s%s, but history has only %s of the %d that a regression needs", start,
                            corrected(h, invocation, arena), plural(series_known(&h->series), "run point", "run points", arena),
                            needed);
    return arena_printf(arena, "%s%s alone, but %s", start, probability("p", e->p, arena), corrected(h, invocation, arena));
}

static const char *reason_cannot_tell(const struct hypothesis *h, struct arena *arena)
{
    const struct evidence *e = &h->result->evidence;
    if (!h->answers.tested)
        return arena_printf(arena, "history has only %s; a test needs %d",
                            plural(e->points_n, "run point", "run points", arena), ANSWERS_TESTED_MIN);
    if (!e->level_kept)
        return arena_printf(arena, "%s%s; %s, but runs this skewed have long tails, and %s too few to show how long", since(h, arena),
                            level_text(h, arena), probability("p", h->corrected_worse, arena), plural(e->points_n, "run is", "runs are", arena));
    const char *why = e->level_n < FEW ? "so few runs are known of it" : "runs scatter so much";
    if (!isfinite(e->smallest_seen))
        return arena_printf(arena, "%s, but %s that no change would be seen", level_text(h, arena), why);
    return arena_printf(arena, "%s, but %s that only a change of %s (%s) would be seen", level_text(h, arena), why,
                        value_shown(h->series.rule, e->smallest_seen, VALUE_PEOPLE, arena), value_percent(e->smallest_seen / e->level, arena));
}

static const char *reason_ok(const struct hypothesis *h, const struct invocation *invocation, struct arena *arena)
{
    const struct evidence *e = &h->result->evidence;
    const struct kpi_rule *rule = h->series.rule;
    if (e->p <= invocation->options->suspect_level && !series_passes(rule, e->change, e->level)) {
        double threshold = fmax(e->relative_threshold, e->absolute_threshold);
        return arena_printf(arena, "%s; a change below %s does not count", level_text(h, arena),
                            value_shown(rule, threshold, VALUE_PEOPLE, arena));
    }
    return arena_printf(arena, "%s; %s", level_text(h, arena), probability("p", e->p, arena));
}

const char *sentence_reason(const struct hypothesis *h, const struct invocation *invocation, struct arena *arena)
{
    switch (h->result->verdict) {
    case VERDICT_REGRESSION:
    case VERDICT_IMPROVEMENT:
    case VERDICT_ACKNOWLEDGED:
        return arena_printf(arena, "%s%s; %s", since(h, arena), level_text(h, arena), corrected(h, invocation, arena));
    case VERDICT_SUSPECT:
        return reason_suspect(h, invocation, arena);
    case VERDICT_CANNOT_TELL:
        return reason_cannot_tell(h, arena);
    case VERDICT_OK:
        return reason_ok(h, invocation, arena);
    case VERDICT_NO_HISTORY:
    case VERDICT_MISSING:
    case VERDICT_NOT_ANALYSED:
        break; /* said where they are decided */
    }
    return h->result->evidence.reason;
}

static const char *more_runs(int n, struct arena *arena)
{
    if (n == 0) /* enough runs; the smallest change that is seen comes from the outermost of them */
        return "more runs alone would not tell: an extreme one among them is why";
    return n < 0 ? "cannot be settled by more runs: the level itself is too uncertain"
                 : arena_printf(arena, "%d more run%s would tell", n, n == 1 ? "" : "s");
}

const char *sentence_flip(const struct hypothesis *h, const struct invocation *invocation, double ok, double worse,
                          struct arena *arena)
{
    const struct kpi_rule *rule = h->series.rule;
    const struct evidence *e = &h->result->evidence;
    const char *good = h->series.worse == SIDE_ABOVE ? "below" : "above", *bad = h->series.worse == SIDE_ABOVE ? "above" : "below";
    const char *ok_shown = value_shown(rule, ok, VALUE_PEOPLE, arena);
    const char *worse_shown = value_shown(rule, worse, VALUE_PEOPLE, arena);
    bool short_history = series_known(&h->series) < (size_t)verdict_min_history(h, invocation->options);
    switch (h->result->verdict) {
    case VERDICT_REGRESSION:
    case VERDICT_ACKNOWLEDGED:
        return arena_printf(arena, "would be ok %s %s", good, ok_shown);
    case VERDICT_SUSPECT:
        return arena_printf(arena, "would be ok %s %s; %s", good, ok_shown, more_runs(e->more_runs, arena));
    case VERDICT_IMPROVEMENT:
        return arena_printf(arena, "would be ok %s %s", bad, ok_shown);
    case VERDICT_CANNOT_TELL:
        return more_runs(e->more_runs, arena);
    case VERDICT_OK:
        return arena_printf(arena, "would be %s %s %s", short_history ? "suspect" : "a regression", bad, worse_shown);
    case VERDICT_NO_HISTORY:
    case VERDICT_MISSING:
    case VERDICT_NOT_ANALYSED:
        break;
    }
    return e->flip;
}
