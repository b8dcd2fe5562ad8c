#include "report/verdict_json.h"

#include <math.h>
#include <string.h>

#include "base/arena.h"
#include "json/read.h"
#include "regress/value.h"
#include "report/pen.h"

enum {
    PIECE = 64 << 10,    /* bytes that are passed on at once */
    PIECE_MAX = 1 << 30  /* of one KPI */
};

static const char *direction_name(enum direction better)
{
    return better == DIRECTION_HIGHER ? "higher" : better == DIRECTION_LOWER ? "lower" : "none";
}

static void add_strings(struct text *out, const char *name, const char *const *values)
{
    pen_open(out, name, '[');
    for (; values && *values; values++)
        pen_string(out, NULL, *values);
    pen_close(out, ']');
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

/* ---- a KPI ---- */

/* A line each: they are most of a document. */
static void add_points(struct text *out, const struct evidence *e)
{
    pen_open(out, "points", '[');
    for (size_t i = 0; i < e->points_n; i++) {
        const struct run_point *p = &e->points[i];
        pen_break(out);
        pen_open(out, NULL, '{');
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
        pen_break(out);
        pen_open(out, NULL, '{');
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
        pen_break(out);
        pen_open(out, NULL, '{');
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

static void add_kpi(struct text *out, const struct kpi_result *kpi)
{
    const struct kpi_rule *rule = kpi->rule;
    const struct evidence *e = &kpi->evidence;
    struct arena arena = {0};
    pen_break(out);
    pen_open(out, NULL, '{');
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

/* ---- an entry ---- */

static void add_near_misses(struct text *out, const struct entry_result *entry)
{
    pen_open(out, "near_misses", '[');
    for (size_t i = 0; i < entry->near_misses_n; i++) {
        const struct near_miss *near = &entry->near_misses[i];
        pen_break(out);
        pen_open(out, NULL, '{');
        pen_string(out, "key", near->key);
        pen_size(out, "records", near->records);
        pen_string(out, "entry_value", near->entry_value);
        pen_string(out, "history_value", near->history_value);
        pen_close(out, '}');
    }
    pen_close(out, ']');
}

static void add_explained(struct text *out, const struct entry_result *entry)
{
    pen_open(out, "explained", '[');
    for (size_t i = 0; entry->explained && entry->varying && entry->varying[i]; i++) {
        const struct varying *v = &entry->explained[i];
        pen_break(out);
        pen_open(out, NULL, '{');
        pen_string(out, "key", entry->varying[i]);
        pen_string(out, "kpi", v->kpi);
        pen_real(out, "share", v->share);
        pen_real(out, "p", v->p);
        pen_string(out, "found", v->found);
        pen_close(out, '}');
    }
    pen_close(out, ']');
}

/* Their values as JSON: what a line of a file of acknowledgements may name. */
static void add_labels(struct text *out, const struct record *record)
{
    pen_open(out, "labels", '{');
    for (size_t i = 0; i < record->labels_n; i++) {
        struct error ignored = {0};
        const char *key = record->labels[i].key, *text = record->labels[i].value;
        json_t *value = json_read(text, strlen(text), &(struct json_read_options){.file = key, .strict = true}, &ignored);
        pen_value(out, key, value);
        json_decref(value);
    }
    pen_close(out, '}');
}

static void add_entry(struct text *out, const struct entry_result *entry)
{
    pen_break(out);
    pen_open(out, NULL, '{');
    pen_string(out, "name", entry->name);
    pen_string(out, "id", entry->entry->id);
    pen_string(out, "where", entry->entry->where);
    pen_moment(out, "start", entry->entry->start_us);
    pen_string(out, "version", entry->version);
    pen_string(out, "run_id", entry->run_id);
    pen_break(out);
    add_labels(out, entry->entry);
    pen_break(out);
    pen_size(out, "history_records", entry->history_n);
    pen_size(out, "newer_left_out", entry->newer_left_out);
    pen_string(out, "changed_key", entry->changed_key);
    add_strings(out, "varying", entry->varying);
    add_explained(out, entry);
    add_near_misses(out, entry);
}

/* ---- the document ---- */

static void add_pairing(struct text *out, const struct pairing *pairing)
{
    if (!pairing->label) {
        pen_null(out, "pairing");
        return;
    }
    pen_open(out, "pairing", '{');
    pen_string(out, "label", pairing->label);
    pen_string(out, "side", pairing->side);
    pen_string(out, "baseline", pairing->baseline_value);
    pen_close(out, '}');
}

static void add_options(struct text *out, const struct analysis_options *o)
{
    pen_break(out);
    pen_open(out, "options", '{');
    add_strings(out, "comparison_keys", o->comparison_keys);
    add_strings(out, "ignored_keys", o->ignored_keys);
    add_strings(out, "sorting_keys", o->sorting_keys);
    pen_string(out, "kpi_filter", o->kpi_filter);
    pen_string(out, "history_scope", o->scope == SCOPE_ALL ? "all" : "older");
    pen_size(out, "min_history", (size_t)o->min_history);
    pen_size(out, "min_history_same", (size_t)o->min_history_same);
    pen_real(out, "false_alarm_rate", o->false_alarm_rate);
    pen_real(out, "suspect_level", o->suspect_level);
    pen_string(out, "correction", o->correction == CORRECTION_HOLM ? "holm" : "bh");
    add_pairing(out, &o->pairing);
    pen_close(out, '}');
}

/* Entries are named by their place in `entries`. */
static void add_place(struct text *out, const struct analysis *analysis, const struct entry_result *entry)
{
    if (entry)
        pen_size(out, "entry", (size_t)(entry - analysis->entries));
    else
        pen_null(out, "entry");
}

static void add_members(struct text *out, const struct analysis *analysis, const struct incident *incident)
{
    pen_open(out, "members", '[');
    for (size_t k = 0; k < incident->members_n; k++) {
        pen_break(out);
        pen_open(out, NULL, '{');
        add_place(out, analysis, incident->entries[k]);
        pen_string(out, "kpi", incident->members[k]->rule->name);
        pen_close(out, '}');
    }
    pen_close(out, ']');
}

static void add_incidents(struct text *out, const struct analysis *analysis)
{
    pen_break(out);
    pen_open(out, "incidents", '[');
    for (size_t i = 0; i < analysis->incidents_n; i++) {
        const struct incident *incident = &analysis->incidents[i];
        pen_break(out);
        pen_open(out, NULL, '{');
        pen_string(out, "kind", incident_kind_name(incident->kind));
        pen_string(out, "summary", incident->summary);
        pen_string(out, "scope", incident->scope);
        pen_string(out, "since", incident->since_version);
        pen_string(out, "since_run", incident->since_run);
        pen_bool(out, "this_run", incident->this_run);
        pen_size(out, "judged", incident->judged);
        pen_size(out, "worse", incident->worse);
        pen_size(out, "better", incident->better);
        pen_real(out, "p", incident->p);
        add_members(out, analysis, incident);
        pen_close(out, '}');
    }
    pen_close(out, ']');
}

static void add_absences(struct text *out, const struct analysis *analysis)
{
    pen_break(out);
    pen_open(out, "absences", '[');
    for (size_t i = 0; i < analysis->absences_n; i++) {
        const struct absence *absence = &analysis->absences[i];
        pen_break(out);
        pen_open(out, NULL, '{');
        pen_string(out, "what", absence->what);
        pen_string(out, "found", absence->found);
        add_place(out, analysis, absence->entry);
        pen_string(out, "kpi", absence->kpi);
        pen_size(out, "results", absence->results);
        pen_close(out, '}');
    }
    pen_close(out, ']');
}

static void add_notes(struct text *out, const struct analysis *analysis)
{
    pen_break(out);
    pen_open(out, "notes", '[');
    for (size_t i = 0; i < analysis->notes_n; i++) {
        pen_break(out);
        pen_open(out, NULL, '{');
        pen_bool(out, "warning", analysis->notes[i].warning);
        pen_string(out, "text", analysis->notes[i].text);
        pen_close(out, '}');
    }
    pen_close(out, ']');
}

static void add_counts(struct text *out, const struct analysis *analysis)
{
    pen_break(out);
    pen_open(out, "counts", '{');
    for (int v = 0; v < VERDICT_COUNT; v++)
        pen_size(out, verdict_name((enum verdict)v), analysis->counts[v]);
    pen_close(out, '}');
    pen_break(out);
    pen_open(out, "statuses", '{');
    for (int s = CHANGE_NONE + 1; s < CHANGE_STATUSES; s++)
        pen_size(out, change_status_name((enum change_status)s), analysis->statuses[s]);
    pen_close(out, '}');
}

static void add_head(struct text *out, const struct analysis *analysis)
{
    pen_size(out, "format", VERDICT_JSON_FORMAT);
    add_options(out, analysis->options);
    pen_break(out);
    pen_size(out, "history_records", analysis->history_records);
    pen_size(out, "own_records", analysis->own_records);
    pen_size(out, "tests", analysis->tests);
    pen_size(out, "without_payload", analysis->without_payload);
    pen_size(out, "tested", analysis->tested);
    add_counts(out, analysis);
    add_incidents(out, analysis);
    add_absences(out, analysis);
    add_notes(out, analysis);
}

/* Passes on what there is when that is worth it, or everything. */
static void pass_on(struct text *out, const struct verdict_json_sink *sink, bool all)
{
    if (!sink || (!all && out->len < PIECE))
        return;
    size_t n = all ? out->len : out->len - PEN_LOOKS_BACK;
    sink->take(sink->context, out->s, n);
    memmove(out->s, out->s + n, out->len - n + 1);
    out->len -= n;
}

static void write_document(struct text *out, const struct analysis *analysis, const struct verdict_json_sink *sink)
{
    text_addc(out, '{');
    add_head(out, analysis);
    pen_break(out);
    pen_open(out, "entries", '[');
    for (size_t i = 0; i < analysis->entries_n; i++) {
        const struct entry_result *entry = &analysis->entries[i];
        add_entry(out, entry);
        pen_open(out, "kpis", '[');
        for (size_t j = 0; j < entry->kpis_n; j++) {
            add_kpi(out, &entry->kpis[j]);
            pass_on(out, sink, false);
        }
        pen_close(out, ']');
        pen_close(out, '}');
    }
    pen_close(out, ']');
    pen_close(out, '}');
    text_addc(out, '\n');
    pass_on(out, sink, true);
}

void verdict_json_render(struct text *out, const struct analysis *analysis)
{
    write_document(out, analysis, NULL);
}

bool verdict_json_stream(const struct analysis *analysis, const struct verdict_json_sink *sink)
{
    struct text piece = text_open(PIECE_MAX);
    write_document(&piece, analysis, sink);
    bool whole = !piece.over;
    text_close(&piece);
    return whole;
}
