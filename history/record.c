#include "history/record.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/moment.h"
#include "base/text.h"
#include "base/unit.h"
#include "history/record_list.h"
#include "json/path.h"
#include "json/read.h"
#include "json/write.h"

const char *record_label(const struct record *record, const char *key)
{
    size_t low = 0, high = record->labels_n;
    while (low < high) {
        size_t mid = low + (high - low) / 2;
        int order = strcmp(record->labels[mid].key, key);
        if (order == 0)
            return record->labels[mid].value;
        if (order < 0)
            low = mid + 1;
        else
            high = mid;
    }
    return NULL;
}

const char *record_label_or_null(const struct record *record, const char *key)
{
    const char *value = record_label(record, key);
    return value ? value : "null";
}

const char *record_unit(const struct record *record, size_t i)
{
    return record->units && record->units[i] ? record->units[i] : "";
}

size_t record_kpi_index(const struct record *record, const char *name)
{
    size_t low = 0, high = record->kpis_n;
    while (low < high) {
        size_t mid = low + (high - low) / 2;
        int order = strcmp(record->kpis[mid].name, name);
        if (order == 0)
            return mid;
        if (order < 0)
            low = mid + 1;
        else
            high = mid;
    }
    return record->kpis_n;
}

bool record_kpi(const struct record *record, const char *name, double *value)
{
    size_t i = record_kpi_index(record, name);
    if (i == record->kpis_n)
        return false;
    *value = record->kpis[i].value;
    return true;
}

static bool is_text(const char *text)
{
    return text && text_utf8_valid(text, strlen(text)) == strlen(text);
}

const char *record_fault(const struct record *record)
{
    if (!is_text(record->id) || record->id[0] == '\0')
        return "it has no id, or one that is not UTF-8";
    if (!is_text(record->where))
        return "its place is not UTF-8";
    for (size_t i = 0; i < record->labels_n; i++) {
        const struct label *label = &record->labels[i];
        if (!is_text(label->key) || !is_text(label->value))
            return "a label is not UTF-8";
        if (i && strcmp(label[-1].key, label->key) >= 0)
            return "its labels are not sorted by key, each once";
    }
    for (size_t i = 0; i < record->kpis_n; i++) {
        const struct kpi_value *kpi = &record->kpis[i];
        if (!is_text(kpi->name))
            return "a KPI's name is not UTF-8";
        if (i && strcmp(kpi[-1].name, kpi->name) >= 0)
            return "its KPIs are not sorted by name, each once";
        if (!isfinite(kpi->value))
            return "a KPI's value is not finite";
        if (!is_text(record_unit(record, i)))
            return "a KPI's unit is not UTF-8";
    }
    return NULL;
}

static int by_key(const void *a, const void *b)
{
    return strcmp(((const struct label *)a)->key, ((const struct label *)b)->key);
}

static const char *canonical(struct arena *arena, const json_t *value)
{
    struct text out = text_open(16 << 20);
    json_write(&out, value, &(struct json_style){.indent = -1, .sort_keys = true}, 0);
    const char *text = arena_strndup(arena, out.s, out.len);
    text_close(&out);
    return text;
}

void record_set_labels(struct arena *arena, json_t *settings, struct record *record)
{
    const char *key;
    json_t *value;
    record->labels_n = 0;
    record->labels = ARENA_ARRAY(arena, struct label, json_object_size(settings));
    json_object_foreach(settings, key, value)
        record->labels[record->labels_n++] = (struct label){arena_strdup(arena, key), canonical(arena, value)};
    qsort(record->labels, record->labels_n, sizeof(*record->labels), by_key);
}

/* ---- KPIs ---- */

static struct distribution distribution_of_json(struct arena *scratch, const json_t *list)
{
    size_t n = json_array_size(list);
    double *values = ARENA_ARRAY(scratch, double, n + 1), *room = ARENA_ARRAY(scratch, double, n + 1);
    for (size_t i = 0; i < n; i++) {
        const json_t *value = json_array_get(list, i);
        values[i] = json_is_number(value) ? json_number_value(value) : NAN;
    }
    return distribution_of(values, n, room);
}

/* KPIs while they are collected. */
struct taken {
    const char *name, *unit;
    double value;
};

struct taking {
    struct arena *arena;
    struct arena scratch;
    LIST_OF(struct taken) kpis; /* the first numbers_n, sorted: numbers; then what is kept of lists */
    size_t numbers_n;
};

static int by_name(const void *a, const void *b)
{
    return strcmp(((const struct taken *)a)->name, ((const struct taken *)b)->name);
}

static bool is_number(const struct taking *taking, const char *name)
{
    const struct taken key = {.name = name};
    return taking->numbers_n && bsearch(&key, taking->kpis.v, taking->numbers_n, sizeof(key), by_name);
}

/* A KPI of its own goes before a list's part of that name; then nothing is kept of the list. */
static void take_list(struct taking *taking, const char *name, const char *unit, const json_t *list)
{
    struct distribution kept = distribution_of_json(&taking->scratch, list);
    const char *names[RECORD_LIST_NAMES];
    bool free = kept.count > 0 && *name;
    for (size_t i = 0; i < RECORD_LIST_NAMES && free; i++) {
        names[i] = record_list_name(taking->arena, name, i);
        free = !is_number(taking, names[i]);
    }
    for (size_t i = 0; i < RECORD_LIST_NAMES && free; i++) {
        bool is_count = i == DISTRIBUTION_PARTS;
        double value = is_count ? (double)kept.count : kept.part[i];
        if (isfinite(value))
            *LIST_ADD(&taking->scratch, &taking->kpis) = (struct taken){names[i], is_count ? "" : unit, value};
    }
}

static const char *unit_of(struct arena *arena, const json_t *kpis, const char *name)
{
    const char *unit = json_string_value(json_object_get(json_object_get(kpis, name), "unit"));
    return unit ? arena_strdup(arena, unit) : "";
}

static void take_numbers(struct taking *taking, json_t *kpis)
{
    const char *name;
    json_t *kpi;
    json_object_foreach(kpis, name, kpi) {
        const json_t *value = json_object_get(kpi, "value");
        double number = json_number_value(value);
        if (json_is_number(value) && isfinite(number))
            *LIST_ADD(&taking->scratch, &taking->kpis) =
                (struct taken){arena_strdup(taking->arena, name), unit_of(taking->arena, kpis, name), number};
    }
}

static void take_lists(struct taking *taking, json_t *kpis)
{
    const char *name;
    json_t *kpi;
    taking->numbers_n = taking->kpis.n;
    if (taking->numbers_n)
        qsort(taking->kpis.v, taking->numbers_n, sizeof(*taking->kpis.v), by_name);
    json_object_foreach(kpis, name, kpi) {
        const json_t *value = json_object_get(kpi, "value");
        if (json_is_array(value))
            take_list(taking, name, unit_of_element(unit_of(taking->arena, kpis, name), taking->arena), value);
    }
}

static void keep_taken(struct taking *taking, struct record *record)
{
    size_t n = taking->kpis.n;
    const char **units = ARENA_ARRAY(taking->arena, const char *, n + 1);
    if (n)
        qsort(taking->kpis.v, n, sizeof(*taking->kpis.v), by_name);
    record->kpis = ARENA_ARRAY(taking->arena, struct kpi_value, n + 1);
    record->kpis_n = n;
    for (size_t i = 0; i < n; i++) {
        record->kpis[i] = (struct kpi_value){taking->kpis.v[i].name, taking->kpis.v[i].value};
        units[i] = taking->kpis.v[i].unit;
    }
    record->units = units;
    record->whole = true;
    arena_close(&taking->scratch);
}

static void set_kpis(struct arena *arena, json_t *kpis, struct record *record)
{
    struct taking taking = {.arena = arena};
    take_numbers(&taking, kpis);
    take_lists(&taking, kpis);
    keep_taken(&taking, record);
}

/* Its numbers stay what they are. */
static void add_lists(struct arena *arena, json_t *kpis, struct record *record)
{
    struct taking taking = {.arena = arena};
    struct record bare = record_list_without(arena, record);
    for (size_t i = 0; i < bare.kpis_n; i++) {
        const char *name = bare.kpis[i].name, *unit = bare.units ? record_unit(&bare, i) : unit_of(arena, kpis, name);
        *LIST_ADD(&taking.scratch, &taking.kpis) = (struct taken){name, unit, bare.kpis[i].value};
    }
    take_lists(&taking, kpis);
    keep_taken(&taking, record);
}

void record_complete(struct arena *arena, const char *text, size_t len, struct record *record)
{
    if (record->whole)
        return;
    struct error ignored = {0};
    struct arena scratch = {0};
    const struct json_path *kpis = json_path_parse(&scratch, "$.kpis", (struct pos){0}, &ignored);
    struct json_read_options options = {.file = record->id, .keep = &kpis, .keep_n = 1};
    json_t *payload = json_read(text, len, &options, &ignored);
    if (json_is_object(json_object_get(payload, "kpis")))
        add_lists(arena, json_object_get(payload, "kpis"), record);
    json_decref(payload);
    arena_close(&scratch);
}

bool record_from_payload(struct arena *arena, const json_t *payload, const char *where, struct record *record,
                         struct error *err)
{
    const json_t *metadata = json_object_get(payload, "metadata");
    const char *id = json_string_value(json_object_get(metadata, "test_uuid"));
    const char *start = json_string_value(json_object_get(metadata, "start"));
    struct moment moment;
    struct pos at = {.file = where, .pointer = "/metadata/start"};
    *record = (struct record){.where = arena_strdup(arena, where)};
    if (!id || !start)
        return error_at(err, ERR_INVALID, (struct pos){.file = where}, "found no %s, expected one in every payload",
                        id ? "metadata.start" : "metadata.test_uuid");
    if (!moment_parse(start, MOMENT_ISO, at, &moment, err)) {
        err->kind = ERR_INVALID;
        return false;
    }
    record->id = arena_strdup(arena, id);
    record->start_us = moment.us;
    record_set_labels(arena, json_object_get(metadata, "settings"), record);
    set_kpis(arena, json_object_get(payload, "kpis"), record);
    return true;
}
