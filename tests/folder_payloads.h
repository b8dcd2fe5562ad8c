/* tests/folder_payloads.h — payloads that a folder history can hold: their text is a payload, their record is its record. */
#ifndef TESTS_FOLDER_PAYLOADS_H
#define TESTS_FOLDER_PAYLOADS_H
#include <stdlib.h>
#include <string.h>

#include "history/history.h"
#include "json/read.h"
#include "tests/check.h"

struct payloads {
    struct history_payload *v;
    size_t n;
};

/* The payload of a text, whatever its blanks are. */
static inline struct history_payload payload_of(struct arena *arena, const char *text)
{
    struct error err = {0};
    struct history_payload payload = {.text = text, .text_len = strlen(text)};
    json_t *json = json_read(text, strlen(text), &(struct json_read_options){.file = "payload", .strict = true}, &err);
    CHECK(json && record_from_payload(arena, json, "results/x", &payload.record, &err), "%s", err.text);
    json_decref(json);
    return payload;
}

/* n payloads "<prefix>-0000" …, each of about `size` bytes more; `salt` makes other contents of the same ids. */
static inline struct payloads payloads_make(struct arena *arena, const char *prefix, size_t n, size_t size, int salt)
{
    struct payloads payloads = {ARENA_ARRAY(arena, struct history_payload, n + 1), n};
    char *fill = arena_alloc(arena, size + 1);
    memset(fill, 'x', size);
    for (size_t i = 0; i < n; i++)
        payloads.v[i] = payload_of(
            arena, arena_printf(arena,
                                "{\"metadata\":{\"lts_schema_version\":\"1.0\",\"start\":\"2025-01-%02zuT08:00:00\",\"settings\":{\"model\":\"été %zu\","
                                "\"run_id\":%zu,\"note\":null},\"test_uuid\":\"%s-%04zu\"},\"results\":{\"config\":\"%s\"},\"kpis\":{\"speed\":"
                                "{\"unit\":\"s\",\"value\":%zu.5},\"list\":{\"value\":[1,2]},\"none\":{\"value\":null},\"salt\":{\"value\":%d}}}",
                                i % 28 + 1, i % 3, i, prefix, i, fill, i, salt));
    return payloads;
}

struct seen {
    struct arena *arena;
    struct record records[2000];
    size_t n;
};

static inline bool seen_take(void *context, const struct record *record)
{
    struct seen *seen = context;
    if (seen->n < sizeof(seen->records) / sizeof(seen->records[0]))
        seen->records[seen->n++] = *record;
    return true;
}

/* How many records the folder has, -1 with *err: it cannot be read. */
static inline long folder_records(const char *uri, struct error *err)
{
    struct arena arena = {0};
    struct seen *seen = calloc(1, sizeof(*seen));
    struct history *history = history_open(uri, HISTORY_READ, NULL, err);
    bool ok = history && history_walk(history, NULL, &arena, seen_take, seen, err);
    long n = ok ? (long)seen->n : -1;
    history_close(history);
    arena_close(&arena);
    free(seen);
    return n;
}

static inline bool folder_put(const char *uri, const char *workload, struct payloads payloads, const struct history_origin *origin,
                              struct history_counts *counts, struct error *err)
{
    struct history *history = history_open(uri, HISTORY_WRITE, NULL, err);
    if (history && origin)
        history_set_origin(history, origin);
    bool ok = history && history_put(history, workload, payloads.v, payloads.n, counts, err);
    history_close(history);
    return ok;
}

#endif
