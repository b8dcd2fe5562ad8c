#include "history/opensearch/take.h"

#include <math.h>
#include <string.h>

#include "json/read.h"

static json_t *read_piece(const struct opensearch_piece *piece, const char *what, struct error *err)
{
    json_t *value = piece->text ? json_read(piece->text, piece->len, &(struct json_read_options){.file = what}, err) : NULL;
    if (!piece->text)
        error_set(err, ERR_STORE, "it has no %s", what);
    err->kind = err->kind ? ERR_STORE : ERR_NONE;
    return value;
}

/* Every hit has an id, or it is not one that can be asked for again. */
static const char *place(struct arena *arena, const struct opensearch *o, const struct opensearch_hit *hit)
{
    return arena_printf(arena, "opensearch+%s/%s/%s", o->server->url, o->index, hit->id);
}

/* ---- ours ---- */

static json_t *stored_record(const struct opensearch_hit *hit, struct error *err)
{
    json_t *fields = read_piece(&hit->fields, "stored field", err), *record = NULL;
    const char *text = json_string_value(json_array_get(json_object_get(fields, "matbench.record"), 0));
    if (text)
        record = json_read(text, strlen(text), &(struct json_read_options){.file = "matbench.record"}, err);
    else if (!err->kind)
        error_set(err, ERR_STORE, "it has no matbench.record");
    err->kind = err->kind ? ERR_STORE : ERR_NONE;
    json_decref(fields);
    return record;
}

static bool take_kpis(struct arena *arena, json_t *kpis, struct record *record)
{
    const char *name;
    json_t *value;
    record->kpis = ARENA_ARRAY(arena, struct kpi_value, json_object_size(kpis) + 1);
    json_object_foreach(kpis, name, value) {
        if (!json_is_number(value))
            return false;
        record->kpis[record->kpis_n++] = (struct kpi_value){arena_strdup(arena, name), json_number_value(value)};
    }
    return true;
}

/* Documents of matbenches that knew no units have none. */
static void take_units(struct arena *arena, const json_t *units, struct record *record)
{
    const char **list = ARENA_ARRAY(arena, const char *, record->kpis_n + 1);
    for (size_t i = 0; i < record->kpis_n; i++) {
        const char *unit = json_string_value(json_object_get(units, record->kpis[i].name));
        list[i] = unit ? arena_strdup(arena, unit) : "";
    }
    record->units = list;
}

static bool is_ours(const json_t *stored, const struct opensearch_hit *hit)
{
    const char *id = json_string_value(json_object_get(stored, "id"));
    return id && strcmp(id, hit->id) == 0 && json_is_integer(json_object_get(stored, "start_us")) &&
           json_is_object(json_object_get(stored, "labels")) && json_is_object(json_object_get(stored, "kpis"));
}

bool opensearch_take_marked(struct arena *arena, const struct opensearch *o, const struct opensearch_hit *hit, struct record *record,
                            struct error *err)
{
    json_t *stored = stored_record(hit, err);
    const char *fault = "its parts are not those of a record";
    *record = (struct record){.id = arena_strdup(arena, hit->id), .where = place(arena, o, hit)};
    if (stored && is_ours(stored, hit)) {
        record->start_us = json_integer_value(json_object_get(stored, "start_us"));
        record_set_labels(arena, json_object_get(stored, "labels"), record);
        bool whole = take_kpis(arena, json_object_get(stored, "kpis"), record);
        take_units(arena, json_object_get(stored, "units"), record);
        if (whole)
            fault = record_fault(record);
    }
    json_decref(stored);
    return !err->kind && (!fault || error_set(err, ERR_STORE, "its matbench.record is damaged: %s", fault));
}

/* ---- anybody's ---- */

static bool is_valid(const json_t *metadata)
{
    const json_t *status = json_object_get(metadata, "status");
    return !status || json_is_null(status) || (json_is_string(status) && strcmp(json_string_value(status), "Valid") == 0);
}

static bool take_payload(struct arena *arena, const struct opensearch *o, const struct opensearch_hit *hit, const json_t *source,
                         struct record *record, struct error *err)
{
    const json_t *metadata = json_object_get(source, "metadata");
    if (!json_is_object(metadata) || !json_is_object(json_object_get(metadata, "settings")))
        return error_set(err, ERR_STORE, "found no metadata.settings, expected a payload {metadata, results, kpis}");
    if (!record_from_payload(arena, source, "its source", record, err))
        return false;
    record->where = place(arena, o, hit);
    const char *fault = record_fault(record);
    if (fault)
        return error_set(err, ERR_STORE, "%s", fault);
    return strcmp(record->id, hit->id) == 0 ||
           error_set(err, ERR_STORE, "its metadata.test_uuid is '%s'; expected the document's _id", record->id);
}

bool opensearch_take_source(struct arena *arena, const struct opensearch *o, const struct opensearch_hit *hit,
                            struct opensearch_taken *taken, struct error *err)
{
    taken->source = read_piece(&hit->source, "_source", err);
    if (taken->source && !take_payload(arena, o, hit, taken->source, &taken->record, err)) {
        json_decref(taken->source);
        taken->source = NULL;
    }
    taken->valid = is_valid(json_object_get(taken->source, "metadata"));
    return taken->source != NULL;
}

bool opensearch_take_number(const struct opensearch_hit *hit, const char *field, int64_t *number)
{
    struct error ignored = {0};
    json_t *fields = read_piece(&hit->fields, "field", &ignored);
    const json_t *value = json_array_get(json_object_get(fields, field), 0);
    bool is = json_is_integer(value);
    *number = is ? json_integer_value(value) : 0;
    json_decref(fields);
    return is;
}
