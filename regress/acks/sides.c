#include "regress/acks/sides.h"

#include <math.h>
#include <string.h>

#include "base/quantile.h"

enum { GOOD_RUNS = 20, GOOD_CENTRE = 8, SPREAD_MIN = 4, BAD_RUNS = 8, IN_A_ROW = 2, IN_A_ROW_BLIND = 3 };
static const double ERRORS_APART = 4;

static double median_of(const double *x, size_t n)
{
    double copy[GOOD_RUNS];
    memcpy(copy, x, n * sizeof(*x));
    return quantile_median(copy, n);
}

/* Robust, of the newest runs before the change; NAN: there are too few. */
static double spread_before(const double *x, size_t at)
{
    size_t n = at < GOOD_RUNS ? at : GOOD_RUNS;
    double off[GOOD_RUNS], centre = median_of(x + at - n, n);
    for (size_t i = 0; i < n; i++)
        off[i] = fabs(x[at - n + i] - centre);
    return n < SPREAD_MIN ? NAN : 1.4826 * quantile_median(off, n);
}

bool sides_back(const struct series *series, const struct sides *sides, double value)
{
    return series_worse_by(series, sides->good, value) < 0.5 * series_worse_by(series, sides->good, sides->bad);
}

static bool is_far(const struct series *s, const struct sides *sides, double spread, size_t from, size_t runs, size_t bad_runs)
{
    double mean = 0, error = spread * sqrt(1 / (double)runs + 1 / (double)bad_runs);
    for (size_t i = from; i < from + runs; i++)
        mean += s->x[i] / (double)runs;
    return isnan(spread) || series_worse_by(s, mean, sides->bad) > ERRORS_APART * error;
}

struct sides sides_of(const struct series *s, size_t from, size_t at)
{
    size_t centre = at - from < GOOD_CENTRE ? at - from : GOOD_CENTRE, n = 1, row = 0;
    double bad[BAD_RUNS] = {s->x[at]}, spread = spread_before(s->x + from, at - from);
    size_t needed = isnan(spread) ? IN_A_ROW_BLIND : IN_A_ROW;
    struct sides sides = {.good = median_of(s->x + at - centre, centre), .bad = s->x[at]};
    for (size_t i = at + 1; i < s->n && !sides.gone; i++) {
        row = series_worse_by(s, sides.good, sides.bad) > 0 && sides_back(s, &sides, s->x[i]) ? row + 1 : 0;
        if (row == 0 && n < BAD_RUNS) {
            bad[n++] = s->x[i];
            sides.bad = median_of(bad, n);
        }
        sides.gone = row >= needed && is_far(s, &sides, spread, i + 1 - row, row, n);
        sides.gone_at = i + 1 - row;
    }
    sides.worse = series_worse_and_passes(s, sides.good, sides.bad);
    sides.gone = sides.gone && sides.worse;
    return sides;
}
