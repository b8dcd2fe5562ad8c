#include "lts/stream.h"

#include <stdlib.h>
#include <string.h>

#include "base/pool.h"
#include "json/write.h"
#include "lts/rendered.h"
#include "store/documents.h"

enum { RENDERED_MAX = 1 << 30, ELEMENT_DEPTH = 1 };

/* What a test in the window holds; used again by a later one. */
struct slot {
    struct arena arena;
    struct parsing *parsing;
    struct payload payload;
    struct outcome outcome;
    struct rendered *rendered; /* the run's */
    int indent;
    struct text deeper; /* the payload at the depth that it has in the matrix */
};

struct stream {
    const struct stream_options *options;
    const struct test *tests;
    struct slot *slots;
    size_t window;
    struct rendered *rendered;
    stream_deliver *deliver;
    void *context;
};

/* Python's eight keys (contract C2.8). A parsed value whose name starts with _ is for expressions only. */
static json_t *matrix_entry(const struct slot *slot, const struct workload *workload)
{
    const struct test *test = slot->outcome.test;
    json_t *results = json_object(), *lts = slot->payload.json, *value;
    const char *name;
    json_object_foreach(parsing_values(slot->parsing), name, value)
        if (name[0] != '_')
            json_object_set(results, name, value);
    if (workload->lts)
        json_object_set_new(results, "lts", lts ? json_incref(lts) : json_null());
    return json_pack("{s:b s:O s:{} s:s s:o s:I s:{} s:O}", "is_gathered", 0, "settings", test->settings, "stats", "location",
                     test->location, "results", results, "exit_code", (json_int_t)test->exit_code, "processed_key",
                     "import_settings", test->import_settings);
}

/* For json_style.known: what the tests of a run share, and in the matrix the payload, when its own text was made before. */
static const struct text *known(void *context, const json_t *value, int depth)
{
    struct slot *slot = context;
    if (value != slot->payload.json)
        return rendered_text(slot->rendered, value, depth);
    if (!slot->outcome.payload_text.len || depth <= ELEMENT_DEPTH)
        return NULL;
    text_clear(&slot->deeper);
    rendered_deepen(&slot->deeper, &slot->outcome.payload_text, slot->indent, depth - ELEMENT_DEPTH);
    return &slot->deeper;
}

static void render(const struct stream_options *options, struct slot *slot)
{
    const struct json_style style = {.indent = slot->indent, .ascii = true, .known = known, .context = slot};
    struct outcome *outcome = &slot->outcome;
    if (outcome->valid && options->payload_text)
        json_write(&outcome->payload_text, slot->payload.json, &style, ELEMENT_DEPTH);
    if (options->matrix) {
        json_t *entry = matrix_entry(slot, options->store.workload);
        json_write(&outcome->matrix, entry, &style, ELEMENT_DEPTH);
        json_decref(entry);
    }
    if (!outcome->valid)
        return;
    if (options->compact)
        json_write(&outcome->compact, slot->payload.json, &(struct json_style){.indent = -1}, 0);
    if (options->kpi_text)
        openmetrics_render(options->store.workload, options->kpi_style, json_object_get(slot->payload.json, "kpis"),
                           outcome->samples);
}

/* What the slot's last test left; the worker's task, because the one thread that delivers has all outputs to write. */
static void clear(const struct stream *stream, struct slot *slot)
{
    payload_close(&slot->payload);
    parsing_close(slot->parsing);
    slot->parsing = NULL;
    arena_clear(&slot->arena);
    text_clear(&slot->outcome.matrix);
    text_clear(&slot->outcome.payload_text);
    text_clear(&slot->outcome.compact);
    for (size_t i = 0; i < stream->options->store.workload->kpis_n; i++)
        text_clear(&slot->outcome.samples[i]);
}

static void work(void *context, size_t piece, unsigned worker)
{
    struct stream *stream = context;
    struct slot *slot = &stream->slots[piece % stream->window];
    const struct stream_options *options = stream->options;
    (void)worker;
    clear(stream, slot);
    slot->parsing = parsing_open(&slot->arena, &options->store, &stream->tests[piece]);
    if (options->lts)
        payload_build(options->lts, slot->parsing, &slot->payload);
    struct outcome *outcome = &slot->outcome;
    outcome->test = &stream->tests[piece];
    outcome->parsing = slot->parsing;
    outcome->findings = parsing_findings(slot->parsing);
    outcome->payload = &slot->payload;
    outcome->broken = parsing_broken(slot->parsing);
    outcome->valid = slot->payload.json && !slot->payload.violations_n;
    render(options, slot);
}

static bool deliver(void *context, size_t piece)
{
    struct stream *stream = context;
    struct slot *slot = &stream->slots[piece % stream->window];
    return stream->deliver(stream->context, &slot->outcome);
}

static void close_slot(const struct stream *stream, struct slot *slot)
{
    payload_close(&slot->payload);
    parsing_close(slot->parsing);
    text_close(&slot->outcome.matrix);
    text_close(&slot->outcome.payload_text);
    text_close(&slot->outcome.compact);
    text_close(&slot->deeper);
    for (size_t i = 0; i < stream->options->store.workload->kpis_n; i++)
        text_close(&slot->outcome.samples[i]);
    free(slot->outcome.samples);
    arena_close(&slot->arena);
}

static void open_slot(const struct stream *stream, struct slot *slot)
{
    size_t kpis_n = stream->options->store.workload->kpis_n;
    slot->rendered = stream->rendered;
    slot->indent = stream->options->pretty ? 4 : 0;
    slot->deeper = text_open(RENDERED_MAX);
    slot->outcome.matrix = slot->outcome.payload_text = slot->outcome.compact = text_open(RENDERED_MAX);
    slot->outcome.samples = memory_need(calloc(kpis_n + 1, sizeof(struct text)));
    for (size_t i = 0; i < kpis_n; i++)
        slot->outcome.samples[i] = text_open(RENDERED_MAX);
}

bool stream_run(const struct stream_options *options, const struct test *tests, size_t n, stream_deliver *deliver_one, void *context)
{
    unsigned workers = options->workers > n ? (n ? (unsigned)n : 1) : options->workers ? options->workers : 1;
    struct stream_options shared = *options;
    shared.store.documents = documents_open();
    shared.store.sandboxes = sandboxes_open();
    struct stream stream = {.options = &shared, .tests = tests, .window = 2 * (size_t)workers, .deliver = deliver_one,
                            .context = context};
    stream.rendered = rendered_open(&(struct json_style){.indent = options->pretty ? 4 : 0, .ascii = true});
    stream.slots = memory_need(calloc(stream.window, sizeof(*stream.slots)));
    for (size_t i = 0; i < stream.window; i++)
        open_slot(&stream, &stream.slots[i]);
    struct pool_job job = {.count = n, .workers = workers, .window = stream.window, .context = &stream, .work = work,
                           .deliver = deliver};
    bool all = pool_run(&job);
    for (size_t i = 0; i < stream.window; i++)
        close_slot(&stream, &stream.slots[i]);
    free(stream.slots);
    rendered_close(stream.rendered);
    sandboxes_close(shared.store.sandboxes);
    documents_close(shared.store.documents);
    return all;
}
