#include "history/opensearch/document.h"

#include <inttypes.h>
#include <string.h>

#include "history/opensearch/opensearch.h"
#include "history/record_digest.h"
#include "history/record_list.h"
#include "json/write.h"

static const struct json_style compact = {.indent = -1};

static void add_string(struct text *out, const char *s)
{
    json_write_string(out, s, strlen(s), &compact);
}

void opensearch_label_add(struct text *out, const struct label *label)
{
    for (const char *c = label->key; *c; c++) {
        if (*c == '\\' || *c == '=')
            text_addc(out, '\\');
        text_addc(out, *c);
    }
    text_addc(out, '=');
    text_add(out, label->value);
}

const char *opensearch_label(struct arena *arena, const struct label *label)
{
    struct text out = text_open(SIZE_MAX);
    opensearch_label_add(&out, label);
    const char *text = arena_strndup(arena, out.s, out.len);
    text_close(&out);
    return text;
}

void opensearch_digest(const struct history_payload *payload, char out[OPENSEARCH_DIGEST_SIZE])
{
    unsigned char bytes[DIGEST_SIZE];
    struct digest *digest = digest_open();
    payload_digest(digest, payload->record.id, payload->text, payload->text_len, bytes);
    digest_close(digest);
    digest_hex(bytes, out);
    if (record_has_lists(&payload->record))
        memcpy(out + DIGEST_HEX_SIZE - 1, OPENSEARCH_DIGEST_LISTS, sizeof(OPENSEARCH_DIGEST_LISTS));
}

/* Of the KPIs that have one. */
static void add_units(struct text *out, const struct record *record)
{
    size_t n = 0;
    for (size_t i = 0; i < record->kpis_n; i++) {
        if (!*record_unit(record, i))
            continue;
        text_add(out, n++ ? "," : ",\"units\":{");
        add_string(out, record->kpis[i].name);
        text_addc(out, ':');
        add_string(out, record_unit(record, i));
    }
    text_add(out, n ? "}" : "");
}

/* The record as one JSON text; its labels' values are JSON already. */
static void add_record(struct text *out, const struct record *record)
{
    text_add(out, "{\"id\":");
    add_string(out, record->id);
    text_printf(out, ",\"start_us\":%" PRId64 ",\"labels\":{", record->start_us);
    for (size_t i = 0; i < record->labels_n; i++) {
        text_add(out, i ? "," : "");
        add_string(out, record->labels[i].key);
        text_addc(out, ':');
        text_add(out, record->labels[i].value);
    }
    text_add(out, "},\"kpis\":{");
    for (size_t i = 0; i < record->kpis_n; i++) {
        text_add(out, i ? "," : "");
        add_string(out, record->kpis[i].name);
        text_addc(out, ':');
        json_write_real(out, record->kpis[i].value);
    }
    text_addc(out, '}');
    add_units(out, record);
    text_addc(out, '}');
}

static void add_matbench(struct text *out, const struct record *record, const char *workload, const char *digest,
                         const char *fingerprint)
{
    struct text room = text_open(SIZE_MAX);
    text_add(out, "\"matbench\":{\"workload\":");
    add_string(out, workload);
    text_printf(out, ",\"start_us\":%" PRId64 ",\"digest\":\"%s\",\"record\":", record->start_us, digest);
    add_record(&room, record);
    json_write_string(out, room.s, room.len, &compact);
    if (fingerprint) {
        text_printf(out, ",\"fingerprint\":[\"%.*s\",\"%s\"]", FINGERPRINT_RULE_SIZE - 1, fingerprint, fingerprint);
    }
    text_add(out, ",\"labels\":[");
    for (size_t i = 0; i < record->labels_n; i++) {
        text_clear(&room);
        opensearch_label_add(&room, &record->labels[i]);
        text_add(out, i ? "," : "");
        json_write_string(out, room.s, room.len, &compact);
    }
    text_add(out, "]}");
    text_close(&room);
}

/* A line is a document: a text that has line breaks (in JSON only between its parts) loses them. */
static void add_line(struct text *out, const char *json, size_t len)
{
    char *line = text_room(out, len);
    if (!line)
        return;
    for (size_t i = 0; i < len; i++)
        line[i] = json[i] == '\n' || json[i] == '\r' ? ' ' : json[i];
    out->len += len;
    out->s[out->len] = '\0';
}

void opensearch_document(struct text *out, const struct history_payload *payload, const char *workload, const char *digest,
                         const char *fingerprint)
{
    size_t len = payload->text_len;
    while (workload && len && payload->text[len - 1] != '}')
        len--; /* blanks behind the object */
    if (!workload || len < 2) {
        add_line(out, payload->text, payload->text_len);
        return;
    }
    add_line(out, payload->text, len - 1);
    text_add(out, len > 2 ? "," : "");
    add_matbench(out, &payload->record, workload, digest, fingerprint);
    text_addc(out, '}');
}
