#include "regress/acks/marks.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "base/digest.h"
#include "history/record_list.h"

/* ---- identity ---- */

static void add_text(struct digest *digest, const char *text)
{
    digest_add(digest, text, strlen(text) + 1);
}

/* A run is known by its keys and its run id; a run without one by its payload. */
void marks_id_of(const struct hypothesis *h, const struct record *record, const char *const *comparison_keys, char id[MARKS_ID_SIZE])
{
    const char *run = record_label(record, "run_id");
    char hex[DIGEST_HEX_SIZE];
    unsigned char bytes[DIGEST_SIZE];
    struct digest *digest = digest_open();
    add_text(digest, h->result->rule->name); /* of a list the series is one of its parts, now this, now that */
    digest_add(digest, &h->labels, sizeof(h->labels));
    for (; comparison_keys && *comparison_keys; comparison_keys++)
        add_text(digest, record_label_or_null(record, *comparison_keys));
    add_text(digest, run && strcmp(run, "null") != 0 ? run : record->id);
    digest_end(digest, bytes);
    digest_close(digest);
    digest_hex(bytes, hex);
    snprintf(id, MARKS_ID_SIZE, "mb-%.12s", hex);
}

void marks_id(const struct hypothesis *h, size_t point, const char *const *comparison_keys, char id[MARKS_ID_SIZE])
{
    marks_id_of(h, point < h->series.n ? h->series.from[point]->records[0] : h->entry, comparison_keys, id);
}

/* ---- exclusions ---- */

/* A part of a list goes by the list's name. */
static bool names_kpi(const struct ack_line *line, const char *kpi)
{
    size_t base = line->kpis ? record_list_base(kpi, NULL) : 0;
    struct arena scratch = {0};
    bool named = ack_line_names(line, kpi) || (base && ack_line_names(line, arena_strndup(&scratch, kpi, base)));
    arena_close(&scratch);
    return named;
}

const struct ack_exclusion *marks_excluded(const struct analysis_options *options, const struct record *record, const char *kpi)
{
    const struct acks *acks = options->acks;
    for (size_t i = 0; acks && i < acks->excluded_n; i++) {
        const struct ack_exclusion *out = &acks->excluded[i];
        if ((kpi ? !names_kpi(&out->line, kpi) : out->line.kpis != NULL) || !ack_line_fits(&out->line, record))
            continue;
        for (size_t r = 0; r < out->runs_n; r++)
            if (ack_run_is(&out->runs[r], options->comparison_keys, record))
                return out;
    }
    return NULL;
}

/* ---- places ---- */

struct placing {
    struct hypothesis *h;
    const struct analysis_options *options;
    struct ack_point *points; /* n + 1: the entry last */
    size_t n;
    struct marks *marks;
    struct shuffles *shuffles;
    struct arena *arena;
    struct {
        size_t *v, n, cap;
    } borders;
    struct levels levels; /* of the series by itself; looked for when the first place asks */
    bool looked;
};

static bool speaks_of(const struct placing *p, const struct ack_line *line)
{
    return ack_line_names(line, p->h->result->rule->name) && ack_line_fits(line, p->h->entry);
}

static struct ack_span find_run(const struct placing *p, const struct ack_run *run)
{
    return ack_run_find(run, p->options->comparison_keys, p->points, p->n + 1);
}

/* Whether a level can begin there. */
static bool begins(const struct ack_span *span)
{
    return span->where == ACK_FOUND || span->where == ACK_BETWEEN;
}

static void add_border(struct placing *p, size_t at)
{
    size_t i = 0;
    if (at == 0 || at >= p->n)
        return;
    while (i < p->borders.n && p->borders.v[i] < at)
        i++;
    if (i < p->borders.n && p->borders.v[i] == at)
        return;
    *LIST_ADD(p->arena, &p->borders) = at;
    memmove(p->borders.v + i + 1, p->borders.v + i, (p->borders.n - 1 - i) * sizeof(*p->borders.v));
    p->borders.v[i] = at;
}

size_t marks_distance(size_t a, size_t b)
{
    return a > b ? a - b : b - a;
}

/* The change that the series shows near the place, else the place. */
static size_t settle_place(struct placing *p, size_t at)
{
    struct levels_options options = {.alpha = 0.05, .rho = p->h->series.rule->independent ? 0 : NAN};
    size_t best = at, least = MARKS_NEAR + 1;
    if (at == 0 || at >= p->n || p->n < ANSWERS_TESTED_MIN)
        return at;
    if (!p->looked)
        p->levels = levels_find_between(p->shuffles, p->h->series.x, p->n, p->borders.v, p->borders.n, &options, p->arena);
    p->looked = true;
    for (size_t i = 0; i < p->levels.n; i++) {
        if (marks_distance(p->levels.changes[i].at, at) < least) {
            least = marks_distance(p->levels.changes[i].at, at);
            best = p->levels.changes[i].at;
        }
    }
    return best;
}

/* Where the level begins that the series shows around a place, more than a few runs before it; 0: nowhere. */
static size_t level_around(const struct placing *p, size_t at)
{
    size_t from = 0;
    for (size_t i = 0; i < p->levels.n; i++)
        if (p->levels.changes[i].at + MARKS_NEAR < at)
            from = p->levels.changes[i].at;
    return from;
}

static void place_changes(struct placing *p, bool *found)
{
    const struct acks *acks = p->options->acks;
    for (size_t i = 0; i < acks->changes_n; i++) {
        if (!speaks_of(p, &acks->changes[i].line))
            continue;
        struct ack_span span = find_run(p, &acks->changes[i].at);
        found[i] = span.where != ACK_NOWHERE;
        if (begins(&span))
            add_border(p, span.first);
    }
}

static void place_accepted(struct placing *p, bool *found)
{
    const struct acks *acks = p->options->acks;
    struct marks *marks = p->marks;
    for (size_t i = 0; i < acks->accepted_n; i++) {
        const struct ack_level *level = &acks->accepted[i];
        if (!speaks_of(p, &level->line))
            continue;
        struct ack_span span = find_run(p, &level->since);
        found[i] = span.where != ACK_NOWHERE;
        if (!begins(&span) || span.first == 0)
            continue;
        size_t at = settle_place(p, span.first);
        add_border(p, at);
        if (marks->accepted && at < marks->accepted_at)
            continue;
        marks->accepted = level;
        marks->accepted_at = at;
    }
}

/* The change whose id it has: that of a run is looked for, so that the run may stand anywhere by now. */
static bool find_id(const struct placing *p, const char *change, size_t *at)
{
    for (size_t i = 0; i <= p->n; i++) {
        char id[MARKS_ID_SIZE];
        marks_id(p->h, i, p->options->comparison_keys, id);
        if (strcmp(id, change) == 0) {
            *at = i;
            return true;
        }
    }
    return false;
}

/* A run that nobody knows is past: it may be one that history has dropped, and a name that is misspelt must not hold for ever. */
static bool is_past(const struct placing *p, const struct ack_run *until, bool *unknown)
{
    struct ack_span span = find_run(p, until);
    *unknown = span.where == ACK_NOWHERE;
    return *unknown || span.where == ACK_BEFORE || (begins(&span) && p->n >= span.end);
}

/* Where the level before a mark begins, as far as marks and borders tell. */
static size_t level_before(const struct marks *marks, const struct series *series, size_t at)
{
    size_t from = 0;
    for (size_t i = 0; i < marks->n; i++)
        if (marks->v[i].placed && marks->v[i].at < at && marks->v[i].at > from)
            from = marks->v[i].at;
    for (size_t i = 0; i < series->borders_n; i++)
        if (series->borders[i] < at && series->borders[i] > from)
            from = series->borders[i];
    return from;
}

static void look_beside(struct marks *marks, const struct series *series)
{
    for (size_t i = 0; i < marks->n; i++) {
        struct mark *mark = &marks->v[i];
        mark->beside = mark->placed && mark->at > 0 && mark->at < series->n;
        size_t before = mark->beside ? level_before(marks, series, mark->at) : 0;
        if (mark->beside)
            mark->sides = sides_of(series, before > mark->from ? before : mark->from, mark->at);
    }
}

bool marks_gone_now(const struct hypothesis *h, const struct mark *mark)
{
    return mark->beside && mark->sides.worse && sides_back(&h->series, &mark->sides, h->series.x[h->series.n]);
}

static void place_ack(struct placing *p, const struct ack *ack, bool *found)
{
    struct mark mark = {.ack = ack, .free = !ack->since.text && !ack->change};
    struct ack_span span = {ACK_NOWHERE, 0, 0};
    bool by_id = ack->change && find_id(p, ack->change, &mark.at);
    if (!by_id && ack->since.text) {
        span = find_run(p, &ack->since);
        mark.at = span.first;
    }
    *found = mark.free || by_id || span.where != ACK_NOWHERE;
    mark.placed = by_id || begins(&span);
    if (mark.placed) {
        mark.at = settle_place(p, mark.at);
        mark.from = level_around(p, mark.at);
    }
    mark.past = ack->until.text && is_past(p, &ack->until, &mark.end_unknown);
    mark.expired = ack->expires && p->options->now_us && p->options->now_us >= ack->expires_us;
    p->marks->v[p->marks->n++] = mark;
}

static void place_acknowledged(struct placing *p, bool *found)
{
    const struct acks *acks = p->options->acks;
    p->marks->v = ARENA_ARRAY(p->arena, struct mark, acks->acknowledged_n + 1);
    for (size_t i = 0; i < acks->acknowledged_n; i++)
        if (speaks_of(p, &acks->acknowledged[i].line))
            place_ack(p, &acks->acknowledged[i], &found[i]);
}

/* Enough points in levels of two and more, apart from a level that begins at `at`, to know the spread of runs. */
static bool shows_spread(const struct placing *p, size_t at)
{
    return p->n - at >= 2 || at >= ANSWERS_TESTED_MIN;
}

/* What somebody acknowledged is a change that is known, also when it is over, if the runs show it. */
static void add_known_changes(struct placing *p)
{
    for (size_t i = 0; i < p->marks->n; i++) {
        const struct mark *mark = &p->marks->v[i];
        if (!mark->beside || !mark->sides.worse)
            continue;
        add_border(p, mark->at);
        if (mark->sides.gone)
            add_border(p, mark->sides.gone_at);
    }
}

/* It names a run in the midst of a level, where nothing changed. */
static bool begins_nothing(const struct mark *mark)
{
    return mark->from && mark->beside && !mark->sides.worse;
}

/* The newest acknowledged level from which on there is something to be held against. */
static void choose_floor(struct placing *p)
{
    struct series *series = &p->h->series;
    struct marks *marks = p->marks;
    if (marks->accepted && marks->accepted_at < p->n)
        series->floor = marks->accepted_at;
    for (size_t i = 0; i < marks->n && p->h->level; i++) {
        const struct mark *mark = &marks->v[i];
        if (!mark->placed || mark->past || mark->expired || mark->at <= series->floor || mark->at >= p->n || !shows_spread(p, mark->at) ||
            begins_nothing(mark))
            continue;
        marks->floor = mark;
        series->floor = mark->at;
    }
    if (marks->floor)
        add_border(p, marks->floor->at);
    add_known_changes(p);
    series->borders = p->borders.v;
    series->borders_n = p->borders.n;
}

static struct ack_point *points_of(const struct hypothesis *h, struct arena *arena)
{
    const struct series *s = &h->series;
    struct ack_point *points = ARENA_ARRAY(arena, struct ack_point, s->n + 1);
    for (size_t i = 0; i < s->n; i++)
        points[i] = (struct ack_point){s->from[i]->records[0], s->points[i].run_id, s->points[i].start_us};
    points[s->n] = (struct ack_point){h->entry, h->selection->run_id, h->entry->start_us};
    return points;
}

struct marks *marks_place(struct hypothesis *h, const struct analysis_options *options, struct shuffles *shuffles, struct arena *arena)
{
    const struct acks *acks = options->acks;
    if (!acks)
        return NULL;
    struct marks *marks = ARENA_NEW(arena, struct marks);
    marks->comparison_keys = options->comparison_keys;
    marks->found = ARENA_ARRAY(arena, bool, acks->acknowledged_n + acks->accepted_n + acks->changes_n + 1);
    struct placing p = {.h = h, .options = options, .points = points_of(h, arena), .n = h->series.n, .marks = marks,
                        .shuffles = shuffles, .arena = arena};
    place_changes(&p, marks->found + acks->acknowledged_n + acks->accepted_n);
    place_accepted(&p, marks->found + acks->acknowledged_n);
    place_acknowledged(&p, marks->found);
    h->series.borders = p.borders.v;
    h->series.borders_n = p.borders.n;
    look_beside(marks, &h->series);
    choose_floor(&p);
    marks->series = h->series;
    return marks;
}

void marks_follow(struct hypothesis *h)
{
    struct marks *marks = h->marks;
    if (!marks || marks->series.from == h->series.from)
        return;
    const struct series *was = &marks->series, *is = &h->series;
    for (size_t i = 0; i < marks->n; i++) {
        struct mark *mark = &marks->v[i];
        if (!mark->placed)
            continue;
        mark->at = mark->at < was->n ? series_place(is, was->from[mark->at]) : is->n;
        mark->from = series_place(is, was->from[mark->from]);
    }
    look_beside(marks, is);
    if (marks->accepted)
        marks->accepted_at = marks->accepted_at < was->n ? series_place(is, was->from[marks->accepted_at]) : is->n;
    marks->series = *is;
}

const struct mark *marks_same(const struct marks *marks, const struct marks *from, const struct mark *mark)
{
    return mark ? marks->v + (mark - from->v) : NULL;
}

void marks_follow_apart(struct hypothesis *h, struct arena *arena)
{
    const struct marks *from = h->marks;
    if (!from || from->series.from == h->series.from)
        return;
    h->marks = arena_copy(arena, from, sizeof(*from));
    h->marks->v = arena_copy(arena, from->v, (from->n + 1) * sizeof(*from->v));
    h->marks->floor = marks_same(h->marks, from, from->floor);
    marks_follow(h);
}

bool marks_begin(const struct hypothesis *h)
{
    return h->marks && h->marks->accepted && h->marks->accepted_at >= h->series.n;
}
