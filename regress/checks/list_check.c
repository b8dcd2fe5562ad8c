#include "regress/checks/list_check.h"

#include <math.h>

#include "base/unit.h"
#include "history/record_list.h"
#include "regress/value.h"

/* A list under test: each part is a hypothesis of its own, of which only series, answers, began and p are used. */
struct list_kpi {
    struct kpi_rule rules[DISTRIBUTION_PARTS];
    struct hypothesis parts[DISTRIBUTION_PARTS];
    size_t tested;
    enum distribution_part worst, best; /* with the smallest p */
    enum distribution_part chosen;
};

static const char *name_of(size_t part)
{
    return distribution_part_name((enum distribution_part)part);
}

/* ---- which KPIs are lists ---- */

static bool any_has(const struct select_point *point, const char *name)
{
    double ignored;
    for (size_t i = 0; i < point->records_n; i++)
        if (record_kpi(point->records[i], name, &ignored))
            return true;
    return false;
}

/* Run points that have a KPI of this name. */
static size_t count_points(const struct selection *selection, const char *name)
{
    size_t n = 0;
    for (size_t i = 0; i < selection->points_n; i++)
        n += any_has(&selection->points[i], name);
    return n;
}

/* A list has no idle value, and its parts are called as records keep them. */
static struct list_kpi *open_list(const struct hypothesis *h, const struct invocation *invocation, struct arena *arena)
{
    const struct kpi_rule *rule = h->result->rule;
    struct list_kpi *list = ARENA_NEW(arena, struct list_kpi);
    *list = (struct list_kpi){.chosen = DISTRIBUTION_P50};
    for (size_t i = 0; i < DISTRIBUTION_PARTS; i++) {
        struct hypothesis *part = &list->parts[i];
        list->rules[i] = *rule;
        list->rules[i].name = record_list_name(arena, rule->name, i);
        list->rules[i].unit = unit_of_element(rule->unit, arena);
        list->rules[i].has_idle = false;
        *part = (struct hypothesis){.result = h->result, .entry = h->entry, .selection = h->selection, .version = h->selection->version,
                                    .p_worse = 1, .p_better = 1, .corrected_worse = 1, .corrected_better = 1};
        verdict_gather(h, invocation, &list->rules[i], &part->series, arena);
        part->series.window = (size_t)invocation->options->window;
    }
    return list;
}

static void take_part(struct hypothesis *h, enum distribution_part part)
{
    const struct hypothesis *from = &h->list->parts[part];
    h->list->chosen = part;
    h->series = from->series;
    h->answers = from->answers;
    h->began = NULL;
    if (from->began) /* the same question, of h's own answers: others tell it by its address */
        (void)answers_worse(&h->series, &h->answers, &h->began);
}

bool list_plan(struct hypothesis *h, const struct invocation *invocation, struct arena *arena)
{
    const struct kpi_rule *rule = h->result->rule;
    const char *kept = record_list_name(arena, rule->name, DISTRIBUTION_PARTS);
    double value;
    bool is_number = record_kpi(h->entry, rule->name, &value), is_list = !is_number && record_kpi(h->entry, kept, &value);
    if (is_number)
        return false;
    size_t lists = count_points(h->selection, kept), numbers = count_points(h->selection, rule->name);
    if (!is_list && lists <= numbers)
        return false;
    h->others = is_list ? numbers : 0;
    h->list = open_list(h, invocation, arena);
    struct kpi_rule *shown = arena_copy(arena, rule, sizeof(*rule)); /* its values are those of the list's parts */
    shown->unit = unit_of_element(rule->unit, arena);
    h->result->rule = shown;
    take_part(h, DISTRIBUTION_P50);
    return true;
}

const char *list_outermost(const struct hypothesis *h, double low, double high, double *value)
{
    size_t found = DISTRIBUTION_P50;
    double outside = 0;
    for (size_t i = 0; i < DISTRIBUTION_PARTS; i++) {
        double measured = h->list->parts[i].series.measured, by = fmax(measured - high, low - measured);
        if (!isfinite(measured) || !(by > outside))
            continue;
        found = i;
        outside = by;
    }
    *value = h->list->parts[found].series.measured;
    return name_of(found);
}

bool list_was_outside(const struct hypothesis *h, const struct select_point *point, double low, double high)
{
    double value;
    for (size_t i = 0; i < DISTRIBUTION_PARTS; i++)
        if (series_mean(h->selection->options, point, h->entry, &h->list->rules[i], &value) && (value > high || value < low))
            return true;
    return false;
}

size_t list_count_others(const struct hypothesis *h, struct arena *arena)
{
    return count_points(h->selection, record_list_name(arena, h->result->rule->name, DISTRIBUTION_PARTS));
}

/* ---- the tests ---- */

void list_test(struct hypothesis *h, struct shuffles *shuffles, struct arena *arena)
{
    struct list_kpi *list = h->list;
    for (size_t i = 0; i < DISTRIBUTION_PARTS; i++) {
        struct hypothesis *part = &list->parts[i];
        series_take_borders(&part->series, &h->series, arena);
        if (isfinite(part->series.x[part->series.n]))
            part->answers = answers_of(&part->series, shuffles, arena);
        list->tested += part->answers.tested;
    }
    for (size_t i = 0; i < DISTRIBUTION_PARTS; i++)
        list->parts[i].series.parts = list->tested;
    take_part(h, DISTRIBUTION_P50);
}

/* What a part is held against: where it got worse earlier, the level before. */
static const struct baseline *base_of(const struct hypothesis *part, bool worse)
{
    return worse && part->began ? &part->began->reference : &part->answers.now;
}

/* The part with the smallest p; of equal ones the one that moved most, as a share of its level. */
static enum distribution_part most_telling(const struct list_kpi *list, bool worse)
{
    size_t best = DISTRIBUTION_P50;
    double least = INFINITY, size = -1;
    for (size_t i = 0; i < DISTRIBUTION_PARTS; i++) {
        const struct hypothesis *part = &list->parts[i];
        if (!part->answers.tested)
            continue;
        const struct baseline *base = base_of(part, worse);
        double p = worse ? part->p_worse : part->p_better, centre = fabs(base->centre), moved = fabs(part->series.x[part->series.n] - base->centre);
        moved = centre > 0 ? moved / centre : moved;
        if (p > least || (p == least && !(moved > size)))
            continue;
        best = i;
        least = p;
        size = moved;
    }
    return (enum distribution_part)best;
}

void list_resolve(struct hypothesis *h, struct shuffles *shuffles, double level)
{
    struct list_kpi *list = h->list;
    for (size_t i = 0; i < DISTRIBUTION_PARTS; i++) {
        struct hypothesis *part = &list->parts[i];
        if (!part->answers.tested)
            continue;
        answers_resolve(&part->series, &part->answers, shuffles, level / (double)list->tested);
        verdict_weigh(part);
    }
    list->worst = most_telling(list, true);
    list->best = most_telling(list, false);
    h->p_worse = list->parts[list->worst].p_worse;
    h->p_better = list->parts[list->best].p_better;
    take_part(h, DISTRIBUTION_P50);
}

void list_retest(struct hypothesis *h, struct shuffles *shuffles, double level, struct arena *arena)
{
    h->list = arena_copy(arena, h->list, sizeof(*h->list));
    h->list->tested = 0;
    list_test(h, shuffles, arena);
    if (h->list->tested)
        list_resolve(h, shuffles, level);
}

/* ---- the part that decides ---- */

static bool has_enough(const struct hypothesis *h, enum distribution_part part, const struct analysis_options *options)
{
    return series_known(&h->list->parts[part].series) >= (size_t)verdict_min_history(&h->list->parts[part], options);
}

/* What share of its level a part has to change by to be seen. */
static double blindness(const struct hypothesis *part, const struct analysis_options *options)
{
    const struct baseline *base = &part->answers.now;
    double seen = baseline_detectable(base, options->suspect_level * answers_newest_share(&part->series), part->series.worse);
    return base->centre != 0 ? seen / fabs(base->centre) : 0;
}

/* The median, unless it cannot be judged. */
static enum distribution_part quiet_part(const struct hypothesis *h, const struct analysis_options *options)
{
    const struct hypothesis *parts = h->list->parts;
    size_t best = DISTRIBUTION_P50;
    bool sees = verdict_can_see(&parts[DISTRIBUTION_P50], options);
    for (size_t i = 0; i < DISTRIBUTION_PARTS && !sees; i++)
        if (parts[i].answers.tested && blindness(&parts[i], options) < blindness(&parts[best], options))
            best = i;
    return (enum distribution_part)best;
}

void list_choose(struct hypothesis *h, const struct invocation *invocation)
{
    const struct analysis_options *options = invocation->options;
    const struct list_kpi *list = h->list;
    double rate = options->false_alarm_rate;
    if (!list->tested)
        return;
    if (h->corrected_worse <= rate && has_enough(h, list->worst, options))
        take_part(h, list->worst);
    else if (h->corrected_better <= rate && has_enough(h, list->best, options))
        take_part(h, list->best);
    else if (h->p_worse <= options->suspect_level)
        take_part(h, list->worst);
    else
        take_part(h, quiet_part(h, options));
}

/* ---- words ---- */

/* "p99 12.4 % above". */
static const char *told(const struct hypothesis *part, size_t i, struct arena *arena)
{
    double centre = base_of(part, part->p_worse <= part->p_better)->centre, change = part->series.x[part->series.n] - centre;
    const char *by = centre != 0 ? value_percent(fabs(change / centre), arena) : value_shown(part->series.rule, fabs(change), VALUE_PEOPLE, arena);
    return arena_printf(arena, "%s %s %s", name_of(i), by, change < 0 ? "below" : "above");
}

static const char *join(const char *list, const char *next, struct arena *arena)
{
    return *list ? arena_printf(arena, "%s, %s", list, next) : next;
}

/* "; also p95 8 % above; mean, p50, p90 in line; p99 scatters too much to be judged". */
static const char *others_of(const struct hypothesis *h, const struct invocation *invocation, struct arena *arena)
{
    const char *also = "", *quiet = "", *blind = "", *untested = "", *all = "";
    for (size_t i = 0; i < DISTRIBUTION_PARTS; i++) {
        const struct hypothesis *part = &h->list->parts[i];
        if (i == h->list->chosen)
            continue;
        if (!part->answers.tested)
            untested = part->series.n || isfinite(part->series.x[part->series.n]) ? join(untested, name_of(i), arena) : untested;
        else if (fmin(part->p_worse, part->p_better) <= invocation->options->suspect_level)
            also = join(also, told(part, i, arena), arena);
        else if (!verdict_can_see(part, invocation->options))
            blind = join(blind, name_of(i), arena);
        else
            quiet = join(quiet, name_of(i), arena);
    }
    all = *also ? arena_printf(arena, "%s; also %s", all, also) : all;
    all = *quiet ? arena_printf(arena, "%s; %s in line", all, quiet) : all;
    all = *blind ? arena_printf(arena, "%s; too scattered to be judged: %s", all, blind) : all;
    return *untested ? arena_printf(arena, "%s; not compared, since too few runs have enough values: %s", all, untested) : all;
}

void list_describe(struct hypothesis *h, const struct invocation *invocation, struct arena *arena)
{
    struct evidence *e = &h->result->evidence;
    const char *name = name_of(h->list->chosen);
    e->decided_by = CHECK_DISTRIBUTION;
    if (!h->answers.tested)
        return;
    e->reason = arena_printf(arena, "%s %s: %s%s", name, value_shown(h->series.rule, e->value, VALUE_PEOPLE, arena), e->reason,
                             others_of(h, invocation, arena));
    if (h->result->verdict != VERDICT_CANNOT_TELL)
        e->flip = arena_printf(arena, "%s %s", name, e->flip);
}

/* ---- checks ---- */

void list_name_part(struct hypothesis *h, struct arena *arena)
{
    struct evidence *e = &h->result->evidence;
    e->reason = arena_printf(arena, "%s: %s", name_of(DISTRIBUTION_P50), e->reason);
}

/* "+0.06 s" */
static const char *signed_shown(const struct kpi_rule *rule, double value, struct arena *arena)
{
    return isfinite(value) ? arena_printf(arena, "%s%s", value < 0 ? "-" : "+", value_shown(rule, fabs(value), VALUE_PEOPLE, arena)) : "…";
}

/* "p99 0.42 s is 31 % above 0.32 s (+0.06 s … +0.14 s), p 0.002". */
static const char *found_of(const struct hypothesis *part, const struct check *check, struct arena *arena)
{
    const struct kpi_rule *rule = part->series.rule;
    double change = check->value - check->reference;
    const char *by = check->reference != 0 ? value_percent(fabs(change / check->reference), arena) : value_shown(rule, fabs(change), VALUE_PEOPLE, arena);
    const char *p = value_p(fmin(check->p_worse, check->p_better), arena), *value = value_shown(rule, check->value, VALUE_PEOPLE, arena);
    const char *level = value_shown(rule, check->reference, VALUE_PEOPLE, arena);
    if (change == 0)
        return arena_printf(arena, "%s %s is what it was, p %s", check->part, value, p);
    return arena_printf(arena, "%s %s is %s %s %s (%s … %s), p %s", check->part, value, by, change < 0 ? "below" : "above", level,
                        signed_shown(rule, check->low, arena), signed_shown(rule, check->high, arena), p);
}

/* `level`: what the level's own test said, whatever decided after it. */
static struct check check_of(const struct hypothesis *h, size_t i, enum verdict level, struct arena *arena)
{
    const struct hypothesis *part = &h->list->parts[i];
    bool decided = i == h->list->chosen;
    bool worse = level == VERDICT_REGRESSION || level == VERDICT_SUSPECT || (level == VERDICT_CANNOT_TELL && !h->result->evidence.level_kept);
    const struct baseline *base = base_of(part, decided && worse);
    double value = part->series.x[part->series.n];
    struct check check = {.kind = CHECK_DISTRIBUTION, .part = name_of(i), .tested = true, .value = value, .reference = base->centre,
                          .p_worse = part->p_worse, .p_better = part->p_better, .corrected_worse = NAN, .corrected_better = NAN,
                          .verdict = decided ? level : VERDICT_OK, .flip = "", .smallest_seen = NAN, .ok_from = NAN};
    check.low = value - base->centre - baseline_critical(base, .025, SIDE_ABOVE);
    check.high = value - base->centre + baseline_critical(base, .025, SIDE_BELOW);
    check.found = found_of(part, &check, arena);
    if (decided) {
        check.corrected_worse = h->corrected_worse;
        check.corrected_better = h->corrected_better;
    }
    if (decided && h->result->evidence.decided_by == CHECK_DISTRIBUTION) {
        check.flip = h->result->evidence.flip;
        check.smallest_seen = h->result->evidence.smallest_seen;
        check.ok_from = h->result->evidence.ok_from;
    }
    return check;
}

void list_add_checks(struct hypothesis *h, enum verdict level, struct arena *arena)
{
    struct check *checks = ARENA_ARRAY(arena, struct check, DISTRIBUTION_PARTS + h->result->checks_n);
    size_t n = 0;
    if (h->answers.tested)
        checks[n++] = check_of(h, h->list->chosen, level, arena);
    for (size_t i = 0; i < DISTRIBUTION_PARTS; i++)
        if (i != h->list->chosen && h->list->parts[i].answers.tested)
            checks[n++] = check_of(h, i, level, arena);
    for (size_t i = 0; i < h->result->checks_n; i++)
        if (h->result->checks[i].kind != CHECK_DISTRIBUTION) /* those of an earlier look at the same list */
            checks[n++] = h->result->checks[i];
    h->result->checks = checks;
    h->result->checks_n = n;
}
