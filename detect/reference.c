#include "detect/reference.h"

#include <math.h>

#include "base/quantile.h"

enum { SPREAD_MIN = 4 };

/* Median of |successive differences| / (√2 · 0.6745), the spread of Gaussian runs, per |median|. */
static double spread_of(const double *x, size_t n, struct arena *scratch)
{
    double *room = ARENA_ARRAY(scratch, double, n + 1);
    if (n < SPREAD_MIN)
        return NAN;
    for (size_t i = 0; i < n; i++)
        room[i] = x[i];
    double level = fabs(quantile_median(room, n));
    for (size_t i = 0; i + 1 < n; i++)
        room[i] = fabs(x[i + 1] - x[i]);
    return level > 0 ? quantile_median(room, n - 1) * 1.0483 / level : NAN;
}

static bool usable(double x, double control)
{
    return isfinite(x) && isfinite(control) && control > 0;
}

/* The control's median first: a ratio near it neither overflows nor vanishes before it is scaled. */
static double scale_of(const double *x, const double *control, size_t n, struct arena *scratch)
{
    double *room = ARENA_ARRAY(scratch, double, n + 1);
    size_t used = 0;
    for (size_t i = 0; i < n; i++) {
        if (usable(x[i], control[i]))
            room[used++] = control[i];
    }
    return used ? quantile_median(room, used) : NAN;
}

struct reference reference_of(const double *x, const double *control, size_t n, struct arena *arena)
{
    struct arena scratch = {0};
    struct reference reference = {.values = ARENA_ARRAY(arena, double, n + 1),
                                  .scale = scale_of(x, control, n, &scratch)};
    double *plain = ARENA_ARRAY(&scratch, double, n + 1), *ratios = ARENA_ARRAY(&scratch, double, n + 1);
    for (size_t i = 0; i < n; i++) {
        double value = usable(x[i], control[i]) ? x[i] / (control[i] / reference.scale) : NAN;
        reference.values[i] = isfinite(value) ? value : NAN;
        if (!isfinite(value)) {
            ++*(isfinite(x[i]) ? &reference.no_control : &reference.no_value);
            continue;
        }
        plain[reference.used] = x[i];
        ratios[reference.used++] = value;
    }
    reference.spread_before = spread_of(plain, reference.used, &scratch);
    reference.spread_after = spread_of(ratios, reference.used, &scratch);
    reference.helps = reference.spread_after < reference.spread_before;
    arena_close(&scratch);
    return reference;
}
