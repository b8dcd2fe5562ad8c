#include "history/horreum/document.h"

#include <ctype.h>
#include <math.h>
#include <string.h>

#include "base/digest.h"
#include "base/moment.h"
#include "base/text.h"
#include "json/read.h"
#include "json/write.h"

static const size_t TEXT_LIMIT = (size_t)1 << 30;
static const char prefix[] = "matbench:", mark[] = " sha256:", our_schemas[] = "urn:matbench:";

/* ---- what a payload means ---- */

static json_t *normal_number(json_t *number)
{
    double real = json_real_value(number);
    if (json_is_real(number) && floor(real) == real && fabs(real) < 0x1p63)
        return json_integer((json_int_t)real);
    return json_incref(number);
}

/* The reader has limited the depth. */
static json_t *normal(json_t *value)
{
    json_t *copy, *inner;
    const char *key;
    size_t i;
    if (json_is_object(value)) {
        copy = json_object();
        json_object_foreach(value, key, inner)
            json_object_set_new_nocheck(copy, key, normal(inner));
        return copy;
    }
    if (json_is_array(value)) {
        copy = json_array();
        json_array_foreach(value, i, inner)
            json_array_append_new(copy, normal(inner));
        return copy;
    }
    return normal_number(value);
}

void horreum_digest(const json_t *payload, char out[HORREUM_DIGEST_SIZE])
{
    char hex[DIGEST_HEX_SIZE];
    struct text text = text_open(TEXT_LIMIT);
    json_t *copy = normal((json_t *)payload); /* Jansson iterates over mutable objects only */
    json_write(&text, copy, &(struct json_style){.indent = -1, .sort_keys = true}, 0);
    digest_sha256(text.s, text.len, hex);
    memcpy(out, hex, HORREUM_DIGEST_SIZE - 1);
    out[HORREUM_DIGEST_SIZE - 1] = '\0';
    json_decref(copy);
    text_close(&text);
}

/* ---- descriptions ---- */

const char *horreum_description(struct arena *arena, const char *id, const char *digest)
{
    return arena_printf(arena, "%s%s%s%s", prefix, id, mark, digest);
}

static bool is_digest(const char *text)
{
    size_t n = strspn(text, "0123456789abcdef");
    return n == HORREUM_DIGEST_SIZE - 1 && (text[n] == '\0' || isspace((unsigned char)text[n]));
}

const char *horreum_description_read(struct arena *arena, const char *description, char digest[HORREUM_DIGEST_SIZE])
{
    const char *id, *end = NULL;
    digest[0] = '\0';
    if (!description || strncmp(description, prefix, sizeof(prefix) - 1) != 0)
        return NULL;
    id = description + sizeof(prefix) - 1;
    for (const char *at = strstr(id, mark); at; at = strstr(at + 1, mark))
        if (is_digest(at + sizeof(mark) - 1))
            end = at;
    if (end) {
        memcpy(digest, end + sizeof(mark) - 1, HORREUM_DIGEST_SIZE - 1);
        digest[HORREUM_DIGEST_SIZE - 1] = '\0';
    } else {
        end = id + strcspn(id, " \t\r\n");
    }
    return end > id ? arena_strndup(arena, id, (size_t)(end - id)) : NULL;
}

/* ---- documents ---- */

void horreum_document_strip(json_t *document, const char *digest)
{
    char without[HORREUM_DIGEST_SIZE];
    json_t *schema = json_incref(json_object_get(document, "$schema"));
    const char *uri = json_string_value(schema);
    if (!uri) {
        json_decref(schema);
        return;
    }
    json_object_del(document, "$schema");
    horreum_digest(document, without);
    bool ours = digest[0] ? strcmp(without, digest) == 0 : strncmp(uri, our_schemas, sizeof(our_schemas) - 1) == 0;
    if (!ours)
        json_object_set(document, "$schema", schema);
    json_decref(schema);
}

static int64_t moment_of(const json_t *text, int64_t otherwise)
{
    struct moment moment;
    struct error ignored = {0};
    const char *s = json_string_value(text);
    return s && moment_parse(s, MOMENT_ISO, (struct pos){0}, &moment, &ignored) ? moment.us : otherwise;
}

bool horreum_document_read(const struct history_payload *payload, struct horreum_document *document, struct error *err)
{
    struct json_read_options options = {.file = payload->record.id, .strict = true};
    json_t *json = json_read(payload->text, payload->text_len, &options, err);
    bool ok = json_is_object(json);
    if (json && !ok)
        error_set(err, ERR_INVALID, "payload '%s' is no JSON object", payload->record.id);
    if (ok) {
        *document = (struct horreum_document){.has_schema = json_is_string(json_object_get(json, "$schema")),
                                              .start_us = payload->record.start_us};
        document->stop_us = moment_of(json_object_get(json_object_get(json, "metadata"), "end"), document->start_us);
        horreum_digest(json, document->digest);
    }
    json_decref(json);
    return ok;
}

/* ---- the label ---- */

bool horreum_is_valid(const json_t *status)
{
    return !status || json_is_null(status) || (json_is_string(status) && strcmp(json_string_value(status), "Valid") == 0);
}

/* As a payload has them, so that one function makes records. */
static json_t *kpis_of(const json_t *names, const json_t *values, const json_t *measured, const json_t *units)
{
    json_t *kpis = json_object();
    for (size_t i = 0; i < json_array_size(names) && i < json_array_size(values); i++) {
        const char *name = json_string_value(json_array_get(names, i));
        if (name)
            json_object_set_new_nocheck(kpis, name, json_pack("{s:O}", "value", json_array_get(values, i)));
    }
    for (size_t i = 0; i < json_array_size(measured) && i < json_array_size(units); i++) {
        const char *name = json_string_value(json_array_get(measured, i));
        json_t *kpi = name ? json_object_get(kpis, name) : NULL;
        if (kpi)
            json_object_set(kpi, "unit", json_array_get(units, i));
    }
    return kpis;
}

bool horreum_label_has_lists(const json_t *value)
{
    return json_array_size(json_object_get(value, "lists")) > 0;
}

bool horreum_label_record(struct arena *arena, const json_t *value, const char *where, struct record *record, bool *valid)
{
    json_t *id = json_object_get(value, "id"), *start = json_object_get(value, "start"), *settings = json_object_get(value, "settings");
    const json_t *names = json_object_get(value, "kpis"), *values = json_object_get(value, "values");
    struct error ignored = {0};
    if (!json_is_string(id) || !json_is_string(start) || !json_is_object(settings) || !json_is_array(names) ||
        json_array_size(names) != json_array_size(values))
        return false;
    json_t *payload = json_pack("{s:{s:O s:O s:O} s:o}", "metadata", "test_uuid", id, "start", start, "settings", settings, "kpis",
                                kpis_of(names, values, json_object_get(value, "measured"), json_object_get(value, "units")));
    bool ok = record_from_payload(arena, payload, where, record, &ignored) && !record_fault(record);
    json_decref(payload);
    *valid = horreum_is_valid(json_object_get(value, "status"));
    return ok;
}
