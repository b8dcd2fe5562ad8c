#include "detect/hunter.h"

#include <float.h>
#include <math.h>
#include <stdbool.h>
#include <stdint.h>
#include <string.h>

#include "detect/lanes.h"
#include "detect/law.h"

enum { WINDOW = 50 };
static const double P = 0.001;

/* ---- Student's test of two sides ---- */

struct side {
    double mean, sd;
    size_t n;
};

static struct side side_of(const double *x, size_t n)
{
    double sum = 0, squares = 0;
    for (size_t i = 0; i < n; i++)
        sum += x[i];
    double mean = sum / (double)n;
    for (size_t i = 0; i < n; i++)
        squares += (x[i] - mean) * (x[i] - mean);
    return (struct side){mean, sqrt(squares / (double)n), n};
}

/* A difference that summing in another order may give is none. */
static bool is_rounding(double difference, const struct side *a, const struct side *b)
{
    return fabs(difference) <= 8 * DBL_EPSILON * fmax(fabs(a->mean), fabs(b->mean));
}

static double t_test(const struct side *a, const struct side *b)
{
    double n = (double)a->n, m = (double)b->n, df = n + m - 2, difference = a->mean - b->mean;
    if (df < 1 || is_rounding(difference, a, b))
        return 1;
    double variance = ((n - 1) * a->sd * a->sd + (m - 1) * b->sd * b->sd) / df;
    return 2 * law_t_upper(fabs(difference) / sqrt(variance * (1 / n + 1 / m)), df);
}

static struct hunter_change test_change(const double *x, size_t from, size_t at, size_t to)
{
    struct side before = side_of(x + from, at - from), after = side_of(x + at, to - at);
    return (struct hunter_change){at, t_test(&before, &after), before.mean, after.mean, before.sd, after.sd};
}

/* ---- one window: the split with the largest Q ---- */

/* before(t, k): the sum of |x_i - x_j| over the pairs i < k, i < j < t of the window, so that the sum over any two stretches is made of
 * four of them, and Q of all right sides of a place is one loop without dependencies. Row k holds all t >= k. Every array has room for
 * QUAD places more, which count for nothing: loops go by quads. */
struct window {
    const double *x;
    size_t n, stride;
    double *before;
    double *all;           /* before(t, t) */
    double *values;        /* x again, with that room */
    quad *sums;            /* of four rows, by t */
    const double *count, *inverse; /* m and 1/m, for m up to the window's length; 1/0 stands as 0 */
};

/* sums[t]: of |x_(k-1) - x_j| over k <= j < t, in the lane of row k, for four rows from `first` on. */
INLINE void sum_distances(struct window *w, size_t first)
{
    quad x = QUAD_AT(w->values + first - 1), row = QUAD_AT(w->count + first), sum = {0};
    w->sums[first] = sum;
    for (size_t t = first + 1; t <= w->n; t++) {
        quad_mask distance = (quad_mask)(x - w->values[t - 1]) & INT64_MAX;
        sum += (quad)(distance & (row < (double)t));
        w->sums[t] = sum;
    }
}

static VECTORISED void fill_sums(struct window *w)
{
    memcpy(w->values, w->x, w->n * sizeof(*w->x));
    memset(w->before, 0, (w->n + 1) * sizeof(*w->before));
    for (size_t first = 1; first <= w->n; first += QUAD) {
        double *above = w->before + (first - 1) * w->stride;
        sum_distances(w, first);
        for (size_t t = first; t <= w->n; t++) {
            double before = above[t];
            for (size_t lane = 0; lane < QUAD; lane++)
                above[(lane + 1) * w->stride + t] = before += w->sums[t][lane];
        }
    }
    for (size_t k = 1; k <= w->n; k++)
        w->all[k] = w->before[k * w->stride + k];
}

struct stretch {
    size_t from, to; /* of the window */
    size_t at;       /* best place to split it */
    double q;        /* -1: it has one value */
};

/* The largest Q of [from, at) against [at, at + m), over m: twice the mean distance between the sides less the means within, times nm/(n+m).
 *   within(a, b) = before(b, b) - before(b, a); between: what is within both together less what is within each. */
INLINE double largest_q(const struct window *w, const struct stretch *s, size_t at)
{
    const double *from = w->before + s->from * w->stride + at, *here = w->before + at * w->stride + at, *all = w->all + at;
    const double *by_right = w->inverse, *by_both = w->inverse + (at - s->from);
    double left = here[0] - from[0], n = (double)(at - s->from), left_mean = w->inverse[at - s->from - 1] * left, most = (double)(s->to - at);
    quad best = {-1, -1, -1, -1};
    for (size_t m = 1; m <= s->to - at; m += QUAD) {
        quad both = QUAD_AT(all + m), right = both - QUAD_AT(here + m), between = both - QUAD_AT(from + m) - left - right;
        quad right_n = QUAD_AT(w->count + m), q = 2 * QUAD_AT(by_both + m) * (between - right_n * left_mean - n * QUAD_AT(by_right + m - 1) * right);
        best = PICK((q > best) & (right_n <= most), q, best);
    }
    double largest = best[0];
    for (size_t lane = 1; lane < QUAD; lane++)
        largest = best[lane] > largest ? best[lane] : largest;
    return largest;
}

/* Over both ends of the right side: a change that returns is found, too. */
static VECTORISED void find_best(const struct window *w, struct stretch *s)
{
    s->q = -1;
    for (size_t at = s->from + 1; at < s->to; at++) {
        double q = largest_q(w, s, at);
        if (q > s->q) {
            s->q = q;
            s->at = at;
        }
    }
}

static size_t best_stretch(const struct stretch *stretches, size_t n)
{
    size_t best = 0;
    for (size_t i = 1; i < n; i++)
        if (stretches[i].q > stretches[best].q)
            best = i;
    return best;
}

/* Splits the window where it changes; marks[] are the window's. Returns the last place, 0 when there is none. */
static size_t split_window(struct window *w, struct stretch *stretches, double p, bool *marks)
{
    size_t n = 1, last = 0;
    stretches[0] = (struct stretch){.to = w->n};
    fill_sums(w);
    find_best(w, &stretches[0]);
    for (;;) {
        size_t best = best_stretch(stretches, n);
        struct stretch s = stretches[best];
        if (s.q < 0 || test_change(w->x, s.from, s.at, s.to).p > p)
            return last;
        marks[s.at] = true;
        last = s.at > last ? s.at : last;
        memmove(&stretches[best + 1], &stretches[best], (n - best) * sizeof(*stretches));
        n++;
        stretches[best] = (struct stretch){.from = s.from, .to = s.at};
        stretches[best + 1] = (struct stretch){.from = s.at, .to = s.to};
        find_best(w, &stretches[best]);
        find_best(w, &stretches[best + 1]);
    }
}

/* ---- the series ---- */

/* Ten times the level, where that is one: candidates may be weak, merging decides. */
static double weak_level(double p)
{
    return p < 0.05 ? 10 * p : p < 0.5 ? 2 * p : p;
}

/* On a boundary of theirs. */
static quad *quads(size_t n, struct arena *arena)
{
    char *room = ARENA_ARRAY(arena, char, (n + 1) * sizeof(quad));
    return (quad *)(void *)(room + (sizeof(quad) - (uintptr_t)room % sizeof(quad)) % sizeof(quad));
}

static void mark_changes(const double *x, size_t n, size_t length, double p, bool *marks, struct arena *scratch)
{
    size_t step = length / 2;
    length = length < n ? length : n;
    size_t room = length + 1 + QUAD;
    double *count = ARENA_ARRAY(scratch, double, room), *inverse = ARENA_ARRAY(scratch, double, room);
    for (size_t m = 1; m < room; m++)
        inverse[m] = 1 / (count[m] = (double)m);
    struct window w = {.stride = length + 1, .count = count, .inverse = inverse, .all = ARENA_ARRAY(scratch, double, room),
                       .values = ARENA_ARRAY(scratch, double, room), .sums = quads(room, scratch),
                       .before = ARENA_ARRAY(scratch, double, room * (length + 1) + QUAD)};
    struct stretch *stretches = ARENA_ARRAY(scratch, struct stretch, length + 1);
    for (size_t start = 0; start < n;) {
        w.x = x + start;
        w.n = n - start < length ? n - start : length;
        size_t last = split_window(&w, stretches, p, marks + start);
        start += last > step ? last : step;
    }
}

static double magnitude(const struct hunter_change *change)
{
    double a = change->mean_before, b = change->mean_after;
    double forward = a != 0 ? fabs(b / a - 1) : 0, backward = b != 0 ? fabs(a / b - 1) : 0;
    return fmax(forward, backward);
}

/* The index of the change that goes next, or n when all stay. */
static size_t weakest(const struct hunter_changes *changes, const struct hunter_options *options)
{
    size_t worst = 0, least = 0;
    for (size_t i = 1; i < changes->n; i++) {
        worst = changes->v[i].p > changes->v[worst].p ? i : worst;
        least = magnitude(&changes->v[i]) < magnitude(&changes->v[least]) ? i : least;
    }
    if (changes->v[worst].p >= options->p)
        return worst;
    return magnitude(&changes->v[least]) > options->magnitude ? changes->n : least;
}

static void test_again(const double *x, size_t n, struct hunter_changes *changes, size_t i)
{
    size_t from = i ? changes->v[i - 1].at : 0, to = i + 1 < changes->n ? changes->v[i + 1].at : n;
    changes->v[i] = test_change(x, from, changes->v[i].at, to);
}

/* After one went, Otava tests the two changes behind it again, and not the one before it, which keeps the p that it had with its old
 * neighbour. So here: the method is what its users know. */
static void merge(const double *x, size_t n, const struct hunter_options *options, struct hunter_changes *changes)
{
    while (changes->n) {
        size_t i = weakest(changes, options);
        if (i == changes->n)
            return;
        changes->n--;
        memmove(&changes->v[i], &changes->v[i + 1], (changes->n - i) * sizeof(*changes->v));
        for (size_t next = i; next < i + 2 && next < changes->n; next++)
            test_again(x, n, changes, next);
    }
}

struct hunter_changes hunter_find(const double *x, size_t n, const struct hunter_options *options, struct arena *arena)
{
    struct hunter_options o = {options->window ? options->window : WINDOW, options->p > 0 ? options->p : P, options->magnitude};
    struct arena scratch = {0};
    bool *marks = ARENA_ARRAY(&scratch, bool, n + 1);
    struct hunter_changes changes = {0};
    if (n > 1)
        mark_changes(x, n, o.window, weak_level(o.p), marks, &scratch);
    size_t count = 0;
    for (size_t i = 1; i < n; i++)
        count += marks[i];
    changes.v = ARENA_ARRAY(arena, struct hunter_change, count + 1);
    for (size_t i = 1; i < n; i++)
        if (marks[i])
            changes.v[changes.n++].at = i;
    for (size_t i = 0; i < changes.n; i++)
        test_again(x, n, &changes, i);
    merge(x, n, &o, &changes);
    arena_close(&scratch);
    return changes;
}
