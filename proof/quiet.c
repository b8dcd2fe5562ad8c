#include "proof/quiet.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "detect/levels.h"
#include "detect/score.h"

enum { BLOCKS_MIN = 3 }; /* fewer blocks in a level would hardly be shuffled */

/* ---- levels ---- */

static double centre_of(const double *x, size_t n, struct arena *scratch)
{
    return score_centre(x, n, ARENA_ARRAY(scratch, double, 2 * n));
}

/* The places of the levels among the first n values; one more where an alarm began, if that is none of them. */
static void find_levels(struct quiet *quiet, const struct quiet_series *series, size_t n, struct shuffles *shuffles, struct arena *arena)
{
    struct levels_options options = {.alpha = 0.05, .rho = series->independent ? 0 : NAN};
    struct levels levels = levels_find_with(shuffles, series->x, n, &options, arena);
    bool cut = series->since > 0 && series->since < n;
    quiet->start = ARENA_ARRAY(arena, size_t, levels.n + 4);
    quiet->start[quiet->levels++] = 0;
    for (size_t i = 0; i < levels.n; i++) {
        size_t at = levels.changes[i].at;
        quiet->drifts |= levels.changes[i].drift;
        if (cut && series->since < at && series->since > quiet->start[quiet->levels - 1])
            quiet->start[quiet->levels++] = series->since;
        quiet->start[quiet->levels++] = at;
    }
    if (cut && series->since > quiet->start[quiet->levels - 1])
        quiet->start[quiet->levels++] = series->since;
    quiet->start[quiet->levels] = n;
}

/* Every level to the last one's centre. Values keep the digits that they are rounded to. */
static void move_levels(struct quiet *quiet, const double *centres, double resolution)
{
    double last = centres[quiet->levels - 1];
    for (size_t l = 0; l + 1 < quiet->levels; l++) {
        for (size_t i = quiet->start[l]; i < quiet->start[l + 1]; i++) {
            double x = quiet->x[i] + (last - centres[l]);
            double rounded = resolution > 0 ? nearbyint(x / resolution) * resolution : x;
            quiet->x[i] = isfinite(rounded) ? rounded : quiet->x[i];
        }
    }
    quiet->moved = true;
}

/* ---- dependence ---- */

static void measure_noise(struct quiet *quiet, const double *centres)
{
    double squares = 0, products = 0;
    size_t n = quiet->start[quiet->levels];
    for (size_t l = 0; l < quiet->levels; l++) {
        for (size_t i = quiet->start[l]; i < quiet->start[l + 1]; i++) {
            double r = quiet->x[i] - centres[l];
            squares += r * r;
            products += i > quiet->start[l] ? r * (quiet->x[i - 1] - centres[l]) : 0;
        }
    }
    double rho = squares > 0 && isfinite(squares) ? products / squares + (double)quiet->levels / (double)n : 0;
    quiet->sd = n > quiet->levels ? sqrt(squares / (double)(n - quiet->levels)) : NAN;
    quiet->rho = rho > 2 / sqrt((double)n) ? fmin(rho, SCORE_RHO_MAX) : 0;
    quiet->block = 1;
    if (quiet->rho > 0)
        quiet->block = (size_t)fmax(2, round(pow(2 * quiet->rho / (1 - quiet->rho * quiet->rho), 2.0 / 3) * cbrt((double)n)));
}

struct quiet quiet_of(const struct quiet_series *series, struct shuffles *shuffles, struct arena *arena)
{
    bool newest_out = series->since == series->n - 1;
    size_t n = series->n - newest_out;
    struct quiet quiet = {.x = arena_copy(arena, series->x, series->n * sizeof(*series->x)), .run = series->run, .n = series->n,
                          .newest_drawn = newest_out};
    find_levels(&quiet, series, n, shuffles, arena);
    double *centres = ARENA_ARRAY(arena, double, quiet.levels);
    for (size_t l = 0; l < quiet.levels; l++)
        centres[l] = centre_of(quiet.x + quiet.start[l], quiet.start[l + 1] - quiet.start[l], arena);
    quiet.centre = centres[quiet.levels - 1];
    measure_noise(&quiet, centres);
    if (series->since < n)
        move_levels(&quiet, centres, score_resolution(series->x, series->n));
    if (series->independent)
        quiet.block = 1;
    return quiet;
}

/* ---- shuffling ---- */

struct block {
    uint64_t key;
    size_t from, to;
};

static int compare_blocks(const void *a, const void *b)
{
    const struct block *x = a, *y = b;
    if (x->key != y->key)
        return x->key < y->key ? -1 : 1;
    return (x->from > y->from) - (x->from < y->from);
}

static uint64_t key_of(uint64_t seed, size_t run)
{
    uint64_t state = seed ^ (0x9E3779B97F4A7C15u * (uint64_t)(run + 1));
    score_random(&state);
    return score_random(&state);
}

static void draw_level(const struct quiet *quiet, size_t from, size_t to, uint64_t seed, double *out, struct block *blocks)
{
    size_t length = quiet->block, n = 0;
    while (length > 1 && (to - from) / length < BLOCKS_MIN)
        length--;
    size_t first = length > 1 ? (size_t)(key_of(~seed, from) % length) : 0; /* where blocks begin is drawn, too */
    for (size_t at = from; at < to;) {
        size_t end = n == 0 && first ? from + first : at + length;
        blocks[n] = (struct block){key_of(seed, quiet->run[at]), at, end < to ? end : to};
        at = blocks[n++].to;
    }
    qsort(blocks, n, sizeof(*blocks), compare_blocks);
    for (size_t b = 0, at = from; b < n; b++) {
        memcpy(out + at, quiet->x + blocks[b].from, (blocks[b].to - blocks[b].from) * sizeof(*out));
        at += blocks[b].to - blocks[b].from;
    }
}

void quiet_draw(const struct quiet *quiet, uint64_t seed, double *out, struct arena *scratch)
{
    struct block *blocks = ARENA_ARRAY(scratch, struct block, quiet->n + 1);
    for (size_t l = 0; l < quiet->levels; l++)
        draw_level(quiet, quiet->start[l], quiet->start[l + 1], seed, out, blocks);
    if (quiet->newest_drawn) {
        size_t from = quiet->start[quiet->levels - 1], n = quiet->n - 1 - from;
        out[quiet->n - 1] = quiet->x[from + (size_t)(key_of(seed, quiet->run[quiet->n - 1]) % n)];
    }
}
