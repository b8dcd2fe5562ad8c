#include "regress/within.h"

#include <math.h>

static const double MOST = 0.5, LITTLE = 0.1; /* shares of the variance of run points */
enum { MORE = 4 };                            /* times as many repetitions */

void within_take(struct within_mean *mean, double value)
{
    double before = value - mean->mean;
    mean->mean += before / (double)++mean->n;
    mean->squares += before * (value - mean->mean);
}

void within_add(struct within *within, const struct within_mean *point)
{
    within->squares += point->squares;
    within->df += point->n - 1;
    within->parts += 1 / (double)point->n;
    within->points++;
}

double within_sd(const struct within *within)
{
    double sd = within->df ? sqrt(within->squares / (double)within->df) : NAN;
    return isfinite(sd) ? sd : NAN;
}

/* The part of the variance of this history's run points that comes from within. */
static double variance_within(const struct within *within)
{
    double sd = within_sd(within);
    return isnan(sd) ? 0 : sd * sd * within->parts / (double)within->points;
}

/* The variance that a run point with so many repetitions has beyond those of the history; at least 0. */
static double variance_beyond(const struct within *within, size_t repetitions)
{
    double sd = within_sd(within);
    if (isnan(sd) || !repetitions)
        return 0;
    double more = sd * sd * (1 / (double)repetitions - within->parts / (double)within->points);
    return more > 0 && isfinite(more) ? more : 0;
}

double within_narrowed(const struct within *within, double widened, size_t repetitions)
{
    double variance = widened * widened - variance_beyond(within, repetitions);
    return variance > 0 ? sqrt(variance) : 0;
}

double within_widening(const struct within *within, double sigma, size_t repetitions)
{
    double by = sigma > 0 ? sqrt(1 + variance_beyond(within, repetitions) / sigma / sigma) : 1;
    return isfinite(by) ? by : 1;
}

const char *within_advice(const struct within *within, double sigma, const char *(*shown)(const void *context, double sd, struct arena *arena),
                          const void *context, struct arena *arena)
{
    double variance = sigma * sigma, inside = variance_within(within);
    if (within->df < WITHIN_DF || !(variance > 0) || !isfinite(variance))
        return "";
    if (inside > variance) /* both are estimates */
        inside = variance;
    if (inside >= MOST * variance)
        return arena_printf(arena, "most of the run-to-run spread (%s) comes from within runs, whose repetitions differ by %s: %d times as many of them "
                                   "would make it %s",
                            shown(context, sigma, arena), shown(context, within_sd(within), arena), MORE,
                            shown(context, sqrt(variance - inside + inside / MORE), arena));
    if (inside <= LITTLE * variance)
        return arena_printf(arena, "repetitions differ by %s, which is little of the run-to-run spread (%s): more of them do not help, more runs do",
                            shown(context, within_sd(within), arena), shown(context, sigma, arena));
    return "";
}
