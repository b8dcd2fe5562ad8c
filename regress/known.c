#include "regress/known.h"

#include <math.h>
#include <string.h>

#include "regress/acks/cover.h"
#include "regress/checks/checks.h"
#include "regress/checks/drift_check.h"
#include "regress/checks/list_check.h"

struct settling {
    struct hypothesis *h;
    const struct invocation *invocation;
    struct shuffles *shuffles;
    struct arena *arena;
    bool whole; /* h is judge_whole's */
    const struct mark *meant; /* the acknowledgement of what no place tells; NULL: none */
};

/* Of a list the level is that of one of its parts. */
static bool by_level(const struct evidence *e)
{
    return e->decided_by == CHECK_LEVEL || e->decided_by == CHECK_DISTRIBUTION;
}

/* ---- words ---- */

static void add_reason(const struct settling *s, const char *more)
{
    struct evidence *e = &s->h->result->evidence;
    e->reason = arena_printf(s->arena, "%s; %s", e->reason ? e->reason : "", more);
}

/* "acknowledged by ann until 2027-01-31: slower allocator (acks.yaml:12)" */
static const char *said(const struct settling *s, const char *verb, const struct ack_line *line, const char *until)
{
    return arena_printf(s->arena, "%s%s%s%s%s%s%s (%s)", verb, line->author ? " by " : "", line->author ? line->author : "",
                        until ? " until " : "", until ? until : "", line->reason ? ": " : "", line->reason ? line->reason : "", line->place);
}

/* When it ends, by a day or a run. */
static const char *end_of(const struct mark *mark)
{
    return mark->ack->expires && (mark->expired || !mark->past) ? mark->ack->expires : mark->ack->until.text;
}

/* ---- what a change is known by ---- */

static struct cover_begin begin_of(const struct evidence *e)
{
    return (struct cover_begin){e->since_point, e->since_older};
}

static struct cover_begin begin_at(size_t point)
{
    return (struct cover_begin){point, NULL};
}

static struct cover_begin marked(const struct mark *mark, struct cover_begin begin)
{
    return mark->placed ? begin_at(mark->at) : begin;
}

static void name_change(const struct settling *s, enum change_status status, struct cover_begin begin, const struct mark *mark)
{
    struct known_change *change = &s->h->result->change;
    const char *const *keys = s->invocation->options->comparison_keys;
    char id[MARKS_ID_SIZE];
    if (begin.older)
        marks_id_of(s->h, begin.older[1].run->records[0], keys, id);
    else
        marks_id(s->h, begin.point, keys, id);
    *change = (struct known_change){.status = status, .id = arena_strdup(s->arena, id)};
    if (!mark)
        return;
    change->ack_reason = mark->ack->line.reason;
    change->ack_author = mark->ack->line.author;
    change->ack_expires = end_of(mark);
    change->ack_place = mark->ack->line.place;
}

/* ---- how far it may go ---- */

static const struct check *decider_of(const struct kpi_result *result)
{
    for (size_t i = 0; i < result->checks_n; i++)
        if (result->checks[i].kind == result->evidence.decided_by)
            return &result->checks[i];
    return NULL;
}

/* How far the KPI is from the level before the change, and that level. The evidence tells, but for bounds and drift: there its level is the
 * current one. */
static double change_from(const struct settling *s, const struct mark *mark, double *level)
{
    const struct hypothesis *h = s->h;
    const struct evidence *e = &h->result->evidence;
    const struct check *check = e->decided_by == CHECK_BOUND || e->decided_by == CHECK_DRIFT ? decider_of(h->result) : NULL;
    bool first = h->answers.tested && e->since_point >= e->points_n; /* the current level is the one before */
    *level = e->level;
    if (!check || (check->kind == CHECK_BOUND && !h->list && !mark->beside && first))
        return e->change;
    bool beside = check->kind == CHECK_BOUND && !h->list && mark->beside;
    *level = beside ? mark->sides.good : check->reference;
    return (beside ? h->series.x[h->series.n] : check->value) - *level;
}

/* Why it is not acknowledged though it was said to be; NULL: it is. */
static const char *beyond_limit(const struct settling *s, const struct mark *mark)
{
    const struct ack *ack = mark->ack;
    double level, change = fabs(change_from(s, mark, &level));
    if (ack->limit_relative > 0 && change > ack->limit_relative * fabs(level))
        return arena_printf(s->arena, "acknowledged up to %.4g %% only (%s)", 100 * ack->limit_relative, ack->line.place);
    if (ack->limit_absolute > 0 && change > ack->limit_absolute)
        return arena_printf(s->arena, "acknowledged up to %.6g only (%s)", ack->limit_absolute, ack->line.place);
    return NULL;
}

static void settle_worse(const struct settling *s);
static bool settle_level(const struct settling *s, const struct mark *known);
static bool settle_suspect(const struct settling *s, const struct mark *known);

/* Another regression of the KPI that nobody acknowledged: it decides then. Each is asked once, as it is not acknowledged when it decides. */
static bool settle_other(const struct settling *s, const struct mark *known)
{
    struct kpi_result *result = s->h->result;
    for (size_t i = 0; i < result->checks_n; i++) {
        const struct check *check = &result->checks[i];
        struct evidence was = result->evidence;
        if (check->kind == was.decided_by || check->verdict != VERDICT_REGRESSION || !check->tested)
            continue;
        checks_take(s->h, check);
        const struct mark *mark = cover_find(s->h, begin_of(&result->evidence));
        if (!mark || cover_is_over(mark) || beyond_limit(s, mark)) {
            add_reason(s, arena_printf(s->arena, "%s: %s", check_name(was.decided_by), said(s, "acknowledged", &known->ack->line, end_of(known))));
            settle_worse(s);
            return true;
        }
        result->evidence = was;
    }
    return false;
}

static void acknowledge(const struct settling *s, const struct mark *mark, struct cover_begin begin)
{
    if (settle_other(s, mark) || (!by_level(&s->h->result->evidence) && (settle_level(s, mark) || settle_suspect(s, mark))))
        return;
    s->h->result->verdict = VERDICT_ACKNOWLEDGED;
    name_change(s, CHANGE_ACKNOWLEDGED, marked(mark, begin), mark);
    add_reason(s, said(s, "acknowledged", &mark->ack->line, end_of(mark)));
}

/* ---- new or known ---- */

/* Whether run point n was worse than the history that it had, by a p of at most alpha. */
static bool was_worse(const struct settling *s, size_t n, double alpha)
{
    struct series then = s->h->series;
    const struct began *began;
    then.n = n;
    while (then.borders_n && then.borders[then.borders_n - 1] >= n)
        then.borders_n--;
    if (then.floor >= n)
        return false;
    struct answers answers = answers_of(&then, s->shuffles, s->arena);
    if (!answers.tested)
        return false;
    answers_resolve(&then, &answers, s->shuffles, alpha);
    return answers_worse(&then, &answers, &began) <= alpha;
}

/* Whether the run before this one would have been a regression at the level that this one had to pass. */
static bool was_shown(const struct settling *s)
{
    const struct hypothesis *h = s->h;
    const struct analysis_options *options = s->invocation->options;
    const struct evidence *e = &h->result->evidence;
    if (e->since_point >= h->series.n)
        return false;
    if (e->decided_by == CHECK_DRIFT)
        return drift_check_shown_before(h, s->invocation, checks_alpha(s->invocation, e->p_corrected));
    if (!by_level(e))
        return true; /* a check says of itself since when it is so */
    return series_known(&h->series) >= 1 + (size_t)verdict_min_history(h, options) &&
           was_worse(s, h->series.n - 1, checks_alpha(s->invocation, h->corrected_worse));
}

static void settle_unacknowledged(const struct settling *s)
{
    const struct kpi_result *result = s->h->result;
    bool known = result->verdict == VERDICT_REGRESSION && was_shown(s);
    name_change(s, known ? CHANGE_KNOWN : CHANGE_NEW, begin_of(&result->evidence), NULL);
}

/* ---- what began at an acknowledged change, or was not tested against its level ---- */

static void settle_whole(const struct settling *s);

static void settle_worse(const struct settling *s)
{
    const struct evidence *e = &s->h->result->evidence;
    const struct cover_begin begin = begin_of(e);
    const struct mark *mark = cover_find(s->h, begin);
    mark = mark ? mark : s->meant;
    if (!mark) {
        settle_unacknowledged(s);
        return;
    }
    const char *beyond = beyond_limit(s, mark);
    if (!cover_is_over(mark) && !beyond && !s->whole && by_level(e)) {
        settle_whole(s); /* it may hide an older one */
    } else if (cover_is_over(mark)) {
        name_change(s, CHANGE_EXPIRED, marked(mark, begin), mark);
        add_reason(s, arena_printf(s->arena, "its acknowledgement (%s) ended with %s", mark->ack->line.place, end_of(mark)));
    } else if (beyond) {
        name_change(s, CHANGE_NEW, marked(mark, begin), mark);
        add_reason(s, beyond);
    } else {
        acknowledge(s, mark, begin);
    }
}

/* ---- worse than an acknowledged level ---- */

static void settle_further(const struct settling *s)
{
    const struct hypothesis *h = s->h;
    const struct mark *mark = h->marks->floor;
    const struct cover_begin begin = begin_of(&h->result->evidence);
    const struct mark *own = cover_find(h, begin);
    if (own && own != mark) {
        settle_worse(s);
        return;
    }
    bool returned = mark->sides.gone && begin.point >= mark->sides.gone_at;
    if (returned && cover_later(h, mark)) {
        acknowledge(s, mark, begin);
        return;
    }
    name_change(s, returned ? CHANGE_RETURNED : was_shown(s) ? CHANGE_KNOWN : CHANGE_NEW, begin, mark);
    add_reason(s, arena_printf(s->arena, returned ? "the change that was acknowledged was gone, and is back (%s)"
                                                  : "on top of the change that is acknowledged (%s)", mark->ack->line.place));
}

/* ---- is the acknowledged change still there? ---- */

static bool is_acknowledged(const struct hypothesis *h, struct cover_begin begin)
{
    const struct mark *mark = cover_find(h, begin);
    return mark && !cover_is_over(mark);
}

/* A change that is acknowledged may be surer than one that nobody knows: that one decides then. */
static void prefer_unacknowledged(struct hypothesis *whole, double level)
{
    const struct answers *f = &whole->answers;
    const struct {
        const struct began *began;
        double share;
    } others[] = {{&f->step, ANSWERS_STEP_SHARE}, {&f->recent, ANSWERS_RECENT_SHARE}, {&f->few, ANSWERS_FEW_SHARE}};
    if (!is_acknowledged(whole, begin_at(whole->began ? whole->began->start : whole->series.n)))
        return;
    for (size_t i = 0; i < sizeof(others) / sizeof(others[0]); i++) {
        const struct began *other = others[i].began;
        if (!other->found || other->p / others[i].share > level || is_acknowledged(whole, begin_at(other->start)))
            continue;
        whole->began = other;
        whole->p_worse = other->p / others[i].share;
        return;
    }
}

/* The series as if nobody had acknowledged anything: against the levels before, with what then is the KPI's result. */
static struct hypothesis judge_whole(const struct settling *s, struct kpi_result *result, struct invocation *alone)
{
    const struct marks *marks = s->h->marks;
    struct hypothesis whole = *s->h;
    double tests = 2 * (double)(s->invocation->tested ? s->invocation->tested : 1), rate = s->invocation->options->false_alarm_rate;
    *alone = (struct invocation){.options = s->invocation->options, .tested = (size_t)tests};
    *result = *s->h->result;
    result->evidence.decided_by = CHECK_LEVEL;
    whole.result = result;
    whole.checks_n = 0;
    whole.series.floor = marks->accepted && marks->accepted_at < whole.series.n ? marks->accepted_at : 0;
    double level = rate / tests;
    if (whole.list)
        list_retest(&whole, s->shuffles, level, s->arena);
    else
        whole.answers = answers_of(&whole.series, s->shuffles, s->arena);
    if (!whole.answers.tested) {
        result->verdict = VERDICT_CANNOT_TELL;
        return whole;
    }
    if (!whole.list) {
        answers_resolve(&whole.series, &whole.answers, s->shuffles, level);
        whole.p_worse = answers_worse(&whole.series, &whole.answers, &whole.began);
        prefer_unacknowledged(&whole, rate / tests);
    }
    whole.p_better = whole.corrected_better = 1;
    whole.corrected_worse = fmin(1, whole.p_worse * tests);
    alone->rejected = whole.corrected_worse <= rate;
    verdict_decide(&whole, alone, s->arena);
    marks_follow_apart(&whole, s->arena); /* of a list another part may be what is worse */
    return whole;
}

/* The first acknowledged change that is gone. */
static const struct mark *find_gone(const struct settling *s)
{
    const struct hypothesis *h = s->h;
    for (size_t i = 0; i < h->marks->n; i++) {
        const struct mark *mark = &h->marks->v[i];
        bool before = h->marks->accepted && mark->at < h->marks->accepted_at; /* nobody looks back beyond an accepted level */
        if (!before && marks_gone_now(h, mark))
            return mark;
    }
    return NULL;
}

static void settle_fixed(const struct settling *s)
{
    const struct mark *gone = find_gone(s);
    if (gone) {
        name_change(s, CHANGE_FIXED, begin_at(gone->at), gone);
        add_reason(s, arena_printf(s->arena, "the change that was acknowledged is gone (%s)", gone->ack->line.place));
    } else if (s->h->result->verdict == VERDICT_IMPROVEMENT) {
        name_change(s, CHANGE_NEW, begin_of(&s->h->result->evidence), NULL);
    }
}

/* Where nothing is worse than the acknowledged level, what is worse than the levels before it is the acknowledged change, wherever after its
 * begin the newest runs make it seem to begin; unless it was gone. */
static const struct mark *meant_by(const struct settling *s, const struct hypothesis *whole)
{
    const struct mark *floor = whole->marks->floor;
    enum verdict own = s->h->result->verdict;
    size_t since = whole->result->evidence.since_point;
    bool same = floor && (own == VERDICT_OK || own == VERDICT_IMPROVEMENT) && by_level(&whole->result->evidence) && since > floor->at;
    return same && !(floor->sides.gone && since >= floor->sides.gone_at) ? floor : NULL;
}

/* A group of runs that seems to begin before the acknowledged change, but of which the runs before that showed nothing: runs that happened to be
 * on the worse side, and it. */
static bool rests_on(const struct settling *s, const struct settling *whole, const struct mark *mark)
{
    const struct kpi_result *result = whole->h->result;
    struct cover_begin begin = begin_of(&result->evidence);
    bool before = mark && mark->placed && verdict_is_worse(result) && by_level(&result->evidence) && !begin.older && begin.point < mark->at;
    return before && !was_worse(whole, mark->at - 1, checks_alpha(s->invocation, s->h->corrected_worse));
}

/* Nothing is worse than the acknowledged level, or that was not asked. */
static void settle_whole(const struct settling *s)
{
    struct kpi_result result, *own = s->h->result;
    struct invocation alone;
    struct hypothesis whole = judge_whole(s, &result, &alone);
    struct settling again = {&whole, &alone, s->shuffles, s->arena, true, meant_by(s, &whole)};
    bool acknowledged = is_acknowledged(whole.marks == s->h->marks ? s->h : &whole, begin_of(&result.evidence));
    const struct mark *mark = verdict_is_worse(own) ? cover_find(s->h, begin_of(&own->evidence)) : s->h->marks->floor;
    const struct mark *there = marks_same(whole.marks, s->h->marks, mark);
    if (!acknowledged && !again.meant && rests_on(s, &again, there))
        again.meant = there;
    bool known = !verdict_is_worse(&result) || acknowledged || again.meant;
    if (known && verdict_is_worse(own)) {
        acknowledge(s, mark, begin_of(&own->evidence));
        return;
    }
    if (!verdict_is_worse(&result)) {
        settle_fixed(s);
        return;
    }
    *own = result;
    whole.result = own;
    settle_worse(&again);
}

/* What decided is no regression that gates, but the level before the acknowledged one was worse already: unless somebody acknowledged that, too,
 * it decides. `known`: the acknowledgement of what decided; NULL: there is none. */
static bool settle_level(const struct settling *s, const struct mark *known)
{
    struct kpi_result result, *own = s->h->result;
    struct invocation alone;
    enum check_kind check = own->evidence.decided_by;
    const struct mark *floor = s->h->marks ? s->h->marks->floor : NULL;
    if (s->whole || !floor || !s->h->answers.tested)
        return false;
    struct hypothesis whole = judge_whole(s, &result, &alone);
    const struct settling again = {&whole, &alone, s->shuffles, s->arena, true, NULL};
    struct cover_begin begin = begin_of(&result.evidence);
    floor = whole.marks->floor;
    if (result.verdict != VERDICT_REGRESSION || (!begin.older && begin.point >= floor->at))
        return false;
    const struct mark *mark = cover_find(&whole, begin);
    if ((mark && !cover_is_over(mark) && !beyond_limit(&again, mark)) || rests_on(s, &again, floor))
        return false;
    *own = result;
    whole.result = own;
    if (known)
        add_reason(&again, arena_printf(s->arena, "%s: %s", check_name(check), said(s, "acknowledged", &known->ack->line, end_of(known))));
    settle_worse(&again);
    return true;
}

/* What is acknowledged is a check beside the level, which is the graver one, and by its level the run is a suspect that nobody acknowledged. */
static bool settle_suspect(const struct settling *s, const struct mark *known)
{
    struct kpi_result *own = s->h->result, result = *own;
    struct hypothesis level = *s->h;
    enum check_kind check = own->evidence.decided_by;
    if (s->whole || level.list || !level.answers.tested)
        return false;
    level.result = &result;
    level.checks_n = 0;
    result.evidence.decided_by = CHECK_LEVEL;
    verdict_decide(&level, s->invocation, s->arena);
    const struct mark *mark = cover_find(&level, begin_of(&result.evidence));
    if (!verdict_is_worse(&result) || (mark && !cover_is_over(mark)))
        return false;
    *own = result;
    add_reason(s, arena_printf(s->arena, "%s: %s", check_name(check), said(s, "acknowledged", &known->ack->line, end_of(known))));
    settle_worse(s);
    return true;
}

/* ---- all of it ---- */

/* The run begins a level that was accepted: nothing is there to hold it against. */
static bool settle_begins(const struct settling *s)
{
    struct kpi_result *result = s->h->result;
    const struct marks *marks = s->h->marks;
    if (!marks_begin(s->h) || verdict_is_worse(result))
        return false;
    result->verdict = VERDICT_OK;
    result->evidence.more_runs = 0;
    result->evidence.reason = arena_printf(s->arena, "begins a level that was %s", said(s, "accepted", &marks->accepted->line, NULL));
    result->evidence.flip = "";
    return true;
}

static void explain_accepted(const struct settling *s)
{
    const struct marks *marks = s->h->marks;
    if (marks && marks->accepted && !s->h->answers.tested && s->h->series.n >= ANSWERS_TESTED_MIN)
        add_reason(s, arena_printf(s->arena, "the level was %s", said(s, "accepted", &marks->accepted->line, NULL)));
}

void known_settle(struct hypothesis *h, const struct invocation *invocation, struct shuffles *shuffles, struct arena *arena)
{
    const struct settling s = {h, invocation, shuffles, arena, false, NULL};
    const struct kpi_result *result = h->result;
    marks_follow(h);
    bool floored = h->marks && h->marks->floor, worse = verdict_is_worse(result);
    if (settle_begins(&s))
        return;
    explain_accepted(&s);
    if (worse && result->verdict != VERDICT_REGRESSION && settle_level(&s, NULL))
        return;
    if (worse && floored && by_level(&result->evidence))
        settle_further(&s);
    else if (worse)
        settle_worse(&s);
    else if (floored)
        settle_whole(&s);
    else if (h->marks && h->answers.tested)
        settle_fixed(&s);
    else if (result->verdict == VERDICT_IMPROVEMENT)
        name_change(&s, CHANGE_NEW, begin_of(&result->evidence), NULL);
}

const char *known_excluded(const struct analysis_options *options, const struct record *entry, const char *kpi, struct arena *arena)
{
    const struct ack_exclusion *out = marks_excluded(options, entry, kpi);
    return out ? arena_printf(arena, KNOWN_LEFT_OUT "%s (%s)", out->line.reason, out->line.place) : NULL;
}

/* ---- for checks ---- */

size_t known_accepted_from(const struct hypothesis *h)
{
    return h->marks && h->marks->accepted ? h->marks->accepted_at : 0;
}

bool known_begins_accepted(const struct hypothesis *h)
{
    return marks_begin(h);
}

size_t known_acknowledgements(const struct hypothesis *h)
{
    return h->marks ? h->marks->n : 0;
}

size_t known_acknowledged_at(const struct hypothesis *h, size_t i)
{
    const struct mark *mark = &h->marks->v[i];
    return mark->placed && !cover_is_over(mark) && mark->at < h->series.n ? mark->at : 0;
}
