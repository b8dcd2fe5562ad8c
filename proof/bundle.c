#include "proof/bundle.h"

#include <assert.h>
#include <math.h>
#include <string.h>

#include "json/write.h"
#include "proof/bundle_fields.h"
#include "regress/acks/acks_file.h"

enum {
    PIECE = 64 << 10,   /* bytes that are passed on at once */
    PIECE_MAX = 1 << 30 /* of one record */
};
/* More of anything than an analysis is made for. */
enum { RULES_MAX = 100000, RECORDS_MAX = 5000000, MATCHES_MAX = 10000, RESULTS_MAX = 5000000 };

static_assert(sizeof(enum direction) == sizeof(unsigned) && sizeof(enum correction) == sizeof(unsigned) &&
                  sizeof(enum history_scope) == sizeof(unsigned) && sizeof(enum method_base) == sizeof(unsigned),
              "choices are read and written as unsigned");

static const struct json_style compact = {.indent = -1};

/* ---- writing ---- */

static json_t *matches_json(const struct label_matches *matches)
{
    json_t *list = json_array();
    for (size_t i = 0; i < matches->n; i++) {
        json_t *values = json_array(), *match = json_object();
        for (const char *const *value = matches->v[i].values; value && *value; value++)
            json_array_append_new(values, json_string(*value));
        json_object_set_new(match, "key", json_string(matches->v[i].key));
        json_object_set_new(match, "values", values);
        json_array_append_new(list, match);
    }
    return list;
}

static json_t *rule_json(const struct kpi_rule *rule)
{
    json_t *object = fields_write(fields_rule, rule), *thresholds = json_array();
    for (size_t i = 0; i < rule->thresholds_n; i++) {
        json_t *threshold = fields_write(fields_threshold, &rule->thresholds[i]);
        json_object_set_new(threshold, "labels", matches_json(&rule->thresholds[i].labels));
        json_array_append_new(thresholds, threshold);
    }
    json_object_set_new(object, "thresholds", thresholds);
    json_object_set_new(object, "control_labels", matches_json(&rule->control.labels));
    json_object_set_new(object, "method", rule->method ? json_string(rule->method->name) : json_null());
    json_object_set_new(object, "method_options", rule->method_options ? fields_write(fields_method, rule->method_options) : json_null());
    return object;
}

static json_t *expect_json(const struct expect *expect)
{
    if (!expect)
        return json_null();
    json_t *object = fields_write(fields_expect, expect), *sets = json_array();
    for (size_t i = 0; i < expect->label_sets_n; i++)
        json_array_append_new(sets, matches_json(&expect->label_sets[i]));
    json_object_set_new(object, "label_sets", sets);
    return object;
}

static json_t *acks_json(const struct acks *acks)
{
    if (!acks)
        return json_null();
    json_t *text = json_stringn(acks->text, acks->text_len), *object = json_object();
    json_object_set_new(object, "file", json_string(acks->file));
    json_object_set_new(object, "text", text ? text : json_null());
    return object;
}

static json_t *record_json(const struct record *record)
{
    json_t *object = fields_write(fields_record, record), *labels = json_object(), *kpis = json_object(), *units = record->units ? json_array() : json_null();
    for (size_t i = 0; i < record->labels_n; i++)
        json_object_set_new(labels, record->labels[i].key, json_string(record->labels[i].value));
    for (size_t i = 0; i < record->kpis_n; i++) {
        json_object_set_new(kpis, record->kpis[i].name, field_real(record->kpis[i].value));
        if (record->units)
            json_array_append_new(units, json_string(record_unit(record, i)));
    }
    json_object_set_new(object, "labels", labels);
    json_object_set_new(object, "kpis", kpis);
    json_object_set_new(object, "units", units);
    return object;
}

static void write_member(struct text *out, const char *name, json_t *value)
{
    text_printf(out, "\"%s\":", name);
    json_write(out, value, &compact, 0);
    json_decref(value);
}

/* What was written so far goes on, when that is worth it. */
struct stream {
    struct text *piece;
    void (*take)(void *context, const char *bytes, size_t n); /* NULL: the text keeps it all */
    void *context;
};

static void pass_on(struct stream *stream, size_t worth)
{
    if (!stream->take || stream->piece->len < worth)
        return;
    stream->take(stream->context, stream->piece->s, stream->piece->len);
    text_clear(stream->piece);
}

/* One at a time: as trees they would need many times the room of their text. */
static void write_records(struct stream *stream, const char *name, const struct record *records, size_t n)
{
    struct text *out = stream->piece;
    text_printf(out, ",\"%s\":", name);
    if (!records && n == 0) {
        text_add(out, "null");
        return;
    }
    text_addc(out, '[');
    for (size_t i = 0; i < n && !out->over; i++) {
        json_t *record = record_json(&records[i]);
        text_add(out, i ? "," : "");
        json_write(out, record, &compact, 0);
        json_decref(record);
        pass_on(stream, PIECE);
    }
    text_addc(out, ']');
}

static void write_all(struct stream *stream, const struct bundle *bundle)
{
    const struct analysis_options *o = &bundle->options;
    struct text *out = stream->piece;
    json_t *rules = json_array();
    for (size_t i = 0; i < o->kpis_n; i++)
        json_array_append_new(rules, rule_json(&o->kpis[i]));
    text_addc(out, '{');
    write_member(out, "options", fields_write(fields_options, o));
    text_addc(out, ',');
    write_member(out, "kpis", rules);
    text_addc(out, ',');
    write_member(out, "expect", expect_json(o->expect));
    text_addc(out, ',');
    write_member(out, "acknowledgements", acks_json(o->acks));
    text_addc(out, ',');
    write_member(out, "counts", fields_write(fields_counts, bundle));
    write_records(stream, "entries", bundle->entries ? bundle->entries : (const struct record[]){{0}}, bundle->entries_n);
    write_records(stream, "history", bundle->history ? bundle->history : (const struct record[]){{0}}, bundle->history_n);
    write_records(stream, "recent", o->recent, o->recent_n);
    text_addc(out, '}');
    pass_on(stream, 1);
}

void bundle_write(struct text *out, const struct bundle *bundle)
{
    write_all(&(struct stream){.piece = out}, bundle);
}

bool bundle_stream(const struct bundle *bundle, void (*take)(void *context, const char *bytes, size_t n), void *context)
{
    struct text piece = text_open(PIECE_MAX);
    write_all(&(struct stream){&piece, take, context}, bundle);
    bool whole = !piece.over;
    text_close(&piece);
    return whole;
}

/* ---- reading ---- */

struct reading {
    struct arena *arena;
    const char *file;
    struct error *err;
};

static bool wrong(const struct reading *r, const char *pointer, const char *expected)
{
    struct pos at = {.file = r->file, .pointer = pointer};
    return error_at(r->err, ERR_ARTIFACT, at, "expected %s", expected);
}

static bool read_fields(const struct reading *r, const struct field *table, const json_t *object, void *to, const char *pointer)
{
    const char *member, *expected;
    if (!json_is_object(object))
        return wrong(r, pointer, "an object");
    return fields_read(r->arena, table, object, to, &member, &expected) ||
           wrong(r, arena_printf(r->arena, "%s/%s", pointer, member), expected);
}

static bool read_matches(const struct reading *r, const json_t *list, struct label_matches *matches, const char *pointer)
{
    size_t n = json_array_size(list);
    if (!json_is_array(list) || n > MATCHES_MAX)
        return wrong(r, pointer, "a list of labels and values");
    struct label_match *v = ARENA_ARRAY(r->arena, struct label_match, n + 1);
    for (size_t i = 0; i < n; i++) {
        const json_t *match = json_array_get(list, i);
        const char *key = json_string_value(json_object_get(match, "key"));
        if (!key || !field_texts(r->arena, json_object_get(match, "values"), &v[i].values) || !v[i].values)
            return wrong(r, arena_printf(r->arena, "%s/%zu", pointer, i), "a key and a list of values");
        v[i].key = arena_strdup(r->arena, key);
    }
    *matches = (struct label_matches){v, n};
    return true;
}

static bool read_thresholds(const struct reading *r, const json_t *list, struct kpi_rule *rule, const char *pointer)
{
    size_t n = json_array_size(list);
    if (!json_is_array(list) || n > MATCHES_MAX)
        return wrong(r, pointer, "a list of thresholds");
    struct threshold *v = ARENA_ARRAY(r->arena, struct threshold, n + 1);
    for (size_t i = 0; i < n; i++) {
        const json_t *one = json_array_get(list, i);
        const char *at = arena_printf(r->arena, "%s/%zu", pointer, i);
        if (!read_fields(r, fields_threshold, one, &v[i], at) || !read_matches(r, json_object_get(one, "labels"), &v[i].labels, at))
            return false;
    }
    rule->thresholds = v;
    rule->thresholds_n = n;
    return true;
}

static bool read_method(const struct reading *r, const json_t *object, struct kpi_rule *rule, const char *pointer)
{
    const json_t *name = json_object_get(object, "method"), *options = json_object_get(object, "method_options");
    if (json_is_string(name) && !(rule->method = method_find(json_string_value(name))))
        return wrong(r, arena_printf(r->arena, "%s/method", pointer), "the name of a method that this version knows");
    if (!options || json_is_null(options))
        return true;
    struct method_options *read = ARENA_NEW(r->arena, struct method_options);
    rule->method_options = read;
    return read_fields(r, fields_method, options, read, arena_printf(r->arena, "%s/method_options", pointer));
}

static bool read_rule(const struct reading *r, const json_t *object, struct kpi_rule *rule, const char *pointer)
{
    if (!read_fields(r, fields_rule, object, rule, pointer))
        return false;
    if (!rule->name || !rule->name[0])
        return wrong(r, pointer, "a KPI with a name");
    return read_thresholds(r, json_object_get(object, "thresholds"), rule, arena_printf(r->arena, "%s/thresholds", pointer)) &&
           read_matches(r, json_object_get(object, "control_labels"), &rule->control.labels, arena_printf(r->arena, "%s/control_labels", pointer)) &&
           read_method(r, object, rule, pointer);
}

static bool read_rules(const struct reading *r, const json_t *list, struct analysis_options *options)
{
    size_t n = json_array_size(list);
    if (!json_is_array(list) || n > RULES_MAX)
        return wrong(r, "/inputs/kpis", "a list of at most 100,000 KPIs");
    struct kpi_rule *rules = ARENA_ARRAY(r->arena, struct kpi_rule, n + 1);
    for (size_t i = 0; i < n; i++)
        if (!read_rule(r, json_array_get(list, i), &rules[i], arena_printf(r->arena, "/inputs/kpis/%zu", i)))
            return false;
    options->kpis = rules;
    options->kpis_n = n;
    return true;
}

static bool read_expect(const struct reading *r, const json_t *object, struct analysis_options *options)
{
    if (!object || json_is_null(object))
        return true;
    struct expect *expect = ARENA_NEW(r->arena, struct expect);
    const json_t *sets = json_object_get(object, "label_sets");
    size_t n = json_array_size(sets);
    struct label_matches *v = ARENA_ARRAY(r->arena, struct label_matches, n + 1);
    options->expect = expect;
    if (!read_fields(r, fields_expect, object, expect, "/inputs/expect"))
        return false;
    if (!json_is_array(sets) || n > MATCHES_MAX)
        return wrong(r, "/inputs/expect/label_sets", "a list");
    for (size_t i = 0; i < n; i++)
        if (!read_matches(r, json_array_get(sets, i), &v[i], "/inputs/expect/label_sets"))
            return false;
    expect->label_sets = v;
    expect->label_sets_n = n;
    return true;
}

static bool read_acks(const struct reading *r, const json_t *object, struct analysis_options *options)
{
    const char *file = json_string_value(json_object_get(object, "file"));
    const json_t *text = json_object_get(object, "text");
    if (!object || json_is_null(object))
        return true;
    if (!file || !json_is_string(text) || json_string_length(text) > ACKS_FILE_MAX)
        return wrong(r, "/inputs/acknowledgements", "the name and the text of a file of acknowledgements");
    options->acks = acks_parse(r->arena, json_string_value(text), json_string_length(text), arena_strdup(r->arena, file), r->err);
    if (options->acks)
        return true;
    r->err->kind = ERR_ARTIFACT;
    error_prefix(r->err, "%s: /inputs/acknowledgements", r->file);
    return false;
}

static bool read_labels(const struct reading *r, const json_t *object, struct record *record, const char *pointer)
{
    const char *key;
    json_t *value;
    if (!json_is_object(object))
        return wrong(r, pointer, "labels, as texts");
    record->labels = ARENA_ARRAY(r->arena, struct label, json_object_size(object));
    json_object_foreach((json_t *)(uintptr_t)object, key, value) {
        if (!json_is_string(value))
            return wrong(r, pointer, "labels, as texts");
        record->labels[record->labels_n++] = (struct label){arena_strdup(r->arena, key), arena_strdup(r->arena, json_string_value(value))};
    }
    return true;
}

static bool read_kpis(const struct reading *r, const json_t *object, const json_t *units, struct record *record, const char *pointer)
{
    const char *key;
    json_t *value;
    if (!json_is_object(object) || (json_is_array(units) && json_array_size(units) != json_object_size(object)))
        return wrong(r, pointer, "KPIs with numbers, and as many units");
    record->kpis = ARENA_ARRAY(r->arena, struct kpi_value, json_object_size(object));
    json_object_foreach((json_t *)(uintptr_t)object, key, value) {
        if (!json_is_number(value))
            return wrong(r, pointer, "KPIs with numbers");
        record->kpis[record->kpis_n++] = (struct kpi_value){arena_strdup(r->arena, key), json_number_value(value)};
    }
    return json_is_null(units) || (field_texts(r->arena, units, &record->units) && record->units) || wrong(r, pointer, "units, as texts");
}

static bool read_record(const struct reading *r, const json_t *object, struct record *record, const char *pointer)
{
    const json_t *units = json_object_get(object, "units");
    if (!read_fields(r, fields_record, object, record, pointer) ||
        !read_labels(r, json_object_get(object, "labels"), record, pointer) ||
        !read_kpis(r, json_object_get(object, "kpis"), units, record, pointer))
        return false;
    record->where = record->where ? record->where : "";
    const char *fault = record_fault(record);
    return !fault || wrong(r, pointer, arena_printf(r->arena, "a record, but %s", fault));
}

static bool read_records(const struct reading *r, const json_t *list, const char *pointer, const struct record **records, size_t *n)
{
    *n = json_array_size(list);
    if (!json_is_array(list) || *n > RECORDS_MAX)
        return wrong(r, pointer, "a list of records");
    struct record *read = ARENA_ARRAY(r->arena, struct record, *n + 1);
    for (size_t i = 0; i < *n; i++)
        if (!read_record(r, json_array_get(list, i), &read[i], arena_printf(r->arena, "%s/%zu", pointer, i)))
            return false;
    *records = read;
    return true;
}

/* What analysis_run takes for granted. */
static bool check_options(const struct reading *r, const struct analysis_options *o)
{
    if (!(o->false_alarm_rate > 0 && o->false_alarm_rate < 1) || !(o->suspect_level > 0 && o->suspect_level < 1))
        return wrong(r, "/inputs/options", "a false_alarm_rate and a suspect_level between 0 and 1");
    if (!o->comparison_keys || !o->ignored_keys || !o->sorting_keys)
        return wrong(r, "/inputs/options", "lists of comparison, ignored and sorting keys");
    return true;
}

bool bundle_read(struct arena *arena, const json_t *object, const char *file, struct bundle *bundle, struct error *err)
{
    const struct reading r = {arena, file, err};
    const json_t *recent = json_object_get(object, "recent");
    *bundle = (struct bundle){0};
    struct analysis_options *o = &bundle->options;
    return read_fields(&r, fields_options, json_object_get(object, "options"), o, "/inputs/options") && check_options(&r, o) &&
           read_rules(&r, json_object_get(object, "kpis"), o) && read_expect(&r, json_object_get(object, "expect"), o) &&
           read_acks(&r, json_object_get(object, "acknowledgements"), o) &&
           read_fields(&r, fields_counts, json_object_get(object, "counts"), bundle, "/inputs/counts") &&
           read_records(&r, json_object_get(object, "entries"), "/inputs/entries", &bundle->entries, &bundle->entries_n) &&
           read_records(&r, json_object_get(object, "history"), "/inputs/history", &bundle->history, &bundle->history_n) &&
           (bundle->entries_n <= RESULTS_MAX / (o->kpis_n + 1) || wrong(&r, "/inputs/entries", "at most 5,000,000 results (entries times KPIs)")) &&
           (!recent || json_is_null(recent) || read_records(&r, recent, "/inputs/recent", &o->recent, &o->recent_n));
}
