#include <math.h>

#include "base/arena.h"
#include "regress/value.h"
#include "report/clean.h"
#include "report/layout.h"
#include "report/proof/selftest_report.h"
#include "report/table.h"
#include "report/verdict_text.h"

enum { COLUMNS = 100, ROWS_SHOWN = 60 };

static const char *percent(double share, struct arena *arena)
{
    return isfinite(share) ? value_percent(share, arena) : arena_printf(arena, "none up to %s", value_percent(SELFTEST_MOST, arena));
}

static size_t regressions(const struct analysis *analysis)
{
    return analysis->counts[VERDICT_REGRESSION];
}

static void render_head(struct text *out, const struct selftest_report *report, struct arena *arena)
{
    const struct selftest *t = report->selftest;
    layout_wrap(out,
                arena_printf(arena, "selftest: %s made %s worse in %zu result%s of %s", t->options->kpi ? t->options->kpi : "every KPI",
                             value_percent(t->options->share, arena), t->kpis_n, t->kpis_n == 1 ? "" : "s", report->source),
                0, 2, COLUMNS);
    struct table table = {.columns = 2};
#define ROW(name, ...) table_add(&table, arena, (const char *const[]){name, arena_printf(arena, __VA_ARGS__)})
    ROW("as it is", "%zu regression%s; exit code %d", regressions(t->as_is), regressions(t->as_is) == 1 ? "" : "s", gate_code(report->gate, t->as_is));
    ROW("no change", "%zu regression%s, with every KPI at the level of its history; exit code %d", regressions(t->same),
        regressions(t->same) == 1 ? "" : "s", gate_code(report->gate, t->same));
    ROW("the change", "%zu of %zu seen, %zu not, %zu were regressions without it; exit code %d", t->outcomes[SELFTEST_SEEN], t->kpis_n,
        t->outcomes[SELFTEST_NOT_SEEN], t->outcomes[SELFTEST_ALREADY], gate_code(report->gate, t->changed));
#undef ROW
    table_render(out, &table, 2, COLUMNS + 20);
    bool nothing_shown = t->outcomes[SELFTEST_ALREADY] == t->kpis_n && !t->same_regressions;
    text_printf(out, "  the gate %s\n", selftest_passes(t) ? "does as it should"
                                      : nothing_shown    ? "WAS NOT TESTED: all of this was a regression without the change"
                                                         : "DOES NOT DO AS IT SHOULD");
}

static const char *name_of(const struct selftest_kpi *kpi, struct arena *arena)
{
    return arena_printf(arena, "%s  %s", kpi->changed->rule->name, kpi->entry->name);
}

static void render_outcome(struct text *out, const struct selftest *t, enum selftest_outcome outcome, const char *heading, struct arena *arena)
{
    size_t rows = 0;
    struct table table = {.columns = 6, .right = {false, true, true, false, true, false}};
    table_add(&table, arena, (const char *const[]){"KPI", "value", "changed to", "verdict", "alone seen from", ""});
    for (size_t i = 0; i < t->kpis_n; i++) {
        const struct selftest_kpi *kpi = &t->kpis[i];
        if (kpi->outcome != outcome || rows++ >= ROWS_SHOWN)
            continue;
        const struct kpi_rule *rule = kpi->changed->rule;
        bool list = !isfinite(kpi->value) || !isfinite(kpi->changed_value);
        table_add(&table, arena,
                  (const char *const[]){name_of(kpi, arena), list ? "a list" : value_shown(rule, kpi->value, VALUE_PEOPLE, arena),
                                        list ? "" : value_shown(rule, kpi->changed_value, VALUE_PEOPLE, arena), verdict_name(kpi->changed->verdict),
                                        outcome == SELFTEST_ALREADY ? "" : percent(kpi->needed, arena),
                                        outcome == SELFTEST_SEEN && !kpi->seen_alone ? "not alone: only because others change with it" : ""});
    }
    if (!rows)
        return;
    text_printf(out, "\n%s\n", heading);
    table_render(out, &table, 2, COLUMNS + 40);
    if (rows > ROWS_SHOWN)
        text_printf(out, "  … and %zu more: --format=json has all\n", rows - ROWS_SHOWN);
    for (size_t i = 0, shown = 0; outcome == SELFTEST_NOT_SEEN && i < t->kpis_n && shown < ROWS_SHOWN; i++) {
        const struct selftest_kpi *kpi = &t->kpis[i];
        if (kpi->outcome != outcome)
            continue;
        shown++;
        layout_wrap(out, arena_printf(arena, "%s %s: %s", kpi->changed->rule->name, kpi->entry->name, kpi->changed->evidence.reason), 2, 4, COLUMNS);
    }
}

static void render_same(struct text *out, const struct selftest *t, struct arena *arena)
{
    if (!t->same_regressions)
        return;
    text_add(out, "\nREGRESSIONS WITHOUT A CHANGE\n");
    for (size_t i = 0; i < t->kpis_n; i++) {
        const struct selftest_kpi *kpi = &t->kpis[i];
        if (kpi->same && kpi->same->verdict == VERDICT_REGRESSION)
            layout_wrap(out, arena_printf(arena, "%s %s: %s", kpi->changed->rule->name, kpi->entry->name, kpi->same->evidence.reason), 2, 4, COLUMNS);
    }
}

void selftest_text_render(struct text *out, const struct selftest_report *report)
{
    static const struct {
        enum selftest_outcome outcome;
        const char *heading;
    } parts[] = {{SELFTEST_NOT_SEEN, "NOT SEEN"}, {SELFTEST_SEEN, "SEEN"}, {SELFTEST_ALREADY, "REGRESSIONS BEFORE THE CHANGE"}};
    struct arena arena = {0};
    render_head(out, report, &arena);
    render_same(out, report->selftest, &arena);
    for (size_t i = 0; i < sizeof(parts) / sizeof(*parts); i++)
        render_outcome(out, report->selftest, parts[i].outcome, parts[i].heading, &arena);
    text_add(out, "\nWHAT THE GATE SAYS OF THE CHANGED PAYLOADS (none is stored)\n");
    verdict_text_render(out, report->selftest->changed);
    clean_commands(out, 0);
    arena_close(&arena);
}
