#include "report/verdict_json.h"

#include <math.h>

#include "base/arena.h"
#include "base/moment.h"
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
                                           {"value", real(p->value)}, {"repetitions", size(p->repetitions)}));
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
                  {"points", render_points(e)});
}

static json_t *render_kpi(const struct kpi_result *kpi, struct arena *arena)
{
    const struct kpi_rule *rule = kpi->rule;
    const struct evidence *e = &kpi->evidence;
    json_t *shown = isfinite(e->value) ? string(value_shown(rule, e->value, VALUE_PLAIN, arena)) : json_null();
    return OBJECT({"name", string(rule->name)}, {"help", string(rule->help)}, {"unit", string(rule->unit)},
                  {"better", string(direction_name(rule->better))}, {"verdict", string(verdict_name(kpi->verdict))},
                  {"shown", shown}, {"reason", string(e->reason)}, {"flip", string(e->flip)},
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

static json_t *render_entry(const struct entry_result *entry, struct arena *arena)
{
    json_t *kpis = json_array();
    for (size_t i = 0; i < entry->kpis_n; i++)
        json_array_append_new(kpis, render_kpi(&entry->kpis[i], arena));
    return OBJECT({"name", string(entry->name)}, {"id", string(entry->entry->id)}, {"where", string(entry->entry->where)},
                  {"start", moment(entry->entry->start_us)}, {"version", string(entry->version)},
                  {"run_id", string(entry->run_id)}, {"history_records", size(entry->history_n)},
                  {"newer_left_out", size(entry->newer_left_out)}, {"changed_key", string(entry->changed_key)},
                  {"varying", strings(entry->varying)}, {"near_misses", render_near_misses(entry)}, {"kpis", kpis});
}

static json_t *render_options(const struct analysis_options *o)
{
    return OBJECT({"comparison_keys", strings(o->comparison_keys)}, {"ignored_keys", strings(o->ignored_keys)},
                  {"sorting_keys", strings(o->sorting_keys)}, {"kpi_filter", string(o->kpi_filter)},
                  {"history_scope", string(o->scope == SCOPE_ALL ? "all" : "older")},
                  {"min_history", json_integer(o->min_history)}, {"min_history_same", json_integer(o->min_history_same)},
                  {"false_alarm_rate", real(o->false_alarm_rate)}, {"suspect_level", real(o->suspect_level)});
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
    json_t *counts = json_object();
    for (int v = 0; v < VERDICT_COUNT; v++)
        json_object_set_new(counts, verdict_name((enum verdict)v), size(analysis->counts[v]));
    json_t *head = OBJECT({"format", json_integer(VERDICT_JSON_FORMAT)}, {"options", render_options(analysis->options)},
                          {"history_records", size(analysis->history_records)}, {"tested", size(analysis->tested)},
                          {"counts", counts});
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
