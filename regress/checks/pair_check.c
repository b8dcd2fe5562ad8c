#include "regress/checks/pair_check.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "detect/law.h"
#include "detect/paired.h"
#include "regress/checks/beside.h"
#include "regress/value.h"

static const double INTERVAL = 0.95, SINCE_INTERVAL = 0.99, POWER_80 = 0.8416;
enum { PAIRS_TOLD_MAX = 1000 };

struct pair_index {
    struct beside *runs;    /* of this invocation and of history */
    struct beside *entries; /* of this invocation */
};

/* ---- which records are pairs ---- */

static const char *label_or_null(const struct record *record, const char *key)
{
    const char *value = record_label(record, key);
    return value ? value : "null";
}

static bool is_null(const char *value)
{
    return strcmp(value, "null") == 0;
}

static const char *pair_of(const struct pairing *pairing, const struct record *record)
{
    return label_or_null(record, pairing->label);
}

static bool in_pair(const void *context, const struct record *record)
{
    const struct analysis_options *options = context;
    return !is_null(pair_of(&options->pairing, record));
}

static bool is_baseline(const struct pairing *pairing, const struct record *record)
{
    return strcmp(label_or_null(record, pairing->side), pairing->baseline_value) == 0;
}

struct pair_index *pair_open(struct arena *arena, const struct analysis_options *options, const struct record *entries,
                             size_t entries_n, const struct record *history, size_t history_n)
{
    const struct pairing *pairing = &options->pairing;
    if (!pairing->label || !pairing->side || !pairing->baseline_value)
        return NULL;
    const char *keys[] = {pairing->label, pairing->side, NULL};
    struct beside_options beside = {.analysis = options, .left_out = keys, .wanted = in_pair, .context = options};
    struct pair_index *index = ARENA_NEW(arena, struct pair_index);
    *index = (struct pair_index){beside_open(arena, &beside, entries, entries_n, history, history_n),
                                 beside_open(arena, &beside, entries, entries_n, NULL, 0)};
    return index;
}

/* Of the entry's side and run point. */
static bool is_candidate(const struct analysis_options *options, const struct record *entry, const struct beside_record *other)
{
    const char *side = options->pairing.side;
    if (strcmp(label_or_null(entry, side), label_or_null(other->record, side)) != 0)
        return false;
    if (beside_run(entry)[0])
        return select_same_point(options, entry, other->record);
    bool same = other->entry && !beside_run(other->record)[0];
    for (const char *const *key = options->comparison_keys; same && key && *key; key++)
        same = strcmp(label_or_null(entry, *key), label_or_null(other->record, *key)) == 0;
    return same;
}

static bool counts(const struct hypothesis *h, const struct record *record, double *value)
{
    return series_counts(h->selection->options, record, h->entry, h->series.rule, value);
}

/* The first candidate of the entry's run point that counts: the one that the pairs are judged with. */
static const struct record *leader_of(const struct hypothesis *h, const struct analysis_options *options, const struct beside_found *runs)
{
    double value;
    for (size_t i = 0; i < runs->n; i++)
        if (is_candidate(options, h->entry, &runs->v[i]) && counts(h, runs->v[i].record, &value))
            return runs->v[i].record;
    return h->entry;
}

static bool of_pairs(const struct hypothesis *h, const struct invocation *invocation)
{
    return invocation->pairs && in_pair(invocation->options, h->entry);
}

const char *pair_baseline(const struct hypothesis *h, const struct invocation *invocation, struct arena *arena)
{
    const struct pairing *pairing = &invocation->options->pairing;
    if (!of_pairs(h, invocation) || !is_baseline(pairing, h->entry))
        return NULL;
    return arena_printf(arena, "the baseline of pair %s: its candidate is held against it", label_shown(pair_of(pairing, h->entry), arena));
}

const char *pair_elsewhere(const struct hypothesis *h, const struct invocation *invocation, struct arena *arena)
{
    const struct analysis_options *options = invocation->options;
    if (!of_pairs(h, invocation) || !h->series.has || h->series.rule->better == DIRECTION_NONE)
        return NULL;
    struct beside_found runs = beside_find(invocation->pairs->entries, h->entry, arena);
    const struct record *leader = leader_of(h, options, &runs);
    if (leader == h->entry || strcmp(leader->id, h->entry->id) == 0)
        return NULL;
    return arena_printf(arena, "all pairs of a run are one test: judged with pair %s (%s)", label_shown(pair_of(&options->pairing, leader), arena),
                        leader->where ? leader->where : leader->id);
}

static enum check_place place(const struct hypothesis *h, const struct invocation *invocation)
{
    bool judged = isfinite(h->series.measured) && h->series.rule->better != DIRECTION_NONE;
    return judged && !h->elsewhere && of_pairs(h, invocation) ? CHECK_INSTEAD : CHECK_NONE;
}

/* ---- the pairs of one run point ---- */

struct pairs {
    double *candidate, *baseline;
    size_t n, alone;
    double level; /* median of the baselines */
    struct paired paired;
};

static uint64_t apart(const struct record *a, const struct record *b)
{
    return beside_apart(a->start_us, b->start_us);
}

typedef LIST_OF(struct paired_run) run_list;

static void add_run(run_list *list, const struct hypothesis *h, const char *pair, bool candidate, const struct record *record, struct arena *arena)
{
    double value;
    if (counts(h, record, &value))
        *LIST_ADD(arena, list) = (struct paired_run){pair, candidate, value};
}

/* Runs of pairs by pair, then as they were found. */
struct by_pair {
    const char *pair;
    const struct beside_record *run;
    size_t at;
};

static int compare_pairs(const void *a, const void *b)
{
    const struct by_pair *x = a, *y = b;
    int order = strcmp(x->pair, y->pair);
    return order ? order : (x->at > y->at) - (x->at < y->at);
}

static bool same_run_id(const struct record *a, const struct record *b)
{
    return beside_run(a)[0] && strcmp(beside_run(a), beside_run(b)) == 0;
}

/* The baselines of one pair: those of the candidate's run; else the nearest, of those that stand as near the earliest. */
static void add_baselines(run_list *list, const struct hypothesis *h, const struct pairing *pairing, const struct record *candidate,
                          const struct by_pair *runs, size_t n, struct arena *arena)
{
    const struct record *nearest = NULL;
    size_t same = 0;
    double value;
    for (size_t i = 0; i < n; i++) {
        const struct record *record = runs[i].run->record;
        if (!is_baseline(pairing, record) || !counts(h, record, &value))
            continue;
        if (same_run_id(candidate, record)) {
            add_run(list, h, runs[i].pair, false, record, arena);
            same++;
        }
        bool near = beside_near(candidate->start_us, record->start_us);
        if (near && (!nearest || apart(candidate, record) < apart(candidate, nearest)))
            nearest = record;
    }
    if (!same && nearest)
        add_run(list, h, runs[0].pair, false, nearest, arena);
}

static void add_pair(run_list *list, const struct hypothesis *h, const struct analysis_options *options, const struct by_pair *runs,
                     size_t n, struct arena *arena)
{
    const struct record *first = NULL;
    for (size_t i = 0; i < n; i++) {
        if (!is_candidate(options, h->entry, runs[i].run))
            continue;
        add_run(list, h, runs[i].pair, true, runs[i].run->record, arena);
        first = first ? first : runs[i].run->record;
    }
    if (first)
        add_baselines(list, h, &options->pairing, first, runs, n, arena);
}

static struct pairs *pairs_of(const struct hypothesis *h, const struct invocation *invocation, struct arena *arena)
{
    const struct analysis_options *options = invocation->options;
    struct beside_found runs = beside_find(invocation->pairs->runs, h->entry, arena);
    struct by_pair *sorted = ARENA_ARRAY(arena, struct by_pair, runs.n + 1);
    run_list list = {0};
    for (size_t i = 0; i < runs.n; i++)
        sorted[i] = (struct by_pair){pair_of(&options->pairing, runs.v[i].record), &runs.v[i], i};
    qsort(sorted, runs.n, sizeof(*sorted), compare_pairs);
    for (size_t i = 0, to; i < runs.n; i = to) {
        for (to = i; to < runs.n && strcmp(sorted[i].pair, sorted[to].pair) == 0; to++)
            ;
        add_pair(&list, h, options, sorted + i, to - i, arena);
    }
    struct paired_values values = paired_match(list.v, list.n, arena);
    struct pairs *pairs = ARENA_NEW(arena, struct pairs);
    *pairs = (struct pairs){values.candidate, values.baseline, values.n, values.alone, NAN, {0}};
    if (values.n)
        pairs->level = stats_median(arena_copy(arena, values.baseline, values.n * sizeof(double)), values.n);
    pairs->paired = paired_test(values.candidate, values.baseline, values.n, INTERVAL);
    return pairs;
}

/* ---- the test ---- */

static double least_relative(const struct kpi_rule *rule, const struct pairs *pairs)
{
    double level = fabs(pairs->level);
    return fmax(rule->min_relative, level > 0 ? rule->min_absolute / level : 0);
}

static void test(const struct hypothesis *h, const struct invocation *invocation, struct checking *checking, struct arena *arena)
{
    struct pairs *pairs = pairs_of(h, invocation, arena);
    const struct paired *paired = &pairs->paired;
    struct check *check = &checking->check;
    checking->kept = pairs;
    check->tested = paired->used > 0;
    if (!check->tested)
        return;
    bool above = h->series.worse == SIDE_ABOVE, passes = fabs(paired->ratio - 1) >= least_relative(h->series.rule, pairs);
    double worse = above ? paired->higher : paired->lower, better = above ? paired->lower : paired->higher;
    bool is_worse = above ? paired->ratio > 1 : paired->ratio < 1;
    check->value = paired->ratio;
    check->reference = 1;
    check->low = paired->low;
    check->high = paired->high;
    check->level = pairs->level;
    check->p_worse = is_worse && passes ? worse : 1;
    check->p_better = !is_worse && passes ? better : 1;
}

/* ---- since when ---- */

/* Whether a run's pairs were worse, and not clearly better than those of now: then the change that is seen now began later. */
static bool as_bad(const struct hypothesis *h, const struct pairs *then, const struct pairs *now, double alpha)
{
    bool above = h->series.worse == SIDE_ABOVE;
    struct paired was = paired_test(then->candidate, then->baseline, then->n, SINCE_INTERVAL);
    struct paired is = paired_test(now->candidate, now->baseline, now->n, SINCE_INTERVAL);
    if (was.used == 0 || fabs(was.ratio - 1) < least_relative(h->series.rule, then) || (above ? was.higher : was.lower) > alpha)
        return false;
    bool grew = above ? is.low > was.high : is.high < was.low;
    return (above ? was.ratio > 1 : was.ratio < 1) && !grew;
}

/* The first of the runs up to this one that were all as bad; n: this one. Without a run_id nobody knows which were a run's. */
static size_t bad_since(const struct hypothesis *h, const struct invocation *invocation, const struct pairs *now, double alpha, struct arena *arena)
{
    size_t since = h->series.n, window = series_window_start(&h->series);
    while (since > 1 && since > window) {
        struct hypothesis then = *h;
        then.entry = h->series.from[since - 1]->records[0];
        if (!beside_run(then.entry)[0] || !as_bad(h, pairs_of(&then, invocation, arena), now, alpha))
            break;
        since--;
    }
    return since;
}

/* ---- words ---- */

static const char *plural(size_t n, struct arena *arena)
{
    return arena_printf(arena, "%zu pair%s", n, n == 1 ? "" : "s");
}

static const char *left_out_text(const struct pairs *pairs, struct arena *arena)
{
    const char *text = "";
    if (pairs->alone)
        text = arena_printf(arena, "; %s without the other side", plural(pairs->alone, arena));
    if (pairs->paired.left_out)
        text = arena_printf(arena, "%s; %s left out, whose values are not above 0", text, plural(pairs->paired.left_out, arena));
    return text;
}

static const char *ratio_text(const struct pairs *pairs, struct arena *arena)
{
    const struct paired *p = &pairs->paired;
    const char *size = p->ratio == 1 ? "equal" : arena_printf(arena, "%s %s", value_percent(fabs(p->ratio - 1), arena), p->ratio > 1 ? "more" : "less");
    const char *interval = p->low > 0 ? arena_printf(arena, ", %.4g … %.4g", p->low, p->high) : "";
    return arena_printf(arena, "candidate/baseline is %.4g (%s%s) in %s", p->ratio, size, interval, plural(p->used, arena));
}

/* Pairs that a single p needs to get down to alpha, all of them on one side. */
static size_t pairs_needed(double alpha)
{
    return (size_t)ceil(-log2(alpha) - 1e-9);
}

static const char *say(const struct hypothesis *h, const struct invocation *invocation, const struct check *check, const struct pairs *pairs,
                       double alpha, struct arena *arena)
{
    const char *ratio = arena_printf(arena, "%s%s", ratio_text(pairs, arena), left_out_text(pairs, arena));
    const char *p = value_p(check->p_worse, arena), *equals = p[0] == '<' ? "" : "= ";
    if (check->verdict == VERDICT_CANNOT_TELL)
        return arena_printf(arena, "%s; a regression needs %s", ratio, plural(pairs_needed(alpha), arena));
    if (check->verdict == VERDICT_SUSPECT)
        return arena_printf(arena, "%s; p %s%s alone, but %s", ratio, equals, p, checks_p(check, invocation, arena));
    if (check->verdict != VERDICT_OK)
        return arena_printf(arena, "%s; %s", ratio, checks_p(check, invocation, arena));
    double least = least_relative(h->series.rule, pairs), change = fabs(pairs->paired.ratio - 1);
    if (change > 0 && change < least)
        return arena_printf(arena, "%s; a change below %s does not count", ratio, value_percent(least, arena));
    return arena_printf(arena, "%s; p %s%s", ratio, equals, value_p(h->series.worse == SIDE_ABOVE ? pairs->paired.higher : pairs->paired.lower, arena));
}

/* How many more pairs like these would get p down to alpha: p's normal quantile grows with the root of their number. */
static int count_more(const struct check *check, const struct pairs *pairs, double alpha)
{
    size_t used = pairs->paired.used, needed = pairs_needed(alpha);
    int least = needed > used ? (int)(needed - used) : 1;
    if (check->verdict != VERDICT_SUSPECT)
        return check->verdict == VERDICT_CANNOT_TELL ? least : 0;
    double now = law_normal_quantile(fmin(check->p_worse, 0.4999)), wanted = law_normal_quantile(alpha);
    double more = ceil((double)used * (wanted / now) * (wanted / now)) - (double)used;
    return more > PAIRS_TOLD_MAX ? -1 : more > least ? (int)more : least;
}

/* The ratio at which the interval's nearer end stands on 1, or the threshold where that is farther; NAN: there is no interval. */
static double turning_ratio(const struct hypothesis *h, const struct pairs *pairs, double alpha)
{
    bool above = h->series.worse == SIDE_ABOVE;
    double least = least_relative(h->series.rule, pairs);
    struct paired p = paired_test(pairs->candidate, pairs->baseline, pairs->n, 1 - 2 * fmin(alpha, 0.49));
    if (!(p.low > 0) || !isfinite(p.high))
        return NAN;
    return above ? fmax(p.ratio / p.low, 1 + least) : fmin(p.ratio / p.high, 1 - least);
}

static const char *flip_text(const struct hypothesis *h, const struct check *check, double ratio, struct arena *arena)
{
    bool above = h->series.worse == SIDE_ABOVE, better = check->verdict == VERDICT_IMPROVEMENT;
    const char *more = check->more_runs < 0 ? "more pairs alone would not tell"
                                            : arena_printf(arena, "%d more pair%s would tell", check->more_runs, check->more_runs == 1 ? "" : "s");
    if (check->verdict == VERDICT_CANNOT_TELL)
        return more;
    if (isnan(ratio))
        return check->verdict == VERDICT_SUSPECT ? more : "would be judged otherwise with other pairs";
    if (check->verdict == VERDICT_OK)
        return arena_printf(arena, "would be a regression with a ratio %s %.4g", above ? "above" : "below", ratio);
    double back = better ? 1 / ratio : ratio;
    const char *ok = arena_printf(arena, "would be ok with a ratio %s %.4g", above != better ? "below" : "above", back);
    return check->verdict == VERDICT_SUSPECT ? arena_printf(arena, "%s; %s", ok, more) : ok;
}

static void say_untested(const struct pairing *pairing, struct check *check, const struct pairs *pairs, double alpha, struct arena *arena)
{
    check->more_runs = (int)pairs_needed(alpha);
    check->found = pairs->paired.left_out ? arena_printf(arena, "no pair has two values above 0%s", left_out_text(pairs, arena))
                                          : arena_printf(arena, "no baseline of its pair (%s=%s) was found, neither in this run nor within %d days of it",
                                                         pairing->side, label_shown(pairing->baseline_value, arena), BESIDE_DAYS);
    check->flip = arena_printf(arena, "%s with both sides would tell", plural(pairs_needed(alpha), arena));
}

static void judge(const struct hypothesis *h, const struct invocation *invocation, struct checking *checking, struct arena *arena)
{
    const struct pairs *pairs = checking->kept;
    struct check *check = &checking->check;
    double alpha = checks_alpha(invocation, check->corrected_worse), suspect = invocation->options->suspect_level;
    if (!check->tested) {
        say_untested(&invocation->options->pairing, check, pairs, alpha, arena);
        return;
    }
    check->verdict = checks_verdict(check, invocation, true);
    if (check->verdict == VERDICT_OK && pairs->paired.least > alpha)
        check->verdict = VERDICT_CANNOT_TELL;
    double seen = turning_ratio(h, pairs, suspect), gate = turning_ratio(h, pairs, alpha);
    check->more_runs = count_more(check, pairs, alpha);
    check->smallest_seen = fabs(pairs->level) * fmax(fabs(exp(log(seen) * (1 + POWER_80 / law_normal_quantile(suspect))) - 1),
                                                     least_relative(h->series.rule, pairs));
    check->ok_from = fabs(pairs->level) * seen;
    check->found = say(h, invocation, check, pairs, alpha, arena);
    if (check->verdict != VERDICT_REGRESSION)
        check->since = 0;
    else if ((check->since = bad_since(h, invocation, pairs, alpha, arena)) < h->series.n)
        check->found = arena_printf(arena, "since %s (%zu run%s ago): %s", h->series.points[check->since].version, h->series.n - check->since,
                                    h->series.n - check->since == 1 ? "" : "s", check->found);
    check->flip = flip_text(h, check, check->verdict == VERDICT_OK ? gate : check->verdict == VERDICT_SUSPECT ? seen : gate, arena);
}

const struct check_type pair_check = {CHECK_PAIRED, place, test, judge};
