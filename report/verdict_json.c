#include "report/verdict_json.h"

#include <string.h>

#include "json/read.h"
#include "report/pen.h"
#include "report/verdict_json_kpi.h"

enum {
    PIECE = 64 << 10,    /* bytes that are passed on at once */
    PIECE_MAX = 1 << 30  /* of one KPI */
};

/* ---- an entry ---- */

static void add_near_misses(struct text *out, const struct entry_result *entry)
{
    pen_open(out, "near_misses", '[');
    for (size_t i = 0; i < entry->near_misses_n; i++) {
        const struct near_miss *near = &entry->near_misses[i];
        pen_item(out);
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
        pen_item(out);
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
    pen_item(out);
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
    pen_strings(out, "varying", entry->varying);
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
    pen_strings(out, "comparison_keys", o->comparison_keys);
    pen_strings(out, "ignored_keys", o->ignored_keys);
    pen_strings(out, "sorting_keys", o->sorting_keys);
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
        pen_item(out);
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
        pen_item(out);
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
        pen_item(out);
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
        pen_item(out);
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
            verdict_json_kpi(out, &entry->kpis[j]);
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
