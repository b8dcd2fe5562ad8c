#include "detect/draws.h"

#include <math.h>
#include <stdbool.h>
#include <stdint.h>
#include <string.h>

#include "detect/lanes.h"
#include "detect/score.h"

/* A tile is two vectors of four lanes. */
enum { LANES = SHUFFLE_LANES, QUADS = LANES / QUAD, BLOCK = 16 };
#define LARGER(a, b) PICK((a) > (b), a, b)
#define SMALLER(a, b) PICK((a) < (b), a, b)
struct row {
    quad q[QUADS];
};

/* ---- weights ---- */

/* powers[k] = rho^k: by multiplication, which is near enough and much cheaper than pow. */
static double sum_variance(double k, double power, double rho)
{
    double rest = 1 - rho;
    return k * (1 + rho) / rest - 2 * rho * (1 - power) / (rest * rest);
}

struct split_weights split_weights(size_t n, double rho, struct arena *arena)
{
    double *v = ARENA_ARRAY(arena, double, n + 1);
    struct split_weights w = {ARENA_ARRAY(arena, double, n), ARENA_ARRAY(arena, double, n), ARENA_ARRAY(arena, double, n),
                              ARENA_ARRAY(arena, double, n)};
    double power = 1, count = (double)n;
    for (size_t k = 1; k <= n; k++) {
        power *= rho;
        v[k] = sum_variance((double)k, power, rho);
    }
    for (size_t k = 1; k < n; k++) {
        double a = (double)k, b = count - a, ab = a * b;
        w.sum[k] = count / ab;
        w.rest[k] = 1 / b;
        w.weight[k] = ab * ab / (b * b * v[k] + a * a * v[n - k] - (v[n] - v[k] - v[n - k]) * ab);
        w.share[k] = ab / count;
    }
    return w;
}

struct arc_weights arc_weights(const struct arc_lengths *lengths, size_t n, double rho)
{
    struct arc_weights w;
    for (size_t j = 0; j < lengths->n; j++) {
        double l = (double)lengths->v[j], share = l / (double)n;
        w.factor[j] = 1 / sqrt(score_sum_variance(lengths->v[j], rho) * (1 - share));
        w.penalty[j] = sqrt(2 * log(1 / share));
    }
    return w;
}

/* ---- permuted series ---- */

/* n + 1 rows of sums, and what the blocks of the arcs need, on a boundary of a row. */
double *draws_room(size_t n, struct arena *arena)
{
    double *room = ARENA_ARRAY(arena, double, (n + 2 + 2 * (n / BLOCK + 2)) * LANES);
    size_t off = (uintptr_t)room % sizeof(struct row) / sizeof(double);
    return off ? room + LANES - off : room;
}

/* sums[i]: of the first i values of each series. Returns the sums of their squares. */
INLINE struct row fill_sums(const struct draws *draws, const uint16_t *tile, struct row *sums)
{
    const double *e = draws->e, rho = draws->rho, first = 1 / sqrt(1 - rho * rho);
    struct row y = {0}, left = {0}, squares = {0};
    sums[0] = left;
    for (size_t i = 0; i < draws->n; i++) {
        double scale = i ? 1 : first;
        for (size_t h = 0; h < QUADS; h++, tile += QUAD) {
            quad drawn = {e[tile[0]], e[tile[1]], e[tile[2]], e[tile[3]]};
            y.q[h] = rho * y.q[h] + drawn * scale;
            left.q[h] += y.q[h];
            squares.q[h] += y.q[h] * y.q[h];
        }
        sums[i + 1] = left;
    }
    return squares;
}

/* One bit for each lane. */
INLINE unsigned at_least(const struct row *values, const struct row *limit)
{
    unsigned bits = 0;
    for (unsigned l = 0; l < LANES; l++)
        bits |= (unsigned)(values->q[l / QUAD][l % QUAD] >= limit->q[l / QUAD][l % QUAD]) << l;
    return bits;
}

VECTORISED void draws_split(const struct draws *draws, const uint16_t *tile, const struct split_weights *w, double *t)
{
    size_t n = draws->n;
    struct row *sums = (struct row *)draws->room, squares = fill_sums(draws, tile, sums), total = sums[n], best, gain = {0};
    for (size_t h = 0; h < QUADS; h++)
        best.q[h] = (quad){0} - 1;
    for (size_t k = SCORE_SEGMENT_MIN; k + SCORE_SEGMENT_MIN <= n; k++) {
        for (size_t h = 0; h < QUADS; h++) {
            quad d = sums[k].q[h] * w->sum[k] - total.q[h] * w->rest[k], square = d * d, v = square * w->weight[k];
            quad_mask more = v > best.q[h];
            gain.q[h] = PICK(more, square * w->share[k], gain.q[h]);
            best.q[h] = PICK(more, v, best.q[h]);
        }
    }
    for (size_t h = 0; h < QUADS; h++, t += QUAD) {
        quad rest = squares.q[h] - total.q[h] * total.q[h] / (double)n - gain.q[h], least = 1e-12 * squares.q[h] + 1e-300;
        quad out = (double)(n - 2) * best.q[h] / LARGER(rest, least);
        memcpy(t, &out, sizeof(out));
    }
}

/* The sums less their trend: then an arc is the difference of two of them. Returns the standard deviations. */
INLINE struct row take_trend(struct row *sums, size_t n, const struct row *squares)
{
    struct row mean, sd;
    for (size_t h = 0; h < QUADS; h++) {
        mean.q[h] = sums[n].q[h] / (double)n;
        quad variance = (squares->q[h] - (double)n * mean.q[h] * mean.q[h]) / (double)(n - 1);
        for (size_t l = 0; l < QUAD; l++)
            sd.q[h][l] = sqrt(variance[l] > 1e-300 ? variance[l] : 1e-300);
    }
    for (size_t i = 1; i <= n; i++)
        for (size_t h = 0; h < QUADS; h++)
            sums[i].q[h] -= (double)i * mean.q[h];
    return sd;
}

/* The largest and smallest sum of each block. Returns how many blocks. */
INLINE size_t fill_blocks(const struct row *sums, size_t n, struct row *high, struct row *low)
{
    size_t blocks = 0;
    for (size_t from = 0; from <= n; from += BLOCK, blocks++) {
        size_t to = from + BLOCK < n + 1 ? from + BLOCK : n + 1;
        struct row most = sums[from], least = most;
        for (size_t i = from + 1; i < to; i++) {
            for (size_t h = 0; h < QUADS; h++) {
                most.q[h] = LARGER(sums[i].q[h], most.q[h]);
                least.q[h] = SMALLER(sums[i].q[h], least.q[h]);
            }
        }
        high[blocks] = most;
        low[blocks] = least;
    }
    return blocks;
}

/* The largest difference within any `span` neighbouring blocks: no arc that fits in them is larger. */
INLINE struct row reach_of(const struct row *high, const struct row *low, size_t blocks, size_t span)
{
    struct row widest = {0};
    span = span < blocks ? span : blocks;
    for (size_t b = 0; b + span <= blocks; b++) {
        struct row most = high[b], least = low[b];
        for (size_t i = b + 1; i < b + span; i++) {
            for (size_t h = 0; h < QUADS; h++) {
                most.q[h] = LARGER(high[i].q[h], most.q[h]);
                least.q[h] = SMALLER(low[i].q[h], least.q[h]);
            }
        }
        for (size_t h = 0; h < QUADS; h++)
            widest.q[h] = LARGER(most.q[h] - least.q[h], widest.q[h]);
    }
    return widest;
}

INLINE struct row largest_arc(const struct row *sums, size_t n, size_t len)
{
    struct row most = {0}, least = {0};
    for (size_t i = 1; i + len < n; i++) {
        for (size_t h = 0; h < QUADS; h++) {
            quad v = sums[i + len].q[h] - sums[i].q[h];
            most.q[h] = LARGER(v, most.q[h]);
            least.q[h] = SMALLER(v, least.q[h]);
        }
    }
    for (size_t h = 0; h < QUADS; h++)
        most.q[h] = LARGER(most.q[h], -least.q[h]);
    return most;
}

VECTORISED unsigned draws_arc(const struct draws *draws, const uint16_t *tile, const struct arc_lengths *lengths,
                              const struct arc_weights *w, double t)
{
    size_t n = draws->n, fits = 0, span = 1;
    struct row *sums = (struct row *)draws->room, *high = sums + n + 1, *low = high + n / BLOCK + 2, reach = {0};
    struct row squares = fill_sums(draws, tile, sums), sd = take_trend(sums, n, &squares);
    size_t blocks = fill_blocks(sums, n, high, low);
    unsigned hits = 0;
    for (size_t j = 0; j < lengths->n; j++) {
        size_t len = lengths->v[j];
        if (len > fits) { /* the reach of 2, 4, 8 … blocks, in which arcs of so many less one lie */
            while (fits < len) {
                span *= 2;
                fits = (span - 1) * BLOCK;
            }
            reach = reach_of(high, low, blocks, span);
        }
        struct row need, largest;
        for (size_t h = 0; h < QUADS; h++)
            need.q[h] = (t + w->penalty[j]) / w->factor[j] * sd.q[h];
        for (size_t h = 0; h < QUADS; h++)
            largest.q[h] = reach.q[h] * (1 + 1e-9); /* sums are not exact */
        if ((at_least(&largest, &need) & ~hits) == 0)
            continue;
        largest = largest_arc(sums, n, len);
        hits |= at_least(&largest, &need);
    }
    return hits;
}
