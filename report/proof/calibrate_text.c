#include <math.h>
#include <string.h>

#include "base/arena.h"
#include "regress/value.h"
#include "report/clean.h"
#include "report/layout.h"
#include "report/proof/calibrate_report.h"
#include "report/proof/replay_report.h"
#include "report/table.h"

enum { COLUMNS = 100, SERIES_SHOWN = 100 };

static const char *percent(double share, struct arena *arena)
{
    return isnan(share) ? "-" : arena_printf(arena, "%.3g %%", 100 * share);
}

static const char *interval(const struct proportion *p, struct arena *arena)
{
    return arena_printf(arena, "%s (%s … %s)", percent(p->share, arena), percent(p->low, arena), percent(p->high, arena));
}

static const char *kept(const struct proportion *p, double promised)
{
    return p->low > promised ? "NOT KEPT" : p->high <= promised ? "kept" : "in line with it";
}

/* ---- false alarms ---- */

static void render_alarms(struct text *out, const struct calibration *c, struct arena *arena)
{
    const struct calibrate_options *o = c->options;
    text_printf(out, "\nFALSE ALARMS: %zu times shuffled (seed %llu), so that nothing changed; in brackets what more replicates could give (95 %%)\n",
                o->replicates, (unsigned long long)o->seed);
    layout_wrap(out,
                arena_printf(arena, "any regression in an invocation: %s; promised: %s: %s", interval(&c->false_alarms, arena),
                             percent(o->analysis->false_alarm_rate, arena), kept(&c->false_alarms, o->analysis->false_alarm_rate)),
                2, 4, COLUMNS);
    layout_wrap(out, arena_printf(arena, "any suspect: %s", percent((double)c->suspects / (double)o->replicates, arena)), 2, 4, COLUMNS);
    struct table table = {.columns = 4, .right = {false, true, true, true}};
    table_add(&table, arena, (const char *const[]){"KPI", "series", "regression in an invocation", "suspect"});
    for (size_t k = 0; k < c->kpis_n; k++)
        table_add(&table, arena,
                  (const char *const[]){c->kpis[k].rule->name, arena_printf(arena, "%zu", c->kpis[k].series), interval(&c->kpis[k].false_alarms, arena),
                                        percent((double)c->kpis[k].suspects / (double)o->replicates, arena)});
    table_render(out, &table, 2, COLUMNS + 10);
}

/* ---- what can be seen ---- */

static const char *amount(const struct calibrate_series *s, double value, struct arena *arena)
{
    if (isnan(value))
        return "-";
    if (isinf(value))
        return "none";
    const char *unit = value_unit(s->rule), *number = value_spread(s->rule, value, arena);
    const char *shown = unit[0] ? arena_printf(arena, "%s %s", number, unit) : number;
    return isfinite(s->level) && s->level != 0 ? arena_printf(arena, "%s (%s)", value_percent(value / fabs(s->level), arena), shown) : shown;
}

static const char *name_of(const struct calibration *c, const struct calibrate_series *s, struct arena *arena)
{
    const char *set = c->names[s->label_set];
    return set[0] ? arena_printf(arena, "%s  %s", s->rule->name, set) : s->rule->name;
}

static void render_effects(struct text *out, const struct calibration *c, struct arena *arena)
{
    struct table table = {.columns = 7, .right = {false, true, true, true, true, true, true}};
    text_printf(out, "\nWHAT CAN BE SEEN: the change for the worse that is a regression in four of five cases\n");
    table_add(&table, arena,
              (const char *const[]){"series", "runs", "level", "noise", "threshold", "newest run", arena_printf(arena, "newest %d runs", (int)CALIBRATE_RUNS)});
    size_t shown = 0;
    for (size_t i = 0; i < c->series_n; i++) {
        const struct calibrate_series *s = &c->series[i];
        if (shown++ >= SERIES_SHOWN)
            continue;
        double noise = s->sd / fabs(s->level);
        table_add(&table, arena,
                  (const char *const[]){name_of(c, s, arena), arena_printf(arena, "%zu", s->runs), isfinite(s->level) ? value_shown(s->rule, s->level, VALUE_PEOPLE, arena) : "-",
                                        isfinite(noise) ? arena_printf(arena, "±%s", value_percent(noise, arena)) : "-",
                                        s->threshold > 0 ? amount(s, s->threshold, arena) : "none", amount(s, s->one.size, arena), amount(s, s->several.size, arena)});
    }
    table_render(out, &table, 2, COLUMNS + 30);
    if (shown > SERIES_SHOWN)
        text_printf(out, "  … and %zu more series: --format=json has all\n", shown - SERIES_SHOWN);
}

/* ---- advice: the same sentence for several series stands once ---- */

static bool said_before(const struct calibration *c, size_t series, size_t line)
{
    const char *said = c->series[series].advice[line];
    for (size_t i = 0; i <= series; i++)
        for (size_t k = 0; c->series[i].advice[k] && (i < series || k < line); k++)
            if (strcmp(c->series[i].advice[k], said) == 0)
                return true;
    return false;
}

static const char *sayers(const struct calibration *c, size_t series, const char *said, struct arena *arena)
{
    size_t n = 0;
    for (size_t i = series; i < c->series_n; i++)
        for (size_t k = 0; c->series[i].advice[k]; k++)
            n += strcmp(c->series[i].advice[k], said) == 0;
    const char *first = name_of(c, &c->series[series], arena);
    return n == 1 ? first : arena_printf(arena, "%s and %zu more", first, n - 1);
}

static void render_advice(struct text *out, const struct calibration *c, struct arena *arena)
{
    bool any = false;
    for (size_t i = 0; i < c->series_n && i < SERIES_SHOWN; i++) {
        for (size_t k = 0; c->series[i].advice[k]; k++) {
            if (said_before(c, i, k))
                continue;
            if (!any)
                text_add(out, "\nADVICE\n");
            any = true;
            layout_wrap(out, arena_printf(arena, "%s: %s", sayers(c, i, c->series[i].advice[k], arena), c->series[i].advice[k]), 2, 4, COLUMNS);
        }
    }
}

void calibrate_text_render(struct text *out, const struct calibrate_report *report)
{
    struct arena arena = {0};
    const struct calibration *c = report->calibration;
    size_t shuffled = 0;
    for (size_t i = 0; i < c->series_n; i++)
        shuffled += c->series[i].shuffled;
    layout_wrap(out,
                arena_printf(&arena, "calibration of '%s' on %s: %zu series of %zu label set%s, as of the newest invocation, %s", report->workload, report->history,
                             shuffled, c->label_sets, c->label_sets == 1 ? "" : "s", replay_run_shown(c->newest, &arena)),
                0, 2, COLUMNS);
    if (c->past->label_sets_n > c->label_sets)
        layout_wrap(out, arena_printf(&arena, "%zu label sets of the history are not in that invocation, and are not looked at", c->past->label_sets_n - c->label_sets), 2, 4,
                    COLUMNS);
    if (shuffled)
        render_alarms(out, c, &arena);
    render_effects(out, c, &arena);
    render_advice(out, c, &arena);
    clean_commands(out, 0);
    arena_close(&arena);
}
