#include "report/pen.h"
#include "report/proof/selftest_report.h"

static void add_analysis(struct text *out, const char *name, const struct analysis *analysis, const struct gate *gate)
{
    pen_open(out, name, '{');
    pen_size(out, "regressions", analysis->counts[VERDICT_REGRESSION]);
    pen_size(out, "exit_code", (size_t)gate_code(gate, analysis));
    pen_close(out, '}');
}

static void add_kpi(struct text *out, const struct selftest_kpi *kpi)
{
    static const char *const outcomes[] = {[SELFTEST_SEEN] = "seen", [SELFTEST_ALREADY] = "already", [SELFTEST_NOT_SEEN] = "not seen"};
    pen_open(out, NULL, '{');
    pen_string(out, "kpi", kpi->changed->rule->name);
    pen_string(out, "entry", kpi->entry->name);
    pen_string(out, "outcome", outcomes[kpi->outcome]);
    pen_real(out, "value", kpi->value);
    pen_real(out, "changed", kpi->changed_value);
    pen_string(out, "as_is", kpi->as_is ? verdict_name(kpi->as_is->verdict) : NULL);
    pen_string(out, "no_change", kpi->same ? verdict_name(kpi->same->verdict) : NULL);
    pen_string(out, "verdict", verdict_name(kpi->changed->verdict));
    pen_string(out, "reason", kpi->changed->evidence.reason);
    pen_bool(out, "seen_alone", kpi->seen_alone);
    pen_real(out, "needed", kpi->needed);
    pen_close(out, '}');
}

void selftest_json_render(struct text *out, const struct selftest_report *report)
{
    const struct selftest *t = report->selftest;
    pen_open(out, NULL, '{');
    pen_size(out, "format", SELFTEST_FORMAT);
    pen_string(out, "source", report->source);
    pen_real(out, "share", t->options->share);
    pen_string(out, "kpi", t->options->kpi);
    pen_bool(out, "passes", selftest_passes(t));
    pen_break(out);
    add_analysis(out, "as_is", t->as_is, report->gate);
    add_analysis(out, "no_change", t->same, report->gate);
    add_analysis(out, "changed", t->changed, report->gate);
    pen_break(out);
    pen_open(out, "kpis", '[');
    for (size_t i = 0; i < t->kpis_n; i++) {
        pen_break(out);
        add_kpi(out, &t->kpis[i]);
    }
    pen_close(out, ']');
    pen_close(out, '}');
    text_addc(out, '\n');
}
