#include "report/pen.h"
#include "report/proof/replay_report.h"

static void add_index(struct text *out, const char *name, size_t value)
{
    if (value == REPLAY_NOWHERE)
        pen_null(out, name);
    else
        pen_size(out, name, value);
}

static void add_sums(struct text *out, const struct replay_sums *s)
{
    pen_open(out, "sums", '{');
    pen_size(out, "invocations", s->runs);
    pen_size(out, "red", s->red);
    pen_size(out, "regressions", s->regressions);
    pen_size(out, "improvements", s->improvements);
    pen_real(out, "alarms_per_100", s->runs ? 100.0 * (double)(s->regressions + s->improvements) / (double)s->runs : 0);
    pen_size(out, "right", s->right);
    pen_size(out, "repeats", s->repeats);
    pen_size(out, "wrong", s->wrong);
    pen_size(out, "flaps", s->flaps);
    pen_size(out, "suspects_in_vain", s->suspects_only);
    pen_size(out, "changes", s->changes);
    pen_size(out, "found", s->found);
    pen_real(out, "delay_median", s->delay_median);
    pen_real(out, "delay_p90", s->delay_p90);
    if (s->found)
        pen_size(out, "delay_max", s->delay_max);
    else
        pen_null(out, "delay_max");
    pen_real(out, "precision", s->precision);
    pen_real(out, "recall", s->recall);
    pen_real(out, "f1", s->f1);
    pen_open(out, "verdicts", '{');
    for (int v = 0; v < VERDICT_COUNT; v++)
        pen_size(out, verdict_name((enum verdict)v), s->verdicts[v]);
    pen_close(out, '}');
    pen_close(out, '}');
}

static void add_points(struct text *out, const struct replay_series *s)
{
    pen_open(out, "runs", '[');
    for (size_t i = 0; i < s->n; i++)
        pen_size(out, NULL, s->points[i].run);
    pen_close(out, ']');
    pen_break(out);
    pen_open(out, "values", '[');
    for (size_t i = 0; i < s->n; i++)
        pen_real(out, NULL, s->points[i].value);
    pen_close(out, ']');
    pen_break(out);
    pen_open(out, "verdicts", '[');
    for (size_t i = 0; i < s->n; i++)
        pen_string(out, NULL, s->points[i].judged ? verdict_name(s->points[i].verdict) : NULL);
    pen_close(out, ']');
    pen_break(out);
    pen_open(out, "p", '[');
    for (size_t i = 0; i < s->n; i++)
        pen_real(out, NULL, s->points[i].p);
    pen_close(out, ']');
}

static void add_alarms(struct text *out, const struct replay_series *s)
{
    pen_open(out, "alarms", '[');
    for (size_t i = 0; i < s->alarms_n; i++) {
        const struct replay_alarm *a = &s->alarms[i];
        pen_item(out);
        pen_string(out, "verdict", verdict_name(a->verdict));
        pen_size(out, "at", a->at);
        pen_size(out, "end", a->end);
        add_index(out, "since", a->since);
        add_index(out, "change", a->change);
        pen_real(out, "relative", s->points[a->at].relative);
        pen_bool(out, "repeat", a->repeat);
        pen_bool(out, "flap", a->flap);
        pen_close(out, '}');
    }
    pen_close(out, ']');
}

static void add_changes(struct text *out, const struct replay_series *s)
{
    pen_open(out, "changes", '[');
    for (size_t i = 0; i < s->changes_n; i++) {
        const struct replay_change *c = &s->changes[i];
        bool found = c->alarm != REPLAY_NOWHERE;
        pen_item(out);
        pen_size(out, "at", c->at);
        pen_string(out, "kind", c->kind == VERDICT_OK ? NULL : verdict_name(c->kind));
        pen_real(out, "before", c->before);
        pen_real(out, "after", c->after);
        pen_bool(out, "judgeable", c->judgeable);
        add_index(out, "alarm", c->alarm);
        if (found) {
            pen_size(out, "delay", c->delay);
            pen_size(out, "suspects", c->suspects);
        }
        if (c->place)
            pen_string(out, "place", c->place);
        pen_close(out, '}');
    }
    pen_close(out, ']');
}

static void add_series(struct text *out, const struct replay *replay)
{
    pen_open(out, "series", '[');
    for (size_t i = 0; i < replay->series_n; i++) {
        const struct replay_series *s = &replay->series[i];
        pen_item(out);
        pen_string(out, "kpi", s->rule->name);
        pen_size(out, "label_set", s->label_set);
        add_points(out, s);
        pen_break(out);
        add_alarms(out, s);
        pen_break(out);
        add_changes(out, s);
        pen_close(out, '}');
    }
    pen_close(out, ']');
}

static void add_past(struct text *out, const struct replay *replay)
{
    pen_open(out, "label_sets", '[');
    for (size_t i = 0; i < replay->past->label_sets_n; i++)
        pen_string(out, NULL, replay->names[i]);
    pen_close(out, ']');
    pen_break(out);
    pen_open(out, "invocations", '[');
    for (size_t i = 0; i < replay->past->runs_n; i++) {
        const struct past_run *run = &replay->past->runs[i];
        pen_item(out);
        pen_string(out, "version", run->version);
        pen_string(out, "run_id", run->run_id);
        pen_moment(out, "start", run->start_us);
        pen_size(out, "payloads", run->n);
        pen_close(out, '}');
    }
    pen_close(out, ']');
}

void replay_json_render(struct text *out, const struct replay_report *report)
{
    const struct replay *first = report->replays[0];
    pen_open(out, NULL, '{');
    pen_size(out, "format", REPLAY_FORMAT);
    pen_string(out, "workload", report->workload);
    pen_string(out, "history", report->history);
    pen_string(out, "annotations", first->options->notes ? report->annotations : NULL);
    pen_size(out, "tolerance", first->options->tolerance);
    pen_size(out, "first", first->first);
    pen_break(out);
    add_past(out, first);
    pen_break(out);
    pen_open(out, "replays", '[');
    for (size_t i = 0; i < report->n; i++) {
        pen_item(out);
        pen_string(out, "method", report->names ? report->names[i] : NULL);
        add_sums(out, &report->replays[i]->sums);
        pen_break(out);
        add_series(out, report->replays[i]);
        pen_close(out, '}');
    }
    pen_close(out, ']');
    pen_close(out, '}');
    text_addc(out, '\n');
}
