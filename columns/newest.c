#include "columns/newest.h"

#include <math.h>

#include "detect/score.h"
#include "regress/series.h"

enum { MIN_HISTORY = 8 };
static const double SUSPECT = 0.05;

/* Run r of all series, the newest of each last: those that are too short have no value in the first runs. */
static struct record run_of(const struct columns *columns, const char *const *names, const int *far, size_t r, size_t runs,
                            struct arena *arena)
{
    struct record record = {.id = arena_printf(arena, "%zu", r), .where = "", .start_us = (int64_t)r,
                            .kpis = ARENA_ARRAY(arena, struct kpi_value, columns->n + 1)};
    for (size_t i = 0; i < columns->n; i++) {
        const struct column *c = &columns->v[i];
        if (c->n + r >= runs)
            record.kpis[record.kpis_n++] = (struct kpi_value){names[i], ldexp(c->x[c->n + r - runs], -far[i])};
    }
    return record;
}

/* Far values (detect/score.h) are tested as near ones. */
static void scale_back(struct evidence *e, int exponent)
{
    double *values[] = {&e->level, &e->sd, &e->low, &e->high, &e->value, &e->change, &e->smallest_seen, &e->ok_from,
                        &e->relative_threshold, &e->absolute_threshold, &e->after, &e->size_low, &e->size_high};
    for (size_t i = 0; i < sizeof(values) / sizeof(*values); i++)
        *values[i] = ldexp(*values[i], exponent);
}

const struct analysis *newest_test(const struct columns *columns, const struct newest_options *options, struct arena *arena)
{
    static const char *const no_keys[] = {NULL};
    const char **names = ARENA_ARRAY(arena, const char *, columns->n + 1); /* in the order of the columns when sorted */
    struct method_options *own = ARENA_NEW(arena, struct method_options);
    *own = method_defaults();
    own->share = options->magnitude > 0 ? options->magnitude : own->share;
    own->alpha = options->false_alarm_rate;
    struct kpi_rule *rules = ARENA_ARRAY(arena, struct kpi_rule, columns->n + 1);
    int *far = ARENA_ARRAY(arena, int, columns->n + 1);
    size_t longest = 1;
    for (size_t i = 0; i < columns->n; i++) {
        names[i] = arena_printf(arena, "%09zu", i);
        rules[i] = (struct kpi_rule){.name = names[i], .better = options->better, .min_relative = options->magnitude,
                                      .method = options->method, .method_options = options->method ? own : NULL};
        far[i] = score_far_exponent(columns->v[i].x, columns->v[i].n);
        longest = columns->v[i].n > longest ? columns->v[i].n : longest;
    }
    size_t runs = longest < SERIES_MAX + 1 ? longest : SERIES_MAX + 1;
    struct record *records = ARENA_ARRAY(arena, struct record, runs);
    for (size_t r = 0; r < runs; r++)
        records[r] = run_of(columns, names, far, r, runs, arena);
    struct analysis_options *analysis = ARENA_NEW(arena, struct analysis_options);
    *analysis = (struct analysis_options){.comparison_keys = no_keys, .ignored_keys = no_keys, .sorting_keys = no_keys, .kpis = rules,
                                          .kpis_n = columns->n, .min_history = MIN_HISTORY,
                                          .false_alarm_rate = options->false_alarm_rate, .suspect_level = SUSPECT};
    struct analysis *answer = analysis_run(arena, analysis, &records[runs - 1], 1, records, runs - 1);
    for (size_t i = 0; i < columns->n; i++)
        if (far[i])
            scale_back(&answer->entries[0].kpis[i].evidence, far[i]);
    return answer;
}

const char *newest_found(const struct kpi_result *result)
{
    for (size_t i = 0; i < result->checks_n; i++)
        if (result->checks[i].kind == CHECK_METHOD)
            return result->checks[i].value == result->evidence.value ? result->checks[i].found : NULL; /* else it speaks of scaled values */
    return NULL;
}

size_t newest_index(const struct column *column, const struct evidence *evidence, size_t point)
{
    return column->n - 1 - evidence->points_n + point;
}
