#include "history/record.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/moment.h"
#include "json/write.h"

#include "base/text.h"

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

const char *record_unit(const struct record *record, size_t i)
{
    return record->units && record->units[i] ? record->units[i] : "";
}

bool record_kpi(const struct record *record, const char *name, double *value)
{
    for (size_t i = 0; i < record->kpis_n; i++) {
        if (strcmp(record->kpis[i].name, name) == 0) {
            *value = record->kpis[i].value;
            return true;
        }
    }
    return false;
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

static int by_name(const void *a, const void *b)
{
    return strcmp(((const struct kpi_value *)a)->name, ((const struct kpi_value *)b)->name);
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

static void take_kpis(struct arena *arena, json_t *kpis, struct record *record)
{
    const char *name;
    json_t *kpi;
    record->kpis = ARENA_ARRAY(arena, struct kpi_value, json_object_size(kpis));
    json_object_foreach(kpis, name, kpi) {
        const json_t *value = json_object_get(kpi, "value");
        double number = json_number_value(value);
        if (json_is_number(value) && isfinite(number))
            record->kpis[record->kpis_n++] = (struct kpi_value){arena_strdup(arena, name), number};
    }
    qsort(record->kpis, record->kpis_n, sizeof(*record->kpis), by_name);
    record_set_units(arena, kpis, record);
}

void record_set_units(struct arena *arena, const json_t *kpis, struct record *record)
{
    const char **units = ARENA_ARRAY(arena, const char *, record->kpis_n);
    for (size_t i = 0; i < record->kpis_n; i++) {
        const char *unit = json_string_value(json_object_get(json_object_get(kpis, record->kpis[i].name), "unit"));
        units[i] = unit ? arena_strdup(arena, unit) : "";
    }
    record->units = units;
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
    take_kpis(arena, json_object_get(payload, "kpis"), record);
    return true;
}
