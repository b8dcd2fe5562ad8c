#include <math.h>
#include <string.h>

#include "base/quantile.h"
#include "detect/levels.h"
#include "detect/score.h"
#include "proof/replay.h"
#include "regress/series.h"

/* ---- changes, by hindsight ---- */

/* The points of a series that have a number. */
struct values {
    double *x;
    size_t *point;
    size_t n;
};

static struct values values_of(const struct replay_series *series, struct arena *arena)
{
    struct values values = {ARENA_ARRAY(arena, double, series->n + 1), ARENA_ARRAY(arena, size_t, series->n + 1), 0};
    for (size_t i = 0; i < series->n; i++) {
        if (!isfinite(series->points[i].value))
            continue;
        values.x[values.n] = series->points[i].value;
        values.point[values.n++] = i;
    }
    return values;
}

static double centre_of(const struct values *values, size_t from, size_t to, struct arena *scratch)
{
    return to > from ? score_centre(values->x + from, to - from, ARENA_ARRAY(scratch, double, 2 * (to - from))) : NAN;
}

static enum verdict kind_of(const struct kpi_rule *rule, double before, double after)
{
    if (!isfinite(before) || !isfinite(after) || before == after)
        return VERDICT_OK;
    return (rule->better == DIRECTION_HIGHER) == (after < before) ? VERDICT_REGRESSION : VERDICT_IMPROVEMENT;
}

static void find_changes(struct arena *arena, struct replay_series *series, struct shuffles *shuffles, struct arena *scratch)
{
    struct values values = values_of(series, scratch);
    struct levels_options options = {.alpha = 0.05, .rho = series->rule->independent ? 0 : NAN};
    struct levels levels = levels_find_with(shuffles, values.x, values.n, &options, scratch);
    series->changes = ARENA_ARRAY(arena, struct replay_change, levels.n + 1);
    for (size_t i = 0; i < levels.n; i++) {
        size_t at = levels.changes[i].at;
        double before = centre_of(&values, levels_start(&levels, i, values.n), at, scratch);
        double after = centre_of(&values, at, levels_start(&levels, i + 2, values.n), scratch);
        if (!levels.changes[i].drift && series_passes(series->rule, after - before, before))
            series->changes[series->changes_n++] =
                (struct replay_change){.at = values.point[at], .kind = kind_of(series->rule, before, after), .before = before, .after = after};
    }
}

/* ---- changes that people noted ---- */

static const struct record *record_of(const struct past *past, const struct replay_series *series, size_t point)
{
    const struct past_run *run = &past->runs[series->points[point].run];
    size_t k = run->at;
    while (past->label_set[k] != series->label_set)
        k++;
    return &past->records[k];
}

/* The runs of a series, as a line's runs are looked for in them. */
static struct ack_point *points_of(const struct replay *replay, const struct replay_series *series, struct arena *arena)
{
    struct ack_point *points = ARENA_ARRAY(arena, struct ack_point, series->n + 1);
    for (size_t i = 0; i < series->n; i++)
        points[i] = (struct ack_point){record_of(replay->past, series, i), replay->past->runs[series->points[i].run].run_id, series->points[i].start_us};
    return points;
}

static size_t noted_point(const struct replay *replay, const struct replay_series *series, const struct ack_border *note,
                          const struct ack_point *points)
{
    if (!series->n || !ack_line_names(&note->line, series->rule->name) || !ack_line_fits(&note->line, points[0].record))
        return REPLAY_NOWHERE;
    struct ack_span span = ack_run_find(&note->at, replay->options->analysis->comparison_keys, points, series->n);
    bool in = span.where == ACK_FOUND || span.where == ACK_BETWEEN;
    return in && span.first > 0 && span.first < series->n ? span.first : REPLAY_NOWHERE;
}

static enum verdict kind_of_note(const struct ack_border *note)
{
    return note->direction == ACK_WORSE ? VERDICT_REGRESSION : note->direction == ACK_BETTER ? VERDICT_IMPROVEMENT : VERDICT_OK;
}

/* In order of their places; two at one place are one. */
static void insert_change(struct replay_series *series, struct replay_change change)
{
    size_t i = series->changes_n;
    for (size_t k = 0; k < series->changes_n; k++)
        if (series->changes[k].at == change.at)
            return;
    for (; i > 0 && series->changes[i - 1].at > change.at; i--)
        series->changes[i] = series->changes[i - 1];
    series->changes[i] = change;
    series->changes_n++;
}

static void take_notes(struct arena *arena, const struct replay *replay, struct replay_series *series, bool *used, struct arena *scratch)
{
    const struct acks *notes = replay->options->notes;
    const struct ack_point *points = points_of(replay, series, scratch);
    series->changes = ARENA_ARRAY(arena, struct replay_change, notes->changes_n + 1);
    for (size_t i = 0; i < notes->changes_n; i++) {
        const struct ack_border *note = &notes->changes[i];
        size_t at = noted_point(replay, series, note, points);
        if (at == REPLAY_NOWHERE)
            continue;
        used[i] = true;
        insert_change(series, (struct replay_change){.at = at, .kind = kind_of_note(note), .place = note->line.place});
    }
}

/* Levels on both sides, as people's changes divide the series; and which way it went, where they do not say. */
static void measure_notes(struct replay_series *series, struct arena *scratch)
{
    struct values values = values_of(series, scratch);
    for (size_t c = 0; c < series->changes_n; c++) {
        size_t from = c ? series->changes[c - 1].at : 0, to = c + 1 < series->changes_n ? series->changes[c + 1].at : series->n;
        size_t first = 0, at = 0, last = 0;
        for (size_t i = 0; i < values.n; i++) {
            first += values.point[i] < from;
            at += values.point[i] < series->changes[c].at;
            last += values.point[i] < to;
        }
        struct replay_change *change = &series->changes[c];
        change->before = centre_of(&values, first, at, scratch);
        change->after = centre_of(&values, at, last, scratch);
        if (change->kind == VERDICT_OK)
            change->kind = kind_of(series->rule, change->before, change->after);
    }
}

/* ---- alarms ---- */

static void find_alarms(struct arena *arena, struct replay_series *series)
{
    struct {
        struct replay_alarm *v;
        size_t n, cap;
    } alarms = {0};
    for (size_t i = 0; i < series->n; i++) {
        const struct replay_point *p = &series->points[i];
        bool alarms_now = p->judged && (p->verdict == VERDICT_REGRESSION || p->verdict == VERDICT_IMPROVEMENT);
        struct replay_alarm *last = alarms.n ? &alarms.v[alarms.n - 1] : NULL;
        if (alarms_now && last && last->end == i && last->verdict == p->verdict)
            last->end = i + 1;
        else if (alarms_now)
            *LIST_ADD(arena, &alarms) = (struct replay_alarm){.at = i, .end = i + 1, .verdict = p->verdict, .since = p->since, .change = REPLAY_NOWHERE};
    }
    series->alarms = alarms.v;
    series->alarms_n = alarms.n;
}

static size_t newest_change(const struct replay_series *series, size_t up_to)
{
    size_t found = REPLAY_NOWHERE;
    for (size_t i = 0; i < series->changes_n && series->changes[i].at <= up_to; i++)
        found = i;
    return found;
}

static bool near(size_t a, size_t b, size_t tolerance)
{
    return a != REPLAY_NOWHERE && (a > b ? a - b : b - a) <= tolerance;
}

/* Of changes that began after the alarm, within the tolerance, and those before it: the nearest. */
static size_t nearer_change(const struct replay_series *series, size_t c, size_t at)
{
    while (c != REPLAY_NOWHERE && c > 0 && series->changes[c].at > at) {
        size_t before = series->changes[c - 1].at;
        if ((before > at ? before - at : at - before) >= series->changes[c].at - at)
            break;
        c--;
    }
    return c;
}

/* The change that an alarm speaks of. Of two changes close together the older one may be meant: then it goes another way than the newest. */
static void match_alarm(struct replay_series *series, size_t index, size_t tolerance)
{
    struct replay_alarm *alarm = &series->alarms[index];
    size_t newest = nearer_change(series, newest_change(series, alarm->at + tolerance), alarm->at);
    for (size_t c = newest; c != REPLAY_NOWHERE && c + 2 > newest; c--) {
        struct replay_change *change = &series->changes[c];
        bool fits = change->kind == VERDICT_OK || change->kind == alarm->verdict;
        bool says = near(alarm->since, change->at, tolerance);
        if (fits && (says || (c == newest && change->alarm == REPLAY_NOWHERE))) {
            alarm->change = c;
            alarm->repeat = change->alarm != REPLAY_NOWHERE;
            if (!alarm->repeat)
                change->alarm = index;
            return;
        }
        if (c == 0)
            return;
    }
}

static bool changed_between(const struct replay_series *series, size_t from, size_t to, size_t tolerance)
{
    for (size_t i = 0; i < series->changes_n; i++)
        if (series->changes[i].at + tolerance >= from && series->changes[i].at <= to + tolerance)
            return true;
    return false;
}

static void judge_alarms(struct replay_series *series, size_t tolerance)
{
    for (size_t i = 0; i < series->alarms_n; i++) {
        match_alarm(series, i, tolerance);
        for (size_t k = i; k-- > 0;) {
            if (series->alarms[k].verdict != series->alarms[i].verdict)
                continue;
            series->alarms[i].flap = !changed_between(series, series->alarms[k].end, series->alarms[i].at, tolerance);
            break;
        }
    }
    for (size_t i = 0; i < series->changes_n; i++) {
        struct replay_change *c = &series->changes[i];
        c->judgeable = series->points[series->n - 1].judged;
        if (c->alarm == REPLAY_NOWHERE)
            continue;
        size_t at = series->alarms[c->alarm].at;
        c->delay = at > c->at ? at - c->at : 0;
        for (size_t k = c->at; k < at; k++)
            c->suspects += series->points[k].judged && series->points[k].verdict == VERDICT_SUSPECT;
    }
}

/* ---- sums ---- */

static size_t vain_suspects(const struct replay_series *series)
{
    size_t found = 0;
    for (size_t i = 0; i < series->n; i++) {
        bool here = series->points[i].judged && series->points[i].verdict == VERDICT_SUSPECT;
        enum verdict next = i + 1 < series->n ? series->points[i + 1].verdict : VERDICT_SUSPECT; /* nobody knows yet */
        found += here && next != VERDICT_SUSPECT && next != VERDICT_REGRESSION;
    }
    return found;
}

static void add_sums(struct replay_sums *sums, const struct replay_series *series, double *delays)
{
    for (size_t i = 0; i < series->n; i++)
        sums->verdicts[series->points[i].verdict] += series->points[i].judged;
    for (size_t i = 0; i < series->alarms_n; i++) {
        const struct replay_alarm *alarm = &series->alarms[i];
        bool right = alarm->change != REPLAY_NOWHERE;
        sums->regressions += alarm->verdict == VERDICT_REGRESSION;
        sums->improvements += alarm->verdict == VERDICT_IMPROVEMENT;
        sums->right += right && !alarm->repeat;
        sums->repeats += alarm->repeat;
        sums->wrong += !right;
        sums->flaps += alarm->flap;
    }
    for (size_t i = 0; i < series->changes_n; i++) {
        const struct replay_change *c = &series->changes[i];
        bool found = c->alarm != REPLAY_NOWHERE, worse = c->kind != VERDICT_IMPROVEMENT;
        if (!c->judgeable)
            continue;
        sums->changes++;
        sums->changes_regressions += worse;
        sums->found_regressions += worse && found;
        if (found)
            delays[sums->found++] = (double)c->delay;
    }
    sums->suspects_only += vain_suspects(series);
}

static double ratio(size_t a, size_t b)
{
    return b ? (double)a / (double)b : NAN;
}

static void finish_sums(struct replay_sums *sums, double *delays)
{
    size_t n = sums->found, right = sums->right + sums->repeats;
    sums->delay_median = n ? quantile_median(delays, n) : NAN;
    sums->delay_p90 = n ? quantile_at(delays, n, 0.9) : NAN;
    for (size_t i = 0; i < n; i++)
        sums->delay_max = (size_t)delays[i] > sums->delay_max ? (size_t)delays[i] : sums->delay_max;
    sums->precision = ratio(right, right + sums->wrong);
    sums->recall = ratio(n, sums->changes);
    double both = sums->precision + sums->recall;
    sums->f1 = both > 0 ? 2 * sums->precision * sums->recall / both : both == 0 ? 0 : NAN;
}

static const struct ack_border **unmatched_notes(struct arena *arena, const struct replay_options *options, const bool *used)
{
    size_t n = 0, all = options->notes ? options->notes->changes_n : 0;
    const struct ack_border **notes = ARENA_ARRAY(arena, const struct ack_border *, all + 1);
    for (size_t i = 0; i < all; i++)
        if (!used[i])
            notes[n++] = &options->notes->changes[i];
    return notes;
}

void replay_judge(struct arena *arena, struct replay *replay)
{
    struct arena scratch = {0};
    struct shuffles shuffles = {0};
    bool *used = ARENA_ARRAY(arena, bool, (replay->options->notes ? replay->options->notes->changes_n : 0) + 1);
    size_t changes = 0;
    for (size_t s = 0; s < replay->series_n; s++) {
        struct replay_series *series = &replay->series[s];
        if (replay->options->notes) {
            take_notes(arena, replay, series, used, &scratch);
            measure_notes(series, &scratch);
        } else {
            find_changes(arena, series, &shuffles, &scratch);
        }
        for (size_t i = 0; i < series->changes_n; i++)
            series->changes[i].alarm = REPLAY_NOWHERE;
        find_alarms(arena, series);
        judge_alarms(series, replay->options->tolerance);
        changes += series->changes_n;
        arena_clear(&scratch);
    }
    double *delays = ARENA_ARRAY(arena, double, changes + 1);
    for (size_t s = 0; s < replay->series_n; s++)
        add_sums(&replay->sums, &replay->series[s], delays);
    finish_sums(&replay->sums, delays);
    replay->unmatched = unmatched_notes(arena, replay->options, used);
    shuffles_close(&shuffles);
    arena_close(&scratch);
}
