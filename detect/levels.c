#include "detect/levels.h"

#include <math.h>
#include <stdint.h>
#include <string.h>

#include "detect/plateaus.h"
#include "detect/score.h"
#include "detect/split.h"

enum { REFIT_PASSES = 3, CURVE_SIDE_MIN = 8, RESAMPLES_MIN = 999, RESAMPLES_MAX = 19999, PRUNE_MAX = 199999, WIDE = 4096 };
static const double PLATEAUS_SHARE = 0.05, DRIFT_MARGIN = 2, EXACT_BELOW = 0.019; /* below .02 the values themselves are permuted */

/* The bounds of levels while they are found: b[0] = 0, b[last] = n; p[i] belongs to the change at b[i]. */
struct bounds {
    size_t *b, n;
    double *p;
    bool *fresh; /* p[i] must be found again: a neighbour moved */
    struct fitted {
        size_t from, at, to; /* where it was fitted the last time, between which neighbours; all 0: never */
    } *fitted;
};

/* What all tests of a series share. */
struct search {
    const double *x;
    size_t n;
    const struct levels_options *options;
    struct shuffles *shuffles;
    struct arena *arena;  /* until the series is done */
    struct arena scratch; /* of one test */
};

static struct split_options node_options(const struct search *s)
{
    double need = ceil(50 / s->options->alpha) - 1;
    return (struct split_options){.alpha = s->options->alpha, .resamples = (size_t)fmax(RESAMPLES_MIN, need), .rho = s->options->rho,
                                  .shuffles = s->shuffles};
}

/* One of many changes is kept at a level that asks for more draws than one of few; the specification lets all but 50 of them go. */
static double change_p(struct search *s, size_t from, size_t to, size_t changes)
{
    struct split_options node = node_options(s);
    double level = s->options->alpha / (double)changes, need = fmin(PRUNE_MAX, ceil(2 / level) - 1);
    if (need > (double)node.resamples) {
        node.resamples = (size_t)need;
        node.enough = (size_t)(1.25 * level * (need + 1)) + 2;
    }
    double p = split_test(s->x + from, to - from, &node, &s->scratch).p;
    arena_clear(&s->scratch);
    return p;
}

static struct split node_test(struct search *s, size_t from, size_t to)
{
    struct split_options node = node_options(s);
    node.arcs = true;
    struct split found = split_test(s->x + from, to - from, &node, &s->scratch);
    arena_clear(&s->scratch);
    if (found.from == 0 || isnan(found.p)) /* values so far apart that their sums are none: no place is the best */
        found.p = 1;
    return found;
}

struct stretch {
    size_t from, to;
};

/* Where a stretch begins, and the changes in it; one more, see add_middle. */
enum { CUTS_MAX = PLATEAUS_MAX + 1 };

struct cuts {
    double p;
    size_t at[CUTS_MAX], n;
};

/* Steps that were undone are seen by neither a test of one split nor of one arc, or only as one of them. What this adds to the level is a
 * twentieth of it at most, and only for noise of two modes: no other has the gap. False: it is no surer. */
static bool cut_plateaus(struct search *search, struct stretch s, struct cuts *cuts)
{
    struct plateaus found = plateaus_find(search->x + s.from, s.to - s.from, &search->scratch);
    arena_clear(&search->scratch);
    double p = found.p / PLATEAUS_SHARE;
    if (found.n < 2 || p > search->options->alpha || p >= cuts->p)
        return false;
    cuts->p = p;
    for (size_t i = 0; i < found.n; i++)
        cuts->at[cuts->n++] = s.from + found.starts[i];
    return true;
}

static struct cuts cut(struct search *search, struct stretch s)
{
    struct split found = node_test(search, s.from, s.to);
    struct cuts cuts = {found.p, {s.from}, 1};
    if (cut_plateaus(search, s, &cuts))
        return cuts;
    cuts.at[cuts.n++] = s.from + found.from;
    if (s.from + found.to < s.to)
        cuts.at[cuts.n++] = s.from + found.to;
    return cuts;
}

/* A wide stretch that is not one level is halved, too, so that its parts are soon short and the cost grows as n log² n however many changes
 * it holds. The middle is a candidate as any other: it moves to the best place near it, and goes when it is no change. */
static size_t add_middle(size_t *cuts, size_t n, size_t middle)
{
    size_t i = n;
    for (; i > 1 && cuts[i - 1] >= middle; i--)
        if (cuts[i - 1] == middle)
            return n;
    memmove(cuts + i + 1, cuts + i, (n - i) * sizeof(*cuts));
    cuts[i] = middle;
    return n + 1;
}

/* Marks every change that the recursion accepts; an explicit stack, so depth is no matter. */
static double mark_changes(struct search *search, bool *marks)
{
    struct arena *arena = search->arena;
    LIST_OF(struct stretch) stack = {0};
    *LIST_ADD(arena, &stack) = (struct stretch){0, search->n};
    double p_series = NAN;
    while (stack.n) {
        struct stretch s = stack.v[--stack.n];
        struct cuts cuts = cut(search, s);
        if (isnan(p_series))
            p_series = cuts.p;
        if (cuts.p > search->options->alpha)
            continue;
        if (s.to - s.from > WIDE)
            cuts.n = add_middle(cuts.at, cuts.n, s.from + (s.to - s.from) / 2);
        for (size_t i = 0; i < cuts.n; i++) {
            marks[cuts.at[i]] = marks[cuts.at[i]] || i > 0;
            *LIST_ADD(arena, &stack) = (struct stretch){cuts.at[i], i + 1 < cuts.n ? cuts.at[i + 1] : s.to};
        }
    }
    return p_series;
}

static struct bounds bounds_of(const bool *marks, size_t n, struct arena *arena)
{
    size_t count = 2;
    for (size_t i = 1; i < n; i++)
        count += marks[i];
    struct bounds c = {ARENA_ARRAY(arena, size_t, count), 1, ARENA_ARRAY(arena, double, count), ARENA_ARRAY(arena, bool, count),
                       ARENA_ARRAY(arena, struct fitted, count)};
    for (size_t i = 1; i < n; i++) {
        if (marks[i])
            c.b[c.n++] = i;
    }
    c.b[c.n++] = n;
    for (size_t i = 0; i < c.n; i++)
        c.fresh[i] = true;
    return c;
}

/* The best place of a change between its neighbours. */
static size_t best_place(const double *x, size_t from, size_t to, struct arena *scratch)
{
    size_t span = to - from;
    double *scores = ARENA_ARRAY(scratch, double, span), *room = ARENA_ARRAY(scratch, double, span);
    score_clip(x + from, span, scores, room);
    size_t at = score_best_split(scores, span, SCORE_SEGMENT_MIN).at;
    arena_clear(scratch);
    return from + at; /* from: there is none */
}

/* Moves each change there; what stands between the same neighbours as the last time stands right. */
static void refit(struct search *search, struct bounds *c)
{
    bool moved = true;
    for (int pass = 0; pass < REFIT_PASSES && moved; pass++) {
        moved = false;
        for (size_t i = 1; i + 1 < c->n; i++) {
            size_t from = c->b[i - 1], to = c->b[i + 1];
            struct fitted *last = &c->fitted[i];
            if (to - from < 2 * SCORE_SEGMENT_MIN || (last->from == from && last->to == to && last->at == c->b[i]))
                continue;
            size_t at = best_place(search->x, from, to, &search->scratch);
            at = at > from ? at : c->b[i];
            *last = (struct fitted){from, at, to};
            moved = moved || at != c->b[i];
            c->b[i] = at;
        }
    }
}

static void drop(struct bounds *c, size_t i)
{
    for (size_t j = i; j + 1 < c->n; j++) {
        c->b[j] = c->b[j + 1];
        c->p[j] = c->p[j + 1];
        c->fresh[j] = c->fresh[j + 1];
        c->fitted[j] = c->fitted[j + 1];
    }
    c->n--;
    c->fresh[i - 1] = c->fresh[i] = true;
    if (c->n == 3)
        c->fresh[1] = true;
}

/* Tests the changes whose neighbours moved; returns the least sure change. */
static size_t retest(struct search *search, struct bounds *c, double p_series)
{
    size_t changes = c->n - 2, worst = 1;
    double p_worst = -1;
    for (size_t i = 1; i <= changes; i++) {
        if (c->fresh[i])
            c->p[i] = changes == 1 ? p_series : change_p(search, c->b[i - 1], c->b[i + 1], changes);
        c->fresh[i] = false;
        if (c->p[i] > p_worst) {
            p_worst = c->p[i];
            worst = i;
        }
    }
    return worst;
}

static void prune(struct search *search, struct bounds *c, double p_series)
{
    size_t *old = ARENA_ARRAY(search->arena, size_t, c->n);
    while (c->n > 2) {
        for (size_t i = 0; i < c->n; i++)
            old[i] = c->b[i];
        refit(search, c);
        for (size_t i = 1; i + 1 < c->n; i++)
            c->fresh[i] = c->fresh[i] || c->b[i - 1] != old[i - 1] || c->b[i + 1] != old[i + 1];
        size_t worst = retest(search, c, p_series);
        if (c->p[worst] <= search->options->alpha / (double)(c->n - 2))
            return;
        drop(c, worst);
    }
}

/* Sum of squares about a line, or a parabola for degree 2; by orthogonal polynomials. */
static double polynomial_rest(const double *x, size_t n, int degree, struct arena *arena)
{
    double *t = ARENA_ARRAY(arena, double, n), *r = ARENA_ARRAY(arena, double, n), mean = score_mean(x, n);
    for (size_t i = 0; i < n; i++) {
        t[i] = ((double)i - (double)(n - 1) / 2) / (double)n;
        r[i] = x[i] - mean;
    }
    for (int d = 1; d <= degree; d++) {
        double squares = 0, products = 0, shift = 0;
        for (size_t i = 0; i < n; i++)
            shift += d == 2 ? t[i] * t[i] / (double)n : 0;
        for (size_t i = 0; i < n; i++) {
            double q = d == 2 ? t[i] * t[i] - shift : t[i];
            squares += q * q;
            products += q * r[i];
        }
        for (size_t i = 0; i < n; i++)
            r[i] -= (d == 2 ? t[i] * t[i] - shift : t[i]) * products / squares;
    }
    double rest = 0;
    for (size_t i = 0; i < n; i++)
        rest += r[i] * r[i];
    return rest;
}

/* Whether a curve explains the changes i … j better than the steps do (BIC with a margin). */
static bool is_drift(const double *x, const struct bounds *c, size_t i, size_t j, struct arena *arena)
{
    size_t from = c->b[i - 1], n = c->b[j + 1] - from, shortest = n;
    double *y = ARENA_ARRAY(arena, double, n), steps = 0;
    score_clip(x + from, n, y, ARENA_ARRAY(arena, double, n));
    for (size_t h = i - 1; h <= j; h++) {
        size_t start = c->b[h] - from, len = c->b[h + 1] - c->b[h];
        double mean = score_mean(y + start, len);
        for (size_t k = start; k < start + len; k++)
            steps += (y[k] - mean) * (y[k] - mean);
        shortest = len < shortest ? len : shortest;
    }
    size_t m = j - i + 1;
    if (!(steps > 0))
        return false;
    double curve = polynomial_rest(y, n, m > 1 || shortest >= CURVE_SIDE_MIN ? 2 : 1, arena), count = (double)n;
    return count * log(fmax(curve, 1e-300) / steps) < 2 * (double)(m - 1) * log(count) - DRIFT_MARGIN;
}

static void flag_drift(const double *x, const struct bounds *c, bool *drift, struct arena *arena)
{
    double *means = ARENA_ARRAY(arena, double, c->n);
    for (size_t i = 0; i + 1 < c->n; i++)
        means[i] = score_mean(x + c->b[i], c->b[i + 1] - c->b[i]);
    for (size_t i = 1, j; i + 1 < c->n; i = j + 1) {
        bool up = means[i] > means[i - 1];
        for (j = i; j + 2 < c->n && (means[j + 1] > means[j]) == up; j++)
            ;
        bool together = is_drift(x, c, i, j, arena);
        for (size_t h = i; h <= j; h++)
            drift[h] = together;
    }
    for (size_t i = 1; i + 1 < c->n; i++)
        drift[i] = drift[i] || is_drift(x, c, i, i, arena);
}

struct levels levels_find_with(struct shuffles *shuffles, const double *x, size_t n, const struct levels_options *options,
                               struct arena *arena)
{
    struct levels levels = {.p_series = 1, .rho = options->rho};
    if (n < 2)
        return levels;
    struct arena scratch = {0};
    struct search search = {x, n, options, shuffles, &scratch, {0}};
    bool *marks = ARENA_ARRAY(&scratch, bool, n + 1), *drift = ARENA_ARRAY(&scratch, bool, n + 1);
    levels.p_series = mark_changes(&search, marks);
    struct bounds c = bounds_of(marks, n, &scratch);
    prune(&search, &c, levels.p_series);
    flag_drift(x, &c, drift, &scratch);
    levels.n = c.n - 2;
    levels.changes = ARENA_ARRAY(arena, struct level_change, levels.n + 1);
    for (size_t i = 0; i < levels.n; i++)
        levels.changes[i] = (struct level_change){c.b[i + 1], c.p[i + 1], drift[i + 1]};
    arena_close(&search.scratch);
    arena_close(&scratch);
    return levels;
}

/* p of the borders: of the best split between the changes next to each. */
static void test_borders(struct search *search, struct levels *levels, const size_t *borders, size_t borders_n)
{
    for (size_t i = 0, b = 0; i < levels->n && b < borders_n; i++) {
        if (levels->changes[i].at != borders[b])
            continue;
        levels->changes[i].p = change_p(search, levels_start(levels, i, search->n), levels_start(levels, i + 2, search->n), 1);
        levels->p_series = fmin(levels->p_series, levels->changes[i].p);
        b++;
    }
}

struct levels levels_find_between(struct shuffles *shuffles, const double *x, size_t n, const size_t *borders, size_t borders_n,
                                  const struct levels_options *options, struct arena *arena)
{
    if (borders_n == 0)
        return levels_find_with(shuffles, x, n, options, arena);
    struct levels_options share = *options;
    share.alpha /= (double)(borders_n + 1);
    struct levels levels = {.changes = ARENA_ARRAY(arena, struct level_change, n), .p_series = 1, .rho = options->rho};
    for (size_t b = 0, from = 0; b <= borders_n; b++) {
        size_t to = b < borders_n ? borders[b] : n;
        struct levels piece = levels_find_with(shuffles, x + from, to - from, &share, arena);
        for (size_t i = 0; i < piece.n; i++) {
            levels.changes[levels.n] = piece.changes[i];
            levels.changes[levels.n++].at += from;
        }
        levels.p_series = fmin(levels.p_series, piece.p_series);
        if (b < borders_n)
            levels.changes[levels.n++] = (struct level_change){.at = to, .p = 1};
        from = to;
    }
    struct search search = {x, n, options, shuffles, arena, {0}};
    test_borders(&search, &levels, borders, borders_n);
    arena_close(&search.scratch);
    return levels;
}

struct levels levels_find(const double *x, size_t n, const struct levels_options *options, struct arena *arena)
{
    struct shuffles shuffles = {0};
    struct levels levels = levels_find_with(&shuffles, x, n, options, arena);
    shuffles_close(&shuffles);
    return levels;
}

size_t levels_start(const struct levels *levels, size_t i, size_t n)
{
    return i == 0 ? 0 : i <= levels->n ? levels->changes[i - 1].at : n;
}

double levels_resolve(struct shuffles *shuffles, const double *x, size_t n, const struct levels *levels, size_t i, double alpha)
{
    double need = fmin(RESAMPLES_MAX, fmax(RESAMPLES_MIN, ceil(20 / alpha) - 1));
    struct arena scratch = {0};
    struct split_options exact = {.alpha = fmin(alpha, EXACT_BELOW), .resamples = (size_t)need, .rho = levels->rho, .shuffles = shuffles};
    size_t from = levels_start(levels, i, n), to = levels_start(levels, i + 2, n);
    double p = split_test(x + from, to - from, &exact, &scratch).p;
    arena_close(&scratch);
    return fmin(1, p * (double)levels->n);
}
