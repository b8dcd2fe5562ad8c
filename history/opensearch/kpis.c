#include "history/opensearch/kpis.h"

#include <string.h>

#include "base/text.h"
#include "history/opensearch/uri.h"
#include "json/read.h"
#include "json/write.h"

static const char *shown(struct arena *arena, const char *name)
{
    struct text out = text_open(4096);
    text_add_line(&out, name);
    error_shorten(out.s, 100);
    const char *text = arena_strdup(arena, out.s);
    text_close(&out);
    return text;
}

static const char *add_one(struct arena *arena, const char *index, const char *name, const json_t *kpi, const char *payload_id,
                           struct text *lines, struct kpi_documents *documents)
{
    static const struct json_style compact = {.indent = -1};
    const char *own_id = json_string_value(json_object_get(kpi, "test_uuid"));
    struct bulk_item item = {.index = arena_printf(arena, "%s.%s", index, name), .id = own_id ? own_id : payload_id, .at = lines->len};
    const char *fault = opensearch_index_fault(item.index);
    if (fault)
        return arena_printf(arena, "its KPI '%s' can have no index of its own, '%s': the name %s; without --upload_by_kpi it needs none",
                            shown(arena, name), shown(arena, item.index), fault);
    if (!json_is_object(kpi) || item.id[0] == '\0' || strlen(item.id) > OPENSEARCH_ID_MAX)
        return arena_printf(arena, "its KPI '%s' can be no document: expected an object with a test_uuid of at most 512 bytes",
                            shown(arena, name));
    item.id = arena_strdup(arena, item.id);
    json_write(lines, kpi, &compact, 0);
    item.len = lines->len - item.at;
    *LIST_ADD(arena, documents) = item;
    return NULL;
}

const char *opensearch_kpis_add(struct arena *arena, const char *index, const struct history_payload *payload, struct text *lines,
                                struct kpi_documents *documents)
{
    struct error why = {0};
    size_t n = documents->n;
    json_t *document = json_read(payload->text, payload->text_len, &(struct json_read_options){.file = "payload", .strict = true}, &why);
    const char *name, *fault = document ? NULL : arena_printf(arena, "its KPIs cannot be read: %s", why.text);
    json_t *kpi;
    json_object_foreach(json_object_get(document, "kpis"), name, kpi) {
        if (!fault)
            fault = add_one(arena, index, name, kpi, payload->record.id, lines, documents);
    }
    json_decref(document);
    if (fault)
        documents->n = n; /* what was written stays in `lines`, unused */
    return fault;
}
