/* The bytes are a server's answer to a search: nothing crashes, and what comes out points into the answer. */
#include <stdint.h>
#include <stdlib.h>

#include "history/opensearch/page.h"
#include "history/opensearch/take.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size);

static void check_piece(const char *text, size_t size, struct opensearch_piece piece)
{
    if (piece.text && (piece.text < text || piece.len == 0 || piece.text + piece.len > text + size))
        abort();
}

static void take(const struct opensearch_hit *hit)
{
    char uri[] = "opensearch+http://h/i";
    struct server server = {.url = "http://h"};
    struct opensearch o = {.history = {.uri = uri}, .server = &server, .index = "i"};
    struct arena arena = {0};
    struct record record;
    struct opensearch_taken taken;
    struct error err = {0};
    int64_t number;
    opensearch_take_number(hit, "matbench.start_us", &number);
    if (opensearch_take_marked(&arena, &o, hit, &record, &err) && record_fault(&record))
        abort(); /* what comes out is proper */
    err = (struct error){0};
    if (opensearch_take_source(&arena, &o, hit, &taken, &err)) {
        if (record_fault(&taken.record))
            abort();
        json_decref(taken.source);
    } else if (!err.kind) {
        abort();
    }
    arena_close(&arena);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
    const char *text = (const char *)bytes;
    struct arena arena = {0};
    struct opensearch_page page;
    struct opensearch_hit hit;
    struct error err = {0};
    if (opensearch_page_parse(&arena, text, size, "host", &page, &err)) {
        for (size_t i = 0; i < page.n; i++) {
            check_piece(text, size, page.hits[i].source);
            check_piece(text, size, page.hits[i].fields);
            check_piece(text, size, page.hits[i].after);
            take(&page.hits[i]);
        }
    }
    err = (struct error){0};
    if (opensearch_hit_parse(&arena, text, size, "host", &hit, &err))
        take(&hit);
    arena_close(&arena);
    return 0;
}
