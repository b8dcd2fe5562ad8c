#include "columns/changes.h"

#include <math.h>
#include <string.h>

#include "detect/hunter.h"
#include "detect/levels.h"
#include "detect/score.h"
#include "detect/stats.h"

const char *const changes_method_names[] = {"auto", "hunter", NULL};

static const double PLACES = 7.35, ONE_SIDE = 0.025, LEVEL = 0.05;

bool changes_method_parse(const char *name, enum changes_method *method)
{
    for (size_t i = 0; changes_method_names[i]; i++)
        if (strcmp(changes_method_names[i], name) == 0) {
            *method = (enum changes_method)i;
            return true;
        }
    return false;
}

/* ---- how large ---- */

/* What is left of the values when each side loses its centre, a little larger, as a centre follows its own values. */
static void fill_residuals(const double *x, const struct change *c, double *r)
{
    double before = (double)(c->at - c->from), after = (double)(c->to - c->at);
    double grow_before = before > 1 ? sqrt(before / (before - 1)) : 1, grow_after = after > 1 ? sqrt(after / (after - 1)) : 1;
    for (size_t i = c->from; i < c->to; i++)
        r[i - c->from] = i < c->at ? (x[i] - c->before) * grow_before : (x[i] - c->after) * grow_after;
}

/* Their spread; what lies beyond four robust sigma counts as four. */
static double spread(const double *r, size_t n, double *room)
{
    double sum = 0;
    for (size_t i = 0; i < n; i++)
        room[i] = fabs(r[i]);
    double robust = 1.4826 * stats_median(room, n), limit = robust > 0 ? SCORE_CLIP * robust : INFINITY;
    for (size_t i = 0; i < n; i++) {
        double v = fmin(fabs(r[i]), limit);
        sum += v * v;
    }
    return sqrt(sum / (double)n);
}

static double cautious_rho(const double *r, size_t n)
{
    double count = (double)n, raw = (score_lag1(r, n) + 2 / count) / fmax(0.4, 1 - 8 / count);
    return fmin(SCORE_RHO_MAX, fmax(0, raw + 0.5 / sqrt(count)));
}

/* The 2.5 % point of Student's t; from 20 degrees of freedom on by its expansion (Abramowitz & Stegun 26.7.5), good to 1e-5 there. */
static double t_point(double df)
{
    static const double z = 1.959963984540054;
    if (df < 20)
        return law_t_quantile(ONE_SIDE, df);
    double z3 = z * z * z, z5 = z3 * z * z, z7 = z5 * z * z;
    return z + (z3 + z) / (4 * df) + (5 * z5 + 16 * z3 + 3 * z) / (96 * df * df) +
           (3 * z7 + 19 * z5 + 17 * z3 - 15 * z) / (384 * df * df * df);
}

static double measure_size(const double *x, struct change *c, double *room)
{
    size_t n = c->to - c->from, before = c->at - c->from;
    c->before = score_centre(x + c->from, before, room);
    c->after = score_centre(x + c->at, n - before, room);
    c->size = c->after - c->before;
    fill_residuals(x, c, room);
    double sigma = spread(room, n, room + n), rho = cautious_rho(room, n);
    sigma = fmax(sigma, score_resolution(x + c->from, n) / sqrt(12));
    double plain = 1 / (double)before + 1 / (double)(n - before);
    double variance = fmax(plain, score_difference_variance(n, before, rho)), df = fmax(1, (double)n - 2);
    double half = t_point(df) * sigma * sqrt(variance);
    c->size_low = c->size - half;
    c->size_high = c->size + half;
    return rho;
}

/* ---- where ---- */

static void measure_place(const double *x, struct change *c, double rho, double *room)
{
    size_t n = c->to - c->from;
    double *y = room, total = 0, squares = 0, left = 0;
    score_clip(x + c->from, n, y, room + n);
    for (size_t i = 0; i < n; i++) {
        total += y[i];
        squares += y[i] * y[i];
    }
    double best = score_best_split(y, n, 1).gain, rest = squares - total * total / (double)n - best;
    double slack = PLACES * fmax(0, rest) / fmax(1, (double)n - 2) * (1 + rho) / (1 - rho);
    c->low = c->high = c->at;
    for (size_t k = 1; k < n; k++) {
        left += y[k - 1];
        double a = (double)k, b = (double)(n - k), d = left / a - (total - left) / b, gain = d * d * a * b / (double)n;
        if (gain < best - slack)
            continue;
        size_t at = c->from + k;
        c->low = at < c->low ? at : c->low;
        c->high = at > c->high ? at : c->high;
    }
}

static void measure(const double *x, size_t n, struct changes *changes, const struct changes_options *options)
{
    struct arena scratch = {0};
    double *room = ARENA_ARRAY(&scratch, double, 2 * n + 1);
    size_t kept = 0;
    for (size_t i = 0; i < changes->n; i++) {
        struct change *c = &changes->v[i];
        c->from = i ? changes->v[i - 1].at : 0;
        c->to = i + 1 < changes->n ? changes->v[i + 1].at : n;
    }
    for (size_t i = 0; i < changes->n; i++) {
        struct change c = changes->v[i];
        measure_place(x, &c, measure_size(x, &c, room), room);
        if (options->method == CHANGES_HUNTER || !(fabs(changes_relative(&c, c.size)) <= options->magnitude))
            changes->v[kept++] = c;
    }
    changes->n = kept;
    arena_close(&scratch);
}

/* ---- methods ---- */

static struct changes find_auto(struct shuffles *shuffles, const double *x, size_t n, const struct changes_options *o, struct arena *arena)
{
    struct levels_options options = {.alpha = o->false_alarm_rate > 0 ? o->false_alarm_rate : LEVEL, .rho = NAN};
    struct levels levels = levels_find_with(shuffles, x, n, &options, arena);
    struct changes changes = {ARENA_ARRAY(arena, struct change, levels.n + 1), levels.n, levels.p_series};
    for (size_t i = 0; i < levels.n; i++)
        changes.v[i] = (struct change){.at = levels.changes[i].at, .p = levels.changes[i].p, .drift = levels.changes[i].drift};
    return changes;
}

static struct changes find_hunter(const double *x, size_t n, const struct changes_options *o, struct arena *arena)
{
    struct hunter_options options = {.p = o->false_alarm_rate, .magnitude = o->magnitude};
    struct hunter_changes found = hunter_find(x, n, &options, arena);
    struct changes changes = {ARENA_ARRAY(arena, struct change, found.n + 1), found.n, NAN};
    for (size_t i = 0; i < found.n; i++)
        changes.v[i] = (struct change){.at = found.v[i].at, .p = found.v[i].p};
    return changes;
}

static void scale_back(struct changes *changes, int exponent)
{
    for (size_t i = 0; i < changes->n; i++) {
        struct change *c = &changes->v[i];
        double *values[] = {&c->before, &c->after, &c->size, &c->size_low, &c->size_high};
        for (size_t j = 0; j < sizeof(values) / sizeof(*values); j++)
            *values[j] = ldexp(*values[j], exponent);
    }
}

struct changes changes_find(struct shuffles *shuffles, const double *x, size_t n, const struct changes_options *options, struct arena *arena)
{
    int exponent = score_far_exponent(x, n);
    struct arena scratch = {0};
    if (exponent) {
        double *near = ARENA_ARRAY(&scratch, double, n);
        for (size_t i = 0; i < n; i++)
            near[i] = ldexp(x[i], -exponent);
        x = near;
    }
    struct changes changes = options->method == CHANGES_HUNTER ? find_hunter(x, n, options, arena) : find_auto(shuffles, x, n, options, arena);
    if (changes.n)
        measure(x, n, &changes, options);
    if (exponent)
        scale_back(&changes, exponent);
    arena_close(&scratch);
    return changes;
}

double changes_relative(const struct change *change, double size)
{
    return change->before != 0 ? size / fabs(change->before) : NAN;
}
