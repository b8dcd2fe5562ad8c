#include <math.h>

#include "report/pen.h"
#include "report/proof/calibrate_report.h"

static void add_proportion(struct text *out, const char *name, const struct proportion *p, size_t hits)
{
    pen_open(out, name, '{');
    pen_size(out, "replicates", hits);
    pen_real(out, "share", p->share);
    pen_real(out, "low", p->low);
    pen_real(out, "high", p->high);
    pen_close(out, '}');
}

/* null: not looked for; "never": none is. */
static void add_effect(struct text *out, const char *name, const struct calibrate_effect *effect, double level)
{
    if (isnan(effect->size)) {
        pen_null(out, name);
        return;
    }
    pen_open(out, name, '{');
    pen_bool(out, "ever", isfinite(effect->size));
    pen_real(out, "size", effect->size);
    pen_real(out, "low", effect->low);
    pen_real(out, "high", effect->high);
    pen_real(out, "relative", effect->size / fabs(level));
    pen_close(out, '}');
}

static void add_series(struct text *out, const struct calibration *c, const struct calibrate_series *s)
{
    pen_open(out, NULL, '{');
    pen_string(out, "kpi", s->rule->name);
    pen_string(out, "unit", s->rule->unit);
    pen_string(out, "label_set", c->names[s->label_set]);
    pen_string(out, "verdict", verdict_name(s->verdict));
    pen_size(out, "runs", s->runs);
    pen_real(out, "level", s->level);
    pen_real(out, "sd", s->sd);
    pen_real(out, "threshold", s->threshold);
    pen_bool(out, "shuffled", s->shuffled);
    pen_bool(out, "drifts", s->drifts);
    pen_bool(out, "moved", s->moved);
    pen_bool(out, "newest_left_out", s->newest_left_out);
    pen_real(out, "autocorrelation", s->rho);
    pen_size(out, "block", s->block);
    pen_size(out, "regressions", s->regressions);
    pen_size(out, "suspects", s->suspects);
    pen_size(out, "cannot_tell", s->cannot_tell);
    add_effect(out, "newest_run", &s->one, s->level);
    add_effect(out, "newest_runs", &s->several, s->level);
    add_effect(out, "noise_floor", &s->floor, s->level);
    pen_strings(out, "advice", s->advice);
    pen_close(out, '}');
}

void calibrate_json_render(struct text *out, const struct calibrate_report *report)
{
    const struct calibration *c = report->calibration;
    pen_open(out, NULL, '{');
    pen_size(out, "format", CALIBRATE_FORMAT);
    pen_string(out, "workload", report->workload);
    pen_string(out, "history", report->history);
    pen_size(out, "replicates", c->options->replicates);
    pen_size(out, "effect_replicates", c->effect_replicates);
    pen_size(out, "seed", (size_t)c->options->seed);
    pen_real(out, "promised", c->options->analysis->false_alarm_rate);
    pen_size(out, "tested", c->tested);
    pen_break(out);
    pen_open(out, "newest", '{');
    pen_string(out, "version", c->newest->version);
    pen_string(out, "run_id", c->newest->run_id);
    pen_moment(out, "start", c->newest->start_us);
    pen_close(out, '}');
    pen_break(out);
    add_proportion(out, "false_alarms", &c->false_alarms, c->alarms);
    pen_size(out, "suspects", c->suspects);
    pen_break(out);
    pen_open(out, "kpis", '[');
    for (size_t k = 0; k < c->kpis_n; k++) {
        pen_item(out);
        pen_string(out, "kpi", c->kpis[k].rule->name);
        pen_size(out, "series", c->kpis[k].series);
        add_proportion(out, "false_alarms", &c->kpis[k].false_alarms, c->kpis[k].regressions);
        pen_size(out, "suspects", c->kpis[k].suspects);
        pen_close(out, '}');
    }
    pen_close(out, ']');
    pen_break(out);
    pen_open(out, "series", '[');
    for (size_t i = 0; i < c->series_n; i++) {
        pen_break(out);
        add_series(out, c, &c->series[i]);
    }
    pen_close(out, ']');
    pen_close(out, '}');
    text_addc(out, '\n');
}
