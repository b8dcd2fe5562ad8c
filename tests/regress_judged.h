/* tests/regress_judged.h — for tests of checks: the usual options, runs of two KPIs, and what is expected of one that was judged. */
#ifndef TESTS_REGRESS_JUDGED_H
#define TESTS_REGRESS_JUDGED_H
#include <math.h>
#include <string.h>

#include "regress/analysis.h"
#include "tests/check.h"
#include "tests/regress_build.h"

static const char *const version_key[] = {"version", NULL}, *const no_keys[] = {NULL};

static inline struct analysis_options usual(const struct kpi_rule *rules, size_t n)
{
    return (struct analysis_options){.comparison_keys = version_key, .ignored_keys = no_keys, .sorting_keys = no_keys, .kpis = rules,
                                     .kpis_n = n, .min_history = 8, .false_alarm_rate = .05, .suspect_level = .05};
}

static inline const struct check *check_of(const struct kpi_result *kpi, enum check_kind kind)
{
    for (size_t i = 0; i < kpi->checks_n; i++)
        if (kpi->checks[i].kind == kind)
            return &kpi->checks[i];
    return NULL;
}

static inline void expect(const char *what, const struct kpi_result *kpi, enum verdict verdict, enum check_kind by, const char *reason)
{
    const struct evidence *e = &kpi->evidence;
    CHECK(kpi->verdict == verdict, "%s: %s, not %s: %s", what, verdict_name(kpi->verdict), verdict_name(verdict), e->reason);
    CHECK(e->decided_by == by, "%s: decided by %s, not %s", what, check_name(e->decided_by), check_name(by));
    CHECK(!reason || strstr(e->reason, reason), "%s: no '%s' in '%s'", what, reason, e->reason);
    CHECK(e->reason && e->flip, "%s: says why, and what would flip it", what);
    CHECK(!e->since_version || e->since_older || (e->since_point >= 1 && e->since_point <= e->points_n), "%s: since point %zu", what, e->since_point);
}

/* Two KPIs: "speed", and "warm", its control. */
static inline struct record two(const char *id, int day, const char *labels, double speed, double warm, struct arena *arena)
{
    struct record r = build_record(id, day, labels, speed, arena);
    r.kpis = ARENA_ARRAY(arena, struct kpi_value, 2);
    r.kpis_n = 0;
    if (!isnan(speed))
        r.kpis[r.kpis_n++] = (struct kpi_value){"speed", speed};
    if (!isnan(warm))
        r.kpis[r.kpis_n++] = (struct kpi_value){"warm", warm};
    return r;
}

/* Little noise, always the same. */
static const double noise[] = {0, .6, -.5, .2, -.2, .1, -.3, .3, .4, -.4, .25, -.15, .05};

#endif
