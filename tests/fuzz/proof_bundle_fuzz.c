/* A bundle from anywhere: read, analysed, rendered; what was read is written and read again as the same. */
#include <assert.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "json/read.h"
#include "proof/bundle.h"
#include "report/verdict_json.h"
#include "report/verdict_text.h"

enum { ENTRIES = 8, RECORDS = 64, RULES = 8 }; /* more take longer and show nothing else */

static void check_again(struct arena *arena, const struct bundle *bundle)
{
    struct text first = text_open(1 << 24), second = text_open(1 << 24);
    struct error err = {0};
    struct bundle again;
    bundle_write(&first, bundle);
    json_t *object = json_read(first.s, first.len, &(struct json_read_options){.file = "fuzz", .strict = true}, &err);
    bool ok = object && bundle_read(arena, object, "fuzz", &again, &err);
    assert(ok);
    bundle_write(&second, &again);
    assert(first.len == second.len && memcmp(first.s, second.s, first.len) == 0);
    json_decref(object);
    text_close(&first);
    text_close(&second);
}

static void analyse(struct arena *arena, const struct bundle *bundle)
{
    struct text out = text_open(1 << 24);
    struct analysis *analysis =
        analysis_run(arena, &bundle->options, bundle->entries, bundle->entries_n, bundle->history, bundle->history_n);
    verdict_json_render(&out, analysis);
    verdict_text_render(&out, analysis);
    text_close(&out);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct arena arena = {0};
    struct error err = {0};
    struct bundle bundle;
    json_t *object = json_read((const char *)data, size, &(struct json_read_options){.file = "fuzz", .strict = true, .values_max = 20000}, &err);
    if (object && bundle_read(&arena, object, "fuzz", &bundle, &err)) {
        check_again(&arena, &bundle);
        if (bundle.entries_n <= ENTRIES && bundle.history_n <= RECORDS && bundle.options.kpis_n <= RULES)
            analyse(&arena, &bundle);
    }
    json_decref(object);
    arena_close(&arena);
    return 0;
}
