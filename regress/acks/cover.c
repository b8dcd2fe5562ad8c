#include "regress/acks/cover.h"

#include <string.h>

bool cover_is_over(const struct mark *mark)
{
    return mark->past || mark->expired;
}

bool cover_later(const struct hypothesis *h, const struct mark *mark)
{
    return mark->ack->until.text && !mark->ack->until_it_returns && mark->beside && mark->sides.worse &&
           !series_worse_and_passes(&h->series, mark->sides.bad, h->series.x[h->series.n]);
}

/* Whether it names a run at which a change began that is older than the run points that are looked at, or one of those beside it. */
static bool names_older(const struct hypothesis *h, const struct mark *mark, const struct run_point *before, const char *const *keys)
{
    for (const struct run_point *point = before; point <= before + 1 + MARKS_NEAR; point++) {
        const struct record *record = point->run->records[0];
        char id[MARKS_ID_SIZE];
        marks_id_of(h, record, keys, id);
        if ((mark->ack->change && strcmp(mark->ack->change, id) == 0) || (mark->ack->since.text && ack_run_is(&mark->ack->since, keys, record)))
            return true;
    }
    return false;
}

static const struct check *bound_of(const struct kpi_result *result)
{
    for (size_t i = 0; i < result->checks_n && result->evidence.decided_by == CHECK_BOUND; i++)
        if (result->checks[i].kind == CHECK_BOUND)
            return &result->checks[i];
    return NULL;
}

/* The acknowledged level itself lies outside the bound: a run that happened to be within begins no other change. Of a list, or divided by a
 * control, the level is not what the bound is held against. */
static bool is_outside(const struct hypothesis *h, const struct mark *mark)
{
    const struct check *bound = bound_of(h->result);
    if (!bound || h->list || h->series.control || !mark->beside || !mark->sides.worse)
        return false;
    return bound->value > bound->reference ? mark->sides.bad > bound->reference : mark->sides.bad < bound->reference;
}

/* Whether the acknowledgement speaks of a change that began there. */
static bool covers(const struct hypothesis *h, const struct mark *mark, struct cover_begin begin)
{
    if (begin.older && !mark->free)
        return names_older(h, mark, begin.older, h->marks->comparison_keys);
    if (!mark->placed)
        return mark->free;
    size_t since = begin.point;
    bool gone = mark->sides.gone && since >= mark->sides.gone_at, near = marks_distance(mark->at, since) <= MARKS_NEAR;
    bool same = !gone && (near || (since > mark->at && is_outside(h, mark)));
    return same || (since > mark->at && cover_later(h, mark));
}

const struct mark *cover_find(const struct hypothesis *h, struct cover_begin begin)
{
    const struct marks *marks = h->marks;
    const struct mark *best = NULL;
    for (size_t i = 0; marks && i < marks->n; i++) {
        const struct mark *mark = &marks->v[i];
        if (!covers(h, mark, begin))
            continue;
        bool nearer = best && mark->placed && (!best->placed || marks_distance(mark->at, begin.point) < marks_distance(best->at, begin.point));
        if (!best || cover_is_over(mark) < cover_is_over(best) || (cover_is_over(mark) == cover_is_over(best) && nearer))
            best = mark;
    }
    return best;
}
