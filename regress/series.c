#include "regress/series.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "regress/acks/marks.h"
#include "regress/missing/unit_change.h"

bool series_value(const struct record *record, const struct kpi_rule *rule, double *value)
{
    return record_kpi(record, rule->name, value) && isfinite(*value) && !(rule->has_idle && *value == rule->idle);
}

bool series_counts(const struct analysis_options *options, const struct record *record, const struct record *entry, const struct kpi_rule *rule,
                   double *value)
{
    return series_value(record, rule, value) && !unit_differs(record, entry, rule->name) && !marks_excluded(options, record, rule->name);
}

/* The mean of those that count; false: none, or it is too large to be one. */
static bool mean_of(const struct analysis_options *options, const struct record *const *records, size_t n, const struct record *entry,
                    const struct kpi_rule *rule, struct within_mean *mean)
{
    double value;
    *mean = (struct within_mean){0};
    for (size_t i = 0; i < n; i++)
        if (series_counts(options, records[i], entry, rule, &value))
            within_take(mean, value);
    return mean->n && isfinite(mean->mean);
}

bool series_mean(const struct analysis_options *options, const struct select_point *point, const struct record *entry,
                 const struct kpi_rule *rule, double *mean)
{
    struct within_mean all;
    bool any = mean_of(options, point->records, point->records_n, entry, rule, &all);
    *mean = any ? all.mean : NAN;
    return any;
}

static void gather_points(const struct selection *selection, const struct record *entry, struct series *series)
{
    for (size_t i = 0; i < selection->points_n; i++) {
        const struct select_point *from = &selection->points[i];
        struct within_mean mean;
        if (!mean_of(selection->options, from->records, from->records_n, entry, series->rule, &mean))
            continue;
        within_add(&series->within, &mean);
        series->x[series->n] = mean.mean;
        series->from[series->n] = from;
        series->points[series->n++] =
            (struct run_point){from->version, from->run_id, from->where, from->start_us, mean.mean, mean.n, 0, from};
    }
}

bool series_gather(const struct selection *selection, const struct record *entry, const struct kpi_rule *rule,
                   struct series *series, struct arena *arena)
{
    *series = (struct series){.rule = rule, .worse = rule->better == DIRECTION_HIGHER ? SIDE_BELOW : SIDE_ABOVE, .repetitions = 1,
                               .own_sd = NAN};
    series->points = ARENA_ARRAY(arena, struct run_point, selection->points_n + 1);
    series->from = ARENA_ARRAY(arena, const struct select_point *, selection->points_n + 1);
    series->x = ARENA_ARRAY(arena, double, selection->points_n + 1);
    gather_points(selection, entry, series);
    double value;
    struct within_mean own;
    series->has = series_value(entry, rule, &value);
    series->x[series->n] = series->measured = series->has ? value : NAN;
    if (series->has && mean_of(selection->options, selection->own, selection->own_n, entry, rule, &own)) {
        series->x[series->n] = own.mean;
        series->repetitions = own.n;
        series->own_sd = own.n > 1 ? sqrt(own.squares / (double)(own.n - 1)) : NAN;
    }
    return series->has;
}

void series_leave(struct series *series, size_t n)
{
    size_t beyond = series->n > n ? series->n - n : 0;
    series->older += beyond;
    series->points += beyond;
    series->from += beyond;
    series->x += beyond;
    series->n -= beyond;
}

void series_trim(struct series *series)
{
    series_leave(series, SERIES_MAX);
}

size_t series_known(const struct series *series)
{
    return series->older + series->n;
}

size_t series_window_before(const struct series *series, size_t end)
{
    size_t window = series->window ? series->window : SERIES_WINDOW;
    return end > window ? end - window : 0;
}

size_t series_window_start(const struct series *series)
{
    return series_window_before(series, series->n);
}

size_t series_place(const struct series *series, const struct select_point *point)
{
    size_t i = 0;
    while (i < series->n && series->from[i] < point) /* places in one list, oldest first */
        i++;
    return i;
}

void series_take_borders(struct series *series, const struct series *other, struct arena *arena)
{
    size_t *borders = ARENA_ARRAY(arena, size_t, other->borders_n + 1), n = 0;
    for (size_t i = 0; i < other->borders_n; i++) {
        size_t at = series_place(series, other->from[other->borders[i]]);
        if (at > 0 && at < series->n && (n == 0 || at > borders[n - 1]))
            borders[n++] = at;
    }
    series->borders = borders;
    series->borders_n = n;
    series->floor = other->floor ? series_place(series, other->from[other->floor]) : 0;
    if (series->floor >= series->n)
        series->floor = 0;
}

double series_relative_threshold(const struct kpi_rule *rule, double level)
{
    return rule->min_relative > 0 ? rule->min_relative * fabs(level) : 0;
}

bool series_passes(const struct kpi_rule *rule, double change, double level)
{
    double size = fabs(change);
    return size > 0 && size >= series_relative_threshold(rule, level) && size >= rule->min_absolute;
}

double series_worse_by(const struct series *series, double a, double b)
{
    return (double)series->worse * (b - a);
}

bool series_worse_and_passes(const struct series *series, double level, double value)
{
    return series_worse_by(series, level, value) > 0 && series_passes(series->rule, value - level, level);
}
