#include "report/verdict_json_kpi.h"

#include <math.h>

#include "base/arena.h"
#include "regress/value.h"
#include "report/pen.h"

static const char *direction_name(enum direction better)
{
    return better == DIRECTION_HIGHER ? "higher" : better == DIRECTION_LOWER ? "lower" : "none";
}

/* A number of runs, negative where none is known. */
static void add_runs(struct text *out, const char *name, int runs)
{
    if (runs < 0)
        pen_null(out, name);
    else
        pen_size(out, name, (size_t)runs);
}

/* The first one stands for none. */
static void add_point(struct text *out, const char *name, size_t point)
{
    if (point)
        pen_size(out, name, point);
    else
        pen_null(out, name);
}

/* ---- its evidence ---- */

/* A line each: they are most of a document. */
static void add_points(struct text *out, const struct evidence *e)
{
    pen_open(out, "points", '[');
    for (size_t i = 0; i < e->points_n; i++) {
        const struct run_point *p = &e->points[i];
        pen_item(out);
        pen_string(out, "version", p->version);
        pen_string(out, "run_id", p->run_id);
        pen_string(out, "where", p->where);
        pen_moment(out, "start", p->start_us);
        pen_real(out, "value", p->value);
        pen_size(out, "repetitions", p->repetitions);
        pen_size(out, "level", p->level);
        pen_close(out, '}');
    }
    pen_close(out, ']');
}

static void add_level(struct text *out, const struct evidence *e)
{
    if (!isfinite(e->level)) {
        pen_null(out, "level");
        return;
    }
    pen_open(out, "level", '{');
    pen_real(out, "centre", e->level);
    pen_real(out, "sd", e->sd);
    pen_real(out, "df", e->df);
    pen_real(out, "low", e->low);
    pen_real(out, "high", e->high);
    pen_size(out, "first_point", e->level_start);
    pen_size(out, "points", e->level_n);
    pen_size(out, "levels", e->levels);
    pen_close(out, '}');
}

static void add_since(struct text *out, const struct evidence *e)
{
    if (!e->since_version) {
        pen_null(out, "since");
        return;
    }
    pen_open(out, "since", '{');
    pen_string(out, "version", e->since_version);
    pen_string(out, "after", e->since_after);
    if (e->since_older) {
        pen_null(out, "point");
        pen_string(out, "run_id", e->since_older[1].run_id);
    } else {
        pen_size(out, "point", e->since_point);
    }
    pen_bool(out, "this_run", e->since_point >= e->points_n);
    pen_close(out, '}');
}

static void add_after(struct text *out, const struct evidence *e)
{
    if (!e->after_n) {
        pen_null(out, "after");
        return;
    }
    pen_open(out, "after", '{');
    pen_size(out, "points", e->after_n);
    pen_real(out, "centre", e->after);
    pen_real(out, "change", e->after - e->level);
    pen_real(out, "low", e->size_low);
    pen_real(out, "high", e->size_high);
    pen_close(out, '}');
}

static void add_evidence(struct text *out, const struct evidence *e)
{
    pen_break(out);
    pen_open(out, "evidence", '{');
    pen_real(out, "value", e->value);
    pen_real(out, "change", e->change);
    pen_real(out, "relative_change", e->relative);
    pen_real(out, "relative_threshold", e->relative_threshold);
    pen_real(out, "absolute_threshold", e->absolute_threshold);
    pen_real(out, "p", e->p);
    pen_real(out, "p_corrected", e->p_corrected);
    pen_real(out, "smallest_seen", e->smallest_seen);
    pen_real(out, "ok_from", e->ok_from);
    add_runs(out, "more_runs", e->more_runs);
    add_level(out, e);
    add_since(out, e);
    pen_string(out, "test", e->test);
    add_after(out, e);
    pen_size(out, "newer_left_out", e->newer_left_out);
    pen_real(out, "measured", e->control ? e->measured : NAN);
    pen_string(out, "control", e->control);
    pen_size(out, "repetitions", e->repetitions);
    pen_real(out, "repetitions_sd", e->own_sd);
    pen_real(out, "within_sd", e->within_sd);
    pen_bool(out, "level_kept", e->level_kept);
    add_points(out, e);
    pen_close(out, '}');
}

static void add_checks(struct text *out, const struct kpi_result *kpi)
{
    pen_open(out, "checks", '[');
    for (size_t i = 0; i < kpi->checks_n; i++) {
        const struct check *c = &kpi->checks[i];
        pen_item(out);
        pen_string(out, "check", check_name(c->kind));
        pen_string(out, "part", c->part);
        pen_bool(out, "tested", c->tested);
        pen_string(out, "verdict", verdict_name(c->verdict));
        pen_real(out, "value", c->value);
        pen_real(out, "reference", c->reference);
        pen_real(out, "level", c->level);
        pen_real(out, "low", c->low);
        pen_real(out, "high", c->high);
        pen_real(out, "p_worse", c->p_worse);
        pen_real(out, "p_better", c->p_better);
        pen_real(out, "p_worse_corrected", c->corrected_worse);
        pen_real(out, "p_better_corrected", c->corrected_better);
        pen_real(out, "smallest_seen", c->smallest_seen);
        pen_real(out, "ok_from", c->ok_from);
        add_runs(out, "more_runs", c->more_runs);
        add_point(out, "since_point", c->since);
        pen_bool(out, "worth_saying", c->worth_saying);
        pen_string(out, "found", c->found);
        pen_string(out, "flip", c->flip);
        pen_close(out, '}');
    }
    pen_close(out, ']');
}

static void add_acknowledgement(struct text *out, const struct known_change *change)
{
    if (!change->ack_reason && !change->ack_author && !change->ack_place) {
        pen_null(out, "acknowledgement");
        return;
    }
    pen_open(out, "acknowledgement", '{');
    pen_string(out, "reason", change->ack_reason);
    pen_string(out, "author", change->ack_author);
    pen_string(out, "expires", change->ack_expires);
    pen_string(out, "place", change->ack_place);
    pen_close(out, '}');
}

static void add_run(struct text *out, const char *name, const char *version, const char *url)
{
    if (!version) {
        pen_null(out, name);
        return;
    }
    pen_open(out, name, '{');
    pen_string(out, "version", version);
    pen_string(out, "url", url);
    pen_close(out, '}');
}

static void add_differences(struct text *out, const struct kpi_result *kpi)
{
    pen_open(out, "differences", '[');
    for (size_t i = 0; i < kpi->differences_n; i++) {
        const struct difference *d = &kpi->differences[i];
        pen_item(out);
        pen_string(out, "key", d->key);
        pen_string(out, "before", d->before);
        pen_string(out, "after", d->after);
        pen_real(out, "share", d->share);
        pen_size(out, "elsewhere", d->elsewhere);
        pen_string(out, "compare", d->compare);
        pen_string(out, "link", d->link);
        pen_close(out, '}');
    }
    pen_close(out, ']');
}

static void add_change(struct text *out, const struct kpi_result *kpi)
{
    if (kpi->change.status == CHANGE_NONE && !kpi->change.id) {
        pen_null(out, "change");
        return;
    }
    pen_open(out, "change", '{');
    pen_string(out, "status", change_status_name(kpi->change.status));
    pen_string(out, "id", kpi->change.id);
    add_acknowledgement(out, &kpi->change);
    add_run(out, "last_good", kpi->last_good, kpi->last_good_url);
    add_run(out, "first_bad", kpi->first_bad, kpi->first_bad_url);
    add_differences(out, kpi);
    pen_string(out, "cause", kpi->cause);
    pen_close(out, '}');
}

void verdict_json_kpi(struct text *out, const struct kpi_result *kpi)
{
    const struct kpi_rule *rule = kpi->rule;
    const struct evidence *e = &kpi->evidence;
    struct arena arena = {0};
    pen_item(out);
    pen_string(out, "name", rule->name);
    pen_string(out, "help", rule->help);
    pen_string(out, "unit", rule->unit);
    pen_string(out, "better", direction_name(rule->better));
    pen_string(out, "verdict", verdict_name(kpi->verdict));
    pen_string(out, "shown", isfinite(e->value) ? value_shown(rule, e->value, VALUE_PLAIN, &arena) : NULL);
    pen_string(out, "decided_by", check_name(e->decided_by));
    pen_string(out, "reason", e->reason);
    pen_string(out, "flip", e->flip);
    add_change(out, kpi);
    add_checks(out, kpi);
    add_evidence(out, e);
    pen_close(out, '}');
    arena_close(&arena);
}
