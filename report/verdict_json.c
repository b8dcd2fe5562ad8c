#include "report/verdict_json.h"

#include <math.h>
#include <string.h>

#include "base/arena.h"
#include "base/moment.h"
#include "json/read.h"
#include "json/write.h"
#include "regress/value.h"

static json_t *real(double value)
{
    return isfinite(value) ? json_real(value) : json_null();
}

static json_t *size(size_t value)
{
    return json_integer((json_int_t)value);
}

/* Text that is no valid UTF-8 cannot stand in JSON: null. */
static json_t *string(const char *value)
{
    json_t *text = value ? json_string(value) : NULL;
    return text ? text : json_null();
}

static json_t *moment(int64_t us)
{
    char text[MOMENT_TEXT_MAX];
    moment_utc_text((struct moment){.us = us, .has_zone = true}, text);
    return json_string(text);
}

static json_t *strings(const char *const *values)
{
    json_t *list = json_array();
    for (; values && *values; values++)
        json_array_append_new(list, string(*values));
    return list;
}

static const char *direction_name(enum direction better)
{
    return better == DIRECTION_HIGHER ? "higher" : better == DIRECTION_LOWER ? "lower" : "none";
}

struct member {
    const char *name;
    json_t *value;
};

static json_t *object(const struct member *members, size_t n)
{
    json_t *made = json_object();
    for (size_t i = 0; i < n; i++)
        json_object_set_new(made, members[i].name, members[i].value);
    return made;
}

#define OBJECT(...) \
    object((const struct member[]){__VA_ARGS__}, sizeof((const struct member[]){__VA_ARGS__}) / sizeof(struct member))

static json_t *render_points(const struct evidence *e)
{
    json_t *list = json_array();
    for (size_t i = 0; i < e->points_n; i++) {
        const struct run_point *p = &e->points[i];
        json_array_append_new(list, OBJECT({"version", string(p->version)}, {"run_id", string(p->run_id)},
                                           {"where", string(p->where)}, {"start", moment(p->start_us)},
                                           {"value", real(p->value)}, {"repetitions", size(p->repetitions)},
                                           {"level", size(p->level)}));
    }
    return list;
}

static json_t *render_level(const struct evidence *e)
{
    if (!isfinite(e->level))
        return json_null();
    return OBJECT({"centre", real(e->level)}, {"sd", real(e->sd)}, {"df", real(e->df)}, {"low", real(e->low)},
                  {"high", real(e->high)}, {"first_point", size(e->level_start)}, {"points", size(e->level_n)},
                  {"levels", size(e->levels)});
}

static json_t *render_since(const struct evidence *e)
{
    if (!e->since_version)
        return json_null();
    return OBJECT({"version", string(e->since_version)}, {"after", string(e->since_after)},
                  {"point", size(e->since_point)}, {"this_run", json_boolean(e->since_point >= e->points_n)});
}

static json_t *render_evidence(const struct evidence *e)
{
    return OBJECT({"value", real(e->value)}, {"change", real(e->change)}, {"relative_change", real(e->relative)},
                  {"relative_threshold", real(e->relative_threshold)}, {"absolute_threshold", real(e->absolute_threshold)},
                  {"p", real(e->p)}, {"p_corrected", real(e->p_corrected)}, {"smallest_seen", real(e->smallest_seen)}, {"ok_from", real(e->ok_from)},
                  {"more_runs", e->more_runs < 0 ? json_null() : json_integer(e->more_runs)},
                  {"level", render_level(e)}, {"since", render_since(e)}, {"newer_left_out", size(e->newer_left_out)},
                  {"measured", e->control ? real(e->measured) : json_null()}, {"control", string(e->control)}, {"within_sd", real(e->within_sd)}, {"level_kept", json_boolean(e->level_kept)},
                  {"points", render_points(e)});
}

static json_t *render_checks(const struct kpi_result *kpi)
{
    json_t *list = json_array();
    for (size_t i = 0; i < kpi->checks_n; i++) {
        const struct check *c = &kpi->checks[i];
        json_array_append_new(list, OBJECT({"check", string(check_name(c->kind))}, {"part", string(c->part)}, {"tested", json_boolean(c->tested)},
                                           {"verdict", string(verdict_name(c->verdict))}, {"value", real(c->value)},
                                           {"reference", real(c->reference)}, {"level", real(c->level)}, {"low", real(c->low)}, {"high", real(c->high)},
                                           {"p_worse", real(c->p_worse)}, {"p_better", real(c->p_better)},
                                           {"p_worse_corrected", real(c->corrected_worse)}, {"p_better_corrected", real(c->corrected_better)},
                                           {"smallest_seen", real(c->smallest_seen)}, {"ok_from", real(c->ok_from)},
                                           {"more_runs", c->more_runs < 0 ? json_null() : json_integer(c->more_runs)},
                                           {"since_point", c->since ? size(c->since) : json_null()},
                                           {"worth_saying", json_boolean(c->worth_saying)}, {"found", string(c->found)},
                                           {"flip", string(c->flip)}));
    }
    return list;
}

static json_t *render_acknowledgement(const struct known_change *change)
{
    if (!change->ack_reason && !change->ack_author && !change->ack_place)
        return json_null();
    return OBJECT({"reason", string(change->ack_reason)}, {"author", string(change->ack_author)}, {"expires", string(change->ack_expires)},
                  {"place", string(change->ack_place)});
}

static json_t *render_run(const char *version, const char *url)
{
    return version ? OBJECT({"version", string(version)}, {"url", string(url)}) : json_null();
}

static json_t *render_differences(const struct kpi_result *kpi)
{
    json_t *list = json_array();
    for (size_t i = 0; i < kpi->differences_n; i++) {
        const struct difference *d = &kpi->differences[i];
        json_array_append_new(list, OBJECT({"key", string(d->key)}, {"before", string(d->before)}, {"after", string(d->after)},
                                           {"share", real(d->share)}, {"elsewhere", size(d->elsewhere)}, {"compare", string(d->compare)}, {"link", string(d->link)}));
    }
    return list;
}

static json_t *render_change(const struct kpi_result *kpi)
{
    if (kpi->change.status == CHANGE_NONE && !kpi->change.id)
        return json_null();
    return OBJECT({"status", string(change_status_name(kpi->change.status))}, {"id", string(kpi->change.id)},
                  {"acknowledgement", render_acknowledgement(&kpi->change)},
                  {"last_good", render_run(kpi->last_good, kpi->last_good_url)},
                  {"first_bad", render_run(kpi->first_bad, kpi->first_bad_url)}, {"differences", render_differences(kpi)}, {"cause", string(kpi->cause)});
}

static json_t *render_kpi(const struct kpi_result *kpi, struct arena *arena)
{
    const struct kpi_rule *rule = kpi->rule;
    const struct evidence *e = &kpi->evidence;
    json_t *shown = isfinite(e->value) ? string(value_shown(rule, e->value, VALUE_PLAIN, arena)) : json_null();
    return OBJECT({"name", string(rule->name)}, {"help", string(rule->help)}, {"unit", string(rule->unit)},
                  {"better", string(direction_name(rule->better))}, {"verdict", string(verdict_name(kpi->verdict))},
                  {"shown", shown}, {"decided_by", string(check_name(e->decided_by))}, {"reason", string(e->reason)},
                  {"flip", string(e->flip)}, {"change", render_change(kpi)}, {"checks", render_checks(kpi)},
                  {"evidence", render_evidence(e)});
}

static json_t *render_near_misses(const struct entry_result *entry)
{
    json_t *list = json_array();
    for (size_t i = 0; i < entry->near_misses_n; i++) {
        const struct near_miss *near = &entry->near_misses[i];
        json_array_append_new(list, OBJECT({"key", string(near->key)}, {"records", size(near->records)},
                                           {"entry_value", string(near->entry_value)},
                                           {"history_value", string(near->history_value)}));
    }
    return list;
}

static json_t *render_explained(const struct entry_result *entry)
{
    json_t *list = json_array();
    for (size_t i = 0; entry->explained && entry->varying && entry->varying[i]; i++) {
        const struct varying *v = &entry->explained[i];
        json_array_append_new(list, OBJECT({"key", string(entry->varying[i])}, {"kpi", string(v->kpi)}, {"share", real(v->share)}, {"p", real(v->p)},
                                           {"found", string(v->found)}));
    }
    return list;
}

/* Their values as JSON: what a line of a file of acknowledgements may name. */
static json_t *render_labels(const struct record *record)
{
    json_t *labels = json_object();
    for (size_t i = 0; i < record->labels_n; i++) {
        struct error ignored = {0};
        const char *text = record->labels[i].value;
        json_t *value = json_read(text, strlen(text), &(struct json_read_options){.file = record->labels[i].key, .strict = true}, &ignored);
        json_object_set_new(labels, record->labels[i].key, value ? value : json_null());
    }
    return labels;
}

static json_t *render_entry(const struct entry_result *entry, struct arena *arena)
{
    json_t *kpis = json_array();
    for (size_t i = 0; i < entry->kpis_n; i++)
        json_array_append_new(kpis, render_kpi(&entry->kpis[i], arena));
    return OBJECT({"name", string(entry->name)}, {"id", string(entry->entry->id)}, {"where", string(entry->entry->where)},
                  {"start", moment(entry->entry->start_us)}, {"version", string(entry->version)},
                  {"run_id", string(entry->run_id)}, {"labels", render_labels(entry->entry)}, {"history_records", size(entry->history_n)},
                  {"newer_left_out", size(entry->newer_left_out)}, {"changed_key", string(entry->changed_key)},
                  {"varying", strings(entry->varying)}, {"explained", render_explained(entry)},
                  {"near_misses", render_near_misses(entry)}, {"kpis", kpis});
}

static json_t *render_pairing(const struct pairing *pairing)
{
    if (!pairing->label)
        return json_null();
    return OBJECT({"label", string(pairing->label)}, {"side", string(pairing->side)}, {"baseline", string(pairing->baseline_value)});
}

static json_t *render_options(const struct analysis_options *o)
{
    return OBJECT({"comparison_keys", strings(o->comparison_keys)}, {"ignored_keys", strings(o->ignored_keys)},
                  {"sorting_keys", strings(o->sorting_keys)}, {"kpi_filter", string(o->kpi_filter)},
                  {"history_scope", string(o->scope == SCOPE_ALL ? "all" : "older")},
                  {"min_history", json_integer(o->min_history)}, {"min_history_same", json_integer(o->min_history_same)},
                  {"false_alarm_rate", real(o->false_alarm_rate)}, {"suspect_level", real(o->suspect_level)},
                  {"correction", string(o->correction == CORRECTION_HOLM ? "holm" : "bh")}, {"pairing", render_pairing(&o->pairing)});
}

/* ---- of the whole invocation ---- */

/* Entries are named by their place in `entries`. */
static json_t *place_of(const struct analysis *analysis, const struct entry_result *entry)
{
    return entry ? size((size_t)(entry - analysis->entries)) : json_null();
}

static json_t *render_incidents(const struct analysis *analysis)
{
    json_t *list = json_array();
    for (size_t i = 0; i < analysis->incidents_n; i++) {
        const struct incident *incident = &analysis->incidents[i];
        json_t *members = json_array();
        for (size_t k = 0; k < incident->members_n; k++)
            json_array_append_new(members, OBJECT({"entry", place_of(analysis, incident->entries[k])},
                                                  {"kpi", string(incident->members[k]->rule->name)}));
        json_array_append_new(list, OBJECT({"kind", string(incident_kind_name(incident->kind))}, {"summary", string(incident->summary)},
                                           {"scope", string(incident->scope)}, {"since", string(incident->since_version)},
                                           {"since_run", string(incident->since_run)}, {"this_run", json_boolean(incident->this_run)},
                                           {"judged", size(incident->judged)}, {"worse", size(incident->worse)},
                                           {"better", size(incident->better)}, {"p", real(incident->p)}, {"members", members}));
    }
    return list;
}

static json_t *render_absences(const struct analysis *analysis)
{
    json_t *list = json_array();
    for (size_t i = 0; i < analysis->absences_n; i++) {
        const struct absence *absence = &analysis->absences[i];
        json_array_append_new(list, OBJECT({"what", string(absence->what)}, {"found", string(absence->found)},
                                           {"entry", place_of(analysis, absence->entry)}, {"kpi", string(absence->kpi)},
                                           {"results", size(absence->results)}));
    }
    return list;
}

static json_t *render_notes(const struct analysis *analysis)
{
    json_t *list = json_array();
    for (size_t i = 0; i < analysis->notes_n; i++)
        json_array_append_new(list, OBJECT({"warning", json_boolean(analysis->notes[i].warning)}, {"text", string(analysis->notes[i].text)}));
    return list;
}

static json_t *render_counts(const struct analysis *analysis)
{
    json_t *counts = json_object();
    for (int v = 0; v < VERDICT_COUNT; v++)
        json_object_set_new(counts, verdict_name((enum verdict)v), size(analysis->counts[v]));
    return counts;
}

static json_t *render_statuses(const struct analysis *analysis)
{
    json_t *statuses = json_object();
    for (int s = CHANGE_NONE + 1; s < CHANGE_STATUSES; s++)
        json_object_set_new(statuses, change_status_name((enum change_status)s), size(analysis->statuses[s]));
    return statuses;
}

/* One entry at a time: as trees, all of them would need many times the room of their text. They stand last in the document. */
static void write_entries(struct text *out, const struct analysis *analysis, const struct json_style *style)
{
    for (size_t i = 0; i < analysis->entries_n; i++) {
        struct arena arena = {0};
        json_t *entry = render_entry(&analysis->entries[i], &arena);
        if (i)
            text_addc(out, ',');
        json_write_break(out, style, 2);
        json_write(out, entry, style, 2);
        json_decref(entry);
        arena_close(&arena);
    }
    if (analysis->entries_n)
        json_write_break(out, style, 1);
}

void verdict_json_render(struct text *out, const struct analysis *analysis)
{
    const struct json_style style = {.indent = 4, .ascii = true};
    json_t *head = OBJECT({"format", json_integer(VERDICT_JSON_FORMAT)}, {"options", render_options(analysis->options)},
                          {"history_records", size(analysis->history_records)}, {"own_records", size(analysis->own_records)},
                          {"tests", size(analysis->tests)}, {"without_payload", size(analysis->without_payload)},
                          {"tested", size(analysis->tested)}, {"counts", render_counts(analysis)}, {"statuses", render_statuses(analysis)},
                          {"incidents", render_incidents(analysis)}, {"absences", render_absences(analysis)}, {"notes", render_notes(analysis)});
    json_write(out, head, &style, 0);
    out->len -= out->over ? 0 : 2; /* without its end: a line break and a brace */
    text_add(out, ",");
    json_write_break(out, &style, 1);
    text_add(out, "\"entries\": [");
    write_entries(out, analysis, &style);
    text_add(out, "]");
    json_write_break(out, &style, 0);
    text_add(out, "}\n");
    json_decref(head);
}
