#include "regress/within.h"

#include <math.h>

static const double MOST = 0.5, LITTLE = 0.1; /* shares of the variance of run points */
enum { MORE = 4 };                            /* times as many repetitions */

void within_add(struct within *within, const double *values, size_t n, double mean)
{
    for (size_t i = 0; i < n && n > 1; i++)
        within->squares += (values[i] - mean) * (values[i] - mean);
    within->df += n - 1;
    within->parts += 1 / (double)n;
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

double within_widening(const struct within *within, double sigma, size_t repetitions)
{
    double sd = within_sd(within);
    if (isnan(sd) || !(sigma > 0) || !repetitions)
        return 1;
    double more = sd / sigma * (sd / sigma) * (1 / (double)repetitions - within->parts / (double)within->points);
    return more > 0 && isfinite(more) ? sqrt(1 + more) : 1;
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
