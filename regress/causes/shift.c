#include "regress/causes/shift.h"

#include <math.h>

#include "detect/law.h"
#include "detect/score.h"
#include "detect/stats.h"
#include "regress/select.h"

int shift_side(const struct entry_result *entry, const struct kpi_result *kpi, size_t place)
{
    const struct evidence *e = &kpi->evidence;
    double before[INCIDENT_RUNS_BEFORE], since[INCIDENT_RUNS_BEFORE];
    size_t at = e->points_n, before_n = 0, since_n = 0;
    if (!e->points_n || !e->points[0].run || !isfinite(e->value))
        return 0;
    while (at > 0 && (size_t)(e->points[at - 1].run - entry->selection->points) >= place)
        at--;
    for (size_t i = at; i > 0 && before_n < INCIDENT_RUNS_BEFORE && e->points[i - 1].level == e->points[at - 1].level; i--)
        before[before_n++] = e->points[i - 1].value;
    for (size_t i = at; i < e->points_n && since_n + 1 < INCIDENT_RUNS_BEFORE; i++)
        since[since_n++] = e->points[i].value;
    since[since_n++] = e->value;
    if (!before_n)
        return 0;
    double moved = stats_median(since, since_n) - stats_median(before, before_n);
    if (kpi->rule->better == DIRECTION_HIGHER)
        moved = -moved;
    return (moved > 0) - (moved < 0);
}

static double stretch_mean(const struct run_point *points, size_t from, size_t to)
{
    double mean = 0;
    for (size_t i = from; i < to; i++)
        mean += points[i].value / (double)(to - from);
    return mean;
}

void shift_add(struct shift *shift, const struct entry_result *entry, const struct kpi_result *kpi, size_t place)
{
    const struct evidence *e = &kpi->evidence;
    const struct selection *selection = entry->selection;
    double scale = (kpi->rule->better == DIRECTION_HIGHER ? -1 : 1) / e->sd, centre = NAN;
    if (!e->points_n || !e->points[0].run || !isfinite(scale) || !isfinite(e->value))
        return;
    for (size_t i = 0, to = 0; i < e->points_n; i++) {
        size_t at = (size_t)(e->points[i].run - selection->points), age = selection->points_n - at;
        if (at < place && i >= to) {
            for (to = i + 1; to < e->points_n && e->points[to].level == e->points[i].level &&
                             (size_t)(e->points[to].run - selection->points) < place; to++) {
            }
            centre = stretch_mean(e->points, i, to);
        }
        if (age >= INCIDENT_RUNS_MAX || isnan(centre))
            continue;
        shift->sum[age] += fmax(-SCORE_CLIP, fmin(SCORE_CLIP, scale * (e->points[i].value - centre)));
        shift->n[age]++;
    }
    if (isnan(centre))
        return;
    shift->sum[0] += fmax(-SCORE_CLIP, fmin(SCORE_CLIP, scale * (e->value - centre)));
    shift->n[0]++;
    size_t since = selection->points_n - place + 1;
    shift->since = since > shift->since ? since : shift->since;
}

double shift_p(const struct shift *shift, bool worse)
{
    double before[INCIDENT_RUNS_MAX], mean = 0, now = 0, squares = 0;
    size_t n = 0, k = 0;
    for (size_t age = 0; age < INCIDENT_RUNS_MAX; age++) {
        if (shift->n[age] * 2 < shift->n[0] || !shift->n[age])
            continue;
        double mean_shift = (worse ? 1 : -1) * shift->sum[age] / (double)shift->n[age];
        if (age < shift->since) {
            now += mean_shift;
            k++;
        } else {
            before[n++] = mean_shift;
            mean += mean_shift;
        }
    }
    if (n < INCIDENT_RUNS_MIN || !k)
        return 1;
    mean /= (double)n;
    for (size_t i = 0; i < n; i++)
        squares += (before[i] - mean) * (before[i] - mean);
    double sd = sqrt(squares / (double)(n - 1)), moved = now / (double)k - mean;
    if (!(sd > 0))
        return moved > 0 ? 0 : 1;
    return law_t_upper(moved / (sd * sqrt(1 / (double)k + 1 / (double)n)), (double)(n - 1));
}
