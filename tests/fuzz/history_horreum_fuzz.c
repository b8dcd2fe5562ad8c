/* The bytes are an answer of Horreum: a list of runs, rows of labelValues, or a run's document. Nothing crashes, what comes out is proper,
 * and a document means the same after it was written and read again. */
#include <assert.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "history/horreum/runs.h"
#include "json/read.h"
#include "json/write.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size);

static const struct json_read_options options = {.file = "answer"};

/* Twice, as two pages: the second one is refused, or brings runs behind those of the first. */
static void use_list(const json_t *runs)
{
    struct error err = {0};
    const struct server server = {.url = "http://127.0.0.1:1"};
    struct horreum h = {.test = "t", .test_id = 1, .http = http_open(&server, NULL, &err)};
    assert(h.http);
    horreum_runs_open(&h);
    if (horreum_runs_take(&h, runs, 1, &err))
        horreum_runs_take(&h, runs, 2, &err);
    horreum_runs_add(&h, 5, 0, "p", "");
    for (size_t i = 0; i < h.runs->list.n; i++) {
        const struct horreum_run *run = &h.runs->list.v[i];
        struct horreum_run *newest = run->payload ? horreum_runs_find(&h, run->payload) : NULL;
        assert(!newest || strcmp(newest->payload, run->payload) == 0);
        assert(!run->payload || run->trashed || (newest && newest->id >= run->id));
        for (; newest; newest = horreum_runs_older(&h, newest))
            assert(!newest->trashed);
    }
    horreum_runs_close(&h);
    http_close(h.http);
    arena_close(&h.arena);
}

static void use_rows(const json_t *rows)
{
    struct arena arena = {0};
    for (size_t i = 0; i < json_array_size(rows); i++) {
        struct record record;
        bool valid;
        const json_t *values = json_object_get(json_array_get(rows, i), "values");
        if (horreum_label_record(&arena, json_object_get(values, "matbench"), "w", &record, &valid))
            assert(!record_fault(&record));
    }
    arena_close(&arena);
}

static void use_document(json_t *document)
{
    char digest[HORREUM_DIGEST_SIZE], again[HORREUM_DIGEST_SIZE];
    struct error err = {0};
    struct text text = text_open(1 << 24);
    horreum_document_strip(document, "");
    horreum_digest(document, digest);
    json_write(&text, document, &(struct json_style){.indent = 4, .sort_keys = true}, 0);
    json_t *copy = json_read(text.s, text.len, &options, &err);
    assert(copy);
    horreum_digest(copy, again);
    assert(strcmp(digest, again) == 0);
    json_decref(copy);
    text_close(&text);
}

/* What we write about an id is what we read. */
static void use_description(const char *id)
{
    struct arena arena = {0};
    char digest[HORREUM_DIGEST_SIZE];
    const char *read = horreum_description_read(&arena, id, digest), *made = horreum_description(&arena, id, "0123456789abcdef");
    assert(!read || read[0]);
    read = horreum_description_read(&arena, made, digest);
    assert(!id[0] || (read && strcmp(read, id) == 0 && strcmp(digest, "0123456789abcdef") == 0));
    arena_close(&arena);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
    struct error err = {0};
    char *text = memory_need(strndup((const char *)bytes, size));
    json_t *answer = json_read((const char *)bytes, size, &options, &err);
    use_description(text);
    if (json_is_array(answer))
        use_rows(answer);
    else if (json_is_array(json_object_get(answer, "runs")))
        use_list(json_object_get(answer, "runs"));
    else if (json_is_object(answer))
        use_document(answer);
    json_decref(answer);
    free(text);
    return 0;
}
