/* history_opensearch_push: a server's answer, taken as one of _bulk, as an error, and as one of GET /index. What it says is believed only
 * of what was sent, and every text that comes out is one clean line. */
#include <assert.h>
#include <stdint.h>
#include <string.h>

#include "base/text.h"
#include "history/opensearch/bulk.h"
#include "history/opensearch/index.h"
#include "history/opensearch/words.h"
#include "json/read.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size);

static void is_clean(const char *text)
{
    assert(text_utf8_valid(text, strlen(text)) == strlen(text));
    for (const char *c = text; *c; c++)
        assert((unsigned char)*c >= ' ');
}

static void take_bulk(struct arena *arena, const json_t *answer)
{
    struct bulk_item items[] = {{.index = "i", .id = "a"}, {.index = "i", .id = "b"}, {.index = "k", .id = "a"}};
    struct bulk_item *list[] = {&items[0], &items[1], &items[2]};
    opensearch_bulk_take(arena, answer, list, 3, true);
    for (size_t i = 0; i < 3; i++) {
        const json_t *said = json_object_get(json_array_get(json_object_get(answer, "items"), i), "index");
        const char *id = json_string_value(json_object_get(said, "_id"));
        bool taken = items[i].state == BULK_CREATED || items[i].state == BULK_UPDATED;
        assert(items[i].state == BULK_WAITING || (id && strcmp(id, items[i].id) == 0));
        assert(taken == !items[i].why);
        if (items[i].why)
            is_clean(items[i].why);
    }
}

static void take_indexes(const json_t *indexes)
{
    static struct http *http;
    struct error err = {0};
    if (!http)
        http = http_open(&(struct server){.url = "http://127.0.0.1:1"}, NULL, &err);
    struct opensearch o = {.http = http, .index = "i"};
    bool ok = opensearch_index_take(&o, indexes, &err);
    assert(ok || err.kind == ERR_STORE);
    assert(!ok || (o.indexes_n > 0 && o.kind != INDEX_OTHER && o.kind != INDEX_ABSENT && o.result_window >= 1));
    assert(!ok || o.target || o.no_target);
    is_clean(err.text);
    arena_close(&o.arena);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
    struct arena arena = {0};
    struct error err = {0};
    json_t *answer = json_read((const char *)bytes, size, &(struct json_read_options){.file = "answer"}, &err);
    if (answer) {
        is_clean(opensearch_words(&arena, json_object_get(answer, "error")));
        is_clean(opensearch_words(&arena, answer));
        opensearch_advice(answer, true);
        take_bulk(&arena, answer);
        if (json_is_object(answer))
            take_indexes(answer);
    }
    json_decref(answer);
    arena_close(&arena);
    return 0;
}
